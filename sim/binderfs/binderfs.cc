#include "sim/binderfs/binderfs.h"

#include <algorithm>
#include <cstring>

namespace bindery::sim {
namespace {

// What a user namespace that does not know a uid shows instead.
constexpr uint32_t kOverflowUid = 65534;

// Places in AllProfiles().
constexpr uint32_t kC5_0 = 1;
constexpr uint32_t kC6_1 = 2;
constexpr uint32_t kC6_12 = 3;
constexpr uint32_t kC7_2 = 4;

}  // namespace

const std::vector<FixedFile>& FeatureFiles() {
  static const auto* const kFiles =
      new std::vector<FixedFile>{{"features/oneway_spam_detection", kC6_1},
                                 {"features/extended_error", kC6_1},
                                 {"features/freeze_notification", kC6_12},
                                 {"features/transaction_report", kC7_2}};
  return *kFiles;
}

const std::vector<FixedFile>& LogFiles() {
  static const auto* const kFiles = new std::vector<FixedFile>{
      {"binder_logs/state", kC5_0, Prints::kAllNodes},
      {"binder_logs/state_hashed", kC7_2, Prints::kAllNodes},
      {"binder_logs/stats", kC5_0},
      {"binder_logs/transactions", kC5_0, Prints::kAsyncNodes},
      {"binder_logs/transactions_hashed", kC7_2, Prints::kAsyncNodes},
      {"binder_logs/transaction_log", kC5_0},
      {"binder_logs/failed_transaction_log", kC5_0},
      {kProcLogs, kC5_0}};
  return *kFiles;
}

const FixedFile& FixedOf(uint32_t name) {
  return name >= kFirstLog ? LogFiles()[name - kFirstLog]
                           : FeatureFiles()[name - kFirstFeature];
}

const char* FixedName(uint32_t name) {
  if (name == kControlName) return "binder-control";
  if (name == kFeaturesName) return "features";
  if (name == kLogsName) return "binder_logs";
  if (name >= kFirstLog && name - kFirstLog < LogFiles().size()) {
    return LogFiles()[name - kFirstLog].name;
  }
  if (name >= kFirstFeature && name - kFirstFeature < FeatureFiles().size()) {
    return FeatureFiles()[name - kFirstFeature].name;
  }
  return nullptr;
}

uint32_t FixedNumber(const char* path) {
  for (const uint32_t first : {kControlName, kFirstFeature, kFirstLog}) {
    for (uint32_t name = first; const char* known = FixedName(name); ++name) {
      if (std::strcmp(known, path) == 0) return name;
    }
  }
  return 0;
}

uint32_t DirectoryOf(uint32_t name) {
  if (name >= kFirstLog) return kLogsName;
  return name >= kFirstFeature ? kFeaturesName : name;
}

int32_t AllocMinor(World& w, uint32_t limit) {
  uint32_t minor = kMinorsInUse;
  while (minor < limit && w.Find<MinorRow>(minor, 0)) ++minor;
  if (minor >= limit) return -1;
  w.Edit(w.Create<MinorRow>(minor, 0)).number = minor;
  return static_cast<int32_t>(minor);
}

void FreeMinor(World& w, uint32_t minor) { w.Free(w.Find<MinorRow>(minor, 0)); }

InodeId Lookup(const World& w, SuperBlockId sb, uint32_t name) {
  InodeId found;
  w.ForEach<InodeRow>([&](InodeId id, const InodeRow& inode) {
    if (inode.sb == sb && inode.linked != 0 && inode.name == name) found = id;
  });
  return found;
}

InodeId NewInode(World& w, SuperBlockId sb, uint8_t kind, uint32_t name) {
  const InodeId id = w.Create<InodeRow>();
  InodeRow& inode = w.Edit(id);
  inode.sb = sb;
  inode.kind = kind;
  inode.name = name;
  inode.linked = 1;
  inode.i_count = 1;
  return id;
}

std::vector<InodeId> InodesOf(const World& w, SuperBlockId sb) {
  std::vector<InodeId> all;
  w.ForEach<InodeRow>([&](InodeId id, const InodeRow& inode) {
    if (inode.sb == sb) all.push_back(id);
  });
  std::sort(all.begin(), all.end(), [&](InodeId a, InodeId b) {
    const InodeRow& x = w.Peek(a);
    const InodeRow& y = w.Peek(b);
    return x.minor != y.minor ? x.minor < y.minor : x.name < y.name;
  });
  return all;
}

std::vector<uint32_t> NamesIn(const World& w, SuperBlockId sb) {
  std::vector<uint32_t> names;
  w.ForEach<InodeRow>([&](InodeId, const InodeRow& inode) {
    if (inode.sb == sb && inode.linked != 0) names.push_back(inode.name);
  });
  std::sort(names.begin(), names.end());
  return names;
}

MountId MountAt(const World& w, uint32_t mnt_ns, uint32_t mountpoint) {
  MountId top;
  w.ForEach<MountRow>([&](MountId id, const MountRow& mount) {
    if (mount.attached == 0 || mount.mnt_ns != mnt_ns ||
        mount.mountpoint != mountpoint) {
      return;
    }
    if (!top || mount.level > w.Peek(top).level) top = id;
  });
  return top;
}

MountId AttachMount(World& w, SuperBlockId sb, uint32_t mnt_ns,
                    uint32_t mountpoint) {
  const MountId below = MountAt(w, mnt_ns, mountpoint);
  const MountId id = w.Create<MountRow>();
  MountRow& mount = w.Edit(id);
  mount.sb = sb;
  mount.mnt_ns = mnt_ns;
  mount.mountpoint = mountpoint;
  mount.mnt_count = 1;
  mount.attached = 1;
  mount.level = below ? w.Peek(below).level + 1 : 0;
  return id;
}

SuperBlockId InstanceOf(const World& w, uint32_t ipc_ns) {
  SuperBlockId found;
  w.ForEach<SuperBlockRow>([&](SuperBlockId id, const SuperBlockRow& sb) {
    const bool theirs = sb.ipc_ns == ipc_ns || ipc_ns == kAnyNamespace;
    if (theirs && sb.s_active != 0) found = id;
  });
  return found;
}

Namespaces NamespacesOf(const World& w, ProcessId process) {
  const NsProxyId id = w.Find<NsProxyRow>(w.NameOf(process), 0);
  if (!id) return {};
  const NsProxyRow& row = w.Peek(id);
  return {row.user_ns, row.mnt_ns, row.ipc_ns};
}

// Who is root outside is so inside; who made a namespace, and is outside, too.
bool Capable(const World& w, ProcessId process, uint32_t user_ns) {
  const uint32_t own = NamespacesOf(w, process).user;
  if (own != 0) return own == user_ns;
  const uint32_t uid = w.Peek(process).uid;
  if (uid == 0) return true;
  return user_ns != 0 && w.Peek(w.Find<ProcessRow>(user_ns, 0)).uid == uid;
}

uint32_t OwnerOfMountNs(const World& w, uint32_t mnt_ns) {
  if (mnt_ns == 0) return 0;
  return NamespacesOf(w, w.Find<ProcessRow>(mnt_ns, 0)).user;
}

uint32_t KuidFor(const World& w, ProcessId process, uint32_t kuid) {
  const uint32_t own = NamespacesOf(w, process).user;
  if (own == 0) return kuid;
  return w.Peek(w.Find<ProcessRow>(own, 0)).uid == kuid ? 0 : kNoUid;
}

uint32_t UidFor(const World& w, ProcessId process, uint32_t kuid) {
  const uint32_t uid = KuidFor(w, process, kuid);
  return uid == kNoUid ? kOverflowUid : uid;
}

bool Permits(const World& w, ProcessId process, SuperBlockId sb, uint32_t mode,
             uint32_t mask) {
  const uint32_t owner = w.Peek(sb).root_uid;
  const bool owns = w.Peek(process).uid == owner;
  const uint32_t bits = owns ? mode >> 6 : mode;
  if ((bits & mask) == mask) return true;
  const uint32_t own = NamespacesOf(w, process).user;
  return Capable(w, process, own) && UidFor(w, process, owner) != kOverflowUid;
}

}  // namespace bindery::sim
