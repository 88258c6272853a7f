// bindery: see HelpText() in flags.cc and docs/.
#include <signal.h>

#include <cstdio>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tools/bindery/commands.h"
#include "tools/bindery/flags.h"
#include "tools/bindery/report.h"
#include "tools/bindery/search.h"

namespace bindery::tools {
namespace {

struct Command {
  const char* name;
  int (*run)(const std::vector<std::string>&);
};

constexpr Command kCommands[] = {
    {"run", RunCommand},       {"explore", ExploreCommand},
    {"replay", ReplayCommand}, {"shrink", ShrinkCommand},
    {"export", ExportCommand}, {"conform", ConformCommand},
    {"list", ListCommand},     {"bench", BenchCommand},
};

constexpr const char* kPlanned[] = {"fuzz", "mutate"};

absl::Status CheckChoice(const char* flag, const std::string& value,
                         std::vector<std::string> allowed) {
  for (const std::string& one : allowed) {
    if (value == one) return absl::OkStatus();
  }
  std::string list;
  for (const std::string& one : allowed) {
    if (!one.empty()) absl::StrAppend(&list, list.empty() ? "" : ", ", one);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--", flag, "=", value, ": must be one of ", list));
}

// Counts are quoted for `state`.
absl::Status CheckGoldenFlags() {
  if (absl::GetFlag(FLAGS_golden).empty()) return absl::OkStatus();
  if (absl::GetFlag(FLAGS_properties) == "all") {
    return absl::InvalidArgumentError(
        "--golden counts states without histories; leave out "
        "--properties=all");
  }
  if (absl::GetFlag(FLAGS_reduction) != "none") {
    return absl::InvalidArgumentError(
        "--golden counts all states; leave out --reduction");
  }
  return absl::OkStatus();
}

absl::Status CheckMarkdown(const std::vector<std::string>& arguments) {
  if (absl::GetFlag(FLAGS_format) != "markdown") return absl::OkStatus();
  if (arguments.size() >= 2 && arguments[0] == "list" &&
      (arguments[1] == "coverage" || arguments[1] == "profiles")) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "--format=markdown is for list coverage and list profiles only");
}

absl::Status CheckProfiles(const std::vector<std::string>& arguments) {
  const std::string profile = absl::GetFlag(FLAGS_profile);
  if (!absl::StrContains(profile, ',')) return absl::OkStatus();
  if (!arguments.empty() && arguments[0] == "run") return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--profile=", profile, ": only run compares two profiles"));
}

absl::Status CheckFlags() {
  double seconds = 0;
  uint64_t bytes = 0;
  for (const absl::Status& status : {
           CheckChoice("format", absl::GetFlag(FLAGS_format),
                       {"text", "json", "markdown"}),
           CheckChoice(
               "strategy", absl::GetFlag(FLAGS_strategy),
               {"dfs", "bfs", "iddfs", "random", "pct", "swarm", "reference"}),
           CheckChoice("reduction", absl::GetFlag(FLAGS_reduction),
                       {"none", "symmetry", "partial_order"}),
           CheckChoice("granularity", absl::GetFlag(FLAGS_granularity),
                       {"", "command", "lock"}),
           CheckChoice("addresses", absl::GetFlag(FLAGS_addresses),
                       {"", "symbolic", "exact"}),
           CheckChoice("properties", absl::GetFlag(FLAGS_properties),
                       {"state", "all", "none"}),
           CheckGoldenFlags(),
           CheckChoice("color", absl::GetFlag(FLAGS_color),
                       {"auto", "always", "never"}),
           ParseDuration("time_limit", absl::GetFlag(FLAGS_time_limit),
                         &seconds),
           ParseBytes("memory_limit", absl::GetFlag(FLAGS_memory_limit),
                      &bytes),
           CheckSearchFlags(),
       }) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  std::vector<std::string> arguments;
  absl::Status status = ParseFlags(argc, argv, &arguments);
  if (status.ok()) status = CheckFlags();
  if (status.ok()) status = CheckMarkdown(arguments);
  if (status.ok()) status = CheckProfiles(arguments);
  if (!status.ok()) return Fail(status);
  if (absl::GetFlag(FLAGS_help) || arguments.empty() ||
      arguments[0] == "help") {
    const bool asked = !arguments.empty() || absl::GetFlag(FLAGS_help);
    std::fputs(HelpText().c_str(), asked ? stdout : stderr);
    return asked ? kExitPass : kExitUsage;
  }
  const std::string name = arguments[0];
  arguments.erase(arguments.begin());
  for (const Command& command : kCommands) {
    if (name == command.name) return command.run(arguments);
  }
  for (const char* planned : kPlanned) {
    if (name != planned) continue;
    return Fail(absl::InvalidArgumentError(
        absl::StrCat("the command ", name, " is not in this version yet")));
  }
  return Fail(absl::InvalidArgumentError(absl::StrCat(
      "unknown command \"", name, "\"; `bindery --help` lists them")));
}

}  // namespace
}  // namespace bindery::tools

int main(int argc, char** argv) {
  // A file that may not grow is an error that is reported, like a full disk.
  signal(SIGXFSZ, SIG_IGN);
  return bindery::tools::Main(argc, argv);
}
