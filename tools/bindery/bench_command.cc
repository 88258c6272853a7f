// bindery bench: how fast, on work that does not change.
#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "model/brm/run.h"
#include "sim/engine/run.h"
#include "sim/kernel/alloc_exhaustive.h"
#include "tools/bindery/bench_checker.h"
#include "tools/bindery/bench_scenarios.h"
#include "tools/bindery/bench_spin.h"
#include "tools/bindery/commands.h"
#include "tools/bindery/flags.h"
#include "tools/bindery/meter.h"
#include "tools/bindery/report.h"
#include "tools/bindery/search.h"
#include "tools/bindery/session.h"

namespace bindery::tools {
namespace {

void FillRates(proto::Result* result) {
  const double seconds = result->cpu_seconds();
  if (seconds <= 0) return;
  auto& figures = *result->mutable_figures();
  figures["states_per_cpu_second"] =
      static_cast<double>(result->states()) / seconds;
  figures["transitions_per_cpu_second"] =
      static_cast<double>(result->transitions()) / seconds;
}

absl::Status BenchBrm(proto::Result* result) {
  auto params = model::ParseBrmParams(absl::GetFlag(FLAGS_params));
  if (!params.ok()) return params.status();
  model::BrmRunOptions options = model::DefaultBrmRunOptions();
  options.strategy = SearchStrategy();
  Ticker ticker("brm");
  SetSearchOptions(0, 0, &ticker, &options.explore);
  const std::string reduction = absl::GetFlag(FLAGS_reduction);
  options.explore.symmetry = reduction == "symmetry";
  options.explore.partial_order = reduction == "partial_order";
  // 2: of its encodings, which a checkpoint has.
  options.explore.checkpoint.identity = SearchIdentity(
      {{"model", "BRM-1 2"}, {"params", model::BrmParamsText(*params)}});
  const Meter meter;
  const auto run = model::RunBrm(*params, options);
  if (!run.ok()) return run.status();
  const model::ExploreResult& found = *run;
  FillCounts(found, result);
  result->set_name(absl::StrCat("brm ", model::BrmParamsText(*params)));
  result->set_verdict(found.complete ? "pass" : "inconclusive");
  if (!found.complete) result->set_reason(ReasonOf(found));
  meter.Fill(result);
  FillRates(result);
  return absl::OkStatus();
}

// Everything included: apply, invariants, fingerprint, visited set, undo.
absl::Status BenchSession(const Session& session, proto::Result* result) {
  model::ExploreOptions options;
  Ticker ticker("explore");
  SetSearchOptions(0, 0, &ticker, &options);
  const Meter meter;
  SearchCoverage coverage(session);
  const auto run = ExploreSession(session, std::move(options), &coverage);
  if (!run.ok()) return run.status();
  const model::ExploreResult& found = *run;
  FillCounts(found, result);
  const bool lock = session.options.granularity == sim::Granularity::kLock;
  result->set_name(lock ? "explore lock" : "explore command");
  const char* unfinished = found.complete ? "pass" : "inconclusive";
  result->set_verdict(found.findings.empty() ? unfinished : "violated");
  if (!found.complete) result->set_reason(ReasonOf(found));
  meter.Fill(result);
  FillRates(result);
  return absl::OkStatus();
}

absl::Status BenchScenario(const char* name, const char* text,
                           proto::Result* result) {
  auto session = OpenText(name, text);
  if (!session.ok()) return session.status();
  return BenchSession(**session, result);
}

// Three clients with three calls each.
absl::Status BenchExplore(proto::Result* result) {
  return BenchScenario("three_clients", kThreeClients, result);
}

absl::Status BenchTwoClients(proto::Result* result) {
  return BenchScenario("two_clients_one_thread", kTwoClients, result);
}

absl::Status BenchTwoPairs(proto::Result* result) {
  return BenchScenario("two_pairs", kTwoPairs, result);
}

// The one of --open.
absl::Status BenchOpenQuestion(proto::Result* result) {
  auto session = OpenOpenQuestion();
  if (!session.ok()) return session.status();
  return BenchSession(**session, result);
}

absl::Status BenchFourClients(proto::Result* result) {
  return BenchScenario("four_clients", kFourClients, result);
}

// Synchronous calls of one client to one server, in `run` without a trace.
absl::Status BenchRoundtrip(proto::Result* result) {
  const uint64_t rounds = absl::GetFlag(FLAGS_rounds);
  auto session = OpenText("roundtrip", RoundtripScenario(rounds));
  if (!session.ok()) return session.status();
  sim::SimulationOptions options = (*session)->options;
  options.journal = false;
  options.run_through = true;
  options.history = false;
  sim::Simulation simulation((*session)->scenario.compiled, (*session)->driver,
                             &(*session)->properties, options);
  sim::AsWrittenScheduler scheduler;
  sim::RunOptions run_options;
  run_options.check_properties = false;
  const Meter meter;
  const sim::RunResult run = sim::Run(simulation, scheduler, run_options);
  result->set_name("roundtrip");
  result->set_verdict(run.Verdict());
  result->set_reason(run.message);
  meter.Fill(result);
  auto& figures = *result->mutable_figures();
  figures["roundtrips"] = static_cast<double>(rounds);
  figures["transitions"] = static_cast<double>(run.steps);
  figures["roundtrips_per_cpu_second"] =
      static_cast<double>(rounds) / result->cpu_seconds();
  return absl::OkStatus();
}

// The same total of calls, by one client or by many. Cost that grows with their
// number shows in "cost_over_first".
absl::Status BenchProcessCount(uint64_t processes, double* first,
                               proto::Result* result) {
  const uint64_t clients = processes - 1;
  const uint64_t each =
      std::max<uint64_t>(1, absl::GetFlag(FLAGS_rounds) / clients);
  const Meter whole;
  auto session = OpenText("processes", ProcessesScenario(clients, each));
  if (!session.ok()) return session.status();
  const bool check = absl::GetFlag(FLAGS_properties) != "none";
  sim::SimulationOptions options = (*session)->options;
  options.journal = check;
  options.sums = check;
  options.run_through = !check;
  sim::Simulation simulation((*session)->scenario.compiled, (*session)->driver,
                             &(*session)->properties, options);
  proto::Result setup;
  whole.Fill(&setup);
  sim::AsWrittenScheduler scheduler;
  sim::RunOptions run_options;
  run_options.check_properties = check;
  const Meter meter;
  const sim::RunResult run = sim::Run(simulation, scheduler, run_options);
  result->set_name(absl::StrCat("processes ", processes));
  result->set_verdict(run.Verdict());
  result->set_reason(run.message);
  meter.Fill(result);
  auto& figures = *result->mutable_figures();
  const double calls = static_cast<double>(clients * each);
  const double cost = result->cpu_seconds() * 1e9 / calls;
  if (*first == 0) *first = cost;
  figures["roundtrips"] = calls;
  figures["transitions"] = static_cast<double>(run.steps);
  figures["cpu_ns_per_roundtrip"] = cost;
  figures["cost_over_first"] = cost / *first;
  figures["setup_cpu_seconds"] = setup.cpu_seconds();
  return absl::OkStatus();
}

absl::Status BenchProcesses(proto::Report* report) {
  double first = 0;
  for (const uint64_t processes : {2, 10, 100, 1000, 10'000}) {
    const absl::Status status =
        BenchProcessCount(processes, &first, report->add_results());
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// The programs of the kernel's exhaustive test of its allocator, with its
// checks.
absl::Status BenchAllocator(proto::Result* result) {
  const auto driver = sim::Driver::Create("c-7.2");
  if (!driver.ok()) return driver.status();
  const Meter meter;
  const sim::AllocExhaustiveResult run = sim::RunAllocPrograms(*driver, {});
  result->set_name("allocator");
  result->set_verdict(run.failure.empty() ? "pass" : "violated");
  result->set_reason(run.failure);
  meter.Fill(result);
  auto& figures = *result->mutable_figures();
  const double calls = static_cast<double>(run.allocations + run.frees);
  figures["programs"] = static_cast<double>(run.programs);
  figures["allocations"] = static_cast<double>(run.allocations);
  figures["frees"] = static_cast<double>(run.frees);
  if (result->cpu_seconds() <= 0) return absl::OkStatus();
  figures["programs_per_cpu_second"] =
      static_cast<double>(run.programs) / result->cpu_seconds();
  figures["calls_per_cpu_second"] = calls / result->cpu_seconds();
  return absl::OkStatus();
}

absl::Status BenchOne(const std::string& name, proto::Report* report) {
  if (name == "allocator") return BenchAllocator(report->add_results());
  if (name == "brm") return BenchBrm(report->add_results());
  if (name == "checker") {
    return BenchChecker({.brm = BenchBrm,
                         .explore = BenchExplore,
                         .two_clients = BenchTwoClients,
                         .four_clients = BenchFourClients,
                         .two_pairs = BenchTwoPairs,
                         .open_question = BenchOpenQuestion,
                         .spin = BenchSpin},
                        report);
  }
  if (name == "explore") return BenchExplore(report->add_results());
  if (name == "processes") return BenchProcesses(report);
  if (name == "roundtrip") return BenchRoundtrip(report->add_results());
  if (name == "spin") return BenchSpin(report->add_results());
  return absl::InvalidArgumentError(absl::StrCat(
      "unknown benchmark \"", name,
      "\"; there are allocator, brm, checker, explore, processes, roundtrip, "
      "spin"));
}

}  // namespace

int BenchCommand(const std::vector<std::string>& arguments) {
  // All but those that need SPIN, which has to be installed.
  const std::vector<std::string> all = {"allocator", "brm", "explore",
                                        "processes", "roundtrip"};
  const std::vector<std::string>& names = arguments.empty() ? all : arguments;
  if (absl::Status s = CheckCheckpointOfOne(names.size()); !s.ok()) {
    return Fail(s);
  }
  proto::Report report;
  for (const std::string& name : names) {
    const absl::Status status = BenchOne(name, &report);
    if (!status.ok()) return Fail(status);
  }
  return Print(report);
}

}  // namespace bindery::tools
