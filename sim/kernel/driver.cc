#include "sim/kernel/driver.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/kernel/mutation.h"
#include "sim/kernel/ops.h"

namespace bindery::sim {
namespace {

using Build = Operation (*)();

constexpr Build kBuilders[] = {
    BuildOpen,
    BuildMmap,
    BuildMunmap,
    BuildClose,
    BuildPoll,
    BuildIoctl,
    BuildSetContextMgr,
    BuildGetNodeDebugInfo,
    BuildGetNodeInfoForRef,
    BuildWriteRead,
    BuildThreadWrite,
    BuildThreadRead,
    BuildRefCommand,
    BuildNodeDone,
    BuildFreeBuffer,
    BuildLooperCommand,
    BuildRequestDeath,
    BuildClearDeath,
    BuildDeadBinderDone,
    BuildUnsupported,
    BuildTransaction,
    BuildTranslateBinder,
    BuildTranslateHandle,
    BuildTranslateFd,
    BuildTranslateFdArray,
    BuildFixupParent,
    BuildApplyFdFixups,
    BuildFreeTxnFixups,
    BuildIncRefForNode,
    BuildDecRefForHandle,
    BuildFreeBuf,
    BuildReleaseBuffer,
    BuildFreeTransaction,
    BuildSendFailedReply,
    BuildReleaseWork,
    BuildThreadRelease,
    BuildDeferredFunc,
    BuildDeferredRelease,
    BuildNodeRelease,
};

}  // namespace

std::vector<std::string> ProfileNames() { return {"c-7.2"}; }

absl::StatusOr<Driver> Driver::Create(absl::string_view profile) {
  return Create(profile, {});
}

absl::StatusOr<Driver> Driver::Create(
    absl::string_view profile, const std::vector<std::string>& mutations) {
  bool known = false;
  for (const std::string& name : ProfileNames()) known |= name == profile;
  if (!known) {
    return absl::InvalidArgumentError(
        absl::StrCat("unknown kernel profile \"", profile,
                     "\"; known: ", absl::StrJoin(ProfileNames(), ", ")));
  }
  Driver driver;
  driver.profile_ = std::string(profile);
  for (const Build build : kBuilders) {
    Operation operation = build();
    driver.operations_[static_cast<size_t>(operation.id)] =
        std::move(operation);
  }
  if (absl::Status s = Mutate(mutations, &driver); !s.ok()) return s;
  for (size_t i = 1; i < driver.operations_.size(); ++i) {
    driver.without_locks_[i] = WithoutLocks(driver.operations_[i].atoms);
    JoinAtoms(driver.operations_[i].atoms);
    JoinAtoms(driver.without_locks_[i]);
  }
  return driver;
}

}  // namespace bindery::sim
