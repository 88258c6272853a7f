// Instances of binderfs: binderfs_fill_super, binderfs_kill_super,
// binderfs_binder_device_create, binderfs_evict_inode; mount() and umount().
//
// In frames `w` is the instance, mount or inode that it is about.
#include "sim/kernel/binderfs.h"

#include <algorithm>

#include "sim/kernel/ops.h"
#include "sim/kernel/process.h"

namespace bindery::sim {
namespace {

SuperBlockId Super(Op& op) { return SuperBlockId{op.f->w.value}; }
InodeId Inode(Op& op) { return InodeId{op.f->w.value}; }
MountId Mount(Op& op) { return MountId{op.f->w.value}; }

// --- what operations do under one lock, and closing a file at once -----------

void GiveMinorBack(Op& op, InodeId id) {
  const InodeRow& inode = op.w.Get(id);
  if (inode.kind == InodeKind::kDirectory) return;
  // The kernel counts binder-control down too, in an instance that is gone.
  if (inode.kind == InodeKind::kDevice) {
    --op.w.Edit(inode.sb).device_count;
  }
  FreeMinor(op.w, inode.minor);
}

void FreeInode(Op& op, InodeId id) {
  const ContextId device = op.w.Get(id).context;
  op.w.Free(id);
  if (device) PutDevice(op, device);
}

void KillSuper(Op& op, SuperBlockId sb) {
  for (const InodeId inode : InodesOf(op.w, sb)) {
    op.w.Edit(inode).linked = 0;
    PutInode(op, inode);
  }
  op.w.Free(sb);
}

}  // namespace

ContextId ContextFor(Op& op, ContextId device) {
  const auto wanted = BinderfsOptions::Instances::kContextsPerOpen;
  const uint32_t ns = CurrentNamespaces(op).ipc;
  if (op.k.binderfs().instances != wanted || ns == 0) return device;
  const uint32_t index = op.w.Get(device).index;
  ContextId own = op.w.Find<ContextRow>(index, ns);
  if (own) return own;
  own = op.w.Create<ContextRow>(index, ns);
  op.w.Edit(own).index = index;
  return own;
}

void PutDevice(Op& op, ContextId context) {
  if (op.w.Get(context).ref == 0) return;  // not of a binderfs
  if (--op.w.Edit(context).ref == 0) op.w.Free(context);
}

void PutInode(Op& op, InodeId inode) {
  if (--op.w.Edit(inode).i_count != 0) return;
  GiveMinorBack(op, inode);
  FreeInode(op, inode);
}

void PutMount(Op& op, MountId id) {
  if (--op.w.Edit(id).mnt_count != 0) return;
  const SuperBlockId sb = op.w.Get(id).sb;
  op.w.Free(id);
  if (--op.w.Edit(sb).s_active == 0) KillSuper(op, sb);
}

Namespaces CurrentNamespaces(Op& op) {
  return NamespacesOf(op.w, CurrentProcess(op));
}

MountId CurrentMount(Op& op) {
  return MountAt(op.w, CurrentNamespaces(op).mnt, op.f->i);
}

namespace {

// --- binderfs_binder_device_create -------------------------------------------
// w: the instance; type: the name; strong: it can be no name; unwritable_read:
// the answer cannot be written. i: the minor.

uint32_t MinorLimit(Op& op) {
  const uint32_t all = op.k.binderfs().minors;
  return op.w.Get(Super(op)).ipc_ns == 0 ? all : all - kReservedMinors;
}

void TakeMinor(Op& op) {
  const int32_t minor = AllocMinor(op.w, MinorLimit(op));
  if (minor < 0) return op.Ret(Errno::kEnospc);
  op.f->i = static_cast<uint32_t>(minor);
}

bool NameIsFree(Op& op) { return !Lookup(op.w, Super(op), op.f->type); }

void AddDevice(Op& op) {
  const InodeId id = NewInode(op.w, Super(op), InodeKind::kDevice, op.f->type);
  const ContextId context = op.w.Create<ContextRow>();
  ContextRow& device = op.w.Edit(context);
  device.index = op.f->type;
  device.ref = 1;
  InodeRow& inode = op.w.Edit(id);
  inode.minor = op.f->i;
  inode.context = context;
}

void MayFail(Op& op) {
  if (op.AllocationFails()) op.Ret(Errno::kEnomem);
}

bool Good(Op& op) { return op.f->ret == 0; }

}  // namespace

Operation BuildDeviceCreate() {
  return Builder(OpId::kDeviceCreate, "binderfs_binder_device_create")
      .Lock("binderfs_minors_mutex")
      .Do("++info->device_count",
          [](Op& op) { ++op.w.Edit(Super(op)).device_count; })
      .Check(
          "the instance may have one more",
          [](Op& op) {
            const SuperBlockRow& sb = op.w.Get(Super(op));
            return sb.device_count <= sb.max;
          },
          "full")
      .Do("ida_alloc_max", TakeMinor)
      .Check("a minor is free", Good, "uncount")
      .Unlock("binderfs_minors_mutex")
      .Local("allocate device, inode and name", MayFail)
      .Check("they could be allocated", Good, "give_back")
      .Local("copy_to_user",
             [](Op& op) {
               if (op.f->unwritable_read != 0) op.Ret(Errno::kEfault);
             })
      .Check("it could be written", Good, "give_back")
      .Lock("root.i_rwsem")
      .Check(
          "the name is legal", [](Op& op) { return op.f->strong == 0; },
          "illegal")
      .Check("nothing has the name", NameIsFree, "exists")
      .Do("d_instantiate", AddDevice)
      .Unlock("root.i_rwsem")
      .Return([](Op& op) { op.caller().size = op.f->i; })
      .Label("illegal")
      .Unlock("root.i_rwsem")
      .Local("-EACCES", SetRet<Errno::kEacces>)
      .Goto("give_back")
      .Label("exists")
      .Unlock("root.i_rwsem")
      .Local("-EEXIST", SetRet<Errno::kEexist>)
      .Label("give_back")
      .Lock("binderfs_minors_mutex")
      .Undo("--info->device_count",
            [](Op& op) { --op.w.Edit(Super(op)).device_count; })
      .Undo("ida_free", [](Op& op) { FreeMinor(op.w, op.f->i); })
      .Unlock("binderfs_minors_mutex")
      .Return()
      .Label("full")
      .Local("-ENOSPC", SetRet<Errno::kEnospc>)
      .Label("uncount")
      .Undo("--info->device_count (no minor)",
            [](Op& op) { --op.w.Edit(Super(op)).device_count; })
      .Unlock("binderfs_minors_mutex")
      .Return()
      .Finish();
}

bool IsControl(Op& op) {
  const FileRow& file = op.w.Get(op.f->file);
  return file.inode && op.w.Get(file.inode).kind == InodeKind::kControl;
}

void AppendControlRequests(Builder& b, const char* label) {
  b.Label(label)
      .Branch(
          "it is not BINDER_CTL_ADD of binder-control",
          [](Op& op) {
            return !IsControl(op) ||
                   op.f->type != static_cast<uint32_t>(IoctlRequest::kCtlAdd);
          },
          "other_file")
      .Check(
          "the request is readable",
          [](Op& op) {
            return op.f->null_argument !=
                   static_cast<uint8_t>(ArgumentMemory::kNull);
          },
          "request_fault")
      .Call(OpId::kDeviceCreate,
            [](Op& op) {
              op.callee().w = op.w.Get(op.w.Get(op.f->file).inode).sb.any();
              op.callee().type = static_cast<uint32_t>(op.f->ptr);
              op.callee().strong = op.f->i != 0 ? 1 : 0;
              op.callee().unwritable_read = op.f->null_argument != 0 ? 1 : 0;
            })
      .Branch(
          "it failed", [](Op& op) { return op.f->ret != 0; }, "refused")
      .Local("req->minor",
             [](Op& op) { op.w.Edit(op.f->task).value = op.f->size; })
      .Label("refused")
      .Return()
      .ReturnErrno<Errno::kEfault>("request_fault");
}

namespace {

// --- binderfs_evict_inode ----------------------------------------------------

void DropInode(Op& op) {
  if (--op.w.Edit(Inode(op)).i_count != 0) op.f->w = {};
}

}  // namespace

Operation BuildEvictInode() {
  return Builder(OpId::kEvictInode, "binderfs_evict_inode")
      .Do("iput", DropInode)
      .Branch(
          "somebody has it open", [](Op& op) { return !op.f->w; }, "out")
      .Lock("binderfs_minors_mutex")
      .Undo("--info->device_count, ida_free",
            [](Op& op) { GiveMinorBack(op, Inode(op)); })
      .Unlock("binderfs_minors_mutex")
      .Do("refcount_dec_and_test(&device->ref)",
          [](Op& op) { FreeInode(op, Inode(op)); })
      .Label("out")
      .Local("done", [](Op& op) { op.f->w = {}; })
      .Return()
      .Finish();
}

namespace {

// --- binderfs_fill_super -----------------------------------------------------
// Of mount(): i: the mount point; cookie: max; reply: stats; return_error and
// param: the errors that options are, privileged or not; increment: remount.
// offset: how many of the configured devices are made.

constexpr uint32_t kConfiguredDevices = 3;

bool MayMount(Op& op) {
  return Capable(op.w, CurrentProcess(op),
                 OwnerOfMountNs(op.w, CurrentNamespaces(op).mnt));
}

// Options of another privilege are read before it is asked whether the caller
// may mount here at all.
void JudgeOptions(Op& op) {
  const bool has = Capable(op.w, CurrentProcess(op), 0);
  op.f->ret = op.f->param;
  if (op.f->reply == 0) return;
  if (!has) op.Ret(Errno::kEperm);
  if (!op.driver.features().instances_have_devices) op.Ret(Errno::kEinval);
}

void AllocSuper(Op& op) {
  const ProcessId process = CurrentProcess(op);
  const Namespaces ns = CurrentNamespaces(op);
  const SuperBlockId id = op.w.Create<SuperBlockRow>();
  SuperBlockRow& sb = op.w.Edit(id);
  sb.s_active = 1;
  sb.max = static_cast<uint32_t>(op.f->cookie);
  sb.stats = op.f->strong;
  sb.ipc_ns = ns.ipc;
  sb.s_user_ns = ns.user;
  sb.root_uid = ns.user == 0 ? 0 : op.w.Get(process).uid;
  op.f->w = id.any();
}

void TakeControlsMinor(Op& op) {
  const int32_t minor = AllocMinor(op.w, MinorLimit(op));
  if (minor < 0) return op.Ret(Errno::kEnospc);
  op.f->handle = static_cast<uint32_t>(minor);
}

void CreateControl(Op& op) {
  const InodeId id =
      NewInode(op.w, Super(op), InodeKind::kControl, kControlName);
  op.w.Edit(id).minor = op.f->handle;
}

bool AllDevicesMade(Op& op) {
  const bool none =
      !op.driver.features().instances_have_devices ||
      op.k.binderfs().instances != BinderfsOptions::Instances::kPerMount;
  return none || op.f->offset == kConfiguredDevices;
}

void CreateDirectories(Op& op) {
  if (!op.driver.features().instances_have_devices) return;
  NewInode(op.w, Super(op), InodeKind::kDirectory, kFeaturesName);
  if (op.w.Get(Super(op)).stats != 0) {
    NewInode(op.w, Super(op), InodeKind::kDirectory, kLogsName);
  }
}

void Attach(Op& op) {
  AttachMount(op.w, Super(op), CurrentNamespaces(op).mnt, op.f->i);
  op.f->w = {};
}

bool SharesInstance(Op& op) {
  using Instances = BinderfsOptions::Instances;
  const Instances which = op.k.binderfs().instances;
  if (which == Instances::kPerMount) return false;
  const bool own = which == Instances::kPerIpcNamespace;
  const SuperBlockId sb =
      InstanceOf(op.w, own ? CurrentNamespaces(op).ipc : kAnyNamespace);
  if (!sb) return false;
  ++op.w.Edit(sb).s_active;
  op.f->w = sb.any();
  return true;
}

void Reconfigure(Op& op) {
  const MountId mount = CurrentMount(op);
  const SuperBlockId sb = op.w.Get(mount).sb;
  if (!Capable(op.w, CurrentProcess(op), op.w.Get(sb).s_user_ns)) {
    return op.Ret(Errno::kEperm);
  }
  if (op.w.Get(sb).stats != op.f->strong) return op.Ret(Errno::kEinval);
  op.w.Edit(sb).max = static_cast<uint32_t>(op.f->cookie);
}

bool SomethingIsMounted(Op& op) { return bool(CurrentMount(op)); }

void AppendRemount(Builder& b) {
  b.Label("remount")
      .Check("something is mounted there", SomethingIsMounted, "invalid")
      .Local("parse the options", JudgeOptions)
      .Check("they are good", Good, "out")
      .Lock("super.s_umount")
      .Do("binderfs_fs_context_reconfigure", Reconfigure)
      .Unlock("super.s_umount")
      .Label("out")
      .Return()
      .ReturnErrno<Errno::kEinval>("invalid")
      .ReturnErrno<Errno::kEnodev>("unknown")
      .ReturnErrno<Errno::kEperm>("not_permitted");
}

}  // namespace

Operation BuildMount() {
  Builder b(OpId::kMount, "binderfs_fill_super");
  b.Check("the caller may mount here", MayMount, "not_permitted")
      .Branch(
          "MS_REMOUNT", [](Op& op) { return op.f->increment != 0; }, "remount")
      .Check(
          "the kernel has binderfs",
          [](Op& op) { return op.driver.features().binderfs; }, "unknown")
      .Local("parse the options", JudgeOptions)
      .Check("they are good", Good, "out")
      .Check(
          "the caller may mount in its user namespace",
          [](Op& op) {
            return Capable(op.w, CurrentProcess(op),
                           CurrentNamespaces(op).user);
          },
          "not_permitted")
      .Branch("the namespace has an instance", SharesInstance, "attach")
      .Local("allocate the instance", MayFail)
      .Check("it could be allocated", Good, "out")
      .Do("sget_fc", AllocSuper)
      .Lock("binderfs_minors_mutex")
      .Do("ida_alloc_max", TakeControlsMinor)
      .Unlock("binderfs_minors_mutex")
      .Check("a minor was free", Good, "failed")
      // Nobody gives the minor back then: docs/findings/0012.
      .Local("d_alloc_name", MayFail)
      .Check("binder-control could be allocated", Good, "failed")
      .Do("binderfs_binder_ctl_create", CreateControl)
      .Label("next")
      .Branch("all devices are made", AllDevicesMade, "directories")
      .Call(OpId::kDeviceCreate,
            [](Op& op) {
              op.callee().w = op.f->w;
              op.callee().type = static_cast<uint32_t>(++op.f->offset);
            })
      .Check("it could be made", Good, "failed")
      .Goto("next")
      .Label("directories")
      .Do("init_binder_features, init_binder_logs", CreateDirectories)
      .Label("attach")
      .Lock("namespace_sem")
      .Do("attach_recursive_mnt", Attach)
      .Unlock("namespace_sem")
      .Return()
      .Label("failed")
      .Local("what failed", [](Op& op) { op.f->param = op.f->ret; })
      .Call(OpId::kKillSuper, [](Op& op) { op.callee().w = op.f->w; })
      .Local("is the result",
             [](Op& op) {
               op.f->w = {};
               op.f->ret = op.f->param;
             })
      .Return();
  AppendRemount(b);
  return b.Finish();
}

namespace {

// --- binderfs_kill_super -----------------------------------------------------

// None if all are gone.
InodeId FirstInode(Op& op) {
  const std::vector<InodeId> left = InodesOf(op.w, Super(op));
  return left.empty() ? InodeId{} : left[0];
}

void UnlinkFirst(Op& op) {
  const InodeId first = FirstInode(op);
  op.f->cookie = first ? 1 : 0;
  if (first) op.w.Edit(first).linked = 0;
}

}  // namespace

Operation BuildKillSuper() {
  return Builder(OpId::kKillSuper, "binderfs_kill_super")
      .Label("next")
      .Do("d_genocide", UnlinkFirst)
      .Branch(
          "the instance is empty", [](Op& op) { return op.f->cookie == 0; },
          "empty")
      .Call(OpId::kEvictInode,
            [](Op& op) { op.callee().w = FirstInode(op).any(); })
      .Goto("next")
      .Label("empty")
      .Do("kfree(info)", [](Op& op) { op.w.Free(Super(op)); })
      .Local("done", [](Op& op) { op.f->w = {}; })
      .Return()
      .Finish();
}

namespace {

// --- umount ------------------------------------------------------------------
// i: the mount point; increment: MNT_DETACH.

void FindMount(Op& op) { op.f->w = CurrentMount(op).any(); }

// w: the instance, if it is nowhere mounted any more.
void DropMount(Op& op) {
  const MountId mount = Mount(op);
  const SuperBlockId sb = op.w.Get(mount).sb;
  op.f->w = {};
  if (--op.w.Edit(mount).mnt_count != 0) return;
  op.w.Free(mount);
  if (--op.w.Edit(sb).s_active == 0) op.f->w = sb.any();
}

}  // namespace

Operation BuildUmount() {
  return Builder(OpId::kUmount, "path_umount")
      .Check("the caller may mount here", MayMount, "not_permitted")
      .Lock("namespace_sem")
      .Do("the mount on top", FindMount)
      .Check(
          "something is mounted there", [](Op& op) { return bool(op.f->w); },
          "invalid")
      .Branch(
          "MNT_DETACH", [](Op& op) { return op.f->increment != 0; }, "detach")
      .Check(
          "no file of it is open",
          [](Op& op) { return op.w.Get(Mount(op)).mnt_count == 1; }, "busy")
      .Label("detach")
      .Do("umount_tree", [](Op& op) { op.w.Edit(Mount(op)).attached = 0; })
      .Unlock("namespace_sem")
      .Do("mntput, deactivate_super", DropMount)
      .Branch(
          "the instance stays", [](Op& op) { return !op.f->w; }, "out")
      .Call(OpId::kKillSuper, [](Op& op) { op.callee().w = op.f->w; })
      .Label("out")
      .Local("done", [](Op& op) { op.f->w = {}; })
      .Return()
      .ReturnErrno<Errno::kEbusy>("busy", "namespace_sem")
      .ReturnErrno<Errno::kEinval>("invalid", "namespace_sem")
      .ReturnErrno<Errno::kEperm>("not_permitted")
      .Finish();
}

void LeaveNamespaces(Op& op, ProcessId process) {
  const uint32_t ns = NamespacesOf(op.w, process).mnt;
  if (ns == 0) return;
  bool alive = false;
  op.w.ForEach<NsProxyRow>([&](NsProxyId, const NsProxyRow& row) {
    alive |= row.mnt_ns == ns && op.w.Peek(row.process).dead == 0;
  });
  if (alive) return;
  std::vector<MountId> mounts;
  op.w.ForEach<MountRow>([&](MountId id, const MountRow& mount) {
    if (mount.mnt_ns == ns && mount.attached != 0) mounts.push_back(id);
  });
  std::sort(mounts.begin(), mounts.end(), [&](MountId a, MountId b) {
    const MountRow& x = op.w.Peek(a);
    const MountRow& y = op.w.Peek(b);
    return x.mountpoint != y.mountpoint ? x.mountpoint < y.mountpoint
                                        : x.level > y.level;
  });
  for (const MountId mount : mounts) {
    op.w.Edit(mount).attached = 0;
    PutMount(op, mount);
  }
}

}  // namespace bindery::sim
