#ifndef BINDERY_TOOLS_CONFORM_KERNEL_RECORD_H_
#define BINDERY_TOOLS_CONFORM_KERNEL_RECORD_H_

// What a kernel did with a scenario: the agent's records (tools/agent/plan.md)
// as structs, and their parser.
//
// 1. Nothing is normalised: pids, debug ids and addresses are the kernel's.
//    `pids` and `tids` are what a reader needs to name them.
// 2. `steps` has an entry for each step of the plan that was taken, in order.
//    Within a step, returns are in the agent's order: the stepping actor first.
// 3. A line that cannot be read is an error of the whole text, never passed
//    over.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace bindery::conform {

// Bytes of an actor's memory; none when it could not be read.
using Bytes = std::optional<std::string>;

// Something that belongs to a return command in the words read.
struct Payload {
  int command = 0;  // counted from 0 in the words
  Bytes data;
  Bytes offsets;
  Bytes security_context;  // of a BR_TRANSACTION_SEC_CTX, without its zero
};

// The buffer of a PTR object; none when it is not in the transaction's.
struct PointedBytes {
  int command = 0;
  int object = 0;  // counted from 0 in the offsets
  Bytes bytes;
};

struct FileFact {
  int fd = -1;
  int error = 0;  // errno of looking at it; then the rest is not known
  // The plan's name, or that of a binder device; for all others "f0", "f1", ...
  // by first appearance in the scenario.
  std::string file;
  std::string access;
  bool cloexec = false;
};

// A descriptor in a received FD object, or one of an FDA object's, in their
// order. The error is EFAULT when the descriptors cannot be read.
struct ReceivedFile {
  int command = 0;
  int object = 0;
  FileFact fact;
};

struct Return {
  int actor = 0;
  int64_t result = 0;
  int error = 0;  // errno; 0 when the call succeeded
  std::optional<uint64_t> write_consumed;
  std::optional<uint64_t> read_consumed;
  std::optional<int> revents;
  std::string ready;  // of epoll_wait: "FD:EVENTS,..."
  std::optional<int> nice;
  int fail_nth_error = 0;  // errno of arming the fault that was asked for
  Bytes words;             // from the initial to the final read_consumed
  std::vector<Payload> payloads;
  std::vector<PointedBytes> pointed;
  std::vector<ReceivedFile> received;
  std::vector<FileFact> opened;
  std::map<int, Bytes> peeks;
  Bytes seen;             // of list, stat and read: a text
  bool overflow = false;  // more was captured than the agent has room for
};

struct Death {
  int process = 0;
  int signal = 0;  // 0: it exited
  int exit_code = 0;
};

// A file of the driver, line by line.
struct Log {
  std::string name;
  std::vector<std::string> lines;
};

struct OpenDescriptor {
  int fd = -1;
  bool cloexec = false;
  std::string file;  // as above
};

// All descriptors of a process, in order; none when it is dead.
struct Descriptors {
  int process = 0;
  std::vector<OpenDescriptor> open;
};

// A report of the driver about a transaction that failed.
struct FailureReport {
  uint32_t error = 0;  // a return command
  std::string context;
  uint32_t from_pid = 0, from_tid = 0;
  uint32_t to_pid = 0, to_tid = 0;  // 0: it names none
  bool reply = false;
  uint32_t flags = 0, code = 0, data_size = 0;
};

struct StepRecord {
  std::vector<Return> returns;
  std::vector<int> blocked;  // actors that are inside a call after the step
  std::vector<int> gone;     // actors that ended, their process alive
  std::vector<Death> deaths;
  std::vector<FailureReport> reports;
  std::vector<Log> logs;
  std::optional<Descriptors> descriptors;  // when the step asked for them
};

enum class Outcome {
  kOk,        // every step was taken
  kDiverged,  // an actor was busy or gone when the plan needed it
  kHang,      // a step did not come to rest, or the machine fell silent
  kError,     // the plan is malformed, or the kernel has no binder
  kLacks,     // the kernel was built without something that the plan needs
  kOops,      // the kernel reported an error of its own, and stopped
  kMissing,   // the machine ended while the scenario ran, and gave no reason
};

std::string_view OutcomeName(Outcome outcome);

struct ScenarioRecord {
  std::string name;
  Outcome outcome = Outcome::kMissing;
  std::string detail;     // one line on an outcome that is not kOk
  std::vector<int> pids;  // 0: not forked
  std::vector<int> tids;
  // The driver's counters of the whole machine when the scenario began.
  Log before;
  std::vector<StepRecord> steps;
  // How much each of the driver's counters grew although everything is dead,
  // and the state that shows it. Empty when nothing leaked.
  std::map<std::string, int64_t> leaks;
  std::vector<Log> leak_logs;
  std::string console;  // the kernel's last words, for kHang, kOops, kMissing
};

// Counters of executed code by the name of their object: "binder" and so on.
// The bytes are those of a .gcda file of gcov.
using CodeCounters = std::map<std::string, std::string>;

// The records of one run of the agent, possibly cut short.
struct RunRecords {
  std::vector<ScenarioRecord> complete;
  std::optional<ScenarioRecord> open;  // begun, but not ended
  CodeCounters counters;               // empty unless the kernel counts
  bool done = false;                   // the whole plan was run
};

// A last line without its newline is passed over.
absl::StatusOr<RunRecords> ParseRecords(std::string_view text);

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_KERNEL_RECORD_H_
