#include "tools/bindery/bench_spin.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "model/brm/promela.h"
#include "model/brm/run.h"
#include "tools/bindery/child_run.h"
#include "tools/bindery/files.h"
#include "tools/bindery/flags.h"
#include "tools/bindery/search.h"

namespace bindery::tools {
namespace {

// What a search took.
struct Run : ChildRun {
  uint64_t states = 0;
  uint64_t transitions = 0;

  double Rate() const { return static_cast<double>(states) / cpu_seconds; }
  double BytesPerState() const {
    return peak_bytes / static_cast<double>(states);
  }
};

absl::StatusOr<Run> RunSearch(const std::string& name,
                              const std::function<int()>& body) {
  absl::StatusOr<ChildRun> run = RunInChild(name, body);
  if (!run.ok()) return run.status();
  return Run{*std::move(run)};
}

absl::StatusOr<Run> RunShell(const std::string& name,
                             const std::string& command) {
  return RunSearch(name, [&command] {
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    return 127;
  });
}

// ---------------------------------------------------------------- our side --

absl::StatusOr<Run> RunChecker(const model::BrmParams& params,
                               model::StoreKind store) {
  const auto body = [&] {
    model::BrmRunOptions options = model::DefaultBrmRunOptions();
    options.strategy = SearchStrategy();
    options.explore.store = store;
    const auto found = model::RunBrm(params, options);
    if (!found.ok() || !found->complete) return 1;
    std::printf("%llu %llu\n", static_cast<unsigned long long>(found->states),
                static_cast<unsigned long long>(found->transitions));
    return 0;
  };
  absl::StatusOr<Run> run = RunSearch("the checker", body);
  if (!run.ok()) return run;
  const std::pair<std::string, std::string> counts =
      absl::StrSplit(run->output, absl::ByAnyChar(" \n"));
  if (!absl::SimpleAtoi(counts.first, &run->states) ||
      !absl::SimpleAtoi(counts.second, &run->transitions)) {
    return absl::InternalError("the checker's counts cannot be read");
  }
  return run;
}

// ------------------------------------------------------------- SPIN's side --

// The number before `words` in the output, 0 if they are not there.
uint64_t NumberBefore(const std::string& output, const std::string& words) {
  for (const absl::string_view line : absl::StrSplit(output, '\n')) {
    const size_t at = line.find(words);
    uint64_t number = 0;
    if (at != line.npos && absl::SimpleAtoi(line.substr(0, at), &number)) {
      return number;
    }
  }
  return 0;
}

class SpinFolder {
 public:
  SpinFolder() {
    char name[] = "/tmp/bindery-spin-XXXXXX";
    if (mkdtemp(name) != nullptr) path_ = name;
  }
  ~SpinFolder() {
    for (const char* file : {"brm.pml", "pan", "pan.b", "pan.c", "pan.h",
                             "pan.m", "pan.p", "pan.t", "_spin_nvr.tmp"}) {
      std::remove(absl::StrCat(path_, "/", file).c_str());
    }
    rmdir(path_.c_str());
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Bits of a hash table that is just large enough.
int TableBits(uint64_t states) {
  int bits = 10;
  while (bits < 40 && (uint64_t{1} << bits) < states) ++bits;
  return bits;
}

absl::StatusOr<Run> RunSpin(const model::BrmParams& params, uint64_t states) {
  const SpinFolder folder;
  absl::Status written = WriteFile(absl::StrCat(folder.path(), "/brm.pml"),
                                   model::BrmPromela(params));
  if (!written.ok()) return written;
  const std::string enter = absl::StrCat("cd ", folder.path(), " && ");
  const absl::StatusOr<Run> made = RunShell(
      "building SPIN's verifier (is `spin` installed? ./bindery bench spin "
      "installs it)",
      enter +
          "spin -a brm.pml 2>&1 && gcc -O3 -march=native -w -DSAFETY "
          "-DNOREDUCE -DNOFAIR -DNOBOUNDCHECK -DMEMLIM=100000 -o pan pan.c "
          "2>&1");
  if (!made.ok()) return made;
  // -E: the end of everything is no error. The stack has some room beyond what
  // the sizes of the documentation use: it counts as memory.
  const uint64_t depth = std::max<uint64_t>(20'000, states / 16);
  absl::StatusOr<Run> run = RunShell(
      "SPIN's verifier",
      absl::StrCat(enter, "exec ./pan -E -m", depth, " -w", TableBits(states)));
  if (!run.ok()) return run;
  run->states = NumberBefore(run->output, " states, stored");
  // It counts the first state as a transition.
  run->transitions = NumberBefore(run->output, " transitions (=") - 1;
  return run;
}

void FillFigures(const char* name, const Run& run, proto::Result* result) {
  auto& figures = *result->mutable_figures();
  figures[absl::StrCat(name, "_cpu_seconds")] = run.cpu_seconds;
  figures[absl::StrCat(name, "_states_per_cpu_second")] = run.Rate();
  figures[absl::StrCat(name, "_bytes_per_state")] = run.BytesPerState();
}

}  // namespace

absl::Status BenchSpin(proto::Result* result) {
  const auto params = model::ParseBrmParams(absl::GetFlag(FLAGS_params));
  if (!params.ok()) return params.status();
  const auto ours = RunChecker(*params, model::StoreKind::kFingerprints64);
  if (!ours.ok()) return ours.status();
  const auto exact = RunChecker(*params, model::StoreKind::kExact);
  if (!exact.ok()) return exact.status();
  const auto spin = RunSpin(*params, ours->states);
  if (!spin.ok()) return spin.status();
  FillFigures("fingerprints", *ours, result);
  FillFigures("exact", *exact, result);
  FillFigures("spin", *spin, result);
  auto& figures = *result->mutable_figures();
  figures["fingerprints_times_spin"] = ours->Rate() / spin->Rate();
  figures["exact_times_spin"] = exact->Rate() / spin->Rate();
  result->set_name(absl::StrCat("spin ", model::BrmParamsText(*params)));
  result->set_states(ours->states);
  result->set_transitions(ours->transitions);
  const bool agree = spin->states == ours->states &&
                     spin->transitions == ours->transitions &&
                     exact->states == ours->states;
  result->set_complete(agree);
  result->set_verdict(agree ? "pass" : "mismatch");
  if (!agree) {
    result->set_reason(absl::StrCat("SPIN has ", spin->states, " states and ",
                                    spin->transitions, " transitions"));
  }
  return absl::OkStatus();
}

}  // namespace bindery::tools
