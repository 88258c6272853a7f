// Files of `binder_logs` in the form in which the model's and a kernel's are
// compared: the driver's own lines, with names in place of what is arbitrary.
//
//  N1 Pids and tids are names of processes and actors. Debug ids are #1, #2,
//     ... as they first appear, over all files. Pointers are "-"; one that says
//     only whether something is there, "0" or "set".
//  N2 What cannot be compared is left out or "-", by one table
//     (driver_log.cc), each entry with its reason.
//  N3 Dead nodes are in order of their own lines and of the refs to them.
//  N4 A node that is not referred to any more, and that its owner still holds,
//     is queued by the reader's own reference. If a thread waits, it takes the
//     node and goes back to sleep, during the reading or behind it, as the
//     scheduler likes: the work is left out, and so are calls that the reading
//     makes return.
//  N5 Lines that nothing here knows stay as they are, so that they differ.
//  N6 Counts of the whole machine are those since the scenario began; its logs
//     of transactions, those of the scenario's processes.
//  N7 Each file has its name in front. Those of `proc` are in the order of
//     their processes' names, and a file that a kernel does not have, or that
//     is empty, is not there.
//
// At the end of a scenario a plan asks for kStateLogs, then for kOtherLogs. A
// transcript has both, as its steps `state` and `logs`; only `state` is
// recorded, since the others say most of the same again. They are compared
// wherever a kernel is.
#ifndef BINDERY_TOOLS_CONFORM_DRIVER_LOG_H_
#define BINDERY_TOOLS_CONFORM_DRIVER_LOG_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tools/export/binder_logs.h"

namespace bindery::conform {

// Files, in the order in which they are read: reading `state` wakes threads,
// which `stats` counts.
inline constexpr absl::string_view kStateLogs = "stats state";
inline constexpr absl::string_view kOtherLogs =
    "transaction_log failed_transaction_log stats transactions state_hashed "
    "transactions_hashed proc";
inline constexpr char kStateStep[] = "state";
inline constexpr char kLogsStep[] = "logs";

// Who is who in a file.
struct LogNames {
  std::map<uint32_t, std::string> processes;  // by pid
  std::map<uint32_t, std::string> actors;     // by tid
};

// The lines of kStateLogs, one after the other; what `logs` compares is not in
// them.
std::vector<std::string> NormaliseState(const std::vector<std::string>& lines,
                                        const LogNames& names);

struct DriverLog {
  std::string name;
  std::vector<std::string> lines;
};

// The lines of kOtherLogs. `before`: those of `stats` when the scenario began.
std::vector<std::string> NormaliseLogs(const std::vector<DriverLog>& logs,
                                       const std::vector<std::string>& before,
                                       const LogNames& names);

// The same of one file, without its name.
std::vector<std::string> NormaliseLog(const DriverLog& log,
                                      const std::vector<std::string>& before,
                                      const LogNames& names);

// The log that a step of a scenario reads, by its action ("client.main:
// read(/tmp/mounts/a/binder_logs/stats)"); "" if it reads none.
absl::string_view LogOfAction(absl::string_view action);

// The version in whose words normalised lines are, as an index into
// tools::kLogDialects. Lines that are the same in several are of the latest.
size_t DialectOf(const std::vector<std::string>& lines);

// The normalised line of a node that nobody holds and that is there all the
// same; "" if there is none. Whoever lets go last should have freed it. Reading
// the state frees it, so that counters read later do not show it.
std::string LostNode(const std::vector<std::string>& lines);

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_DRIVER_LOG_H_
