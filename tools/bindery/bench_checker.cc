#include "tools/bindery/bench_checker.h"

#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "model/brm/known_sizes.h"
#include "tools/bindery/child_run.h"
#include "tools/bindery/flags.h"

namespace bindery::tools {
namespace {

constexpr uint64_t kDriverStates = 5'000'000;

// `set` changes flags, in the child alone.
absl::StatusOr<proto::Result> Measure(const std::string& name,
                                      const std::function<void()>& set,
                                      const Benchmark& benchmark) {
  const auto run = RunInChild(name, [&] {
    set();
    proto::Result result;
    const absl::Status status = benchmark(&result);
    const std::string bytes = status.ok() ? result.SerializeAsString()
                                          : std::string(status.message());
    std::fwrite(bytes.data(), 1, bytes.size(), stdout);
    return status.ok() ? 0 : 1;
  });
  if (!run.ok()) return run.status();
  proto::Result result;
  if (!result.ParseFromString(run->output)) {
    return absl::InternalError(
        absl::StrCat("bench checker: ", name, " printed something else"));
  }
  result.set_name(name);
  return result;
}

// A mismatch if the counts are not those of others.
absl::Status BenchSize(const model::KnownSize& size, bool symmetry,
                       const Benchmark& brm, proto::Report* report) {
  auto result = Measure(
      absl::StrCat("BRM-1 ", size.name, symmetry ? " by symmetry" : "",
                   ", exact"),
      [&] {
        absl::SetFlag(&FLAGS_params, size.params);
        absl::SetFlag(&FLAGS_exact, true);
        if (symmetry) absl::SetFlag(&FLAGS_reduction, "symmetry");
      },
      brm);
  if (!result.ok()) return result.status();
  if (result->states() != size.states ||
      result->transitions() != size.transitions) {
    result->set_verdict("mismatch");
    result->set_reason(absl::StrCat("others have ", size.states, " states and ",
                                    size.transitions, " transitions"));
  }
  *report->add_results() = *std::move(result);
  return absl::OkStatus();
}

absl::Status BenchSizes(const Benchmark& brm, proto::Report* report) {
  for (const model::KnownSize& size : model::kKnownSizes) {
    const absl::Status s = BenchSize(size, /*symmetry=*/false, brm, report);
    if (!s.ok()) return s;
  }
  model::KnownSize orbits = model::kSizeD3;
  orbits.states = model::kOrbitsOfD3;
  orbits.transitions = model::kOrbitTransitionsOfD3;
  return BenchSize(orbits, /*symmetry=*/true, brm, report);
}

// A rate needs no answer.
void PassIfBounded(proto::Result* result) {
  if (result->verdict() == "inconclusive" && result->reason() == "max_states") {
    result->set_verdict("pass");
  }
}

// One thread, then two, on the same work. Where that is bounded two threads see
// other states, with more or less choices; so states are compared.
absl::Status BenchThreads(const std::string& name,
                          const std::function<void()>& set,
                          const Benchmark& benchmark, proto::Report* report) {
  double rate = 0;
  for (const uint32_t jobs : {1, 2}) {
    auto result = Measure(
        absl::StrCat(name, jobs == 1 ? ", one thread" : ", two threads"),
        [&] {
          set();
          absl::SetFlag(&FLAGS_jobs, jobs);
        },
        benchmark);
    if (!result.ok()) return result.status();
    PassIfBounded(&*result);
    auto& figures = *result->mutable_figures();
    const double now =
        static_cast<double>(result->states()) / result->seconds();
    figures["states_per_second"] = now;
    figures["transitions_per_second"] =
        static_cast<double>(result->transitions()) / result->seconds();
    if (jobs == 1) {
      rate = now;
    } else {
      figures["times_one_thread"] = now / rate;
    }
    *report->add_results() = *std::move(result);
  }
  return absl::OkStatus();
}

void SetDriver(const char* granularity) {
  absl::SetFlag(&FLAGS_granularity, granularity);
  if (absl::GetFlag(FLAGS_max_states) == 0) {
    absl::SetFlag(&FLAGS_max_states, kDriverStates);
  }
}

// A scenario on which a reduction is measured.
struct Reduced {
  const char* scenario;
  const char* granularity;
  const char* reduction;
  Benchmark benchmark;
};

// All of its states, then those that the reduction leaves.
absl::Status BenchReduction(const Reduced& what, proto::Report* report) {
  double states = 0;
  double cpu = 0;
  for (const std::string reduction : {"none", what.reduction}) {
    auto result = Measure(
        absl::StrCat(what.scenario, ", ", what.granularity,
                     ", reduction: ", reduction),
        [&] {
          absl::SetFlag(&FLAGS_granularity, what.granularity);
          absl::SetFlag(&FLAGS_reduction, reduction);
          absl::SetFlag(&FLAGS_max_states, 0);
        },
        what.benchmark);
    if (!result.ok()) return result.status();
    const auto now = static_cast<double>(result->states());
    if (reduction == "none") {
      states = now;
      cpu = result->cpu_seconds();
    } else {
      auto& figures = *result->mutable_figures();
      figures["times_fewer_states"] = states / now;
      figures["times_less_cpu"] = cpu / result->cpu_seconds();
    }
    *report->add_results() = *std::move(result);
  }
  return absl::OkStatus();
}

// All that two processes can do in six commands, but for what is found sooner.
absl::Status BenchSixCommands(const Benchmark& open_question,
                              proto::Report* report) {
  auto result = Measure(
      "open question, six commands, two threads",
      [] {
        absl::SetFlag(&FLAGS_open, "procs:2,threads:1,commands:6");
        absl::SetFlag(&FLAGS_except, "E16,E39,E70");
        absl::SetFlag(&FLAGS_granularity, "command");
        absl::SetFlag(&FLAGS_max_states, 0);
        absl::SetFlag(&FLAGS_jobs, 2);
      },
      open_question);
  if (!result.ok()) return result.status();
  *report->add_results() = *std::move(result);
  return absl::OkStatus();
}

}  // namespace

absl::Status BenchChecker(const CheckerBenchmarks& benchmarks,
                          proto::Report* report) {
  const Benchmark& brm = benchmarks.brm;
  const auto size_c = [] {
    absl::SetFlag(&FLAGS_params, model::kSizeC.params);
  };
  if (absl::Status s = BenchSizes(brm, report); !s.ok()) return s;
  auto beside = Measure("BRM-1 C beside SPIN", size_c, benchmarks.spin);
  if (!beside.ok()) return beside.status();
  *report->add_results() = *std::move(beside);
  if (absl::Status s = BenchThreads("BRM-1 C", size_c, brm, report); !s.ok()) {
    return s;
  }
  for (const char* granularity : {"command", "lock"}) {
    const absl::Status s = BenchThreads(
        absl::StrCat("driver, ", granularity),
        [granularity] { SetDriver(granularity); }, benchmarks.explore, report);
    if (!s.ok()) return s;
  }
  const Reduced partial_order = {"two clients", "lock", "partial_order",
                                 benchmarks.two_clients};
  const Reduced symmetry = {"four clients", "command", "symmetry",
                            benchmarks.four_clients};
  for (const Reduced& what : {partial_order, symmetry}) {
    if (absl::Status s = BenchReduction(what, report); !s.ok()) return s;
  }
  if (!absl::GetFlag(FLAGS_full)) return absl::OkStatus();
  const Reduced pairs = {"two pairs", "lock", "partial_order",
                         benchmarks.two_pairs};
  if (absl::Status s = BenchReduction(pairs, report); !s.ok()) return s;
  return BenchSixCommands(benchmarks.open_question, report);
}

}  // namespace bindery::tools
