#include "tools/conform/unreached_reasons.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace bindery::conform {
namespace {

constexpr const char* kFiles[] = {"drivers/android/binder.c",
                                  "drivers/android/binder_alloc.c"};

constexpr char kInit[] = "init and exit";
constexpr char kAssertions[] = "BUG and WARN";
constexpr char kShrinker[] = "shrinker";
constexpr char kNetlink[] = "netlink";

constexpr UnreachedReason kReasons[] = {
    {kInit, "binder_init", "", "the kernel's start does not fail"},
    {kInit, "binder_alloc_shrinker_init", "",
     "the kernel's start does not fail"},
    {kInit, "binder_alloc_shrinker_exit", "",
     "called if the rest of the start fails"},
    {kAssertions, "", "BUG()", "the driver's own data would be broken"},
    {kAssertions, "", "(WARN_ON(", "the driver's own data would be broken"},
    // Messages in the place of a BUG().
    {kAssertions, "binder_transaction_buffer_release", "pr_err(",
     "the sender checked each object, and nobody else writes to the copy"},
    {kAssertions, "binder_transaction_buffer_release", "default:",
     "the sender checked each object, and nobody else writes to the copy"},
    {kAssertions, "binder_thread_read", "pr_err(",
     "there is no other type of work"},
    {kAssertions, "binder_release_work",
     "default:", "there is no other type of work"},
    {kAssertions, "binder_inc_node_nilocked", "pr_err(",
     "a strong ref is there before it is counted without a list"},
    {kAssertions, "binder_free_transaction", "pr_warn(",
     "the driver's own count would be wrong"},
    {kAssertions, "binder_free_proc", "pr_warn(",
     "the driver's own count would be wrong"},
    {kShrinker, "binder_alloc_free_page", "",
     "takes pages back when memory is short, which no program sees"},
    {kNetlink, "binder_netlink_report", "genlmsg_new(",
     "made only while somebody listens to the multicast group"},
};

// A run of lines of one function that were not executed.
struct LineRun {
  std::string function;
  int head = 0;  // behind this line with code; 0: it begins its function
  int first = 0;
  size_t lines = 0;
  bool reached = false;  // the other kind: all were executed
};

// Runs of lines that were executed, and of those that were not.
std::vector<LineRun> RunsOf(const SourceCoverage& source) {
  std::vector<LineRun> runs;
  int previous = 0;
  for (const auto& [key, line] : source.lines) {
    const auto& [function, number] = key;
    const bool same = !runs.empty() && runs.back().function == function;
    const bool reached = line.count > 0;
    if (!same || runs.back().reached != reached) {
      runs.push_back({function, same ? previous : 0, number, 0, reached});
    }
    ++runs.back().lines;
    previous = number;
  }
  return runs;
}

class Explainer {
 public:
  Explainer(const Coverage& coverage, const SourceTexts& texts,
            const std::vector<UnreachedReason>& reasons)
      : coverage_(coverage),
        texts_(texts),
        reasons_(reasons),
        used_(reasons.size()) {}

  Explanation All() {
    for (const char* path : kFiles) {
      const auto at = coverage_.sources().find(path);
      if (at != coverage_.sources().end()) AddFile(path, at->second);
    }
    for (size_t i = 0; i < reasons_.size(); ++i) Judge(i);
    return result_;
  }

 private:
  void AddFile(const std::string& path, const SourceCoverage& source) {
    const CoverageTotals totals = Totals(source);
    result_.lines += totals.lines;
    result_.reached += totals.lines_reached;
    result_.branches += totals.branches;
    result_.branches_taken += totals.branches_taken;
    const auto text = texts_.find(path);
    const std::vector<std::string> none;
    for (const LineRun& run : RunsOf(source)) {
      if (!run.reached) {
        Excuse(run, text != texts_.end() ? text->second : none);
      }
    }
  }

  void Excuse(const LineRun& run, const std::vector<std::string>& text) {
    for (size_t i = 0; i < reasons_.size(); ++i) {
      if (!Fits(reasons_[i], run, text)) continue;
      used_[i] = true;
      result_.excused += run.lines;
      result_.by_group[reasons_[i].group] += run.lines;
      return;
    }
  }

  static bool Fits(const UnreachedReason& reason, const LineRun& run,
                   const std::vector<std::string>& text) {
    const std::string function = reason.function;
    if (!function.empty() && function != run.function) return false;
    const std::string wanted = reason.text;
    if (wanted.empty()) return true;
    const int begin = run.head != 0 ? run.head : run.first;
    for (int i = begin; i <= run.first; ++i) {
      if (static_cast<size_t>(i) > text.size()) return false;
      if (absl::StrContains(text[static_cast<size_t>(i) - 1], wanted)) {
        return true;
      }
    }
    return false;
  }

  // A reason that excuses nothing: because all was executed, or because there
  // is no such code.
  void Judge(size_t index) {
    const UnreachedReason& reason = reasons_[index];
    if (used_[index]) return;
    const std::string function = reason.function;
    if (!function.empty() && !HasFunction(function)) return;
    result_.wrong.push_back(absl::StrCat(
        reason.group, ": ", function.empty() ? "no function" : function,
        *reason.text != '\0' ? absl::StrCat(" with \"", reason.text, "\"") : "",
        " has a line that was not reached; \"", reason.why,
        "\" explains nothing"));
  }

  bool HasFunction(const std::string& name) const {
    return std::any_of(std::begin(kFiles), std::end(kFiles),
                       [&](const char* path) {
                         const auto at = coverage_.sources().find(path);
                         return at != coverage_.sources().end() &&
                                at->second.functions.count(name) != 0;
                       });
  }

  const Coverage& coverage_;
  const SourceTexts& texts_;
  const std::vector<UnreachedReason>& reasons_;
  std::vector<bool> used_;
  Explanation result_;
};

double Percent(size_t part, size_t whole) {
  return whole == 0
             ? 100
             : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

const std::vector<UnreachedReason>& UnreachedReasons() {
  static const auto* const kAll = new std::vector<UnreachedReason>(
      std::begin(kReasons), std::end(kReasons));
  return *kAll;
}

Explanation Explain(const Coverage& coverage, const SourceTexts& texts,
                    const std::vector<UnreachedReason>& reasons) {
  return Explainer(coverage, texts, reasons).All();
}

std::string Explanation::Text() const {
  std::string text;
  absl::StrAppendFormat(
      &text,
      "binder.c and binder_alloc.c, raw: %d of %d lines (%.1f %%), %d of %d "
      "branches (%.1f %%)\n",
      reached, lines, Percent(reached, lines), branches_taken, branches,
      Percent(branches_taken, branches));
  absl::StrAppendFormat(
      &text,
      "after reasons: %.1f %% of the lines; there are reasons for %d (%.1f %%)",
      Percent(reached, lines - excused), excused, Percent(excused, lines));
  const char* before = ": ";
  for (const auto& [group, count] : by_group) {
    absl::StrAppend(&text, before, group, " ", count);
    before = ", ";
  }
  absl::StrAppend(&text, "\n");
  for (const std::string& one : wrong) {
    absl::StrAppend(&text, "reason that is not true: ", one, "\n");
  }
  return text;
}

}  // namespace bindery::conform
