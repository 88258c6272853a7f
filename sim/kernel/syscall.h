// System calls as user space makes them, for whoever wants to make the same
// ones elsewhere (tools/conform: on a real kernel).
#ifndef BINDERY_SIM_KERNEL_SYSCALL_H_
#define BINDERY_SIM_KERNEL_SYSCALL_H_

#include <cstdint>

#include "sim/kernel/atom.h"
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

// One call with everything that the caller passes. `op` says which: kOpen,
// kClose, kMmap, kMunmap, kPoll, kIoctl or kWriteRead.
struct Syscall {
  OpId op = OpId::kNone;
  uint32_t fd = 0;             // all but kOpen
  uint32_t device = 0;         // kOpen: the context's index
  bool nonblock = false;       // kOpen
  uint64_t size = 0;           // kMmap, in bytes
  bool writable = false;       // kMmap: asks for PROT_WRITE
  uint32_t request = 0;        // kIoctl: the request's number
  uint64_t argument = 0;       // kIoctl: its value
  bool null_argument = false;  // kIoctl
  WriteReadArgs args = {};     // kWriteRead
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
  // A task that may have slept in the driver can go on.
  virtual void Woken(const World& /*world*/, TaskId /*task*/) {}
  // A function of the driver begins that is not a whole system call.
  virtual void Entered(OpId /*op*/) {}
  // The driver was refused memory.
  virtual void AllocationFailed() {}
  // The driver refuses what user space asked for; why, in words of our own.
  virtual void Refused(const char* /*message*/) {}
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_SYSCALL_H_
