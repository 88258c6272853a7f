// The files that the driver writes about itself under `binder_logs`, from the
// model's world, in the words of a kernel version.
//
//  L1 Reading what lists nodes takes and drops a reference on each of them, and
//     that is what the text shows: `tr` counts the reader, and a node that
//     waited for somebody to look at it again is queued, or gone, by the time
//     the work lists are printed. A text that is larger than the reader's
//     buffer is made again, from the state that the attempt before left. Behind
//     it the world is as before: what a kernel's reader does to it is an act of
//     its own (sim/kernel/print_state.h).
//  L2 Numbers that a kernel counts up come from LogNumbers. Pointers, and what
//     is hashed in place of them, are as those of a kernel that has no
//     randomness yet; times and lines of the driver's source are 0. Everything
//     else is the model's.
//  L3 Dead nodes come in order of their owner and pointer: the model does not
//     keep the list, whose order is of no consequence.
//  L4 Counts, logs of transactions and files under `proc` come from
//     sim::Statistics, pages from sim::Memory. Without them these are left out,
//     and no process has a file.
#ifndef BINDERY_TOOLS_EXPORT_BINDER_LOGS_H_
#define BINDERY_TOOLS_EXPORT_BINDER_LOGS_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/kernel/pages.h"
#include "sim/kernel/statistics.h"
#include "sim/user/program.h"
#include "sim/world/world.h"

namespace bindery::tools {

// All that differs between versions. A line of the text that is not named here
// is the same in all of them.
struct LogDialect {
  absl::string_view version;
  // print_binder_transaction_ilocked. Who sent it is known to the end (6.12:
  // from_pid, from_tid), not only while somebody waits for the reply (6.1).
  bool keeps_sender;
  // The same: the time since it was sent (6.12), or none (6.1).
  bool elapsed;
  // The same: is_async and is_reply (7.2), or need_reply (6.12).
  bool kinds;
  // The same and binder_alloc_print_allocated (6.12), print_binder_buffer
  // (6.1): where a buffer is, in its mapping (6.12) or as a pointer (6.1).
  bool offsets;
  // binder_debugfs_entries: state_hashed and transactions_hashed (7.2).
  bool hashed;
  // enum binder_work_type: BINDER_WORK_TRANSACTION_ONEWAY_SPAM_SUSPECT, which
  // print_binder_work_ilocked does not know. 6.12 has one more before it.
  uint32_t spam_suspect;
};

inline constexpr LogDialect kLogDialects[] = {
    {"6.1", false, false, false, false, false, 3},
    {"6.12", true, true, false, true, false, 4},
    {"7.2", true, true, true, true, true, 4},
};

// Null if no such version is known.
const LogDialect* FindLogDialect(absl::string_view version);

// The numbers that stand for the things of a scenario. They are a kernel's in
// that no two things have one number, and that threads of a process have theirs
// in order.
class LogNumbers {
 public:
  // `scenario` outlives this. `statistics` too; null: debug ids are 1, 2, ...
  // as they are asked for.
  explicit LogNumbers(const sim::CompiledScenario& scenario,
                      const sim::Statistics* statistics = nullptr)
      : scenario_(scenario), statistics_(statistics) {}

  // Of a process by its place in the scenario, from 1; 0 of 0.
  uint32_t Pid(uint32_t process) const;
  // Of a task by its number, from 1; 0 of 0.
  uint32_t Tid(uint32_t actor) const;
  uint32_t PidOfTask(uint32_t actor) const;
  // The process with this pid or name; 0: there is none.
  uint32_t FindProcess(absl::string_view name) const;
  const std::string& Device(uint32_t device) const;
  // Of a node or ref:
  uint32_t DebugId(sim::AnyId object);
  // Of a transaction or buffer, by the model's debug_id.
  uint32_t DebugIdOf(uint32_t debug_id);

 private:
  uint32_t Next(int kind, uint32_t key);

  const sim::CompiledScenario& scenario_;
  const sim::Statistics* statistics_;
  // What the statistics do not know: an object as 0 and its id, the others as 1
  // and the model's debug_id.
  std::map<std::pair<int, uint32_t>, uint32_t> debug_ids_;
};

// Where the files come from. `statistics` and `memory` may be null (L4), and
// have watched the world from the start.
struct LogSource {
  const sim::World& world;
  const sim::Statistics* statistics;
  const sim::Memory* memory;
};

// The files that there are, those of `proc` as "proc/PID".
std::vector<std::string> LogFiles(const LogSource& source,
                                  const LogDialect& dialect,
                                  const LogNumbers& numbers);

// One file; `proc/` may be followed by a process's name too. Errors: NotFound,
// says which files there are.
//
// REQUIRES: a world with a journal, between steps, whose transactions were
// numbered (Kernel::watched).
absl::StatusOr<std::string> ReadLog(const LogSource& source,
                                    const LogDialect& dialect,
                                    LogNumbers& numbers,
                                    absl::string_view name);

// All of them, each under its name, as head(1) prints several files.
std::string AllLogs(const LogSource& source, const LogDialect& dialect,
                    LogNumbers& numbers);

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_EXPORT_BINDER_LOGS_H_
