// The driver as user space and the scheduler see it.
//
// System calls are submitted (SysX), which creates an activation and runs
// nothing; RunTask() then executes atoms until the next place where another
// thread may run, the task sleeps, or the call has returned. What a call
// produced is in the task's row: ret, value, write_consumed, read_consumed, and
// the words in its list `in`.
//
// All calls happen inside a step of the world (World::BeginStep).
#ifndef BINDERY_SIM_KERNEL_KERNEL_H_
#define BINDERY_SIM_KERNEL_KERNEL_H_

#include <array>
#include <cstdint>

#include "sim/events/events.h"
#include "sim/kernel/driver.h"
#include "sim/kernel/security.h"
#include "sim/kernel/statistics.h"
#include "sim/kernel/syscall.h"
#include "sim/kernel/uapi.h"
#include "sim/world/world.h"

namespace bindery::sim {

class Memory;
class BranchCounts;

// How binderfs is, where that is not a matter of the kernel's version.
struct BinderfsOptions {
  enum class Instances : uint8_t {
    kPerMount,         // as in every kernel
    kPerIpcNamespace,  // each namespace has one
    kOne,              // the machine has one: a folder with a control device
    kContextsPerOpen,  // and a device has a context for each IPC namespace
                       // that opens it
  };
  Instances instances = Instances::kPerMount;
  uint32_t minors = 1u << 20;
};

// Where another thread may run.
enum class Granularity : uint8_t {
  kCommand,  // between commands, items, sleeps and the worker's phases
  kLock,     // wherever no lock is held
};

class Kernel {
 public:
  // `driver` and `world` outlive the kernel.
  Kernel(const Driver& driver, World& world) : driver_(driver), w_(world) {}

  World& world() { return w_; }
  const Driver& driver() const { return driver_; }
  void set_granularity(Granularity granularity) { granularity_ = granularity; }
  Granularity granularity() const { return granularity_; }
  // RunTask() goes on to the next sleep or return, at command granularity.
  void set_run_through(bool on) { run_through_ = on; }
  bool run_through() const { return run_through_; }
  // Why answers can no longer be trusted, null while they can: something met
  // depends on the layout although layout is not part of the state (symbolic
  // addresses). Sticky.
  const char* inconclusive() const { return inconclusive_; }
  void NoteLayoutDependence();
  // Something happens that the model does not have; says what. Sticky.
  void NoteUnmodelled(const char* what) { inconclusive_ = unmodelled_ = what; }
  // Null if nothing did.
  const char* unmodelled() const { return unmodelled_; }
  void set_events(EventSink* sink) { events_ = sink; }
  EventSink* events() const { return events_; }
  // Null if nobody observes. Outlives the kernel.
  void set_observer(SyscallObserver* observer) { observer_ = observer; }
  // Which pages are there (pages.h). Null if nobody looks. Outlives the kernel.
  // REQUIRES: no step is undone from now on.
  void set_memory(Memory* memory) { memory_ = memory; }
  Memory* memory() const { return memory_; }
  // What the driver keeps of its past (statistics.h). Null if nobody asks.
  // Outlives the kernel. REQUIRES: no step is undone from now on.
  void set_statistics(Statistics* statistics) { statistics_ = statistics; }
  Statistics* statistics() const { return statistics_; }
  // What the security module allows (security.h). Null, as at first:
  // everything. Outlives the kernel.
  void set_policy(const Policy* policy) { policy_ = policy; }
  const Policy* policy() const { return policy_; }
  // Some thread may have another nice value than 0 (nice.h).
  void set_nice(bool on) { nice_ = on; }
  bool nice() const { return nice_; }
  // Some process is in a user namespace of its own, where uids are others.
  void set_user_namespaces(bool on) { user_namespaces_ = on; }
  bool user_namespaces() const { return user_namespaces_; }
  // Nobody will ask for thread->ee: it is not kept, and makes no states.
  void set_extended_errors(bool on) { extended_errors_ = on; }
  bool extended_errors() const { return extended_errors_; }
  void set_binderfs(const BinderfsOptions& options) { binderfs_ = options; }
  const BinderfsOptions& binderfs() const { return binderfs_; }
  // Counts the branches that are taken, those of the kernel's driver; null, as
  // at first: none. Outlives the kernel.
  void set_branches(BranchCounts* branches) { branches_ = branches; }
  BranchCounts* branches() const { return branches_; }

