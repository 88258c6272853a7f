#include "tools/conform/judge.h"

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

Verdict Judge(const LockstepRun& run, const ScenarioRecord& record) {
  const Transcript observed = Observe(run, record);
  const Difference difference = FirstDifference(run.transcript, observed);
  Verdict verdict;
  verdict.steps = observed.steps.size();
  verdict.same = !difference.found && record.outcome == Outcome::kOk &&
                 record.leaks.empty();
  if (verdict.same) return verdict;
  verdict.explanation = absl::StrCat(
      difference.found ? Explain(run.transcript, observed, difference) : "",
      OutcomeText(record), LeakText(record), record.console);
  return verdict;
}

absl::StatusOr<std::vector<Verdict>> JudgeAll(
    const std::vector<LockstepRun>& runs, const KernelSpec& kernel,
    const MachineOptions& options) {
  std::vector<Plan> plans;
  for (const LockstepRun& run : runs) {
    plans.push_back({run.transcript.scenario, run.plan});
  }
  const absl::StatusOr<std::vector<ScenarioRecord>> records =
      RunPlans(kernel, plans, options);
  if (!records.ok()) return records.status();
  std::vector<Verdict> verdicts;
  for (size_t i = 0; i < runs.size(); ++i) {
    verdicts.push_back(Judge(runs[i], (*records)[i]));
  }
  return verdicts;
}

}  // namespace bindery::conform
