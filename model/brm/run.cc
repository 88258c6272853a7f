#include "model/brm/run.h"

#include <memory>

#include "model/brm/brm.h"
#include "model/explore/parallel.h"

namespace bindery::model {

static_assert(Model<Brm> && EncodesCanonically<Brm> && HasImages<Brm> &&
              HasFootprints<Brm>);

BrmRunOptions DefaultBrmRunOptions() {
  BrmRunOptions options;
  options.explore.probing = Probing::kBatched;
  return options;
}

absl::StatusOr<ExploreResult> RunBrm(const BrmParams& params,
                                     const BrmRunOptions& options) {
  const ModelFactory<Brm> make = [&params] {
    return std::make_unique<Brm>(params);
  };
  return Explore<Brm>(make, options.strategy, options.explore);
}

}  // namespace bindery::model