  // --- System calls ---------------------------------------------------------
  // ret: the new descriptor, or a negative errno.
  void SysOpen(TaskId task, ContextId device, bool nonblock);
  void SysClose(TaskId task, uint32_t fd);
  void SysMmap(TaskId task, uint32_t fd, uint64_t size, bool writable);
  // The mapping of the device that `fd` names; once that is closed, the oldest
  // mapping that the process has.
  void SysMunmap(TaskId task, uint32_t fd);
  // poll() with no timeout and POLLIN; ret: 1 once the device is readable, or
  // if there is no such descriptor; value: revents.
  void SysPoll(TaskId task, uint32_t fd);
  // ret: the new descriptor.
  void SysEpollCreate(TaskId task);
  // Of a map, or of a program that is loaded; ret: the new descriptor.
  void SysBpf(TaskId task, BpfKind kind);
  // `args.op`, `target` and `events` count. ret: 0.
  void SysEpollCtl(TaskId task, uint32_t fd, const EpollArgs& args);
  // `args.max_events`, at most kMostEvents, and `wait` count. ret: how many
  // events; value: 16 bits for each, the descriptor times 16 and EPOLL* bits.
  void SysEpollWait(TaskId task, uint32_t fd, const EpollArgs& args);
  static constexpr uint32_t kMostEvents = 4;
  // ret: the new descriptor.
  void SysDup(TaskId task, uint32_t fd);
  // The child is a process that nobody has forked yet. ret: 0.
  void SysFork(TaskId task, ProcessId child);
  // SCM_RIGHTS. ret: 0; the descriptor, -EAGAIN if none was sent, or -EMFILE.
  void SysSendFd(TaskId task, uint32_t fd, ProcessId to);
  void SysReceiveFd(TaskId task);
  // `op` says which: kOpenAt, kReopen, kMount, kUmount, kUnlink, kRename,
  // kLook, kMake, kJoinNamespace. ret: 0 or the new descriptor; of
  // kLook: what was seen, in task.seen (sim/user/look_text.h).
  void SysFs(TaskId task, OpId op, const FsArgs& args);
  // `op` says which: kPipe, kMemfd, kReadFd, kWriteFd, kSeek. ret: 0 (value:
  // the descriptor for reading, in the upper half the one for writing), the new
  // descriptor, how many bytes (task.seen: which were read), the place.
  void SysContents(TaskId task, OpId op, const FsArgs& args);
  // `request` is the ioctl's number.
  void SysIoctl(TaskId task, uint32_t fd, uint32_t request,
                const IoctlArgs& args);
  void SysWriteRead(TaskId task, uint32_t fd, const WriteReadArgs& args);
  // Ends the whole process: its tasks are dead at once, closing its files is
  // left to the deferred worker.
  void ExitProcess(ProcessId process);

  // --- Scheduling -----------------------------------------------------------
  // The task is in a system call that is not asleep, or has a signal.
  bool Runnable(TaskId task) const;
  // REQUIRES: Runnable(task).
  void RunTask(TaskId task);
  bool WorkerRunnable() const;
  // REQUIRES: WorkerRunnable().
  void RunWorker();
  // Runs the task's call to its end; for setting a world up.
  // REQUIRES: it does not sleep.
  void RunToReturn(TaskId task);
  // A signal that the task handles: what it sleeps in, or would sleep in before
  // it is back in user space, ends with -EINTR.
  void Signal(TaskId task);

  // Memory pressure: the shrinker takes every page that it can. Nothing happens
  // unless somebody looks at pages.
  void Shrink();

  // A sleep that lasts for some time at most, and the end of that time.
  bool Sleeping(TaskId task) const;
  // REQUIRES: Sleeping(task).
  void Expire(TaskId task);

  // Somebody outside of the model reads `state` (print_state.h).
  void ReadState();

  // Names of objects in events, such as "server.main" for a task.
  // Set by whoever knows the scenario; may be null.
  struct Names {
    virtual ~Names() = default;
    virtual std::string Task(const World& world, TaskId task) const = 0;
    virtual std::string Process(const World& world, ProcessId id) const = 0;
    virtual std::string Context(uint32_t device) const = 0;
  };
  void set_names(const Names* names) { names_ = names; }
  const Names* names() const { return names_; }

  // What a task found last, as a guess: nothing is known of it but what the
  // rows say, so that it may be wrong or gone, and is no part of the state.
  struct Guess {
    FdId fd;
    ThreadId thread;
  };
  Guess& guess(TaskId task) { return guesses_[task.any().slot() % kGuesses]; }

  // Somebody looks at what cannot be observed by programs, such as debug ids.
  bool watched() const {
    return events_ != nullptr || observer_ != nullptr || statistics_ != nullptr;
  }

  // --- What operations tell the observer -------------------------------------
  void Entered(OpId op) {
    if (observer_ != nullptr) [[unlikely]]
      observer_->Entered(op);
  }
  void Woken(TaskId task) {
    if (observer_ != nullptr) [[unlikely]]
      observer_->Woken(w_, task);
  }
  void AllocationFailed() {
    if (observer_ != nullptr) [[unlikely]]
      observer_->AllocationFailed();
  }
  void Refused(const char* message) {
    if (observer_ != nullptr) [[unlikely]]
      observer_->Refused(message);
  }
  void Reported(const Report& report);

  // --- What operations tell the statistics -----------------------------------
  void Created(Counted what, AnyId id) {
    if (statistics_ != nullptr) [[unlikely]]
      statistics_->Created(what, id);
  }
  void Deleted(Counted what) {
    if (statistics_ != nullptr) [[unlikely]]
      statistics_->Deleted(what);
  }
  void Released(ProcId proc) {
    if (statistics_ != nullptr) [[unlikely]]
      statistics_->Released(proc);
  }

 private:
  FrameId Start(TaskId task, OpId op);
  void Observe(TaskId task, const Syscall& call) {
    if (observer_ != nullptr) [[unlikely]]
      observer_->Submitted(w_, task, call);
  }
  void RunFrames(FrameId* top, TaskId task);

  const Driver& driver_;
  World& w_;
  Granularity granularity_ = Granularity::kCommand;
  static constexpr uint32_t kGuesses = 16;
  std::array<Guess, kGuesses> guesses_ = {};
  bool run_through_ = false;
  bool extended_errors_ = true;
  EventSink* events_ = nullptr;
  SyscallObserver* observer_ = nullptr;
  Memory* memory_ = nullptr;
  const Policy* policy_ = nullptr;
  bool nice_ = false;
  bool user_namespaces_ = false;
  BinderfsOptions binderfs_;
  BranchCounts* branches_ = nullptr;
  const Names* names_ = nullptr;
  const char* inconclusive_ = nullptr;
  const char* unmodelled_ = nullptr;
  Statistics* statistics_ = nullptr;
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_KERNEL_H_
