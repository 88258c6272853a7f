#include "tools/bindery/search.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "tools/bindery/flags.h"

namespace bindery::tools {

Ticker::Ticker(std::string name)
    : name_(std::move(name)), terminal_(isatty(STDERR_FILENO) != 0) {
  ParseDuration(absl::GetFlag(FLAGS_time_limit), &limit_).IgnoreError();
}

Ticker::~Ticker() {
  if (line_open_) std::fprintf(stderr, "\r\033[K");
}

bool Ticker::Tick(const std::function<std::string()>& where) {
  const double now = meter_.Seconds();
  if (now - shown_ >= (terminal_ ? 0.5 : 30.0)) {
    shown_ = now;
    std::fprintf(stderr, "%s%s: %.0f s, %s%s", terminal_ ? "\r\033[K" : "",
                 name_.c_str(), now, where().c_str(), terminal_ ? "" : "\n");
    line_open_ = terminal_;
  }
  return limit_ == 0 || now < limit_;
}

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
