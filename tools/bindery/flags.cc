#include "tools/bindery/flags.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

ABSL_FLAG(std::string, profile, "",
          "kernel profile; default: the scenario's; run takes two by comma");
ABSL_FLAG(std::string, granularity, "",
          "where threads interleave: command (default) or lock");
ABSL_FLAG(std::string, strategy, "dfs",
          "search order: dfs, bfs, iddfs, random, pct, swarm or reference");
ABSL_FLAG(std::string, properties, "state",
          "what is checked: state, all (histories too), or none (faults and "
          "expectations only)");
ABSL_FLAG(std::string, except, "",
          "properties whose violations are passed over, such as E16,E39");
ABSL_FLAG(std::string, addresses, "",
          "buffer addresses in states: symbolic (default) or exact");
ABSL_FLAG(int64_t, seed, -1, "run: random schedule; random search: its seed");
ABSL_FLAG(uint64_t, max_states, 0, "stop after this many states; 0: never");
ABSL_FLAG(uint64_t, max_depth, 0, "stop at this depth; 0: never");
ABSL_FLAG(std::string, time_limit, "", "stop after 90s, 5m, 2h");
ABSL_FLAG(std::string, memory_limit, "", "stop at 512M, 2G");
ABSL_FLAG(std::string, mutate, "",
          "mutations of the driver, by comma; see list mutations");
ABSL_FLAG(std::string, format, "text",
          "text or json; list coverage, list profiles: markdown too");
ABSL_FLAG(std::string, output, "", "file to write to instead of stdout");
ABSL_FLAG(std::string, color, "auto", "auto, always or never");
ABSL_FLAG(std::string, trace, "", "file for the trace of the run or violation");
ABSL_FLAG(std::string, schedule, "", "run: a trace whose choices are taken");
ABSL_FLAG(std::string, open, "",
          "explore: an open question instead of scenarios: "
          "procs:P,threads:T,commands:K[,alphabet:core|wide][,deaths:N]"
          "[,signals:N][,faults:N]");
ABSL_FLAG(std::string, golden, "", "explore: file of expected counts");
ABSL_FLAG(bool, update_goldens, false, "explore: write --golden instead");
ABSL_FLAG(std::string, to, "text",
          "export: text, mermaid, html or binder_logs");
ABSL_FLAG(std::string, version, "7.2",
          "export --to=binder_logs: the kernel in whose words it is");
ABSL_FLAG(std::string, log, "state",
          "export --to=binder_logs: which file, such as transaction_log or "
          "proc/PROCESS; all: each under its name");
ABSL_FLAG(std::string, params, "3,1,2,1,2,1,1,3",
          "bench brm, bench spin: P,N,S,W,Q,OW,DN,DIE");
ABSL_FLAG(std::string, kernel, "",
          "conform: uml-VERSION, VERSION (in QEMU), this, or a path; without "
          "it the newest uml-VERSION-kasan, else the newest uml-VERSION");
ABSL_FLAG(std::string, kernel_dir, "",
          "conform: the folder with the kernels, ~/.cache/bindery/kernels "
          "without it");
ABSL_FLAG(std::string, device_dir, "",
          "conform --kernel=this: the folder with the devices");
ABSL_FLAG(uint64_t, random, 0, "conform: so many random scenarios");
ABSL_FLAG(uint32_t, procs, 0,
          "conform --random: processes; 0: two to four, by the seed");
ABSL_FLAG(uint32_t, threads, 0,
          "conform --random: threads of each process; 0: one to three");
ABSL_FLAG(uint32_t, commands, 24, "conform --random: steps, at most");
ABSL_FLAG(bool, stats, false, "conform --random: count what was exercised");
ABSL_FLAG(bool, record, false, "conform: keep what the kernel did");
ABSL_FLAG(bool, fail_allocations, false,
          "conform: make each allocation of the driver fail, one at a time");
ABSL_FLAG(bool, reports, false,
          "conform: listen to what 7.2 reports over netlink, and compare it");
ABSL_FLAG(bool, recorded, false, "conform: compare with what was kept");
ABSL_FLAG(std::string, transcripts, "tests/conformance",
          "conform: the folder of what is kept");
ABSL_FLAG(std::string, plan, "", "conform: write the agent's plan, do no more");
ABSL_FLAG(std::string, records, "", "conform: compare with an agent's records");
ABSL_FLAG(std::string, coverage, "",
          "conform: what the kernel executed; explore: what the search took of "
          "the driver's model; =FILE lists what was left");
ABSL_FLAG(uint64_t, walks, 1000, "random, pct: number of walks");
ABSL_FLAG(uint64_t, bug_depth, 3, "pct: orderings that a bug needs");
ABSL_FLAG(uint64_t, searches, 16, "swarm: number of searches");
ABSL_FLAG(int64_t, preemptions, -1,
          "dfs: at most so many switches inside of commands, fewest first; "
          "-1: any");
