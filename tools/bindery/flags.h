// The command line: `bindery COMMAND ARGUMENT... --flag=value...`, flags
// anywhere. The flags themselves are Abseil's; this file adds what the contract
// asks for: errors that say what to do, and exit status 2 for them.
#ifndef BINDERY_TOOLS_BINDERY_FLAGS_H_
#define BINDERY_TOOLS_BINDERY_FLAGS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/flags/declare.h"
#include "absl/status/status.h"

ABSL_DECLARE_FLAG(std::string, profile);
ABSL_DECLARE_FLAG(std::string, granularity);
ABSL_DECLARE_FLAG(std::string, strategy);
ABSL_DECLARE_FLAG(std::string, properties);
ABSL_DECLARE_FLAG(bool, liveness);
ABSL_DECLARE_FLAG(std::string, except);
ABSL_DECLARE_FLAG(std::string, addresses);
ABSL_DECLARE_FLAG(int64_t, seed);
ABSL_DECLARE_FLAG(uint64_t, max_states);
ABSL_DECLARE_FLAG(uint64_t, max_depth);
ABSL_DECLARE_FLAG(std::string, time_limit);
ABSL_DECLARE_FLAG(std::string, memory_limit);
ABSL_DECLARE_FLAG(std::string, mutate);
ABSL_DECLARE_FLAG(std::string, format);
ABSL_DECLARE_FLAG(std::string, output);
ABSL_DECLARE_FLAG(std::string, color);
ABSL_DECLARE_FLAG(std::string, trace);
ABSL_DECLARE_FLAG(std::string, schedule);
ABSL_DECLARE_FLAG(std::string, open);
ABSL_DECLARE_FLAG(std::string, golden);
ABSL_DECLARE_FLAG(bool, update_goldens);
ABSL_DECLARE_FLAG(std::string, to);
ABSL_DECLARE_FLAG(std::string, version);
ABSL_DECLARE_FLAG(std::string, log);
ABSL_DECLARE_FLAG(std::string, params);
ABSL_DECLARE_FLAG(std::string, kernel);
ABSL_DECLARE_FLAG(std::string, kernel_dir);
ABSL_DECLARE_FLAG(std::string, device_dir);
ABSL_DECLARE_FLAG(uint64_t, random);
ABSL_DECLARE_FLAG(uint32_t, procs);
ABSL_DECLARE_FLAG(uint32_t, threads);
ABSL_DECLARE_FLAG(uint32_t, commands);
ABSL_DECLARE_FLAG(bool, stats);
ABSL_DECLARE_FLAG(bool, record);
ABSL_DECLARE_FLAG(bool, recorded);
ABSL_DECLARE_FLAG(bool, reports);
ABSL_DECLARE_FLAG(bool, fail_allocations);
ABSL_DECLARE_FLAG(std::string, transcripts);
ABSL_DECLARE_FLAG(std::string, plan);
ABSL_DECLARE_FLAG(std::string, records);
ABSL_DECLARE_FLAG(std::string, coverage);
ABSL_DECLARE_FLAG(uint64_t, walks);
ABSL_DECLARE_FLAG(uint64_t, bug_depth);
ABSL_DECLARE_FLAG(uint64_t, searches);
ABSL_DECLARE_FLAG(int64_t, preemptions);
ABSL_DECLARE_FLAG(uint64_t, rounds);
ABSL_DECLARE_FLAG(bool, full);
ABSL_DECLARE_FLAG(bool, wide_fingerprints);
ABSL_DECLARE_FLAG(bool, exact);
ABSL_DECLARE_FLAG(std::string, bitstate);
ABSL_DECLARE_FLAG(std::string, reduction);
ABSL_DECLARE_FLAG(bool, foresight);
ABSL_DECLARE_FLAG(bool, sleep_sets);
ABSL_DECLARE_FLAG(uint32_t, jobs);
ABSL_DECLARE_FLAG(std::string, disk);
ABSL_DECLARE_FLAG(std::string, checkpoint);
ABSL_DECLARE_FLAG(std::string, checkpoint_interval);
ABSL_DECLARE_FLAG(bool, resume);
ABSL_DECLARE_FLAG(bool, keep_going);
ABSL_DECLARE_FLAG(bool, help);

namespace bindery::tools {

// The value of --coverage that stands alone. No file can have this name.
inline constexpr char kNoFile[] = ".";

// Sets the flags and leaves the rest, the command first, in *arguments.
// Errors: InvalidArgument for an unknown flag (with the nearest name) or a
// value that it does not take.
absl::Status ParseFlags(int argc, char** argv,
                        std::vector<std::string>* arguments);

// Flags that were given, as "--name=value", in alphabetical order.
std::vector<std::string> GivenFlags();
// Every flag's present value, for reports.
std::map<std::string, std::string> AllFlags();

// The value of a flag: "90s", "5m", "2h" or plain seconds; "64M", "2G" or plain
// bytes. 0 or empty means none. Errors name the flag.
absl::Status ParseDuration(const char* flag, const std::string& text,
                           double* seconds);
absl::Status ParseBytes(const char* flag, const std::string& text,
                        uint64_t* bytes);

// The text of `bindery --help`.
std::string HelpText();

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_BINDERY_FLAGS_H_
