// bindery replay: executes recorded traces again and compares every byte.
#include <memory>

#include "absl/strings/str_cat.h"
#include "adapter/binder_model.h"
#include "model/liveness/lasso.h"
#include "sim/engine/run.h"
#include "sim/liveness/liveness.h"
#include "tools/bindery/commands.h"
#include "tools/bindery/files.h"
#include "tools/bindery/report.h"
#include "tools/bindery/session.h"

namespace bindery::tools {
namespace {

// Whether the steps behind end().loop() close, are fair, and break the property
// if they go on for ever.
absl::Status JudgeLoop(const proto::Trace& trace, const Session& session) {
  std::vector<model::Choice> choices;
  for (const uint64_t value : sim::ChoicesOf(trace)) choices.push_back({value});
  BinderModel model(session.scenario.compiled, session.driver,
                    &session.properties, session.options);
  const int property =
      sim::NumberOfOwed(model.simulation(), trace.end().property());
  if (property < 0) {
    return absl::NotFoundError(absl::StrCat(
        "there is no such property of runs: ", trace.end().property()));
  }
  return model::LassoJudge<BinderModel>(model).Judge(
      choices, trace.end().loop(), property);
}

void ReportLoop(const proto::Trace& trace, const std::string& path,
                const Session& session, proto::Result* result) {
  const absl::Status status = JudgeLoop(trace, session);
  if (!status.ok()) {
    result->set_verdict("mismatch");
    result->set_reason(std::string(status.message()));
    return;
  }
  proto::ViolationReport* report = result->add_violations();
  report->set_property(trace.end().property());
  report->set_message(trace.end().message());
  report->set_depth(static_cast<uint64_t>(trace.step_size()));
  report->set_trace(path);
  result->set_reason(absl::StrCat(
      result->reason(), ", the last ",
      static_cast<uint64_t>(trace.step_size()) - trace.end().loop(),
      " of them for ever"));
}

absl::Status ReplayOne(const std::string& path, proto::Result* result) {
  absl::StatusOr<proto::Trace> trace = ReadTrace(path);
  if (!trace.ok()) return trace.status();
  absl::StatusOr<std::unique_ptr<Session>> session = OpenTrace(*trace, path);
  if (!session.ok()) return session.status();
  sim::Simulation simulation((*session)->scenario.compiled, (*session)->driver,
                             &(*session)->properties, (*session)->options);
  const sim::ReplayResult replay = sim::ReplayTrace(*trace, simulation);
  result->set_name(trace->scenario_name());
  NoteJudged((*session)->driver, result);
  result->set_max_depth(replay.run.steps);
  if (!replay.same) {
    result->set_verdict("mismatch");
    result->set_reason(replay.difference);
    return absl::OkStatus();
  }
  result->set_verdict(trace->end().verdict());
  result->set_reason(absl::StrCat("the same ", trace->step_size(), " steps"));
  if (trace->end().has_loop()) ReportLoop(*trace, path, **session, result);
  for (const sim::PropertyViolation& violation : replay.run.violations) {
    proto::ViolationReport* report = result->add_violations();
    report->set_property(violation.property);
    report->set_message(violation.message);
    report->set_depth(replay.run.steps);
    report->set_trace(path);
  }
  return absl::OkStatus();
}

}  // namespace

int ReplayCommand(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    return Fail(absl::InvalidArgumentError(
        "no trace given; `bindery run SCENARIO --trace=FILE` writes one"));
  }
  proto::Report report;
  for (const std::string& path : arguments) {
    const absl::Status status = ReplayOne(path, report.add_results());
    if (!status.ok()) return Fail(status);
  }
  return Print(report);
}

}  // namespace bindery::tools