ABSL_FLAG(uint64_t, rounds, 1000000, "bench roundtrip: number of calls");
ABSL_FLAG(bool, full, false,
          "bench checker: measure what takes half an hour, too");
ABSL_FLAG(bool, wide_fingerprints, false, "store 128 bits for each state");
ABSL_FLAG(bool, exact, false, "store states so that none is taken for another");
ABSL_FLAG(
    std::string, bitstate, "",
    "store four bits for each state in a filter of this size, such as 1G; "
    "misses some");
ABSL_FLAG(std::string, reduction, "none",
          "none, partial_order (explore: leaves out orders of steps that have "
          "nothing to do with each other), or symmetry (states that differ in "
          "which of several processes alike is which count as one)");
ABSL_FLAG(bool, foresight, true,
          "dfs: does not execute a step of which it is known that its state is "
          "visited anyway; changes no answer");
ABSL_FLAG(bool, sleep_sets, true,
          "--reduction=partial_order: does not execute a step again behind "
          "steps that it has nothing to do with; changes no answer");
ABSL_FLAG(uint32_t, jobs, 1, "threads of a search, 1 to 64");
ABSL_FLAG(std::string, disk, "",
          "bfs: folder for what does not fit in --memory_limit (256M if not "
          "given)");
ABSL_FLAG(std::string, checkpoint, "",
          "folder to keep a search in while it runs, to go on after a crash");
ABSL_FLAG(std::string, checkpoint_interval, "2m", "how often");
ABSL_FLAG(bool, resume, false, "go on from the checkpoint, if there is one");
ABSL_FLAG(
    bool, liveness, false,
    "explore: also what may never happen, though every thread that can run "
    "does at some time; keeps the graph of states");
ABSL_FLAG(bool, keep_going, false, "collect several violations, or mismatches");
ABSL_FLAG(bool, help, false, "show this text");

namespace bindery::tools {
namespace {

// Names in the order of HelpText(); other flags of the libraries are hidden.
constexpr const char* kNames[] = {
    "profile",    "granularity", "strategy",
    "properties", "liveness",    "except",
    "addresses",  "seed",        "max_states",
    "max_depth",  "time_limit",  "memory_limit",
    "mutate",     "format",      "output",
    "color",      "trace",       "schedule",
    "open",       "golden",      "update_goldens",
    "to",         "version",     "params",
    "kernel",     "kernel_dir",  "device_dir",
    "random",     "procs",       "threads",
    "commands",   "stats",       "record",
    "recorded",   "transcripts", "plan",
    "records",    "coverage",    "walks",
    "bug_depth",  "searches",    "preemptions",
    "rounds",     "full",        "wide_fingerprints",
    "exact",      "bitstate",    "reduction",
    "foresight",  "sleep_sets",  "jobs",
    "disk",       "checkpoint",  "checkpoint_interval",
    "resume",     "keep_going",  "fail_allocations",
    "log",        "reports",     "help",
};

std::set<std::string>& Given() {
  static auto* const given = new std::set<std::string>;
  return *given;
}

size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replace = diagonal + (a[i - 1] != b[j - 1] ? 1 : 0);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replace});
    }
  }
  return row[b.size()];
}

absl::Status UnknownFlag(absl::string_view name) {
  const char* nearest = kNames[0];
  for (const char* known : kNames) {
    if (Distance(name, known) < Distance(name, nearest)) nearest = known;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("unknown flag --", name, "; did you mean --", nearest,
                   "? `bindery --help` lists all"));
}

bool Known(absl::string_view name) {
  return std::any_of(std::begin(kNames), std::end(kNames),
                     [&](const char* known) { return name == known; });
}

absl::Status SetFlag(absl::string_view name, const std::string& value) {
  if (!Known(name)) return UnknownFlag(name);
  std::string error;
  if (!absl::FindCommandLineFlag(name)->ParseFrom(value, &error)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--", name, "=", value, ": not a value of this flag; ", error));
  }
  Given().insert(std::string(name));
  return absl::OkStatus();
}

// What a flag without `=` means; empty when it means nothing.
std::string ValueAlone(absl::string_view name) {
  if (name == "coverage") return kNoFile;
  const absl::CommandLineFlag* const flag = absl::FindCommandLineFlag(name);
  return flag != nullptr && flag->IsOfType<bool>() ? "true" : "";
}

}  // namespace

