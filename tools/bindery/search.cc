#include "tools/bindery/search.h"

#include <algorithm>
#include <cstdio>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "tools/bindery/flags.h"

namespace bindery::tools {

void SetSearchOptions(uint64_t max_states, uint64_t max_depth, Ticker* ticker,
                      model::ExploreOptions* options) {
  if (absl::GetFlag(FLAGS_max_states) != 0) {
    max_states = absl::GetFlag(FLAGS_max_states);
  }
  if (absl::GetFlag(FLAGS_max_depth) != 0) {
    max_depth = absl::GetFlag(FLAGS_max_depth);
  }
  if (max_states != 0) options->max_states = max_states;
  if (max_depth != 0) options->max_depth = max_depth;
  uint64_t bytes = 0;
  ParseBytes(absl::GetFlag(FLAGS_memory_limit), &bytes).IgnoreError();
  if (bytes != 0) options->memory_limit = bytes;
  options->wide_fingerprints = absl::GetFlag(FLAGS_wide_fingerprints);
  options->keep_going = absl::GetFlag(FLAGS_keep_going);
  options->walks = absl::GetFlag(FLAGS_walks);
  options->seed =
      static_cast<uint64_t>(std::max<int64_t>(1, absl::GetFlag(FLAGS_seed)));
  if (SearchStrategy() == model::Strategy::kRandomWalk) {
    std::fprintf(stderr, "seed %llu\n",
                 static_cast<unsigned long long>(options->seed));
  }
  options->tick = [ticker](const model::Progress& progress) {
    return ticker->Tick([&progress] {
      return absl::StrCat(progress.states, " states, ", progress.transitions,
                          " transitions, ", progress.frontier, " waiting, ",
                          progress.bytes >> 20, " MB");
    });
  };
}

model::Strategy SearchStrategy() {
  return *model::StrategyByName(absl::GetFlag(FLAGS_strategy));
}

void FillCounts(const model::ExploreResult& found, proto::Result* result) {
  result->set_complete(found.complete);
  result->set_states(found.states);
  result->set_transitions(found.transitions);
  result->set_max_depth(found.max_depth);
  result->set_terminal_states(found.terminal_states);
  result->set_collision_bound(found.collision_bound);
}

}  // namespace bindery::tools
