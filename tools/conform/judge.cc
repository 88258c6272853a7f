#include "tools/conform/judge.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tools/conform/observe.h"

namespace bindery::conform {
namespace {

std::string LeakText(const ScenarioRecord& record) {
  std::string text;
  for (const auto& [counter, growth] : record.leaks) {
    absl::StrAppend(&text, "  leak: ", counter, " grew by ", growth,
                    " although every process is dead\n");
  }
  return text;
}

std::string OutcomeText(const ScenarioRecord& record) {
  if (record.outcome == Outcome::kOk) return "";
  return absl::StrCat("  outcome: ", std::string(OutcomeName(record.outcome)),
                      " ", record.detail, "\n");
}

}  // namespace

Verdict JudgeTranscript(const LockstepRun& run, const Transcript& observed) {
  const Difference difference = FirstDifference(run.transcript, observed);
  Verdict verdict;
  verdict.steps = std::min(observed.steps.size(), run.transcript.steps.size());
  verdict.same = !difference.found && run.failure.empty();
  if (difference.found) {
    verdict.explanation = Explain(run.transcript, observed, difference);
  }
  if (!run.failure.empty()) {
    absl::StrAppend(&verdict.explanation, "  model: ", run.failure, "\n");
  }
  return verdict;
}

Verdict Judge(const LockstepRun& run, const ScenarioRecord& record) {
  Verdict verdict = JudgeTranscript(run, Observe(run, record));
  verdict.same &= record.outcome == Outcome::kOk && record.leaks.empty();
  if (!verdict.same) {
    absl::StrAppend(&verdict.explanation, OutcomeText(record), LeakText(record),
                    record.console);
  }
  return verdict;
}

absl::StatusOr<std::vector<ScenarioRecord>> RunAll(
    const std::vector<LockstepRun>& runs, const KernelSpec& kernel,
    const MachineOptions& options) {
  std::vector<Plan> plans;
  for (const LockstepRun& run : runs) {
    plans.push_back({run.transcript.scenario, run.plan});
  }
  return RunPlans(kernel, plans, options);
}

absl::StatusOr<std::vector<Verdict>> JudgeAll(
    const std::vector<LockstepRun>& runs, const KernelSpec& kernel,
    const MachineOptions& options) {
  const absl::StatusOr<std::vector<ScenarioRecord>> records =
      RunAll(runs, kernel, options);
  if (!records.ok()) return records.status();
  std::vector<Verdict> verdicts;
  for (size_t i = 0; i < runs.size(); ++i) {
    verdicts.push_back(Judge(runs[i], (*records)[i]));
  }
  return verdicts;
}

}  // namespace bindery::conform