absl::Status ParseFlags(int argc, char** argv,
                        std::vector<std::string>* arguments) {
  bool only_arguments = false;
  for (int i = 1; i < argc; ++i) {
    absl::string_view word = argv[i];
    if (only_arguments || !absl::StartsWith(word, "-") || word == "-") {
      arguments->push_back(std::string(word));
      continue;
    }
    if (word == "--") {
      only_arguments = true;
      continue;
    }
    absl::ConsumePrefix(&word, "-");
    absl::ConsumePrefix(&word, "-");
    const size_t equals = word.find('=');
    const absl::string_view name = word.substr(0, equals);
    const std::string value = equals == absl::string_view::npos
                                  ? ValueAlone(name)
                                  : std::string(word.substr(equals + 1));
    if (equals == absl::string_view::npos && value.empty() && Known(name)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--", name, " needs a value: --", name, "=VALUE"));
    }
    if (absl::Status s = SetFlag(name, value); !s.ok()) return s;
  }
  return absl::OkStatus();
}

std::vector<std::string> GivenFlags() {
  std::vector<std::string> flags;
  for (const std::string& name : Given()) {
    flags.push_back(absl::StrCat(
        "--", name, "=", absl::FindCommandLineFlag(name)->CurrentValue()));
  }
  return flags;
}

std::map<std::string, std::string> AllFlags() {
  std::map<std::string, std::string> flags;
  for (const char* name : kNames) {
    flags[name] = absl::FindCommandLineFlag(name)->CurrentValue();
  }
  flags.erase("help");
  return flags;
}

absl::Status ParseDuration(const char* flag, const std::string& text,
                           double* seconds) {
  absl::string_view number = text;
  double unit = 1;
  if (absl::ConsumeSuffix(&number, "h")) unit = 3600;
  if (absl::ConsumeSuffix(&number, "m")) unit = 60;
  absl::ConsumeSuffix(&number, "s");
  *seconds = 0;
  if (number.empty() && text.empty()) return absl::OkStatus();
  if (!absl::SimpleAtod(number, seconds) || *seconds < 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--", flag, "=", text, ": not a duration; write 90s, 5m or 2h"));
  }
  *seconds *= unit;
  return absl::OkStatus();
}

absl::Status ParseBytes(const char* flag, const std::string& text,
                        uint64_t* bytes) {
  absl::string_view number = text;
  uint64_t unit = 1;
  if (absl::ConsumeSuffix(&number, "K")) unit = 1u << 10;
  if (absl::ConsumeSuffix(&number, "M")) unit = 1u << 20;
  if (absl::ConsumeSuffix(&number, "G")) unit = 1u << 30;
  *bytes = 0;
  if (text.empty()) return absl::OkStatus();
  if (!absl::SimpleAtoi(number, bytes) || *bytes > ~uint64_t{0} / unit) {
    return absl::InvalidArgumentError(
        absl::StrCat("--", flag, "=", text, ": not a size; write 512M or 2G"));
  }
  *bytes *= unit;
  return absl::OkStatus();
}

std::string HelpText() {
  std::string text =
      "bindery: a simulator and model checker of the Android Binder protocol\n"
      "\n"
      "  bindery run     SCENARIO...   one schedule\n"
      "  bindery run     SCENARIO... --profile=A,B\n"
      "                                where two profiles part ways\n"
      "  bindery explore SCENARIO...   every interleaving within the bounds\n"
      "  bindery explore --open=procs:2,threads:1,commands:3\n"
      "                                any commands, without a script\n"
      "  bindery replay  TRACE...      a recorded trace, byte for byte\n"
      "  bindery shrink  TRACE         a smaller trace with the same "
      "violation,\n"
      "                                and what it rests on\n"
      "  bindery export  TRACE --to=text|mermaid|html\n"
      "  bindery export  SCENARIO --to=binder_logs\n"
      "  bindery conform SCENARIO... [--kernel=NAME] | --recorded | "
      "--random=N\n"
      "                                model and real kernel, step by step\n"
      "  bindery list    scenarios|invariants|profiles|mutations|alphabet\n"
      "  bindery list    coverage [SCENARIO...]\n"
      "                                what of the driver they exercise\n"
      "  bindery bench   [allocator|brm|checker|explore|processes|roundtrip|\n"
      "                  spin]...\n"
      "\n"
      "A SCENARIO is a file; FOLDER/... is every one below it.\n"
      "Two profiles that part ways are no failure: the status is 0.\n"
      "\n"
      "Exit status: 0 pass, 2 usage or invalid input, 3 internal error,\n"
      "10 violated, 11 deadlock, 12 mismatch, 13 expected violation not\n"
      "found, 20 budget exhausted.\n"
      "\n"
      "Flags:\n";
  for (const char* name : kNames) {
    absl::StrAppend(&text, "  --", name,
                    std::string(20 - std::string(name).size(), ' '),
                    absl::FindCommandLineFlag(name)->Help(), "\n");
  }
  return text;
}

}  // namespace bindery::tools
