// Rows of user space and of what every process has: tasks, programs, files.
//
// Each row lists its fields once, in Fields(); hashing, encoding, dumps and the
// journal's bookkeeping are derived from that list. `Field` is part of the
// canonical state, `Address` only with exact addresses, `Derived` and `Skip`
// never, with the reason. What a step reads of a row and does not find in other
// rows that it reads is not skipped, but derived (dependence.h). A field says
// what its number stands for (Meaning) if renaming processes changes that. Rows
// are trivially copyable and zero when created.
#ifndef BINDERY_SIM_WORLD_ROWS_USER_H_
#define BINDERY_SIM_WORLD_ROWS_USER_H_

#include <cstdint>

#include "sim/world/id.h"
#include "sim/world/list.h"
#include "sim/world/symmetry.h"

namespace bindery::sim {

// What belongs to nobody in particular. One row.
struct alignas(8) GlobalRow {
  static constexpr TableId kTable = TableId::kGlobal;
  static constexpr char kName[] = "global";

  SetHead procs;       // binder_procs
  ListHead deferred;   // binder_deferred_list, head is served first
  FrameId worker;      // the deferred worker's activation
  uint32_t last_id;    // debug ids handed out
  uint32_t kills;      // bit i: budget.kill[i] has not happened yet
  uint32_t signals;    // signals left in the budget
  uint32_t failures;   // allocation failures left in the budget
  uint32_t fail_next;  // the Nth allocation from here fails; 0: none

  template <typename V>
  static void Fields(V& v) {
    v.Field("procs", &GlobalRow::procs);
    v.Field("deferred", &GlobalRow::deferred);
    v.Field("worker", &GlobalRow::worker);
    v.Skip("last_id", &GlobalRow::last_id, "debug ids are not observable");
    v.Field("kills", &GlobalRow::kills, Meaning::kKills);
    v.Field("signals", &GlobalRow::signals);
    v.Field("failures", &GlobalRow::failures);
    v.Field("fail_next", &GlobalRow::fail_next);
  }
};

// ProcessRow.dead of a process that somebody is still to fork.
inline constexpr uint8_t kUnborn = 2;

// A user-space process: a thread group with its files.
struct alignas(8) ProcessRow {
  static constexpr TableId kTable = TableId::kProcess;
  static constexpr char kName[] = "process";

  uint32_t index;       // place in the scenario, from 1
  uint32_t uid;         // effective user id
  uint32_t nofile;      // RLIMIT_NOFILE
  uint8_t dead;         // exited or killed; kUnborn: not forked yet
  uint8_t rlimit_nice;  // RLIMIT_NICE
  BlobId security_context;
  SetHead fds;
  SetHead tasks;
  InFlightId inbox;  // the first descriptor that was sent to it

  template <typename V>
  static void Fields(V& v) {
    v.Field("index", &ProcessRow::index, Meaning::kProcess);
    v.Field("uid", &ProcessRow::uid);
    v.Field("nofile", &ProcessRow::nofile);
    v.Field("dead", &ProcessRow::dead);
    v.Field("rlimit_nice", &ProcessRow::rlimit_nice);
    v.Field("security_context", &ProcessRow::security_context);
    v.Field("fds", &ProcessRow::fds);
    v.Field("tasks", &ProcessRow::tasks);
    v.Field("inbox", &ProcessRow::inbox);
  }
};

enum class TaskState : uint8_t {
  kWaitingForSpawn,  // pool thread that nobody asked for yet
  kRunning,
  kFinished,  // all steps done
  kStopped,   // stopped by its program; the binder thread object stays
  kDead,      // its process exited or was killed
  kFailed,    // an expectation was not met
};

// TaskRow.asleep; 0: awake.
inline constexpr uint8_t kAsleep = 1;          // on its binder thread's queue
inline constexpr uint8_t kAsleepForATime = 2;  // on another one, at most for so
                                               // long
inline constexpr uint8_t kAsleepInEpoll = 3;   // on an epoll instance's

// A thread of a process: its program's place and its system call.
struct alignas(8) TaskRow {
  static constexpr TableId kTable = TableId::kTask;
  static constexpr char kName[] = "task";

