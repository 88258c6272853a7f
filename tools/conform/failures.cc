#include "tools/conform/failures.h"

#include <cerrno>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/conform/lockstep.h"
#include "tools/conform/observe.h"

namespace bindery::conform {
namespace {

// More than any call of the driver has points of failure, with small payloads.
constexpr uint32_t kMostPoints = 48;

absl::StatusOr<std::vector<LockstepRun>> FailEach(
    const sim::CompiledScenario& scenario, const sim::Driver& driver) {
  std::vector<LockstepRun> runs;
  for (uint32_t allocation = 1;; ++allocation) {
    absl::StatusOr<LockstepRun> run =
        RunLockstepFailing(scenario, driver, allocation);
    if (!run.ok()) return run.status();
    if (!run->failed.has_value()) return runs;
    // What programs make of a failure is not the question.
    run->failure.clear();
    runs.push_back(*std::move(run));
  }
}

// The run's plan with the Nth point of failure armed.
Plan PlanOf(const LockstepRun& run, uint32_t nth) {
  std::string text = run.plan;
  text.insert(run.failed->plan_at,
              absl::StrCat("fail_nth ", run.failed->actor, " ", nth, "\n"));
  return {run.transcript.scenario, std::move(text)};
}

// A process without a free descriptor cannot arm either.
bool KernelCannotArm(const ScenarioRecord& record) {
  for (const StepRecord& step : record.steps) {
    for (const Return& result : step.returns) {
      if (result.fail_nth_error == ENOENT) return true;
    }
  }
  return false;
}

// What the kernel's outcomes of the failing step were, each once.
std::string Outcomes(const LockstepRun& run,
                     const std::vector<Transcript>& observed) {
  std::set<std::string> seen;
  for (const Transcript& transcript : observed) {
    if (run.failed->step >= transcript.steps.size()) continue;
    seen.insert(
        absl::StrJoin(transcript.steps[run.failed->step].results, "\n      "));
  }
  std::string text = "  the kernel, whatever fails in this step:\n";
  for (const std::string& outcome : seen) {
    absl::StrAppend(&text, "    - ", outcome, "\n");
  }
  return text;
}

// `records`: one for each point of failure. The one that agrees longest counts.
Verdict JudgePoints(const LockstepRun& run, const ScenarioRecord* records) {
  Verdict best;
  std::vector<Transcript> observed;
  for (uint32_t i = 0; i < kMostPoints; ++i) {
    Verdict verdict = Judge(run, records[i]);
    if (verdict.same) return verdict;
    observed.push_back(Observe(run, records[i]));
    if (i == 0 || verdict.agreed > best.agreed) best = std::move(verdict);
  }
  absl::StrAppend(&best.explanation, Outcomes(run, observed));
  return best;
}

// A mount that fails can take a minor along for good (docs/findings/0012),
// which the next scenario of the machine would see.
absl::StatusOr<std::vector<ScenarioRecord>> RunApart(
    const KernelSpec& kernel, const std::vector<Plan>& plans,
    const MachineOptions& options) {
  std::vector<ScenarioRecord> records;
  for (const Plan& plan : plans) {
    auto record = RunPlans(kernel, {plan}, options);
    if (!record.ok()) return record.status();
    records.push_back(std::move(record->front()));
  }
  return records;
}

}  // namespace

absl::StatusOr<std::vector<AllocationVerdict>> JudgeFailures(
    const sim::CompiledScenario& scenario, const sim::Driver& driver,
    const KernelSpec& kernel, const MachineOptions& options) {
  const absl::StatusOr<std::vector<LockstepRun>> runs =
      FailEach(scenario, driver);
  if (!runs.ok()) return runs.status();
  std::vector<Plan> plans;
  for (const LockstepRun& run : *runs) {
    for (uint32_t nth = 1; nth <= kMostPoints; ++nth) {
      plans.push_back(PlanOf(run, nth));
    }
  }
  const auto records = scenario.mountpoints.empty()
                           ? RunPlans(kernel, plans, options)
                           : RunApart(kernel, plans, options);
  if (!records.ok()) return records.status();
  for (const ScenarioRecord& record : *records) {
    if (!KernelCannotArm(record)) continue;
    return absl::FailedPreconditionError(
        absl::StrCat(kernel.name,
                     " cannot make allocations fail: build one "
                     "with tools/kernel/build --variant=fault"));
  }
  std::vector<AllocationVerdict> verdicts;
  for (size_t i = 0; i < runs->size(); ++i) {
    const LockstepRun& run = (*runs)[i];
    verdicts.push_back({absl::StrCat(i + 1, " in ", run.failed->function,
                                     ", step ", run.failed->step + 1),
                        JudgePoints(run, &(*records)[i * kMostPoints])});
  }
  return verdicts;
}

}  // namespace bindery::conform
