#include "tools/coverage/judge.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "tools/coverage/facts.h"

namespace bindery::coverage {
namespace {

using Names = std::vector<std::string>;

bool TakesAll(const std::set<std::string>& taken, const Names& names) {
  return std::all_of(
      names.begin(), names.end(),
      [&taken](const std::string& name) { return taken.count(name) != 0; });
}

// Who takes all of the names, and the one to look at.
struct Takers {
  int count = 0;
  const Exercise* best = nullptr;
  Kind kind = Kind::kAsWritten;
};

bool ShowsLess(const Exercise& a, const Exercise& b, Kind kind) {
  const int i = static_cast<int>(kind);
  return a.taken[i].size() < b.taken[i].size();
}

Takers FindTakers(const std::vector<Exercise>& exercises, const Names& names) {
  Takers takers;
  for (int i = 0; i < kKinds; ++i) {
    const Kind kind = static_cast<Kind>(i);
    takers.count = 0;
    for (const Exercise& one : exercises) {
      if (!TakesAll(one.taken[i], names)) continue;
      ++takers.count;
      const bool later = takers.best != nullptr && takers.kind != kind;
      if (later ||
          (takers.best != nullptr && !ShowsLess(one, *takers.best, kind))) {
        continue;
      }
      takers.best = &one;
      takers.kind = kind;
    }
  }
  return takers;
}

class Judgement {
 public:
  explicit Judgement(const std::vector<Exercise>& exercises)
      : exercises_(exercises) {}

  void AddBranch(const sim::Branch& branch) {
    const std::string name = branch.Name();
    const Takers takers = FindTakers(exercises_, {name});
    BranchCoverage one;
    one.branch = branch;
    one.scenarios = takers.count;
    one.kind = takers.kind;
    if (takers.best != nullptr) one.scenario = takers.best->scenario;
    places_[name] = coverage_.branches.size();
    coverage_.branches.push_back(std::move(one));
  }

  void AddReason(const Reason& reason) {
    const auto found = places_.find(reason.branch);
    if (found == places_.end()) {
      Problem("there is a reason for \"", reason.branch,
              "\", which is no branch");
      return;
    }
    BranchCoverage& branch = coverage_.branches[found->second];
    if (branch.scenarios != 0) {
      Problem("there is a reason for \"", reason.branch, "\", which ",
              branch.scenario, " takes");
    } else if (!branch.reason.empty()) {
      Problem("there are two reasons for \"", reason.branch, "\"");
    }
    branch.reason = reason.why;
  }

  void AddRow(const Row& row) {
    if (!row_ids_.insert(row.id).second) {
      Problem("two rows are called ", row.id);
    }
    for (const std::string& witness : row.witnesses) {
      if (places_.count(witness) != 0 || IsFact(witness)) continue;
      Problem("row ", row.id,
              absl::StrCat(" names \"", witness,
                           "\", which is neither a branch nor a fact"));
    }
    RowCoverage one;
    one.row = row;
    if (!row.witnesses.empty()) {
      const Takers takers = FindTakers(exercises_, row.witnesses);
      one.scenarios = takers.count;
      one.kind = takers.kind;
      if (takers.best != nullptr) one.scenario = takers.best->scenario;
    }
    JudgeRow(one);
    coverage_.rows.push_back(std::move(one));
  }

  Coverage Finish() {
    std::map<std::string, size_t> places;
    for (const BranchCoverage& branch : coverage_.branches) {
      const std::string& name = branch.branch.operation;
      const auto [at, is_new] =
          places.insert({name, coverage_.operations.size()});
      if (is_new) coverage_.operations.push_back({name, 0, 0});
      OperationCoverage& operation = coverage_.operations[at->second];
      ++operation.total;
      if (branch.scenarios != 0) ++operation.taken;
      if (branch.scenarios == 0 && branch.reason.empty()) {
        Problem("no scenario takes \"", branch.branch.Name(), "\"");
      }
    }
    return std::move(coverage_);
  }

 private:
  void JudgeRow(const RowCoverage& one) {
    if (one.scenarios == 0 && one.row.open.empty()) {
      Problem("no scenario exercises row ", one.row.id);
    }
    if (one.scenarios != 0 && !one.row.open.empty()) {
      Problem("row ", one.row.id,
              absl::StrCat(" is said to be open, but ", one.scenario,
                           " exercises it"));
    }
  }

  template <typename... Parts>
  void Problem(const Parts&... parts) {
    coverage_.problems.push_back(absl::StrCat(parts...));
  }

  const std::vector<Exercise>& exercises_;
  Coverage coverage_;
  std::map<std::string, size_t> places_;  // of branches, by name
  std::set<std::string> row_ids_;
};

}  // namespace

Coverage Judge(const std::vector<sim::Branch>& branches,
               const std::vector<Exercise>& exercises,
               const std::vector<Row>& rows,
               const std::vector<Reason>& reasons) {
  Judgement judgement(exercises);
  for (const sim::Branch& branch : branches) judgement.AddBranch(branch);
  for (const Reason& reason : reasons) judgement.AddReason(reason);
  for (const Row& row : rows) judgement.AddRow(row);
  return judgement.Finish();
}

std::vector<sim::Branch> AllBranches(
    const std::vector<const sim::Driver*>& drivers) {
  std::vector<sim::Branch> branches;
  std::set<std::string> names;
  std::set<std::string> profiles;
  for (const sim::Driver* driver : drivers) {
    if (!profiles.insert(driver->profile()).second) continue;
    const sim::BranchCounts counts(*driver);
    for (const sim::Branch& branch : counts.branches()) {
      if (names.insert(branch.Name()).second) branches.push_back(branch);
    }
  }
  return branches;
}

}  // namespace bindery::coverage
