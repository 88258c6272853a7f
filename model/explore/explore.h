// One door to the search strategies.
//
//   ExploreOptions options;
//   options.max_states = 1'000'000;
//   ExploreResult result = Explore(model, Strategy::kBreadthFirst, options);
//
// The model ends in the state it was given in. With kBreadthFirst and
// kReference, which decode, Applies that were open before the call are
// forgotten; with the others they stay open. kPct and a bound on preemptions
// are for models with actors. Errors are answers: see ExploreResult. Thread
// safety: one thread at a time for each model.
#ifndef BINDERY_MODEL_EXPLORE_EXPLORE_H_
#define BINDERY_MODEL_EXPLORE_EXPLORE_H_

#include "base/check.h"
#include "model/concept.h"
#include "model/explore/bounded.h"
#include "model/explore/breadth_first.h"
#include "model/explore/depth_first.h"
#include "model/explore/partial_order.h"
#include "model/explore/picker.h"
#include "model/explore/random_walk.h"
#include "model/explore/reference.h"
#include "model/explore/result.h"
#include "model/explore/strategy.h"
#include "model/explore/swarm.h"

namespace bindery::model {

// What only models with actors can be asked.
template <Model M>
ExploreResult ExploreByActors(M& model, Strategy strategy,
                              const ExploreOptions& options) {
  if constexpr (HasActors<M>) {
    if (strategy == Strategy::kPct) {
      return RandomWalk<M, PctPicker>(model, options).Run();
    }
    return Bounded<M, PreemptionRule>(model, options).Run();
  }
  BINDERY_CHECK_MSG(false, "the model has no actors");
  return {};
}

// What only models with footprints can be asked.
template <Model M>
ExploreResult ExplorePartialOrder(M& model, const ExploreOptions& options) {
  if constexpr (HasFootprints<M>) return PartialOrder<M>(model, options).Run();
  BINDERY_CHECK_MSG(false, "the model has no footprints");
  return {};
}

template <Model M>
ExploreResult Explore(M& model, Strategy strategy,
                      const ExploreOptions& options) {
  const bool bounded = options.preemptions != ExploreOptions::kUnlimited;
  BINDERY_CHECK(!bounded || strategy == Strategy::kDepthFirst);
  BINDERY_CHECK(options.disk.folder.empty());
  if (options.partial_order) {
    BINDERY_CHECK(!bounded && strategy == Strategy::kDepthFirst);
    return ExplorePartialOrder(model, options);
  }
  if (bounded) return ExploreByActors(model, strategy, options);
  switch (strategy) {
    case Strategy::kDepthFirst:
      return DepthFirst<M>(model, options).Run();
    case Strategy::kBreadthFirst:
      return BreadthFirst<M>(model, options).Run();
    case Strategy::kIterativeDeepening:
      return Bounded<M, DepthRule>(model, options).Run();
    case Strategy::kRandomWalk:
      return RandomWalk<M, UniformPicker>(model, options).Run();
    case Strategy::kPct:
      return ExploreByActors(model, strategy, options);
    case Strategy::kSwarm:
      return Swarm<M>(model, options).Run();
    case Strategy::kReference:
      return Reference<M>(model, options).Run();
  }
  BINDERY_CHECK_MSG(false, "unknown strategy");
  return {};
}

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_EXPLORE_H_
