#include "tools/conform/judge.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tools/conform/driver_log.h"
#include "tools/conform/observe.h"

namespace bindery::conform {
namespace {

// A finding's scenario says what stays: that, and nothing else, has to.
std::string LeakText(const LockstepRun& run, const ScenarioRecord& record) {
  if (record.leaks == run.leaks) return "";
  std::string text;
  for (const auto& [counter, growth] : run.leaks) {
    if (record.leaks.contains(counter)) continue;
    absl::StrAppend(&text, "  no leak: of ", counter, " ", growth,
                    " were to stay, says the scenario\n");
  }
  for (const auto& [counter, growth] : record.leaks) {
    absl::StrAppend(&text, "  leak: ", counter, " grew by ", growth,
                    " although every process is dead\n");
  }
  return text;
}

std::string LostNodeText(const Transcript& observed) {
  for (const TranscriptStep& step : observed.steps) {
    if (step.action != kStateStep) continue;
    const std::string node = LostNode(step.results);
    if (node.empty()) continue;
    return absl::StrCat("  leak: nobody holds the node, yet it is there\n  ",
                        node, "\n");
  }
  return "";
}

std::string OutcomeText(const ScenarioRecord& record) {
  if (record.outcome == Outcome::kOk) return "";
  return absl::StrCat("  outcome: ", std::string(OutcomeName(record.outcome)),
                      " ", record.detail, "\n");
}

// The model's transcript in the words of the kernel that is observed.
Transcript InWordsOf(const LockstepRun& run, const Transcript& observed) {
  std::vector<std::string> lines;
  for (const auto& [step, results] : run.in_words_of.back()) {
    if (step >= observed.steps.size()) continue;
    const std::vector<std::string>& seen = observed.steps[step].results;
    lines.insert(lines.end(), seen.begin(), seen.end());
  }
  Transcript expected = run.transcript;
  for (const auto& [step, results] : run.in_words_of[DialectOf(lines)]) {
    if (step < expected.steps.size()) expected.steps[step].results = results;
  }
  return expected;
}

}  // namespace

std::string WhatItLacks(const ScenarioRecord& record) {
  absl::string_view what = record.detail;
  absl::ConsumePrefix(&what, "lacks ");
  if (absl::ConsumePrefix(&what, "line=")) {
    what.remove_prefix(std::min(what.find(' ') + 1, what.size()));
  }
  return std::string(what);
}

Verdict JudgeTranscript(const LockstepRun& run, const Transcript& observed) {
  const Transcript expected = InWordsOf(run, observed);
  const Difference difference = FirstDifference(expected, observed);
  Verdict verdict;
  verdict.steps = std::min(observed.steps.size(), expected.steps.size());
  verdict.agreed = difference.found ? difference.step : verdict.steps;
  verdict.same = !difference.found && run.failure.empty();
  if (difference.found) {
    verdict.explanation = Explain(expected, observed, difference);
  }
  if (!run.failure.empty()) {
    absl::StrAppend(&verdict.explanation, "  model: ", run.failure, "\n");
  }
  return verdict;
}

Verdict Judge(const LockstepRun& run, const ScenarioRecord& record) {
  if (record.outcome == Outcome::kLacks) {
    Verdict verdict;
    verdict.lacking = WhatItLacks(record);
    verdict.explanation =
        absl::StrCat("  the kernel lacks ", verdict.lacking, "\n");
    return verdict;
  }
  const Transcript observed = Observe(run, record);
  Verdict verdict = JudgeTranscript(run, observed);
  const std::string leaks =
      absl::StrCat(LostNodeText(observed), LeakText(run, record));
  verdict.same &= record.outcome == Outcome::kOk && leaks.empty();
  if (!verdict.same) {
    absl::StrAppend(&verdict.explanation, OutcomeText(record), leaks,
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
