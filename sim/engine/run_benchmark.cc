// Synchronous round trips: a client's call and the server's reply, 12
// transitions at command granularity.
//
//   bazel run //sim/engine:run_benchmark
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "sim/engine/run.h"
#include "sim/engine/scheduler.h"
#include "sim/engine/simulation.h"
#include "sim/io/scenario_loader.h"

namespace bindery::sim {
namespace {

constexpr int kRoundTrips = 10'000;

LoadedScenario LoadRoundTrips() {
  const std::string text =
      absl::StrCat(R"pb(
                     name: "round_trips"
                     process {
                       name: "server"
                       attach { context_manager: true }
                       thread {
                         name: "main"
                         step { serve {} }
                         on { br: BR_TRANSACTION }
                       }
                     }
                     process { name: "client"
                               attach {}
                               thread { name: "main"
                                        step { repeat { step {
                                                 call {
                                                   to { number: 0 }
                                                   code: 1
                                                 }
                                               }
                                                        times:)pb",
                   kRoundTrips, "} } } }");
  absl::StatusOr<LoadedScenario> loaded = LoadScenario(text, "round_trips");
  if (!loaded.ok()) {
    std::cerr << loaded.status() << "\n";
    std::abort();
  }
  return *std::move(loaded);
}

void RoundTrips(benchmark::State& state, bool journal, bool check) {
  const LoadedScenario loaded = LoadRoundTrips();
  const Driver driver = *Driver::Create(loaded.compiled.profile);
  SimulationOptions options;
  options.journal = journal;
  RunOptions run;
  run.check_properties = check;
  uint64_t steps = 0;
  for (auto _ : state) {
    Simulation simulation(loaded.compiled, driver, nullptr, options);
    AsWrittenScheduler scheduler;
    const RunResult result = Run(simulation, scheduler, run);
    if (result.stop != StopReason::kEnded) state.SkipWithError("not ended");
    steps += result.steps;
  }
  state.SetItemsProcessed(state.iterations() * kRoundTrips);
  state.counters["steps"] = benchmark::Counter(static_cast<double>(steps),
                                               benchmark::Counter::kIsRate);
}

void BM_RoundTrips(benchmark::State& state) { RoundTrips(state, false, false); }
void BM_RoundTripsWithJournal(benchmark::State& state) {
  RoundTrips(state, true, false);
}
void BM_RoundTripsChecked(benchmark::State& state) {
  RoundTrips(state, true, true);
}
BENCHMARK(BM_RoundTrips)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_RoundTripsWithJournal)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_RoundTripsChecked)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace bindery::sim
