// bindery run: one schedule of each scenario.
#include <memory>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "sim/engine/run.h"
#include "tools/bindery/commands.h"
#include "tools/bindery/files.h"
#include "tools/bindery/flags.h"
#include "tools/bindery/meter.h"
#include "tools/bindery/report.h"
#include "tools/bindery/session.h"
#include "tools/bindery/verdict.h"

namespace bindery::tools {
namespace {

// A plain run keeps no journal: nothing is recorded or checked in between.
bool NeedsJournal() {
  return absl::GetFlag(FLAGS_properties) != "none" ||
         !absl::GetFlag(FLAGS_trace).empty();
}

void FillResult(const Session& session, const sim::RunResult& run,
                const Meter& meter, proto::Result* result) {
  result->set_name(session.name());
  NoteJudged(session.driver, result);
  result->set_verdict(run.Verdict());
  result->set_reason(run.message);
  result->set_max_depth(run.steps);
  (*result->mutable_figures())["transitions"] = static_cast<double>(run.steps);
  (*result->mutable_figures())["virtual_ns"] =
      static_cast<double>(run.nanoseconds);
  for (const sim::PropertyViolation& violation : run.violations) {
    proto::ViolationReport* report = result->add_violations();
    report->set_property(violation.property);
    report->set_message(violation.message);
    report->set_depth(run.steps);
    report->set_trace(absl::GetFlag(FLAGS_trace));
  }
  meter.Fill(result);
}

absl::Status RunOne(const Session& session, proto::Result* result) {
  auto scheduler = MakeScheduler();
  if (!scheduler.ok()) return scheduler.status();
  sim::SimulationOptions simulation_options = session.options;
  simulation_options.journal = NeedsJournal();
  simulation_options.pages = session.scenario.compiled.shrinks;
  simulation_options.run_through = !NeedsJournal() &&
                                   absl::GetFlag(FLAGS_schedule).empty() &&
                                   absl::GetFlag(FLAGS_seed) < 0 &&
                                   session.scenario.proto.schedule().empty();
  simulation_options.sums = NeedsJournal();
  const Meter meter;
  sim::Simulation simulation(session.scenario.compiled, session.driver,
                             &session.properties, simulation_options);
  proto::Trace trace;
  sim::RunOptions options;
  options.check_properties = absl::GetFlag(FLAGS_properties) != "none";
  options.seed =
      static_cast<uint64_t>(std::max<int64_t>(0, absl::GetFlag(FLAGS_seed)));
  const std::string path = absl::GetFlag(FLAGS_trace);
  if (!path.empty()) options.trace = &trace;
  const sim::RunResult run = sim::Run(simulation, **scheduler, options);
  FillResult(session, run, meter, result);
  ApplyScenarioExpectation(session, result);
  if (StatusOf(result->verdict()) != kExitPass) {
    result->set_reproduce(Reproduce("run", session.path));
  }
  if (path.empty()) return absl::OkStatus();
  return WriteTrace(path, trace);
}

}  // namespace

int RunCommand(const std::vector<std::string>& arguments) {
  if (ProfilesGiven().size() > 1) return CompareProfiles(arguments);
  auto sessions = OpenSessions(arguments);
  if (!sessions.ok()) return Fail(sessions.status());
  if (!absl::GetFlag(FLAGS_trace).empty() && sessions->size() != 1) {
    return Fail(absl::InvalidArgumentError(
        "--trace names one file, so it takes one scenario"));
  }
  if (absl::GetFlag(FLAGS_seed) >= 0) {
    std::fprintf(stderr, "seed %lld\n",
                 static_cast<long long>(absl::GetFlag(FLAGS_seed)));
  }
  proto::Report report;
  for (const std::unique_ptr<Session>& session : *sessions) {
    const absl::Status status = RunOne(*session, report.add_results());
    if (!status.ok()) return Fail(status);
  }
  return Print(report);
}

}  // namespace bindery::tools
