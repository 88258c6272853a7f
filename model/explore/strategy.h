// The search strategies and their names on the command line.
#ifndef BINDERY_MODEL_EXPLORE_STRATEGY_H_
#define BINDERY_MODEL_EXPLORE_STRATEGY_H_

#include <optional>

#include "absl/strings/string_view.h"

namespace bindery::model {

enum class Strategy {
  kDepthFirst,
  kBreadthFirst,
  kIterativeDeepening,
  kRandomWalk,
  kPct,
  kSwarm,
  kReference,
};

// "dfs", "bfs", "iddfs", "random", "pct", "swarm" or "reference".
absl::string_view StrategyName(Strategy strategy);
// The strategy of that name, or nothing.
std::optional<Strategy> StrategyByName(absl::string_view name);

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_STRATEGY_H_
