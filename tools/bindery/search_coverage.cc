#include "tools/bindery/search_coverage.h"

#include <map>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "tools/bindery/files.h"
#include "tools/bindery/flags.h"

namespace bindery::tools {
namespace {

using Functions = std::vector<proto::FunctionCoverage>;

// In the order in which they first appear: a function may have atoms and, much
// later, guards.
Functions ByFunction(const sim::BranchCounts& counts) {
  Functions functions;
  std::map<std::string, size_t> places;
  for (size_t i = 0; i < counts.branches().size(); ++i) {
    const sim::Branch& branch = counts.branches()[i];
    const auto [place, first] =
        places.emplace(branch.operation, functions.size());
    if (first) functions.emplace_back().set_function(branch.operation);
    proto::FunctionCoverage& function = functions[place->second];
    function.set_branches(function.branches() + 1);
    if (counts.taken(i) != 0) {
      function.set_taken(function.taken() + 1);
    } else {
      function.add_missing(absl::StrCat(branch.atom, ": ", branch.outcome));
    }
  }
  return functions;
}

std::string Missing(const Functions& functions) {
  std::string text;
  for (const proto::FunctionCoverage& function : functions) {
    for (const std::string& branch : function.missing()) {
      absl::StrAppend(&text, function.function(), ": ", branch, "\n");
    }
  }
  return text;
}

}  // namespace

sim::SimulationOptions SearchCoverage::Watched() {
  sim::SimulationOptions options = session_.options;
  if (absl::GetFlag(FLAGS_coverage).empty()) return options;
  const std::lock_guard<std::mutex> lock(mutex_);
  options.branches = &counts_.emplace_back(session_.driver);
  return options;
}

absl::Status SearchCoverage::Fill(proto::Result* result) {
  const std::string path = absl::GetFlag(FLAGS_coverage);
  if (path.empty()) return absl::OkStatus();
  sim::BranchCounts sum(session_.driver);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const sim::BranchCounts& counts : counts_) sum.Add(counts);
  }
  const Functions functions = ByFunction(sum);
  uint32_t taken = 0;
  for (const proto::FunctionCoverage& function : functions) {
    taken += function.taken();
    if (function.taken() != 0) *result->add_coverage() = function;
  }
  result->set_branches_taken(taken);
  result->set_branches(static_cast<uint32_t>(sum.branches().size()));
  return path == kNoFile ? absl::OkStatus()
                         : WriteFile(path, Missing(functions));
}

}  // namespace bindery::tools
