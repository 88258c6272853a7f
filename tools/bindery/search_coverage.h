// `explore --coverage`: which branches of the driver's model a search has
// taken.
#ifndef BINDERY_TOOLS_BINDERY_SEARCH_COVERAGE_H_
#define BINDERY_TOOLS_BINDERY_SEARCH_COVERAGE_H_

#include <deque>
#include <mutex>

#include "absl/status/status.h"
#include "proto/report.pb.h"
#include "sim/kernel/branches.h"
#include "tools/bindery/session.h"

namespace bindery::tools {

// One counter for each model of a search, so that its threads do not meet.
//
// What a search did before it was resumed from a checkpoint is not in it.
class SearchCoverage {
 public:
  // It outlives this.
  explicit SearchCoverage(const Session& session) : session_(session) {}

  // The session's options for one more model. Without the flag nothing is
  // counted, which is faster. Thread-safe.
  sim::SimulationOptions Watched();
  // Behind the search: the sums, and the flag's file, which lists what was not
  // taken. Errors: those of WriteFile().
  absl::Status Fill(proto::Result* result);

 private:
  const Session& session_;
  std::mutex mutex_;  // of counts_
  std::deque<sim::BranchCounts> counts_;
};

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_BINDERY_SEARCH_COVERAGE_H_
