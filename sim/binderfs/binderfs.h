// binderfs as data: instances, what is in their directory, minors, mounts, and
// who may do what. The operations are tables of sim/kernel/binderfs.cc.
//
// Models ida_alloc_max and ida_free of binderfs_minors, simple_lookup, the
// counting half of mntget and iget, ns_capable and inode_permission.
//
// Invariants
//  B1 An inode lives as long as it is in its directory or a file is open; a
//     device has its minor exactly that long.
//  B2 A mount lives as long as it is attached or a file is open through it, an
//     instance as long as a mount of it.
//  B3 A context in a binderfs lives as long as its inode or a proc of it.
//
// Not modelled: files below the root directory are not inodes but numbers;
// times of inodes; hard links, of which binderfs has none; quotas; a mount
// below a mount of binderfs.
#ifndef BINDERY_SIM_BINDERFS_BINDERFS_H_
#define BINDERY_SIM_BINDERFS_BINDERFS_H_

#include <cstdint>
#include <vector>

#include "sim/world/world.h"

namespace bindery::sim {

// --- Names -------------------------------------------------------------------
// Those of devices are places in the scenario's list of names, from 1.
inline constexpr uint32_t kRootName = 0;
inline constexpr uint32_t kControlName = 0xffff0001;
inline constexpr uint32_t kFeaturesName = 0xffff0002;
inline constexpr uint32_t kLogsName = 0xffff0003;
// features/..., binder_logs/... by their places in FeatureFiles(), LogFiles().
inline constexpr uint32_t kFirstFeature = 0xffff0100;
inline constexpr uint32_t kFirstLog = 0xffff0200;

inline constexpr char kProcLogs[] = "binder_logs/proc";  // a directory

// Which nodes a file prints.
enum class Prints : uint8_t {
  kNoNodes,
  kAsyncNodes,  // those with one-way transactions
  kAllNodes,    // the dead ones too
};

struct FixedFile {
  const char* name;
  uint32_t since;  // which profile, as its place in AllProfiles()
  Prints prints = Prints::kNoNodes;
};
const std::vector<FixedFile>& FeatureFiles();
const std::vector<FixedFile>& LogFiles();
// REQUIRES: `name` is the number of one of them.
const FixedFile& FixedOf(uint32_t name);
// The path of one of the numbers above; null for a device's.
const char* FixedName(uint32_t name);
// Its opposite; 0 if it is none.
uint32_t FixedNumber(const char* path);
// The file or directory that a name begins with: of features/... features.
uint32_t DirectoryOf(uint32_t name);

// --- Minors ------------------------------------------------------------------
inline constexpr uint32_t kMinors = 1u << 20;
// Kept for instances of the initial IPC namespace.
inline constexpr uint32_t kReservedMinors = 4;
// The instance that the scenario's first three devices are in has these.
inline constexpr uint32_t kMinorsInUse = 4;

// ida_alloc_max(): the lowest free number below `limit`; -1: there is none.
int32_t AllocMinor(World& w, uint32_t limit);
void FreeMinor(World& w, uint32_t minor);

// --- Directories -------------------------------------------------------------
// What has this name in the root directory; none if nothing has.
InodeId Lookup(const World& w, SuperBlockId sb, uint32_t name);
// A new inode with a name in the directory.
InodeId NewInode(World& w, SuperBlockId sb, uint8_t kind, uint32_t name);
// All of an instance, in order of minor and name.
std::vector<InodeId> InodesOf(const World& w, SuperBlockId sb);
// The names in the directory, in order of the numbers.
std::vector<uint32_t> NamesIn(const World& w, SuperBlockId sb);

// --- Mounts ------------------------------------------------------------------
// The topmost mount at a mount point, none if there is none.
MountId MountAt(const World& w, uint32_t mnt_ns, uint32_t mountpoint);
// Mounts an instance over whatever is mounted there.
MountId AttachMount(World& w, SuperBlockId sb, uint32_t mnt_ns,
                    uint32_t mountpoint);
// Of the instances that IPC namespaces share: theirs, if it is mounted; any, if
// it does not matter whose.
inline constexpr uint32_t kAnyNamespace = ~uint32_t{0};
SuperBlockId InstanceOf(const World& w, uint32_t ipc_ns);

// --- Namespaces and permissions ----------------------------------------------
struct Namespaces {
  uint32_t user = 0;
  uint32_t mnt = 0;
  uint32_t ipc = 0;
};
inline constexpr uint32_t kInitialUserNs = 0;
Namespaces NamespacesOf(const World& w, ProcessId process);
// ns_capable() of any capability, in a user namespace.
bool Capable(const World& w, ProcessId process, uint32_t user_ns);
// The owner of a mount namespace.
uint32_t OwnerOfMountNs(const World& w, uint32_t mnt_ns);
// from_kuid(): the uid that a process calls by another number, or kNoUid.
inline constexpr uint32_t kNoUid = ~uint32_t{0};
uint32_t KuidFor(const World& w, ProcessId process, uint32_t kuid);
// from_kuid_munged(): the same, but 65534 for what has none there.
uint32_t UidFor(const World& w, ProcessId process, uint32_t kuid);

inline constexpr uint32_t kMayRead = 4;
inline constexpr uint32_t kMayWrite = 2;
// inode_permission() of something in an instance, with these mode bits.
bool Permits(const World& w, ProcessId process, SuperBlockId sb, uint32_t mode,
             uint32_t mask);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_BINDERFS_BINDERFS_H_
