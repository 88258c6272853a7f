#include "model/explore/strategy.h"

namespace bindery::model {

absl::string_view StrategyName(Strategy strategy) {
  switch (strategy) {
    case Strategy::kDepthFirst:
      return "dfs";
    case Strategy::kBreadthFirst:
      return "bfs";
    case Strategy::kIterativeDeepening:
      return "iddfs";
    case Strategy::kRandomWalk:
      return "random";
    case Strategy::kPct:
      return "pct";
    case Strategy::kSwarm:
      return "swarm";
    case Strategy::kReference:
      return "reference";
  }
  return "unknown";
}

std::optional<Strategy> StrategyByName(absl::string_view name) {
  for (const Strategy strategy :
       {Strategy::kDepthFirst, Strategy::kBreadthFirst,
        Strategy::kIterativeDeepening, Strategy::kRandomWalk, Strategy::kPct,
        Strategy::kSwarm, Strategy::kReference}) {
    if (StrategyName(strategy) == name) return strategy;
  }
  return std::nullopt;
}

}  // namespace bindery::model
