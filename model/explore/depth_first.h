// Depth-first search with undo.
//
//  1. The model is never copied: each Apply is taken back by exactly one Undo,
//     last in first out, and the model ends in the state it was given in.
//  2. No recursion. A level of the path is 16 bytes; the choices still to be
//     tried, of all levels, lie in one flat stack of 8 bytes each.
//  3. Each distinct state is expanded once, on the path on which it was first
//     met; see ExploreOptions::max_depth for what a bound on depth means.
//  4. With Probing::kBatched a state is marked as visited when its parent is
//     expanded instead of when it is entered. Both orders visit the same
//     states; paths are shorter when batched.
//
// Traces are paths of the search: rarely the shortest ones. Not thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_DEPTH_FIRST_H_
#define BINDERY_MODEL_EXPLORE_DEPTH_FIRST_H_

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "model/concept.h"
#include "model/explore/ledger.h"
#include "model/explore/result.h"

namespace bindery::model {

template <Model M>
class DepthFirst {
 public:
  // Both must outlive the search.
  DepthFirst(M& model, const ExploreOptions& options)
      : model_(model), options_(options), ledger_(options) {}

  // To be called once.
  ExploreResult Run() {
    if (Probe()) Enter(Choice{});
    while (!levels_.empty() && !ledger_.stopped()) {
      if (pending_.size() == levels_.back().first_pending) {
        Leave();
      } else {
        Take();
      }
    }
    while (!levels_.empty()) Leave();
    return std::move(ledger_).Close();
  }

 private:
  struct Level {
    Choice choice;  // that led here; meaningless for the first level
    uint64_t first_pending;
  };

  bool batched() const { return options_.probing == Probing::kBatched; }

  FrontierSize Frontier() const {
    return {pending_.size(), pending_.capacity() * sizeof(Choice) +
                                 levels_.capacity() * sizeof(Level)};
  }

  bool Trusted() {
    if (!model_.Inconclusive()) return true;
    ledger_.Stop(StopReason::kInconclusive, model_.InconclusiveReason());
    return false;
  }

  // True if the model is in a state that nobody has entered.
  bool Probe() {
    return Trusted() && ledger_.Discover(model_.GetFingerprint());
  }

  void Count() {
    if (ledger_.CountTransition()) ledger_.Poll(Frontier());
  }

  void Take() {
    const Choice choice = pending_.back();
    pending_.pop_back();
    model_.Apply(choice);
    if (batched()) {
      Enter(choice);
      return;
    }
    Count();
    if (Probe()) {
      Enter(choice);
    } else {
      model_.Undo();
    }
  }

  void Leave() {
    pending_.resize(levels_.back().first_pending);
    levels_.pop_back();
    if (!levels_.empty()) model_.Undo();
  }

  void Enter(Choice choice) {
    ledger_.Enter(levels_.size(), model_.Sometimes());
    levels_.push_back({choice, pending_.size()});
    if (model_.Check(nullptr)) {
      Expand();
    } else {
      Report(FindingsOfState(model_));
    }
  }

  void Expand() {
    const size_t first = pending_.size();
    model_.Enabled(&pending_);
    if (pending_.size() == first) {
      ledger_.CountTerminal();
      if (options_.report_deadlocks) Report(FindingsOfTerminal(model_));
    } else if (levels_.size() > options_.max_depth) {
      pending_.resize(first);
      ledger_.CutAtMaxDepth();
    } else {
      if (batched()) KeepNewOnes(first);
      // The stack is popped from its end.
      std::reverse(pending_.begin() + first, pending_.end());
      ledger_.NoteFrontier(Frontier());
    }
  }

  void KeepNewOnes(size_t first) {
    fingerprints_.clear();
    for (size_t i = first; i < pending_.size(); ++i) {
      model_.Apply(pending_[i]);
      const bool trusted = Trusted();
      fingerprints_.push_back(model_.GetFingerprint());
      ledger_.Prefetch(fingerprints_.back());
      model_.Undo();
      if (!trusted) return;
      Count();
    }
    size_t kept = first;
    for (size_t i = 0; i < fingerprints_.size(); ++i) {
      if (!ledger_.Discover(fingerprints_[i])) continue;
      pending_[kept++] = pending_[first + i];
    }
    pending_.resize(kept);
  }

  void Report(std::vector<Finding> findings) {
    for (Finding& finding : findings) {
      if (!ledger_.IsNews(finding.property)) continue;
      finding.choices = Path();
      ledger_.Report(std::move(finding));
    }
  }

  std::vector<Choice> Path() const {
    std::vector<Choice> path;
    for (size_t i = 1; i < levels_.size(); ++i) {
      path.push_back(levels_[i].choice);
    }
    return path;
  }

  M& model_;
  const ExploreOptions& options_;
  Ledger ledger_;
  std::vector<Level> levels_;
  std::vector<Choice> pending_;
  std::vector<Fingerprint> fingerprints_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_DEPTH_FIRST_H_
