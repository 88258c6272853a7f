// bindery run --profile=A,B: the same scenario with two profiles, step by step.
//
// Both run in lock-step (tools/conform/lockstep.h), so that they make the same
// system calls in the same order for as long as these return the same. That
// they part ways is what was asked for, and no failure. Expectations are those
// of one profile; a side that does not meet one ends there.
#include <memory>

#include "absl/flags/flag.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sim/kernel/features.h"
#include "tools/bindery/commands.h"
#include "tools/bindery/flags.h"
#include "tools/bindery/report.h"
#include "tools/bindery/session.h"
#include "tools/bindery/verdict.h"
#include "tools/conform/lockstep.h"

namespace bindery::tools {
namespace {

using conform::LockstepRun;
using conform::TranscriptStep;

absl::Status CheckOptions() {
  if (ProfilesGiven().size() != 2) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--profile=", absl::GetFlag(FLAGS_profile),
        ": two profiles are compared, not ", ProfilesGiven().size()));
  }
  if (absl::GetFlag(FLAGS_trace).empty() &&
      absl::GetFlag(FLAGS_schedule).empty() && absl::GetFlag(FLAGS_seed) < 0) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "two profiles are compared in lock-step, which has one schedule and no "
      "trace; leave out --trace, --schedule and --seed");
}

absl::StatusOr<std::vector<sim::Driver>> Drivers() {
  std::vector<sim::Driver> drivers;
  for (const std::string& profile : ProfilesGiven()) {
    absl::StatusOr<sim::Driver> driver = sim::Driver::Create(
        profile,
        absl::StrSplit(absl::GetFlag(FLAGS_mutate), ',', absl::SkipEmpty()));
    if (!driver.ok()) return driver.status();
    drivers.push_back(*std::move(driver));
  }
  return drivers;
}

const TranscriptStep* StepAt(const LockstepRun& run, size_t step) {
  const auto& steps = run.transcript.steps;
  return step < steps.size() ? &steps[step] : nullptr;
}

void FillSide(const std::string& profile, const TranscriptStep* step,
              proto::ProfileSide* side) {
  side->set_profile(profile);
  side->set_reached(step != nullptr);
  if (step == nullptr) return;
  for (const std::string& line : step->results) side->add_result(line);
  for (const std::string& line : step->cited) side->add_cited(line);
}

bool Cites(const proto::ProfileDifference& difference,
           absl::string_view functions) {
  const std::vector<std::string> wanted = absl::StrSplit(functions, ", ");
  for (const proto::ProfileSide& side : difference.side()) {
    for (const std::string& cited : side.cited()) {
      for (const std::string& one : wanted) {
        if (cited == one) return true;
      }
    }
  }
  return false;
}

// What the two do otherwise in functions that the step went through.
void FillFeatures(const std::vector<sim::Driver>& drivers,
                  proto::ProfileDifference* difference) {
  for (const sim::Feature& feature : sim::AllFeatures()) {
    const bool first = drivers[0].features().*feature.member;
    if (first == drivers[1].features().*feature.member) continue;
    if (!Cites(*difference, feature.function)) continue;
    proto::ProfileFeature* const found = difference->add_feature();
    found->set_name(feature.name);
    found->set_function(feature.function);
    found->set_with(feature.with);
    found->set_with_profile(drivers[first ? 0 : 1].profile());
    found->set_without(feature.without);
    found->set_without_profile(drivers[first ? 1 : 0].profile());
  }
}

void FillDifference(const std::vector<sim::Driver>& drivers,
                    const std::vector<LockstepRun>& runs, size_t step,
                    proto::ProfileDifference* difference) {
  difference->set_step(static_cast<uint32_t>(step + 1));
  for (size_t i = 0; i < runs.size(); ++i) {
    const TranscriptStep* const at = StepAt(runs[i], step);
    if (at != nullptr && difference->action().empty()) {
      difference->set_action(at->action);
    }
    FillSide(drivers[i].profile(), at, difference->add_side());
  }
  FillFeatures(drivers, difference);
}

std::string FeatureText(const proto::ProfileDifference& difference) {
  std::string text;
  for (const proto::ProfileFeature& one : difference.feature()) {
    absl::StrAppend(&text, "    ", one.name(), " in ", one.function(),
                    "\n      ", one.with_profile(), ": ", one.with(),
                    "\n      ", one.without_profile(), ": ", one.without(),
                    "\n");
  }
  return text;
}

// Where a side ended since its results were not those that are expected.
std::string EndText(const std::vector<sim::Driver>& drivers,
                    const std::vector<LockstepRun>& runs) {
  std::string text;
  for (size_t i = 0; i < runs.size(); ++i) {
    if (runs[i].failure.empty()) continue;
    absl::StrAppend(&text, "    ", drivers[i].profile(),
                    " ends: ", runs[i].failure, "\n");
  }
  return text;
}

void Compare(const std::vector<sim::Driver>& drivers,
             const std::vector<LockstepRun>& runs, proto::Result* result) {
  result->set_verdict("pass");
  for (const sim::Driver& driver : drivers) NoteJudged(driver, result);
  const conform::Difference difference =
      conform::FirstDifference(runs[0].transcript, runs[1].transcript);
  (*result->mutable_figures())["steps"] =
      static_cast<double>(runs[0].transcript.steps.size());
  const std::string both =
      absl::StrCat(drivers[0].profile(), " and ", drivers[1].profile());
  if (!difference.found) {
    result->set_reason(absl::StrCat(both, " do the same"));
    return;
  }
  FillDifference(drivers, runs, difference.step, result->mutable_difference());
  result->set_reason(absl::StrCat(
      both, " part ways at step ", difference.step + 1, "\n",
      conform::Explain(runs[0].transcript, runs[1].transcript, difference,
                       {drivers[0].profile(), drivers[1].profile()}),
      FeatureText(result->difference()), EndText(drivers, runs), "  "));
}

absl::Status CompareOne(const Session& session,
                        const std::vector<sim::Driver>& drivers,
                        proto::Result* result) {
  std::vector<LockstepRun> runs;
  for (const sim::Driver& driver : drivers) {
    absl::StatusOr<LockstepRun> run =
        conform::RunLockstep(session.scenario.compiled, driver, nullptr);
    if (!run.ok()) return run.status();
    runs.push_back(*std::move(run));
  }
  result->set_name(session.name());
  Compare(drivers, runs, result);
  return absl::OkStatus();
}

}  // namespace

int CompareProfiles(const std::vector<std::string>& arguments) {
  if (absl::Status s = CheckOptions(); !s.ok()) return Fail(s);
  const auto drivers = Drivers();
  if (!drivers.ok()) return Fail(drivers.status());
  const auto sessions = OpenSessions(arguments);
  if (!sessions.ok()) return Fail(sessions.status());
  proto::Report report;
  for (const std::unique_ptr<Session>& session : *sessions) {
    const absl::Status status =
        CompareOne(*session, *drivers, report.add_results());
    if (!status.ok()) return Fail(status);
  }
  return Print(report);
}

}  // namespace bindery::tools
