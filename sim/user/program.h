// A scenario, compiled: what the user runtime executes.
//
// Flat vectors and numbers only, so that a transition looks up no name and
// allocates nothing. Names live on in tables beside the code, for messages.
//
// Invariants
//  P1 Actors are the tasks, numbered from 1 in order of declaration over all
//     processes, pool threads included: task i of `tasks` is actor i + 1.
//  P2 Processes, devices, events and the variables of one process are numbered
//     from 1; 0 names none of them.
//  P3 Every system call instruction is followed by kReturn, every instruction
//     that opens an activation (kCall, kReply, kServe, kHandlerEnd) by kWait.
//     A task's pc therefore says whether its call is still to be made.
//  P4 Immutable after Compile(); any number of runtimes may share it. One that
//     grows (growing_scenario.h) gets longer, and has one runtime.
#ifndef BINDERY_SIM_USER_PROGRAM_H_
#define BINDERY_SIM_USER_PROGRAM_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto/scenario.pb.h"
#include "sim/binderfs/binderfs.h"
#include "sim/kernel/kernel.h"
#include "sim/kernel/security.h"
#include "sim/kernel/uapi.h"
#include "sim/user/parcel.h"

namespace bindery::sim {

// A place in the scenario file, counted from 1.
struct Place {
  int line = 1;
  int column = 1;
};

enum class OpCode : uint8_t {
  kStart,        // of pool threads and forked processes: visible, so that it is
                 // a transition
  kOpen,         // a: device, b: fd variable, kNonblock
  kMmap,         // a: fd variable, c: size, kWritable
  kMunmap,       // a: fd variable
  kClose,        // a: fd variable
  kIoctl,        // a: fd variable, b: request, c: index into ioctls
  kPoll,         // a: fd variable
  kEpollCreate,  // b: fd variable
  kEpollCtl,     // a: fd variable of the instance, b: the other one,
                 // c: events times 4 plus what is done
  kEpollWait,    // a: fd variable, c: most events, kNonblock
  kBpf,          // a: BpfKind, b: fd variable
  kDup,          // a: fd variable, b: the new one
  kFork,         // a: process
  kSendFd,       // a: fd variable, b: process
  kReceiveFd,    // b: fd variable
  kFs,          // a: OpId, b: fd variable that it opens, c: index into fs_calls
  kWriteRead,   // a: fd variable, b: index into write_reads, kKeepReturns
  kFlush,       // a: fd variable, kIfQueued, kUnlessLooper
  kReturn,      // judges the system call before it
  kCall,        // a: command, b: fd variable, kOneWay
  kReply,       // a: command, b: handler
  kServe,       // a: count, b: fd variable, kSilent, kPool
  kWait,        // reads and serves for the activation before it
  kQueue,       // a: first command, b: how many
  kSkip,        // a: variable, c: where to, kIfBound: if it is bound, else if
                // not
  kForget,      // a: variable, kAll
  kLink,        // a: variable, b: command about the proxy that it holds
  kRepeat,      // a: times
  kRepeatEnd,   // a: first instruction of the body
  kPost,        // a: event; visible
  kAwait,       // a: event; visible
  kAwaitBound,  // a: variable; visible
  kCheck,       // a: index into checks; visible
  kKill,        // a: process; visible
  kSignal,      // a: task; visible
  kOverwrite,   // a: task, b: index into overwrites; visible
  kShrink,      // visible
  kExit,        // visible
  kStop,        // visible
  kHandlerEnd,  // a: handler; frees the buffer, replies if nothing did
  kHandlerPop,  // a: handler; back to who waits
  kEndFlush,    // a: fd variable; writes what is still queued
  kEnd,
};

// Bits of Instruction::flags.
enum InstructionFlag : uint8_t {
  kNonblock = 1,
  kIfQueued = 1,
  kIfBound = 1,
  kAll = 1,
  kWritable = 2,
  kUnlessLooper = 2,
  kKeepReturns = 8,
  kOneWay = 16,
  kSilent = 32,
  kPool = 64,
};

// A range of one of the tables below.
struct Range {
  uint32_t begin = 0;
  uint32_t count = 0;
};

struct Instruction {
  OpCode op = OpCode::kEnd;
  uint8_t flags = 0;
  uint32_t a = 0;
  uint32_t b = 0;
  uint64_t c = 0;
  Range expect;  // of outcomes; empty: the default expectation
  Range binds;
  Place place;
};

enum class VariableKind : uint8_t { kFd, kHandle, kBuffer, kFlag };

// What becomes of a handle that is read.
enum class Keep : uint8_t {
  kNo,       // it lives as long as its buffer
  kAcquire,  // BC_ACQUIRE
  kProxy,    // see ProxyBit in runtime.h
  kSame,     // nothing is bound: it must be the handle that the name has
};

// What a Bind remembers: a handle or descriptor in object `object` of a payload
// (the index-th of an array), the buffer, or that it came.
struct BindSpec {
  uint32_t variable = 0;
  uint32_t object = 0;
  uint32_t index = 0;
  VariableKind kind = VariableKind::kHandle;
  Keep keep = Keep::kNo;
  Place place;
};

// A number to be written into a payload, or the memory that goes along, when it
// is sent: that of a handle (8 bytes) or descriptor (4).
struct Patch {
  uint32_t offset = 0;
  uint32_t variable = 0;
  uint8_t size = 8;
  bool in_memory = false;
};

// One BC_* command, ready but for what only the run knows.
struct CommandTemplate {
  Bc bc = Bc::kUnknown;
  uint32_t size = 0;  // bytes in the write buffer
  uint32_t handle = 0;
  uint32_t handle_variable = 0;
  uint32_t code = 0;
  uint32_t flags = 0;
  uint8_t fault_at = 0;
  bool has_address = false;
  uint32_t buffer_variable = 0;
  uint64_t address = 0;
  uint64_t ptr = 0;
  uint64_t cookie = 0;
  uint64_t data_size = 0;
  uint64_t offsets_size = 0;
  uint64_t buffers_size = 0;
  uint64_t readable = 0;  // if fault_at is 3: bytes of the payload
  std::string data;
  std::string offsets;
  std::string memory;  // see sim/kernel/user_memory.h
  Range patches;
};

// Operands of a write_read step.
struct WriteReadSpec {
  WriteReadArgs args;
  Range commands;
};

// Operands of an ioctl step.
struct IoctlSpec {
  IoctlArgs args;
  uint32_t handle_variable = 0;  // if it is set, args.value is what it holds
};

// Operands of a step about paths, or contents of files.
struct FsSpec {
  FsArgs args;
  uint32_t fd_variable = 0;  // if it is set, args.fd is its number
  uint32_t second_fd = 0;    // of a pipe: the variable of the end for writing
  std::string bytes;         // args.bytes
};

// One BR_* word that an outcome lists. Operands that are not set are not
// compared.
struct ExpectedReturn {
  uint32_t br = 0;
  bool has_ptr = false, has_cookie = false, has_code = false;
  bool has_flags = false, has_data_size = false, has_offsets_size = false;
  bool has_sender_euid = false, has_sender = false;
  bool has_security_context = false;
  // `code` of BR_FROZEN_BINDER is is_frozen.
  uint64_t ptr = 0;
  uint64_t cookie = 0;
  uint32_t code = 0;
  uint32_t flags = 0;
  uint64_t data_size = 0;
  uint64_t offsets_size = 0;
  uint32_t sender_euid = 0;
  uint32_t sender = 0;  // process; 0: none
  std::string security_context;
  Range binds;
};

// Operands of an overwrite step.
struct OverwriteSpec {
  uint64_t at = 0;
  bool offsets = false;
  std::string bytes;
};

// One alternative of a step's `expect`.
struct ExpectedOutcome {
  bool has_ret = false, has_write_consumed = false, has_read_consumed = false;
  bool has_returns = false, has_br = false, has_text = false, has_i32 = false;
  bool has_value = false, has_ee_param = false, has_weak_count = false;
  bool has_cookie = false, has_strong_ref = false, has_weak_ref = false;
  bool frozen_info = false;  // these two are sync_recv and async_recv
  int64_t ret = 0;
  int32_t error = 0;  // negative errno; 0: not compared
  uint64_t write_consumed = 0;
  uint64_t read_consumed = 0;
  Range returns;  // of expected_returns
  uint32_t br = 0;
  std::string text;  // as it stands in a payload
  int32_t i32 = 0;
  uint64_t value = 0;
  int32_t ee_param = 0;
  uint32_t weak_count = 0;
  uint64_t cookie = 0;
  bool strong_ref = false, weak_ref = false;  // has_strong_ref, has_weak_ref
  uint32_t parcel = 0;  // index into parcels, plus 1; 0: not compared
  Range binds;          // names in that parcel
  bool has_ready = false;
  std::vector<uint32_t> ready;  // fd variables, in order
};

// `on { ... }`: which words it takes, and its code. The first two of a scenario
// are made up: they take what UNHANDLED_IGNORE drops.
struct HandlerSpec {
  uint32_t br = 0;
  // `code` of BR_FROZEN_BINDER is is_frozen.
  bool has_code = false, has_ptr = false, has_text = false, has_cookie = false;
  bool has_uid = false, has_security_context = false;
  bool keep_buffer = false;
  uint32_t code = 0;
  uint64_t ptr = 0;
  uint64_t cookie = 0;
  std::string text;                    // as it stands in a payload
  std::vector<uint32_t> if_bound;      // variables
  std::vector<uint32_t> unless_bound;  // variables
  uint32_t proxy = 0;                  // variable; 0: of any cookie
  uint32_t uid = 0;
  std::string security_context;
  uint32_t parcel = 0;  // index into parcels, plus 1; 0: any payload
  Range binds;
  uint32_t entry = 0;
  Place place;
};

inline constexpr uint32_t kIgnoreTransaction = 0;
inline constexpr uint32_t kIgnoreDeadBinder = 1;

struct VariableSpec {
  std::string name;
  VariableKind kind = VariableKind::kFd;
};

// A device that is open from the start.
struct AttachSpec {
  bool present = false;
  uint32_t device = 0;
  uint32_t fd_variable = 0;
  uint64_t mmap_size = 0;
  bool nonblock = false;
  uint32_t max_threads = 0;
  bool context_manager = false;
  std::optional<IoctlArgs> manager_node;
};

// A file that is open from the start and is no device.
struct FileSpec {
  uint32_t name = 0;  // index into file_names, plus 1
  uint32_t fd_variable = 0;
  uint32_t fd = 0;
};

struct ProcessSpec {
  std::string name;
  uint32_t forked_from = 0;  // process that forks it; 0: it is there
  uint32_t uid = 0;
  uint32_t nofile = 1024;
  uint8_t rlimit_nice = 0;
  std::string security_context;
  Namespaces namespaces;
  std::vector<FileSpec> files;
  AttachSpec attach;
  std::vector<VariableSpec> variables;  // variable i is at i - 1
  Range tasks;                          // of CompiledScenario::tasks
  Range code;                           // of CompiledScenario::code
  Range commands;                       // of CompiledScenario::commands
};

struct TaskSpec {
  std::string name;       // "main"
  std::string full_name;  // "server.main"
  uint32_t process = 0;
  bool pool = false;
  bool starts =
      true;  // by itself: neither a pool thread nor of a forked process
  int8_t nice = 0;
  proto::Unhandled unhandled = proto::UNHANDLED_FAIL;
  uint32_t entry = 0;
  Range handlers;  // of handler_lists
};

struct PredicateSpec {
  std::string name;
  std::string expr;
  Place place;  // of the expression
};

// One entry of a written schedule.
struct TurnSpec {
  uint32_t actor = 0;  // tasks.size() + 1 is the driver's worker
  uint32_t steps = 0;  // 0: until it blocks or ends
  Place place;
};

struct BudgetSpec {
  std::vector<uint32_t> kill;          // processes
  uint32_t most_kills = ~uint32_t{0};  // of them, in all
  uint32_t signals = 0;
  uint32_t allocation_failures = 0;
};

// Processes that are interchangeable (alike.h).
struct AlikeProcesses {
  std::vector<std::vector<uint32_t>> classes;  // of at least two
  // What keeps processes out that look alike; "" if nothing does.
  std::string why_not;
};

struct Letter;

// What threads may do that have no program (open_question.h).
struct OpenSpec {
  std::string text;                               // the question
  const std::vector<Letter>* alphabet = nullptr;  // of alphabet.h
  uint32_t commands = 0;                          // budget
  // By process - 1, letter and value of its object: the code of that step.
  std::vector<std::vector<std::vector<uint32_t>>> entries;
};

struct CompiledScenario {
  std::string filename;
  std::string text;  // the file's own text
  std::string name;
  std::string description;
  std::string source;
  std::string profile = "c-7.2";

