// Random walks: from the initial state, one enabled choice after the other, as
// a picker takes them (picker.h), until nothing is enabled, a property fails or
// max_depth is reached; then again from the initial state.
//
//  1. The same seed and options give the same result. The walks of a longer
//     run begin with those of a shorter one.
//  2. `states` counts distinct states by the same visited set as the searches;
//     `transitions` counts executed choices, repetitions included;
//     `terminal_states` counts distinct ones.
//  3. Nothing is proved by walking: complete is always false.
//  4. The model is never copied and ends in the state it was given in.
//  5. Without max_depth a walk ends after kDefaultMaxDepth choices.
//
// Not thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_RANDOM_WALK_H_
#define BINDERY_MODEL_EXPLORE_RANDOM_WALK_H_

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "model/concept.h"
#include "model/explore/ledger.h"
#include "model/explore/result.h"

namespace bindery::model {

template <Model M, typename Picker>
class RandomWalk {
 public:
  static constexpr uint64_t kDefaultMaxDepth = 10'000;

  // Both must outlive the search.
  RandomWalk(M& model, const ExploreOptions& options)
      : model_(model),
        options_(options),
        ledger_(options),
        picker_(options),
        max_depth_(options.max_depth == ExploreOptions::kUnlimited
                       ? kDefaultMaxDepth
                       : options.max_depth) {}

  // To be called once.
  ExploreResult Run() {
    for (uint64_t i = 0; i < options_.walks && !ledger_.stopped(); ++i) {
      picker_.Begin();
      while (Visit() && Step()) {
      }
      for (; !path_.empty(); path_.pop_back()) model_.Undo();
    }
    ledger_.Stop(StopReason::kWalksDone);
    return std::move(ledger_).Close();
  }

 private:
  // Looks at the current state; true if the walk may go on.
  bool Visit() {
    if (model_.Inconclusive()) {
      ledger_.Stop(StopReason::kInconclusive, model_.InconclusiveReason());
      return false;
    }
    is_new_ = ledger_.Discover(ledger_.KeyOf(model_));
    if (ledger_.stopped()) return false;
    if (is_new_) ledger_.Enter(path_.size(), model_.Sometimes());
    if (model_.Check(nullptr)) return path_.size() < max_depth_;
    Report(FindingsOfState(model_));
    return false;
  }

  // Executes a random choice; false if there is none.
  bool Step() {
    choices_.clear();
    model_.Enabled(&choices_);
    if (choices_.empty()) {
      End();
      return false;
    }
    path_.push_back(picker_.Pick(model_, choices_));
    model_.Apply(path_.back());
    if (ledger_.CountTransition()) ledger_.Poll({0, 0});
    return !ledger_.stopped();
  }

  void End() {
    if (is_new_) ledger_.CountTerminal();
    if (options_.report_deadlocks) Report(FindingsOfTerminal(model_));
  }

  void Report(std::vector<Finding> findings) {
    for (Finding& finding : findings) {
      finding.choices = path_;
      ledger_.Report(std::move(finding));
    }
  }

  M& model_;
  const ExploreOptions& options_;
  Ledger ledger_;
  Picker picker_;
  const uint64_t max_depth_;
  bool is_new_ = false;
  std::vector<Choice> path_;
  std::vector<Choice> choices_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_RANDOM_WALK_H_
