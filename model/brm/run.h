// Explores BRM-1: what `bindery bench brm` does.
#ifndef BINDERY_MODEL_BRM_RUN_H_
#define BINDERY_MODEL_BRM_RUN_H_

#include "absl/status/statusor.h"
#include "model/brm/params.h"
#include "model/explore/result.h"
#include "model/explore/strategy.h"

namespace bindery::model {

// How to run it. BRM-1 is cheap to execute: callers that want its best speed
// set explore.probing to kBatched, which DefaultBrmRunOptions() does.
struct BrmRunOptions {
  Strategy strategy = Strategy::kDepthFirst;
  ExploreOptions explore;
};

BrmRunOptions DefaultBrmRunOptions();

// `params` must have come from ParseBrmParams() or lie within its bounds.
// Errors: those of Explore() of parallel.h.
absl::StatusOr<ExploreResult> RunBrm(const BrmParams& params,
                                     const BrmRunOptions& options);

}  // namespace bindery::model

#endif  // BINDERY_MODEL_BRM_RUN_H_
