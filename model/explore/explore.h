// One door to the search strategies.
//
//   ExploreOptions options;
//   options.max_states = 1'000'000;
//   ExploreResult result = Explore(model, Strategy::kBreadthFirst, options);
//
// The model ends in the state it was given in. With kDepthFirst and
// kRandomWalk Applies that were open before the call stay open; the others
// decode, and so forget them. Errors are answers: see ExploreResult. Thread
// safety: one thread at a time for each model.
#ifndef BINDERY_MODEL_EXPLORE_EXPLORE_H_
#define BINDERY_MODEL_EXPLORE_EXPLORE_H_

#include "base/check.h"
#include "model/concept.h"
#include "model/explore/breadth_first.h"
#include "model/explore/depth_first.h"
#include "model/explore/random_walk.h"
#include "model/explore/reference.h"
#include "model/explore/result.h"
#include "model/explore/strategy.h"

namespace bindery::model {

template <Model M>
ExploreResult Explore(M& model, Strategy strategy,
                      const ExploreOptions& options) {
  switch (strategy) {
    case Strategy::kDepthFirst:
      return DepthFirst<M>(model, options).Run();
    case Strategy::kBreadthFirst:
      return BreadthFirst<M>(model, options).Run();
    case Strategy::kRandomWalk:
      return RandomWalk<M>(model, options).Run();
    case Strategy::kReference:
      return Reference<M>(model, options).Run();
  }
  BINDERY_CHECK_MSG(false, "unknown strategy");
  return {};
}

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_EXPLORE_H_