  // Device i is at i - 1. Behind the first `device_count`, which are there from
  // the start, stand names of what steps find or make in a binderfs.
  std::vector<std::string> devices;
  size_t device_count = 0;
  std::vector<std::string> mountpoints;    // mount point i is at i - 1
  std::vector<std::string> mount_options;  // FsArgs::text, from 1
  std::vector<std::string> file_names;
  std::vector<std::string> events;  // event i is at i - 1
  std::vector<ProcessSpec> processes;
  std::vector<TaskSpec> tasks;

  std::vector<Instruction> code;
  std::vector<CommandTemplate> commands;
  std::vector<Patch> patches;
  std::vector<WriteReadSpec> write_reads;
  std::vector<IoctlSpec> ioctls;
  std::vector<OverwriteSpec> overwrites;
  std::vector<FsSpec> fs_calls;
  std::vector<BindSpec> binds;
  std::vector<ExpectedOutcome> outcomes;
  std::vector<ExpectedReturn> expected_returns;
  std::vector<ParcelSpec> parcels;
  std::vector<HandlerSpec> handlers;
  std::vector<uint32_t> handler_lists;

  std::vector<TurnSpec> schedule;
  std::vector<PredicateSpec> always;
  std::vector<PredicateSpec> sometimes;
  std::vector<PredicateSpec> eventually;
  std::vector<PredicateSpec> checks;
  BudgetSpec budget;
  AlikeProcesses alike;
  // Descriptors come from elsewhere than open(), so it matters who has which.
  bool shares_files = false;
  // Some thread may have another nice value than 0.
  bool nice = false;
  BinderfsOptions binderfs;
  // Some step takes pages back, so it matters which are there.
  bool shrinks = false;
  // Tasks may issue any command; event 1 counts those that are left.
  std::optional<OpenSpec> open;
  // What the security module allows; none: everything.
  std::optional<Policy> policy;
  proto::Expectation expect;
  proto::ExploreDefaults explore;

  // The actor number of the driver's deferred worker.
  uint32_t worker_actor() const {
    return static_cast<uint32_t>(tasks.size()) + 1;
  }
  uint32_t environment_actor() const { return worker_actor() + 1; }
  // "server.main", "kworker" or "environment".
  std::string ActorName(uint32_t actor) const {
    if (actor >= 1 && actor <= tasks.size()) return tasks[actor - 1].full_name;
    return actor == worker_actor() ? "kworker" : "environment";
  }
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_USER_PROGRAM_H_
