// System calls as user space makes them, for whoever wants to make the same
// ones elsewhere (tools/conform: on a real kernel).
#ifndef BINDERY_SIM_KERNEL_SYSCALL_H_
#define BINDERY_SIM_KERNEL_SYSCALL_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "sim/binderfs/mount_options.h"
#include "sim/kernel/atom.h"
#include "sim/kernel/uapi.h"
#include "sim/world/world.h"

namespace bindery::sim {

// Operands of one BINDER_WRITE_READ. The commands are those in task.out.
struct WriteReadArgs {
  uint64_t write_consumed = 0;
  uint64_t read_size = 0;
  uint64_t read_consumed = 0;
  bool null_argument = false;
  bool unreadable_write = false;
  bool unwritable_read = false;  // from its byte `writable` on
  uint64_t writable = 0;
};

// Where the argument of an ioctl is.
enum class ArgumentMemory : uint8_t {
  kWritable,
  kNull,      // nowhere: a null pointer
  kReadOnly,  // in memory that can be read only
};

// The argument of an ioctl that is not BINDER_WRITE_READ. What `more` and
// `flags` are depends on the request:
//   BINDER_SET_CONTEXT_MGR_EXT: `value` is ptr, `more` cookie, `flags` flags;
//   BINDER_GET_NODE_INFO_FOR_REF: `value` is the handle, `more` the count of
//     strong references and, in its upper half, of weak ones, `flags` the
//     first reserved word;
//   BINDER_CTL_ADD: `value` is the device's name, `flags` 1 if it can be none.
// Others have `value` only.
struct IoctlArgs {
  uint64_t value = 0;
  uint64_t more = 0;
  uint32_t flags = 0;
  ArgumentMemory memory = ArgumentMemory::kWritable;
};

// EPOLL_CTL_*.
enum class EpollOp : uint8_t { kAdd = 1, kDelete = 2, kModify = 3 };

// Operands of epoll_ctl() and epoll_wait().
struct EpollArgs {
  EpollOp op = EpollOp::kAdd;
  uint32_t target = 0;  // the descriptor that is watched
  uint32_t events = 0;  // EPOLL* bits
  uint32_t max_events = 0;
  bool wait = true;  // without an end; else not at all
};

// What a call about a directory of binderfs looks at.
enum class Look : uint8_t { kNames, kStatus, kContents, kOptions };

// proto::Making.
enum class Making : uint8_t { kDirectory, kFile, kNode, kLink, kNoDirectory };

// Operands of calls about paths, of these the mount point and the name
// (sim/binderfs/binderfs.h), and about contents of files.
struct FsArgs {
  uint32_t mountpoint = 0;
  uint32_t name = 0;
  uint32_t to_mountpoint = 0;  // kRename
  uint32_t to_name = 0;        // kRename
  uint32_t fd = 0;             // kReopen, kReadFd, kWriteFd, kSeek
  uint32_t process = 0;        // kJoinNamespace: the other one's index
  bool nonblock = false;       // kOpenAt
  bool remount = false;        // kMount
  bool lazy = false;           // kUmount
  MountOptions options = {};   // kMount
  uint32_t text = 0;           // kMount: which options, for who has them
  Look look = Look::kNames;    // kLook
  Making making = Making::kDirectory;  // kMake
  uint64_t size = 0;                   // kReadFd, in bytes
  uint64_t offset = 0;                 // kSeek, from the start
  absl::string_view bytes;             // kWriteFd
};

// Whether the operation is one of Kernel::SysContents.
constexpr bool IsAboutContents(OpId op) {
  return op >= OpId::kPipe && op <= OpId::kSeek;
}

// One call with everything that the caller passes. `op` says which: kOpen,
// kClose, kMmap, kMunmap, kPoll, kEpollCreate, kEpollCtl, kEpollWait, kBpf,
// kDup, kFork, kSendFd, kReceiveFd, kIoctl, kWriteRead, or one of FsArgs.
struct Syscall {
  OpId op = OpId::kNone;
  uint32_t fd = 0;               // all but kOpen, kEpollCreate, kBpf, kFork,
                                 // kReceiveFd
  uint32_t device = 0;           // kOpen: the context's index
  bool nonblock = false;         // kOpen
  uint64_t size = 0;             // kMmap, in bytes
  bool writable = false;         // kMmap: asks for PROT_WRITE
  uint32_t request = 0;          // kIoctl: the request's number
  IoctlArgs ioctl = {};          // kIoctl
  WriteReadArgs args = {};       // kWriteRead
  EpollArgs epoll = {};          // kEpollCtl, kEpollWait
  BpfKind bpf = BpfKind::kNone;  // kBpf
  uint32_t process = 0;          // kFork, kSendFd: the other one's index
  FsArgs fs = {};                // the others
};

// What the driver tells whoever listens to its family of generic netlink about
// a transaction. Nobody changes by it.
struct Report {
  Br error = Br::kOk;
  uint32_t device = 0;  // the context's index
  ThreadId from;
  ProcId to_proc;      // none: the target is not known
  ThreadId to_thread;  // none: it is no thread's
  bool is_reply = false;
  uint32_t flags = 0;
  uint32_t code = 0;
  uint32_t data_size = 0;
};

// Told of every call at the moment when it is made and when it has returned.
// May look at the world, and at nothing after it returns.
class SyscallObserver {
 public:
  virtual ~SyscallObserver() = default;
  // Nothing of it has run yet; the commands to write are in task.out.
  virtual void Submitted(const World& world, TaskId task,
                         const Syscall& call) = 0;
  // The results are in the task's row, the words in task.in.
  virtual void Returned(const World& world, TaskId task) = 0;
  // A process is about to end, by itself or because it is killed.
  virtual void Exiting(const World& world, ProcessId process) = 0;
  // A signal is about to be sent to a task.
  virtual void Signalled(const World& world, TaskId task) = 0;
  // A task has slept for as long as it wanted to.
  virtual void Expired(const World& /*world*/, TaskId /*task*/) {}
  // The machine is about to be short of memory.
  virtual void Shrinking(const World& /*world*/) {}
  // That took so many pages of mappings.
  virtual void PagesTaken(uint64_t /*count*/) {}
  // A task that may have slept in the driver can go on.
  virtual void Woken(const World& /*world*/, TaskId /*task*/) {}
  // A function of the driver begins that is not a whole system call.
  virtual void Entered(OpId /*op*/) {}
  // The driver was refused memory.
  virtual void AllocationFailed() {}
  // The driver refuses what user space asked for; why, in words of our own.
  virtual void Refused(const char* /*message*/) {}
  // A transaction failed, is held up, or is one of too many.
  virtual void Reported(const World& /*world*/, const Report& /*report*/) {}
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_SYSCALL_H_
