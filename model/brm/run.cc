#include "model/brm/run.h"

#include "model/brm/brm.h"
#include "model/explore/explore.h"

namespace bindery::model {

static_assert(Model<Brm>);

BrmRunOptions DefaultBrmRunOptions() {
  BrmRunOptions options;
  options.explore.probing = Probing::kBatched;
  return options;
}

ExploreResult RunBrm(const BrmParams& params, const BrmRunOptions& options) {
  Brm model(params);
  return Explore(model, options.strategy, options.explore);
}

}  // namespace bindery::model
