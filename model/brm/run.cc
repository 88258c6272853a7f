#include "model/brm/run.h"

#include <memory>

#include "model/brm/brm.h"
#include "model/brm/noted_brm.h"
#include "model/explore/parallel.h"

namespace bindery::model {
namespace {

static_assert(Model<Brm> && EncodesCanonically<Brm> && HasImages<Brm>);
static_assert(HasFootprints<NotedBrm>);

template <typename M>
absl::StatusOr<ExploreResult> Run(const BrmParams& params,
                                  const BrmRunOptions& options) {
  const ModelFactory<M> make = [&params] {
    return std::make_unique<M>(params);
  };
  return Explore<M>(make, options.strategy, options.explore);
}

}  // namespace

BrmRunOptions DefaultBrmRunOptions() {
  BrmRunOptions options;
  options.explore.probing = Probing::kBatched;
  return options;
}

absl::StatusOr<ExploreResult> RunBrm(const BrmParams& params,
                                     const BrmRunOptions& options) {
  if (options.explore.partial_order) return Run<NotedBrm>(params, options);
  if (options.explore.store == StoreKind::kExact) {
    return Run<BasicBrm<BrmUse::kEncodings>>(params, options);
  }
  return Run<Brm>(params, options);
}

}  // namespace bindery::model