  ProcessId process;
  uint32_t actor;  // number of the actor, from 1, over all processes
  TaskState state;
  uint8_t asleep;           // sleeps in the driver until woken; see below
  uint8_t signal_pending;   // a signal will end the sleep
  uint8_t announced;        // BC_ENTER_LOOPER or BC_REGISTER_LOOPER was sent
  int8_t nice;              // its nice value
  uint32_t pc;              // next instruction of the program
  FrameId frame;            // innermost activation of the system call
  ActivationId activation;  // innermost activation of the program
  int32_t ret;              // result of the latest system call
  int32_t value2;           // second value that it wrote back
  BlobId seen;              // bytes that it wrote back
  uint64_t value;           // value that it wrote back
  uint64_t write_consumed;  // of an ioctl: a third value
  uint64_t read_consumed;
  ListHead out;         // commands not yet taken by the driver
  ListHead in;          // words that the program has not looked at
  ListHead task_works;  // files to be released before it is in user space
  Link entry;           // process.tasks

  template <typename V>
  static void Fields(V& v) {
    v.Field("process", &TaskRow::process);
    v.Field("actor", &TaskRow::actor, Meaning::kActor);
    v.Field("state", &TaskRow::state);
    v.Field("asleep", &TaskRow::asleep);
    v.Field("signal_pending", &TaskRow::signal_pending);
    v.Field("announced", &TaskRow::announced);
    v.Field("nice", &TaskRow::nice);
    v.Field("pc", &TaskRow::pc, Meaning::kPc);
    v.Field("frame", &TaskRow::frame);
    v.Field("activation", &TaskRow::activation);
    v.Field("ret", &TaskRow::ret);
    v.Field("value2", &TaskRow::value2);
    v.Field("value", &TaskRow::value);
    v.Field("write_consumed", &TaskRow::write_consumed);
    v.Field("read_consumed", &TaskRow::read_consumed);
    v.Field("out", &TaskRow::out);
    v.Field("in", &TaskRow::in);
    v.Field("task_works", &TaskRow::task_works);
    v.Field("entry", &TaskRow::entry);
    v.Field("seen", &TaskRow::seen);
  }
};

enum class ActivationKind : uint8_t {
  kNone,
  kCall,     // waits for the outcome of a call
  kServe,    // serves as a looper
  kHandler,  // runs a handler's steps
  kRepeat,   // counts a loop
};

// One level of a program's stack.
struct alignas(8) ActivationRow {
  static constexpr TableId kTable = TableId::kActivation;
  static constexpr char kName[] = "activation";

  ActivationId parent;
  TaskId task;
  ActivationKind kind;
  uint8_t sync;      // handler: the transaction wants a reply
  uint8_t replied;   // handler: it got one
  uint8_t outcome;   // call: the word that ended it, plus 1
  uint32_t pc;       // instruction that opened it
  uint32_t count;    // serve: transactions left, plus 1; repeat: rounds left
  BufferId buffer;   // handler: the transaction's buffer
  uint64_t address;  // handler: that buffer's offset
  uint64_t cookie;   // handler of a reference or death word: its cookie
  BlobId data;       // payload that expectations look at

  template <typename V>
  static void Fields(V& v) {
    v.Field("parent", &ActivationRow::parent);
    v.Field("task", &ActivationRow::task);
    v.Field("kind", &ActivationRow::kind);
    v.Field("sync", &ActivationRow::sync);
    v.Field("replied", &ActivationRow::replied);
    v.Field("outcome", &ActivationRow::outcome);
    v.Field("pc", &ActivationRow::pc, Meaning::kPc);
    v.Field("count", &ActivationRow::count);
    v.Field("buffer", &ActivationRow::buffer);
    v.Address("address", &ActivationRow::address);
    v.Field("cookie", &ActivationRow::cookie);
    v.Field("data", &ActivationRow::data);
  }
};

// A value that a program bound to a name, or the count of an event.
struct alignas(8) VariableRow {
  static constexpr TableId kTable = TableId::kVariable;
  static constexpr char kName[] = "variable";

  ProcessId process;  // none: an event of the whole scenario
  uint32_t index;     // number of the name
  uint8_t bound;
  uint8_t proxy;     // bits of ProxyBit (sim/user/runtime.h)
  uint64_t value;    // handle number, or how often the event was posted
  BufferId buffer;   // a buffer, if it names one
  uint64_t address;  // that buffer's offset

