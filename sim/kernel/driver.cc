#include "sim/kernel/driver.h"

#include <algorithm>

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
    BuildBpf,
    BuildDup,
    BuildFork,
    BuildSendFd,
    BuildReceiveFd,
    BuildMount,
    BuildUmount,
    BuildKillSuper,
    BuildDeviceCreate,
    BuildEvictInode,
    BuildOpenAt,
    BuildReopen,
    BuildUnlink,
    BuildRename,
    BuildLook,
    BuildMake,
    BuildJoinNamespace,
    BuildPipe,
    BuildMemfd,
    BuildReadFd,
    BuildWriteFd,
    BuildSeek,
    BuildIoctl,
    BuildSetContextMgr,
    BuildGetNodeDebugInfo,
    BuildGetNodeInfoForRef,
    BuildWriteRead,
    BuildThreadWrite,
    BuildThreadRead,
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
    BuildTranslateBinder,
    BuildTranslateHandle,
    BuildFreeTxnFixups,
    BuildDecRefForHandle,
    BuildFreeBuf,
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

// Those of which some profiles have other tables.
constexpr Operation (*kFeatureBuilders[])(const Features&) = {
    BuildRefCommand,    BuildTransaction,      BuildTranslateFd,
    BuildFixupParent,   BuildTranslateFdArray, BuildApplyFdFixups,
    BuildIncRefForNode, BuildReleaseBuffer,
};

absl::StatusOr<size_t> FindProfile(absl::string_view name) {
  const std::vector<Profile>& all = AllProfiles();
  for (size_t i = 0; i < all.size(); ++i) {
    if (name == all[i].name) return i;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("unknown kernel profile \"", name,
                   "\"; known: ", absl::StrJoin(ProfileNames(), ", ")));
}

}  // namespace

std::vector<std::string> ProfileNames() {
  std::vector<std::string> names;
  for (const Profile& profile : AllProfiles()) names.push_back(profile.name);
  return names;
}

std::string ProfileOf(absl::string_view version) {
  for (const Profile& profile : AllProfiles()) {
    if (version == absl::string_view(profile.name).substr(2)) {
      return profile.name;
    }
  }
  return AllProfiles().back().name;
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
  const absl::StatusOr<size_t> known = FindProfile(profile);
  if (!known.ok()) return known.status();
  Driver driver;
  driver.profile_ = AllProfiles()[*known].name;
  driver.judged_ = AllProfiles()[*known].judged;
  driver.features_ = FeaturesOf(*known);
  const auto add = [&driver](Operation operation) {
    driver.operations_[static_cast<size_t>(operation.id)] =
        std::move(operation);
  };
  for (const Build build : kBuilders) add(build());
  for (const auto build : kFeatureBuilders) add(build(driver.features_));
  if (absl::Status s = Mutate(mutations, &driver); !s.ok()) return s;
  for (size_t i = 1; i < driver.operations_.size(); ++i) {
    driver.without_locks_[i] = WithoutLocks(driver.operations_[i].atoms);
    JoinAtoms(driver.operations_[i].atoms);
    JoinAtoms(driver.without_locks_[i]);
    driver.tables_[0][i] = driver.without_locks_[i].data();
    driver.tables_[1][i] = driver.operations_[i].atoms.data();
  }
  return driver;
}

}  // namespace bindery::sim
