#include "sim/kernel/driver.h"

#include <algorithm>
#include <iterator>

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
    BuildEpollCreate,
    BuildEpollCtl,
    BuildEpollWait,
    BuildDup,
    BuildFork,
    BuildSendFd,
    BuildReceiveFd,
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
    BuildRequestFreeze,
    BuildClearFreeze,
    BuildFreezeDone,
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
    BuildReleaseOutdated,
    BuildFreeze,
    BuildFreezeProc,
    BuildAddFreezeWork,
    BuildGetFrozenInfo,
};

// From the oldest; the latest is the default.
struct Profile {
  const char* name;
  Features features;
};
constexpr Profile kProfiles[] = {
    {"c-6.1",
     {.pending_frozen = false,
      .freeze_notifications = false,
      .uid_of_current = false,
      .sender_noted_late = false,
      .transaction_first = false}},
    {"c-6.12",
     {.outdated_fails = false,
      .uid_of_current = false,
      .transaction_first = false}},
    {"c-7.2", {}},
};

}  // namespace

std::vector<std::string> ProfileNames() {
  std::vector<std::string> names;
  for (const Profile& profile : kProfiles) names.push_back(profile.name);
  return names;
}

std::string ProfileOf(absl::string_view version) {
  for (const Profile& profile : kProfiles) {
    if (version == absl::string_view(profile.name).substr(2)) {
      return profile.name;
    }
  }
  return kProfiles[std::size(kProfiles) - 1].name;
}

bool IsOlder(absl::string_view version, absl::string_view since) {
  if (since.empty()) return false;
  const std::vector<std::string> names = ProfileNames();
  return std::find(names.begin(), names.end(), ProfileOf(version)) <
         std::find(names.begin(), names.end(), ProfileOf(since));
}

absl::StatusOr<Driver> Driver::Create(absl::string_view profile) {
  return Create(profile, {});
}

absl::StatusOr<Driver> Driver::Create(
    absl::string_view profile, const std::vector<std::string>& mutations) {
  const auto known =
      std::find_if(std::begin(kProfiles), std::end(kProfiles),
                   [&](const Profile& one) { return one.name == profile; });
  if (known == std::end(kProfiles)) {
    return absl::InvalidArgumentError(
        absl::StrCat("unknown kernel profile \"", profile,
                     "\"; known: ", absl::StrJoin(ProfileNames(), ", ")));
  }
  Driver driver;
  driver.profile_ = known->name;
  driver.features_ = known->features;
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
