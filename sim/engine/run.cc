#include "sim/engine/run.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "sim/engine/recorder.h"

namespace bindery::sim {
namespace {

// The journal is dropped after this many steps; nothing takes them back.
constexpr uint64_t kHistory = 4096;

void EndTrace(const RunResult& result, proto::Trace* trace) {
  proto::TraceEnd* end = trace->mutable_end();
  end->set_verdict(result.Verdict());
  // A replay of the choices cannot know why a schedule ended early.
  if (result.stop == StopReason::kEnded) end->set_message(result.message);
  if (result.violations.empty()) return;
  end->set_property(result.violations.front().property);
  end->set_message(result.violations.front().message);
}

bool Holds(const Simulation& simulation, const RunOptions& options,
           std::vector<PropertyViolation>* violations) {
  return options.check_properties ? Check(simulation, violations)
                                  : CheckStep(simulation, violations);
}

// Why the scheduler picked nothing.
void Finish(const Simulation& simulation, const Scheduler& scheduler,
            RunResult* result) {
  if (!scheduler.divergence().empty()) {
    result->stop = StopReason::kDiverged;
    result->message = scheduler.divergence();
  } else if (!simulation.Quiet()) {
    result->stop = StopReason::kScheduleEnded;
  } else {
    result->stop = StopReason::kEnded;
    result->ending = Classify(simulation, &result->message);
  }
}

// Where two steps differ first; "" if they do not.
std::string Difference(const proto::TraceStep& recorded,
                       const proto::TraceStep& now) {
  if (recorded.SerializeAsString() == now.SerializeAsString()) return "";
  const int events = std::min(recorded.event_size(), now.event_size());
  for (int i = 0; i < events; ++i) {
    const std::string a = recorded.event(i).ShortDebugString();
    const std::string b = now.event(i).ShortDebugString();
    if (a == b) continue;
    return absl::StrCat("event ", i + 1, " was {", a, "}, is {", b, "}");
  }
  if (recorded.event_size() != now.event_size()) {
    return absl::StrCat("had ", recorded.event_size(), " events, has ",
                        now.event_size());
  }
  const int changes = std::min(recorded.change_size(), now.change_size());
  for (int i = 0; i < changes; ++i) {
    const std::string a = recorded.change(i).ShortDebugString();
    const std::string b = now.change(i).ShortDebugString();
    if (a == b) continue;
    return absl::StrCat("change ", i + 1, " was {", a, "}, is {", b, "}");
  }
  if (recorded.change_size() != now.change_size()) {
    return absl::StrCat("had ", recorded.change_size(), " changes, has ",
                        now.change_size());
  }
  return absl::StrCat("fingerprint was ", recorded.fingerprint(), ", is ",
                      now.fingerprint());
}

std::string TraceDifference(const proto::Trace& recorded,
                            const proto::Trace& now, const RunResult& run) {
  const int steps = std::min(recorded.step_size(), now.step_size());
  for (int i = 0; i < steps; ++i) {
    const std::string difference = Difference(recorded.step(i), now.step(i));
    if (difference.empty()) continue;
    return absl::StrCat("step ", i + 1, " (", recorded.step(i).actor(),
                        "): ", difference);
  }
  if (run.stop == StopReason::kDiverged) return run.message;
  if (recorded.step_size() != now.step_size()) {
    return absl::StrCat("the trace has ", recorded.step_size(),
                        " steps, the execution ends after ", now.step_size());
  }
  // What never ends is judged by whoever knows about loops.
  if (!recorded.has_end() || recorded.end().has_loop()) return "";
  const std::string a = recorded.end().ShortDebugString();
  const std::string b = now.end().ShortDebugString();
  return a == b ? "" : absl::StrCat("the end was {", a, "}, is {", b, "}");
}

}  // namespace

const char* RunResult::Verdict() const {
  if (!violations.empty()) return "violated";
  if (stop != StopReason::kEnded) return "inconclusive";
  return ending == Ending::kFinished ? "pass" : "deadlock";
}

RunResult Run(Simulation& simulation, Scheduler& scheduler,
              const RunOptions& options) {
  const bool record = options.trace != nullptr;
  BINDERY_CHECK_MSG(!record || simulation.options().journal,
                    "a trace needs the journal");
  std::optional<Recorder> recorder;
  if (record) recorder.emplace(simulation, options.seed, options.trace);
  RunResult result;
  VirtualClock clock;
  for (;;) {
    if (result.steps == options.max_steps) {
      result.stop = StopReason::kBudget;
      break;
    }
    const uint64_t choice = scheduler.Next(simulation);
    if (choice == 0) {
      Finish(simulation, scheduler, &result);
      break;
    }
    simulation.Apply(choice);
    clock.Advance(options.costs.Of(choice));
    ++result.steps;
    if (record) recorder->Step(choice);
    if (!Holds(simulation, options, &result.violations)) {
      result.stop = StopReason::kViolation;
      break;
    }
    if (simulation.unmodelled() != nullptr) {
      result.stop = StopReason::kUnmodelled;
      result.message = simulation.unmodelled();
      break;
    }
    if (result.steps % kHistory == 0) simulation.world().ForgetHistory();
  }
  result.nanoseconds = clock.now();
  if (record) EndTrace(result, options.trace);
  return result;
}

std::vector<uint64_t> ChoicesOf(const proto::Trace& trace) {
  std::vector<uint64_t> choices;
  for (const proto::TraceStep& step : trace.step()) {
    choices.push_back(step.choice());
  }
  return choices;
}

ReplayResult ReplayTrace(const proto::Trace& trace, Simulation& simulation,
                         bool check_properties, proto::Trace* record) {
  proto::Trace own;
  ReplayScheduler scheduler(ChoicesOf(trace));
  RunOptions options;
  options.check_properties = check_properties;
  options.trace = record != nullptr ? record : &own;
  options.seed = trace.options().seed();
  ReplayResult result;
  result.run = Run(simulation, scheduler, options);
  result.difference = TraceDifference(trace, *options.trace, result.run);
  result.same = result.difference.empty();
  return result;
}

}  // namespace bindery::sim
