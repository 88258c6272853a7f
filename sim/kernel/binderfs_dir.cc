// The directory of an instance as user space meets it: binderfs_unlink,
// binderfs_rename, open(), what can be seen, and what it refuses to make.
//
// In frames `i` is the mount point, `type` the name, `w` the inode.
#include <string>

#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "sim/kernel/binderfs.h"
#include "sim/kernel/ops.h"
#include "sim/kernel/print_state.h"
#include "sim/kernel/process.h"
#include "sim/vfs/contents.h"

namespace bindery::sim {
namespace {

constexpr uint32_t kDirectoryMode = 0755;
constexpr uint32_t kDeviceMode = 0600;
constexpr uint32_t kFileMode = 0444;

InodeId Inode(Op& op) { return InodeId{op.f->w.value}; }
bool Good(Op& op) { return op.f->ret == 0; }
bool IsDirectory(Op& op, InodeId inode) {
  return op.w.Get(inode).kind == InodeKind::kDirectory;
}
// That of the path which the call holds, else what is mounted there now.
MountId MountOf(Op& op) {
  return op.f->file ? op.w.Get(op.f->file).mnt : CurrentMount(op);
}
SuperBlockId SuperAt(Op& op) {
  const MountId mount = MountOf(op);
  return mount ? op.w.Get(mount).sb : SuperBlockId{};
}
bool MayWriteDirectory(Op& op) {
  return Permits(op.w, CurrentProcess(op), SuperAt(op), kDirectoryMode,
                 kMayWrite | 1);
}

uint32_t ProfileNumber(Op& op) {
  const std::vector<Profile>& all = AllProfiles();
  uint32_t number = 0;
  while (op.driver.profile() != all[number].name) ++number;
  return number;
}

// A file below the root directory.
bool HasFixed(Op& op, uint32_t name) {
  return FixedOf(name).since <= ProfileNumber(op);
}

// link_path_walk(), and the last component: 0, or why it cannot be found. w:
// the inode in the root directory, none for the root itself.
int32_t Walk(Op& op, uint32_t name) {
  const SuperBlockId sb = SuperAt(op);
  op.f->w = {};
  if (name == kRootName) return 0;
  if (!sb) return Value(Errno::kEnoent);
  const uint32_t first = DirectoryOf(name);
  const InodeId inode = Lookup(op.w, sb, first);
  if (!inode) return Value(Errno::kEnoent);
  op.f->w = inode.any();
  if (first == name) return 0;
  if (!IsDirectory(op, inode)) return Value(Errno::kEnotdir);
  return HasFixed(op, name) ? 0 : Value(Errno::kEnoent);
}

bool IsFixedFile(Op& op) { return DirectoryOf(op.f->type) != op.f->type; }

// What the walk has found.
bool SeesDirectory(Op& op) {
  if (IsFixedFile(op)) return op.f->type == FixedNumber(kProcLogs);
  return !op.f->w || IsDirectory(op, Inode(op));
}

uint32_t ModeOf(Op& op) {
  if (SeesDirectory(op)) return kDirectoryMode;
  return IsFixedFile(op) ? kFileMode : kDeviceMode;
}

// --- open --------------------------------------------------------------------

// What a program opens to do the one thing that this call is about is closed
// again when it is done.
void ReserveForTheCall(Op& op) {
  ReserveDescriptor(op);
  if (op.f->ret == 0) PutUnusedFd(op.w, CurrentProcess(op), op.f->handle);
}

void AppendReserveForTheCall(Builder& b) {
  b.Lock("files.lock")
      .Do("get_unused_fd_flags, put_unused_fd", ReserveForTheCall)
      .Unlock("files.lock")
      .Check("a descriptor is free", Good, "out");
}

// The file holds its mount and its inode from the walk on.
void MakeFile(Op& op, InodeId inode, MountId mount) {
  FileId id;
  FileRow& file = NewFile(op, &id);
  file.nonblock = op.f->nonblock;
  file.inode = inode;
  file.mnt = mount;
  if (inode) ++op.w.Edit(inode).i_count;
  if (mount) ++op.w.Edit(mount).mnt_count;
  op.f->file = id;
}

// path_get(): as a file that is nobody's descriptor.
void HoldPath(Op& op) { MakeFile(op, {}, CurrentMount(op)); }

// f.w becomes the device, if it is one.
void FindDevice(Op& op, InodeId inode) {
  const bool is_device = inode && op.w.Get(inode).kind == InodeKind::kDevice;
  op.f->w = is_device ? op.w.Get(inode).context.any() : AnyId{};
}

void PathOpen(Op& op) {
  op.f->ret = Walk(op, op.f->type);
  if (op.f->ret != 0) return;
  const InodeId inode = IsFixedFile(op) ? InodeId{} : Inode(op);
  if (!SuperAt(op)) {
    return op.k.NoteUnmodelled("a directory is opened that is no binderfs's");
  }
  if (!Permits(op.w, CurrentProcess(op), SuperAt(op), ModeOf(op), kMayRead)) {
    return op.Ret(Errno::kEacces);
  }
  MakeFile(op, inode, CurrentMount(op));
  FindDevice(op, inode);
}

// For reading, from the start.
void ReopenMemfd(Op& op, ContentsId contents) {
  if (!contents || op.w.Get(contents).is_pipe != 0) {
    return op.k.NoteUnmodelled("a file is opened again that is no device");
  }
  MakeFile(op, {}, {});
  OpenContents(op.w, op.f->file, contents, kMayReadFile);
}

// i: the descriptor.
void LinkOpen(Op& op) {
  const FileId from = FileOfFd(op.w, CurrentProcess(op), op.f->i);
  if (!from) return op.Ret(Errno::kEnoent);
  const FileRow file = op.w.Get(from);
  if (!file.proc && !file.inode) return ReopenMemfd(op, file.contents);
  if (file.inode) {
    const SuperBlockId sb = op.w.Get(file.inode).sb;
    const uint32_t mode =
        IsDirectory(op, file.inode) ? kDirectoryMode : kDeviceMode;
    if (!Permits(op.w, CurrentProcess(op), sb, mode, kMayRead)) {
      return op.Ret(Errno::kEacces);
    }
  }
  MakeFile(op, file.inode, file.mnt);
  FindDevice(op, file.inode);
  if (file.proc) op.f->w = op.w.Get(file.proc).context.any();
}

// The rest of open(), behind the walk.
void AppendOpen(Builder& b) {
  b.Check("it can be opened", Good, "failed")
      .Branch(
          "it is no device", [](Op& op) { return !op.f->w; }, "install")
      .Local("allocate the proc",
             [](Op& op) {
               if (op.AllocationFails()) op.Ret(Errno::kEnomem);
             })
      .Check("the proc could be allocated", Good, "failed")
      .Lock("binder_procs_lock")
      .Do("add it to binder_procs",
          [](Op& op) {
            CreateProc(op);
            op.w.Edit(op.f->file).proc = op.f->proc;
          })
      .Unlock("binder_procs_lock")
      .Label("install")
      .Do("install the descriptor",
          [](Op& op) {
            ++op.w.Edit(op.f->file).count;
            FdInstall(op.w, CurrentProcess(op), op.f->handle, op.f->file);
            op.f->ret = static_cast<int32_t>(op.f->handle);
          })
      .Label("out")
      .Return()
      .Label("failed")
      .Undo("put_unused_fd",
            [](Op& op) { PutUnusedFd(op.w, CurrentProcess(op), op.f->handle); })
      .Return();
}

}  // namespace

Operation BuildOpenAt() {
  Builder b(OpId::kOpenAt, "path_openat");
  b.Do("reserve the lowest descriptor", ReserveDescriptor)
      .Check("a descriptor is free", Good, "out")
      .Do("walk the path, hold what is there", PathOpen);
  AppendOpen(b);
  return b.Finish();
}

Operation BuildReopen() {
  Builder b(OpId::kReopen, "proc_pid_get_link");
  b.Do("reserve the lowest descriptor", ReserveDescriptor)
      .Check("a descriptor is free", Good, "out")
      .Do("follow the link, hold what is there", LinkOpen);
  AppendOpen(b);
  return b.Finish();
}

namespace {

// --- unlink ------------------------------------------------------------------

bool IsControlDentry(Op& op, InodeId inode) {
  return inode && op.w.Get(inode).kind == InodeKind::kControl;
}

}  // namespace

Operation BuildUnlink() {
  return Builder(OpId::kUnlink, "binderfs_unlink")
      .Pin("path_get", HoldPath)
      .Lock("root.i_rwsem")
      .Do("lookup_one", [](Op& op) { op.f->ret = Walk(op, op.f->type); })
      .Check("it is there", Good, "failed")
      .Check("the caller may write to the directory", MayWriteDirectory,
             "denied")
      .Check(
          "it is no directory", [](Op& op) { return !SeesDirectory(op); },
          "directory")
      .Check(
          "it is in a directory that unlinks",
          [](Op& op) { return !IsFixedFile(op); }, "refused")
      .Check(
          "it is not binder-control",
          [](Op& op) { return !IsControlDentry(op, Inode(op)); }, "refused")
      .Do("simple_unlink", [](Op& op) { op.w.Edit(Inode(op)).linked = 0; })
      .Unlock("root.i_rwsem")
      .Call(OpId::kEvictInode, [](Op& op) { op.callee().w = op.f->w; })
      .Local("done", [](Op& op) { op.f->w = {}; })
      .Return()
      .Label("failed")
      .Unlock("root.i_rwsem")
      .Return()
      .ReturnErrno<Errno::kEacces>("denied", "root.i_rwsem")
      .ReturnErrno<Errno::kEisdir>("directory", "root.i_rwsem")
      .ReturnErrno<Errno::kEperm>("refused", "root.i_rwsem")
      .Finish();
}

namespace {

// --- rename ------------------------------------------------------------------
// size: the other mount point; offset: the new name. cookie: 1 if there is
// nothing to be done.

InodeId Target(Op& op) {
  return Lookup(op.w, SuperAt(op), static_cast<uint32_t>(op.f->offset));
}

void OneMount(Op& op) {
  const MountId to = MountAt(op.w, CurrentNamespaces(op).mnt,
                             static_cast<uint32_t>(op.f->size));
  if (to != MountOf(op)) op.Ret(Errno::kExdev);
}

// vfs_rename() up to the file system's own part.
int32_t JudgeRename(Op& op) {
  const int32_t found = Walk(op, op.f->type);
  if (found != 0) return found;
  const InodeId target = Target(op);
  op.f->cookie = target == Inode(op) ? 1 : 0;
  if (op.f->cookie != 0) return 0;
  if (!MayWriteDirectory(op)) return Value(Errno::kEacces);
  if (!target) return 0;
  const bool from_directory = IsDirectory(op, Inode(op));
  if (from_directory == IsDirectory(op, target)) return 0;
  return Value(from_directory ? Errno::kEnotdir : Errno::kEisdir);
}

bool NeitherIsControl(Op& op) {
  return !IsControlDentry(op, Inode(op)) && !IsControlDentry(op, Target(op));
}

// Those that there are have files in them.
bool TargetIsNoDirectory(Op& op) {
  const InodeId target = Target(op);
  return !target || !IsDirectory(op, target);
}

// w: what had the name, if anything had.
void SimpleRename(Op& op) {
  const InodeId target = Target(op);
  if (target) op.w.Edit(target).linked = 0;
  op.w.Edit(Inode(op)).name = static_cast<uint32_t>(op.f->offset);
  op.f->w = target.any();
}

}  // namespace

Operation BuildRename() {
  return Builder(OpId::kRename, "binderfs_rename")
      .Pin("path_get", HoldPath)
      .Local("compare the mounts", OneMount)
      .Check("both are of one mount", Good, "out")
      .Lock("root.i_rwsem")
      .Do("lookup_one", [](Op& op) { op.f->ret = JudgeRename(op); })
      .Check("it can be", Good, "failed")
      .Branch(
          "it has the name", [](Op& op) { return op.f->cookie != 0; }, "failed")
      .Check("neither is binder-control", NeitherIsControl, "refused")
      .Check("what had the name is no directory", TargetIsNoDirectory,
             "not_empty")
      .Do("simple_rename", SimpleRename)
      .Unlock("root.i_rwsem")
      .Branch(
          "nothing had the name", [](Op& op) { return !op.f->w; }, "out")
      .Call(OpId::kEvictInode, [](Op& op) { op.callee().w = op.f->w; })
      .Label("out")
      .Local("done", [](Op& op) { op.f->w = {}; })
      .Return()
      .Label("failed")
      .Unlock("root.i_rwsem")
      .Local("not done", [](Op& op) { op.f->w = {}; })
      .Return()
      .ReturnErrno<Errno::kEperm>("refused", "root.i_rwsem")
      .ReturnErrno<Errno::kEnotempty>("not_empty", "root.i_rwsem")
      .Finish();
}

namespace {

// --- looking -----------------------------------------------------------------
// sg: what was seen.

void SetResult(Op& op, const std::string& bytes) {
  op.f->sg = op.w.blobs().Intern(bytes);
}

// Four bytes for each name.
void ListRoot(Op& op) {
  std::string bytes;
  for (const uint32_t name : NamesIn(op.w, SuperAt(op))) {
    AppendNumber<uint32_t>(&bytes, name);
  }
  SetResult(op, bytes);
}

void ListFixed(Op& op) {
  const bool logs = op.f->type == kLogsName;
  const uint32_t first = logs ? kFirstLog : kFirstFeature;
  const size_t count = logs ? LogFiles().size() : FeatureFiles().size();
  std::string bytes;
  for (uint32_t i = 0; i < count; ++i) {
    if (HasFixed(op, first + i)) AppendNumber<uint32_t>(&bytes, first + i);
  }
  SetResult(op, bytes);
}

void ListDirectory(Op& op) {
  if (op.f->w && !IsDirectory(op, Inode(op))) return op.Ret(Errno::kEnotdir);
  if (IsFixedFile(op)) {
    return op.k.NoteUnmodelled("a list of what the model has no names for");
  }
  if (op.f->w) return ListFixed(op);
  if (SuperAt(op)) ListRoot(op);
}

uint32_t Links(Op& op) {
  if (!SeesDirectory(op)) return 1;
  if (op.f->w) return op.f->type == kLogsName ? 3 : 2;
  uint32_t links = 2;
  for (const uint32_t name : NamesIn(op.w, SuperAt(op))) {
    links += IsDirectory(op, Lookup(op.w, SuperAt(op), name)) ? 1 : 0;
  }
  return links;
}

// Numbers of inodes below the root are those of the whole kernel.
void StatPath(Op& op) {
  const SuperBlockId sb = SuperAt(op);
  const uint32_t owner =
      UidFor(op.w, CurrentProcess(op), sb ? op.w.Get(sb).root_uid : 0);
  const uint32_t mode = ModeOf(op);
  const bool device = mode == kDeviceMode;
  const char* const kind = device                   ? "char"
                           : mode == kDirectoryMode ? "dir"
                                                    : "file";
  std::string text =
      absl::StrCat(kind, " ", mode >> 6, mode >> 3 & 7, mode & 7, " uid ",
                   owner, " gid ", owner, " links ", Links(op));
  if (device) {
    const InodeRow& inode = op.w.Get(Inode(op));
    const bool control = inode.kind == InodeKind::kControl;
    absl::StrAppend(&text, " ino ", control ? 2 : inode.minor + 3, " minor ",
                    inode.minor);
  }
  SetResult(op, text);
}

// What a log says is no part of the state.
void ReadPath(Op& op) {
  if (SeesDirectory(op)) return op.Ret(Errno::kEisdir);
  if (!IsFixedFile(op)) {
    return op.k.NoteUnmodelled(
        "a file is read of which the model knows nothing");
  }
  if (op.f->type < kFirstLog) SetResult(op, "1");
}

// binderfs_show_options.
void ShowOptions(Op& op) {
  if (!SuperAt(op)) return;
  const SuperBlockRow& sb = op.w.Get(SuperAt(op));
  SetResult(op,
            absl::StrCat("max=", sb.max, sb.stats != 0 ? ",stats=global" : ""));
}

bool Looks(Op& op, Look look) {
  return op.f->increment == static_cast<uint8_t>(look);
}

bool ReadsLog(Op& op) {
  return Looks(op, Look::kContents) && op.f->ret == 0 &&
         op.f->type >= kFirstLog;
}

void LookAtPath(Op& op) {
  op.f->ret = Walk(op, op.f->type);
  if (op.f->ret != 0) return;
  switch (static_cast<Look>(op.f->increment)) {
    case Look::kNames:
      return ListDirectory(op);
    case Look::kStatus:
      return StatPath(op);
    case Look::kContents:
      return ReadPath(op);
    case Look::kOptions:
      return ShowOptions(op);
  }
}

}  // namespace

Operation BuildLook() {
  Builder b(OpId::kLook, "simple_lookup");
  b.Branch(
      "stat() opens nothing", [](Op& op) { return Looks(op, Look::kStatus); },
      "look");
  AppendReserveForTheCall(b);
  return b.Label("look")
      .Pin("path_get", HoldPath)
      .Lock("root.i_rwsem")
      .Do("look", LookAtPath)
      .Unlock("root.i_rwsem")
      .Branch(
          "no log is read", [](Op& op) { return !ReadsLog(op); }, "seen")
      .Lock("binder_procs_lock")
      .Do("binder_inc_node_tmpref, binder_put_node",
          [](Op& op) { PrintState(op, FixedOf(op.f->type).prints); })
      .Unlock("binder_procs_lock")
      .Label("seen")
      .Local("what was seen",
             [](Op& op) {
               op.w.Edit(op.f->task).seen = op.f->sg;
               op.f->w = {};
             })
      .Label("out")
      .Return()
      .Finish();
}

namespace {

// --- what nobody can make ----------------------------------------------------

void RefuseToRemove(Op& op, int32_t found) {
  op.f->ret = found;
  if (found != 0) return;
  if (!MayWriteDirectory(op)) return op.Ret(Errno::kEacces);
  op.Ret(SeesDirectory(op) ? Errno::kEperm : Errno::kEnotdir);
}

void RefuseToMake(Op& op) {
  if (!SuperAt(op)) {
    return op.k.NoteUnmodelled("something is made that is not in a binderfs");
  }
  const auto what = static_cast<Making>(op.f->increment);
  const int32_t found = Walk(op, op.f->type);
  if (what == Making::kNoDirectory) return RefuseToRemove(op, found);
  if (found == 0) return op.Ret(Errno::kEexist);
  const bool denied = !MayWriteDirectory(op) || what == Making::kFile;
  op.Ret(denied ? Errno::kEacces : Errno::kEperm);
}

}  // namespace

Operation BuildMake() {
  Builder b(OpId::kMake, "binderfs_dir_inode_operations");
  b.Branch(
      "only open() takes a descriptor",
      [](Op& op) {
        return static_cast<Making>(op.f->increment) != Making::kFile;
      },
      "make");
  AppendReserveForTheCall(b);
  return b.Label("make")
      .Pin("path_get", HoldPath)
      .Lock("root.i_rwsem")
      .Do("refuse it",
          [](Op& op) {
            RefuseToMake(op);
            op.f->w = {};
          })
      .Unlock("root.i_rwsem")
      .Label("out")
      .Return()
      .Finish();
}

namespace {

// --- setns -------------------------------------------------------------------
// i: the process whose IPC namespace it is.

void JoinIpcNamespace(Op& op) {
  const ProcessId process = CurrentProcess(op);
  const Namespaces theirs =
      NamespacesOf(op.w, op.w.Find<ProcessRow>(op.f->i, 0));
  const uint32_t owner =
      theirs.ipc == 0
          ? 0
          : NamespacesOf(op.w, op.w.Find<ProcessRow>(theirs.ipc, 0)).user;
  if (!Capable(op.w, process, owner) ||
      !Capable(op.w, process, CurrentNamespaces(op).user)) {
    return op.Ret(Errno::kEperm);
  }
  NsProxyId id = op.w.Find<NsProxyRow>(op.w.NameOf(process), 0);
  if (!id) {
    id = op.w.Create<NsProxyRow>(op.w.NameOf(process), 0);
    op.w.Edit(id).process = process;
  }
  op.w.Edit(id).ipc_ns = theirs.ipc;
}

}  // namespace

Operation BuildJoinNamespace() {
  Builder b(OpId::kJoinNamespace, "ipcns_install");
  AppendReserveForTheCall(b);
  return b.Do("switch_task_namespaces", JoinIpcNamespace)
      .Label("out")
      .Return()
      .Finish();
}

}  // namespace bindery::sim
