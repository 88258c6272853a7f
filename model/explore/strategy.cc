#include "model/explore/strategy.h"

namespace bindery::model {

absl::string_view StrategyName(Strategy strategy) {
  switch (strategy) {
    case Strategy::kDepthFirst:
      return "dfs";
    case Strategy::kBreadthFirst:
      return "bfs";
    case Strategy::kRandomWalk:
      return "random";
    case Strategy::kReference:
      return "reference";
  }
  return "unknown";
}

std::optional<Strategy> StrategyByName(absl::string_view name) {
  for (const Strategy strategy :
       {Strategy::kDepthFirst, Strategy::kBreadthFirst, Strategy::kRandomWalk,
        Strategy::kReference}) {
    if (StrategyName(strategy) == name) return strategy;
  }
  return std::nullopt;
}

}  // namespace bindery::model
