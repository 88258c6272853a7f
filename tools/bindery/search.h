// What the flags say about a search.
#ifndef BINDERY_TOOLS_BINDERY_SEARCH_H_
#define BINDERY_TOOLS_BINDERY_SEARCH_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/explore/result.h"
#include "model/explore/strategy.h"
#include "proto/report.pb.h"
#include "proto/trace.pb.h"
#include "tools/bindery/search_coverage.h"
#include "tools/bindery/session.h"
#include "tools/bindery/ticker.h"

namespace bindery::tools {

// Whether the flags about searches fit together. Errors: InvalidArgument with
// what to write instead.
absl::Status CheckSearchFlags();
// A search can be kept in one folder only if there is one of them.
absl::Status CheckCheckpointOfOne(size_t searches);

// What a search has to be the same in, for a checkpoint of it.
std::string SearchIdentity(
    const std::vector<std::pair<std::string, std::string>>& lines);

// Limits of the scenario (0: none), overridden by flags.
void SetSearchOptions(uint64_t max_states, uint64_t max_depth, Ticker* ticker,
                      model::ExploreOptions* options);
model::Strategy SearchStrategy();
// Why a search is not complete.
std::string ReasonOf(const model::ExploreResult& found);
// Searches the session's scenario by the strategy and threads of the flags.
// `coverage` is the session's.
// Errors: those of model::Explore() of parallel.h.
absl::StatusOr<model::ExploreResult> ExploreSession(
    const Session& session, model::ExploreOptions options,
    SearchCoverage* coverage);
// Executes choices, such as those of a finding, and writes down what happens.
proto::Trace RecordChoices(const Session& session,
                           const std::vector<model::Choice>& choices,
                           bool check_properties);
// The same for a finding, with where its loop begins.
proto::Trace RecordFinding(const Session& session,
                           const model::Finding& finding,
                           bool check_properties);
void FillCounts(const model::ExploreResult& found, proto::Result* result);
// Which processes stood for one another, if any did.
void FillInterchangeable(const Session& session, proto::Result* result);

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_BINDERY_SEARCH_H_
