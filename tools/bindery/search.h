// What the flags say about a search.
#ifndef BINDERY_TOOLS_BINDERY_SEARCH_H_
#define BINDERY_TOOLS_BINDERY_SEARCH_H_

#include <cstdint>

#include "model/explore/result.h"
#include "model/explore/strategy.h"
#include "proto/report.pb.h"
#include "tools/bindery/ticker.h"

namespace bindery::tools {

// Limits of the scenario (0: none), overridden by flags.
void SetSearchOptions(uint64_t max_states, uint64_t max_depth, Ticker* ticker,
                      model::ExploreOptions* options);
model::Strategy SearchStrategy();
void FillCounts(const model::ExploreResult& found, proto::Result* result);

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_BINDERY_SEARCH_H_
