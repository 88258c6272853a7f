// Rows of binderfs: instances, what is in their directories, where they are
// mounted, and the namespaces that decide who may. See rows_user.h for what
// Field and Skip mean.
//
// Names in directories are numbers (sim/binderfs/binderfs.h), as are mount
// points and namespaces: 0 is the initial namespace, N the one that process N
// began with.
#ifndef BINDERY_SIM_WORLD_ROWS_BINDERFS_H_
#define BINDERY_SIM_WORLD_ROWS_BINDERFS_H_

#include <cstdint>

#include "sim/world/id.h"

namespace bindery::sim {

// struct super_block with its struct binderfs_info: one instance.
struct alignas(8) SuperBlockRow {
  static constexpr TableId kTable = TableId::kSuperBlock;
  static constexpr char kName[] = "super_block";

  uint32_t s_active;      // mounts, and the call that makes the first
  uint32_t max;           // mount_opts.max
  uint32_t device_count;  // devices that have a minor
  uint32_t root_uid;
  uint32_t ipc_ns;
  uint32_t s_user_ns;
  uint8_t stats;  // mount_opts.stats_mode

  template <typename V>
  static void Fields(V& v) {
    v.Field("s_active", &SuperBlockRow::s_active);
    v.Field("max", &SuperBlockRow::max);
    v.Field("device_count", &SuperBlockRow::device_count);
    v.Field("root_uid", &SuperBlockRow::root_uid);
    v.Field("ipc_ns", &SuperBlockRow::ipc_ns);
    v.Field("s_user_ns", &SuperBlockRow::s_user_ns);
    v.Field("stats", &SuperBlockRow::stats);
  }
};

// struct mount: an instance at a mount point of a mount namespace.
struct alignas(8) MountRow {
  static constexpr TableId kTable = TableId::kMount;
  static constexpr char kName[] = "mount";

  SuperBlockId sb;
  uint32_t mnt_ns;
  uint32_t mountpoint;
  uint32_t mnt_count;  // files, and 1 while it is attached
  uint32_t level;      // how many mounts it covers there
  uint8_t attached;

  template <typename V>
  static void Fields(V& v) {
    v.Field("sb", &MountRow::sb);
    v.Field("mnt_ns", &MountRow::mnt_ns);
    v.Field("mountpoint", &MountRow::mountpoint);
    v.Field("mnt_count", &MountRow::mnt_count);
    v.Field("level", &MountRow::level);
    v.Field("attached", &MountRow::attached);
  }
};

// InodeRow.kind.
struct InodeKind {
  static constexpr uint8_t kControl = 1;
  static constexpr uint8_t kDevice = 2;
  static constexpr uint8_t kDirectory = 3;
};

// struct inode with the one dentry that it has in the root directory.
struct alignas(8) InodeRow {
  static constexpr TableId kTable = TableId::kInode;
  static constexpr char kName[] = "inode";

  SuperBlockId sb;
  uint32_t name;      // of the dentry
  uint32_t i_count;   // files, and 1 while it is in the directory
  uint32_t minor;     // of i_rdev
  ContextId context;  // i_private, a struct binder_device
  uint8_t kind;
  uint8_t linked;  // it is in the directory

  template <typename V>
  static void Fields(V& v) {
    v.Field("sb", &InodeRow::sb);
    v.Field("name", &InodeRow::name);
    v.Field("i_count", &InodeRow::i_count);
    v.Field("minor", &InodeRow::minor);
    v.Field("context", &InodeRow::context);
    v.Field("kind", &InodeRow::kind);
    v.Field("linked", &InodeRow::linked);
  }
};

// A number that binderfs_minors has given out; its key is the number.
struct alignas(8) MinorRow {
  static constexpr TableId kTable = TableId::kMinor;
  static constexpr char kName[] = "minor";

  uint32_t number;

  template <typename V>
  static void Fields(V& v) {
    v.Field("number", &MinorRow::number);
  }
};

// struct nsproxy and the user namespace of a process. Those in the initial
// namespaces have none.
struct alignas(8) NsProxyRow {
  static constexpr TableId kTable = TableId::kNsProxy;
  static constexpr char kName[] = "nsproxy";

  ProcessId process;
  uint32_t user_ns;
  uint32_t mnt_ns;
  uint32_t ipc_ns;

  template <typename V>
  static void Fields(V& v) {
    v.Field("process", &NsProxyRow::process);
    v.Field("user_ns", &NsProxyRow::user_ns);
    v.Field("mnt_ns", &NsProxyRow::mnt_ns);
    v.Field("ipc_ns", &NsProxyRow::ipc_ns);
  }
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_ROWS_BINDERFS_H_