  template <typename V>
  static void Fields(V& v) {
    v.Field("process", &VariableRow::process);
    v.Field("index", &VariableRow::index);
    v.Field("bound", &VariableRow::bound);
    v.Field("proxy", &VariableRow::proxy);
    v.Field("value", &VariableRow::value);
    v.Field("buffer", &VariableRow::buffer);
    v.Address("address", &VariableRow::address);
  }
};

// A command (BC_*) that a program has put into its write buffer.
struct alignas(8) CommandRow {
  static constexpr TableId kTable = TableId::kCommand;
  static constexpr char kName[] = "command";

  TaskId task;
  uint32_t bc;      // the command word; see sim/kernel/uapi.h
  uint32_t size;    // bytes in the write buffer, the word included
  uint32_t handle;  // target, or the handle of a reference command
  uint32_t code;
  uint32_t flags;    // TF_*
  uint8_t fault_at;  // 1: the word, 2: the operands, 3: the payload, 4: the
                     // offsets array cannot be read
  uint64_t ptr;      // node pointer
  uint64_t cookie;
  uint64_t data_size;
  uint64_t offsets_size;
  uint64_t buffers_size;
  uint64_t readable;  // if the payload cannot be read: bytes that can
  BlobId data;
  BlobId offsets;
  BlobId memory;        // what objects point to; see sim/kernel/user_memory.h
  BufferId buffer;      // BC_FREE_BUFFER: which one
  uint64_t address;     // BC_FREE_BUFFER: its offset
  uint8_t has_address;  // `address` was given as a number
  Link entry;           // task.out

  template <typename V>
  static void Fields(V& v) {
    v.Field("task", &CommandRow::task);
    v.Field("bc", &CommandRow::bc);
    v.Field("size", &CommandRow::size);
    v.Field("handle", &CommandRow::handle);
    v.Field("code", &CommandRow::code);
    v.Field("flags", &CommandRow::flags);
    v.Field("fault_at", &CommandRow::fault_at);
    v.Field("ptr", &CommandRow::ptr);
    v.Field("cookie", &CommandRow::cookie);
    v.Field("data_size", &CommandRow::data_size);
    v.Field("offsets_size", &CommandRow::offsets_size);
    v.Field("buffers_size", &CommandRow::buffers_size);
    v.Field("readable", &CommandRow::readable);
    v.Field("data", &CommandRow::data);
    v.Field("offsets", &CommandRow::offsets);
    v.Field("memory", &CommandRow::memory);
    v.Field("buffer", &CommandRow::buffer);
    v.Address("address", &CommandRow::address);
    v.Field("has_address", &CommandRow::has_address);
    v.Field("entry", &CommandRow::entry);
  }
};

// A word (BR_*) that the driver has put into a task's read buffer.
struct alignas(8) ReturnRow {
  static constexpr TableId kTable = TableId::kReturn;
  static constexpr char kName[] = "return";

  TaskId task;
  uint32_t br;  // number of the word
  uint32_t code;
  uint32_t flags;
  uint32_t sender_euid;
  ProcessId sender;  // sender_pid, as the process that it names
  uint64_t ptr;
  uint64_t cookie;
  uint64_t data_size;
  uint64_t offsets_size;
  BufferId buffer;
  uint64_t address;  // offset of that buffer
  uint64_t secctx;   // place of the security context in it, plus 1; 0: none
  Link entry;        // task.in

  template <typename V>
  static void Fields(V& v) {
    v.Field("task", &ReturnRow::task);
    v.Field("br", &ReturnRow::br);
    v.Field("code", &ReturnRow::code);
    v.Field("flags", &ReturnRow::flags);
    v.Field("sender_euid", &ReturnRow::sender_euid);
    v.Field("sender", &ReturnRow::sender);
    v.Field("ptr", &ReturnRow::ptr);
    v.Field("cookie", &ReturnRow::cookie);
    v.Field("data_size", &ReturnRow::data_size);
    v.Field("offsets_size", &ReturnRow::offsets_size);
    v.Field("buffer", &ReturnRow::buffer);
    v.Address("address", &ReturnRow::address);
    v.Field("secctx", &ReturnRow::secctx);
    v.Field("entry", &ReturnRow::entry);
  }
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_ROWS_USER_H_
