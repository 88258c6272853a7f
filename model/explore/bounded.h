// Depth-first search with a budget that each path may spend, iterated with 0,
// 1, 2, ... until nothing was cut off or the largest budget is reached.
//
//  1. With DepthRule each choice costs 1: iterative deepening. The first path
//     found to a violation is a shortest one.
//  2. With PreemptionRule a switch away from an actor that is inside of a
//     command and could go on costs 1, all else nothing. What the environment
//     does there costs as much, and the actor stays the one that runs. The
//     first path found has as few such switches as any.
//  3. A state (under 2 with who runs, if inside of a command) that is met with
//     more left than ever before in this iteration is expanded again.
//  4. `states` and `terminal_states` count distinct states over all
//     iterations; `transitions` counts executed choices, repetitions included.
//  5. The answer is complete if an iteration cut nothing off: then the states
//     are those of every other strategy.
//  6. The model is never copied and ends in the state it was given in.
//
// Not thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_BOUNDED_H_
#define BINDERY_MODEL_EXPLORE_BOUNDED_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "model/concept.h"
#include "model/explore/budget_table.h"
#include "model/explore/ledger.h"
#include "model/explore/result.h"

namespace bindery::model {

struct DepthRule {
  // The largest budget that the options allow.
  static uint64_t Most(const ExploreOptions& options) {
    return options.max_depth;
  }
  static constexpr StopReason kCut = StopReason::kMaxDepth;
  template <Model M>
  static uint64_t Cost(const M&, uint32_t, Choice) {
    return 1;
  }
  // Who runs, as far as it matters for what comes; 0: it does not.
  template <Model M>
  static uint32_t Runs(const M&, uint32_t, Choice) {
    return 0;
  }
};

struct PreemptionRule {
  static uint64_t Most(const ExploreOptions& options) {
    return options.preemptions;
  }
  static constexpr StopReason kCut = StopReason::kPreemptions;
  template <HasActors M>
  static uint64_t Cost(const M& model, uint32_t running, Choice choice) {
    return running != 0 && model.ActorOf(choice) != running ? 1 : 0;
  }
  // Asked behind the choice.
  template <HasActors M>
  static uint32_t Runs(const M& model, uint32_t running, Choice choice) {
    const uint32_t actor = model.ActorOf(choice);
    const uint32_t last = actor != 0 ? actor : running;
    return last != 0 && model.InsideCommand(last) ? last : 0;
  }
};

template <Model M, typename Rule>
class Bounded {
 public:
  // Both must outlive the search.
  Bounded(M& model, const ExploreOptions& options)
      : model_(model), options_(options), ledger_(options) {}

  // To be called once.
  ExploreResult Run() {
    const uint64_t most = Rule::Most(options_);
    for (uint64_t budget = 0;; ++budget) {
      cut_ = false;
      table_.Clear();
      Search(budget);
      if (ledger_.stopped() || !cut_) break;
      if (budget < most) continue;
      ledger_.Stop(Rule::kCut);
      break;
    }
    return std::move(ledger_).Close();
  }

 private:
  struct Level {
    Choice choice;  // that leads here; meaningless for the lowest level
    size_t first_pending;
    uint64_t left;
    uint32_t running;
  };

  void Search(uint64_t budget) {
    levels_.push_back({Choice{}, 0, budget, 0});
    if (Visit()) Expand();
    while (!levels_.empty() && !ledger_.stopped()) Step();
    while (!levels_.empty()) Leave();
  }

  // Requires a level.
  void Step() {
    const Level top = levels_.back();
    if (pending_.size() == top.first_pending) return Leave();
    const Choice choice = pending_.back();
    pending_.pop_back();
    const uint64_t cost = Rule::Cost(model_, top.running, choice);
    model_.Apply(choice);
    levels_.push_back({choice, pending_.size(), top.left - cost,
                       Rule::Runs(model_, top.running, choice)});
    if (ledger_.CountTransition()) Poll();
    if (!ledger_.stopped() && Visit()) return Expand();
    Leave();
  }

  void Leave() {
    pending_.resize(levels_.back().first_pending);
    levels_.pop_back();
    if (!levels_.empty()) model_.Undo();
  }

  // Looks at the state that the model is in; true if it is to be expanded.
  bool Visit() {
    if (model_.Inconclusive()) {
      ledger_.Stop(StopReason::kInconclusive, model_.InconclusiveReason());
      return false;
    }
    const Fingerprint key = ledger_.KeyOf(model_);
    is_new_ = ledger_.Discover(key);
    if (ledger_.stopped()) return false;
    if (is_new_) ledger_.Enter(levels_.size() - 1, model_.Sometimes());
    if (!model_.Check(nullptr)) {
      if (is_new_) Report(FindingsOfState(model_));
      return false;
    }
    const Level& top = levels_.back();
    return table_.Improve(key.lo ^ top.running * 0x9e3779b97f4a7c15u, top.left);
  }

  void Expand() {
    choices_.clear();
    model_.Enabled(&choices_);
    if (choices_.empty() && is_new_) {
      ledger_.CountTerminal();
      if (options_.report_deadlocks) Report(FindingsOfTerminal(model_));
    }
    const Level& top = levels_.back();
    for (size_t i = choices_.size(); i > 0; --i) {
      const Choice choice = choices_[i - 1];
      if (Rule::Cost(model_, top.running, choice) <= top.left) {
        pending_.push_back(choice);
      } else {
        cut_ = true;
      }
    }
  }

  void Poll() {
    ledger_.Poll({pending_.size(), pending_.capacity() * sizeof(Choice) +
                                       levels_.capacity() * sizeof(Level) +
                                       table_.bytes()});
  }

  void Report(std::vector<Finding> findings) {
    for (Finding& finding : findings) {
      for (size_t i = 1; i < levels_.size(); ++i) {
        finding.choices.push_back(levels_[i].choice);
      }
      ledger_.Report(std::move(finding));
    }
  }

  M& model_;
  const ExploreOptions& options_;
  Ledger ledger_;
  BudgetTable table_;
  bool cut_ = false;
  bool is_new_ = false;
  std::vector<Level> levels_;
  std::vector<Choice> pending_;
  std::vector<Choice> choices_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_BOUNDED_H_
