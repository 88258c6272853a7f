// bindery shrink: the smallest trace with the same violation that leaving out
// and moving finds, and what it rests on.
#include <memory>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "adapter/binder_model.h"
#include "adapter/explain.h"
#include "model/counterexample/shrink.h"
#include "sim/engine/run.h"
#include "tools/bindery/commands.h"
#include "tools/bindery/files.h"
#include "tools/bindery/flags.h"
#include "tools/bindery/report.h"
#include "tools/bindery/search.h"
#include "tools/bindery/session.h"

namespace bindery::tools {
namespace {

// By which name a model reports how the trace ends.
std::string PropertyOf(const proto::Trace& trace) {
  if (!trace.end().property().empty()) return trace.end().property();
  return trace.end().verdict() == "deadlock" ? "user-deadlock" : "";
}

std::vector<model::Choice> ChoicesOf(const proto::Trace& trace) {
  std::vector<model::Choice> choices;
  for (const uint64_t value : sim::ChoicesOf(trace)) choices.push_back({value});
  return choices;
}

void FillResult(const proto::Trace& trace, const std::string& property,
                proto::Result* result) {
  result->set_name(trace.scenario_name());
  result->set_verdict(trace.end().verdict());
  result->set_max_depth(static_cast<uint64_t>(trace.step_size()));
  proto::ViolationReport* report = result->add_violations();
  report->set_property(property);
  report->set_message(trace.end().message());
  report->set_depth(static_cast<uint64_t>(trace.step_size()));
}

absl::Status Shrink(const std::string& path, proto::Result* result) {
  absl::StatusOr<proto::Trace> trace = ReadTrace(path);
  if (!trace.ok()) return trace.status();
  absl::StatusOr<std::unique_ptr<Session>> session = OpenTrace(*trace, path);
  if (!session.ok()) return session.status();
  if (trace->end().has_loop()) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": its steps from ", trace->end().loop() + 1,
        " on go on for ever, and a loop that lost a step would not close; "
        "`bindery export` shows it"));
  }
  const std::string property = PropertyOf(*trace);
  if (property.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": the trace ends as \"", trace->end().verdict(),
        "\"; only one that ends with a violation or a deadlock can be made "
        "smaller"));
  }
  BinderModel model((*session)->scenario.compiled, (*session)->driver,
                    &(*session)->properties, (*session)->options);
  model::Shrinker<BinderModel> shrinker(model, property);
  const std::vector<model::Choice> before = shrinker.Reach(ChoicesOf(*trace));
  if (before.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": ", property,
                     " holds along the trace now; `bindery replay` "
                     "says where it is not what it was"));
  }
  const std::vector<model::Choice> after = shrinker.Run(before);
  const proto::Trace smaller =
      RecordChoices(**session, after, /*check_properties=*/true);
  FillResult(smaller, property, result);
  result->set_reason(absl::StrCat(
      before.size(), " steps with ", shrinker.Switches(before),
      " switches became ", after.size(), " with ", shrinker.Switches(after)));
  for (std::string& sentence : Explain(model, smaller)) {
    result->add_explanation(std::move(sentence));
  }
  NoteJudged((*session)->driver, result);
  const std::string output = absl::GetFlag(FLAGS_trace);
  if (output.empty()) return absl::OkStatus();
  result->mutable_violations(0)->set_trace(output);
  return WriteTrace(output, smaller);
}

}  // namespace

int ShrinkCommand(const std::vector<std::string>& arguments) {
  if (arguments.size() != 1) {
    return Fail(absl::InvalidArgumentError(
        "one trace is expected; `bindery explore SCENARIO --trace=FILE` writes "
        "one"));
  }
  proto::Report report;
  const absl::Status status = Shrink(arguments[0], report.add_results());
  if (!status.ok()) return Fail(status);
  return Print(report);
}

}  // namespace bindery::tools
