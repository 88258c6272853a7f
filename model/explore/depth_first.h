// Depth-first search with undo, by one thread (depth_first_stack.h).
//
// The model ends in the state it was given in; Applies that were open before
// stay open. Each distinct state is expanded once, on the path on which it was
// first met; see ExploreOptions::max_depth for what a bound on depth means.
// Traces are paths of the search: rarely the shortest ones. Not thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_DEPTH_FIRST_H_
#define BINDERY_MODEL_EXPLORE_DEPTH_FIRST_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "model/concept.h"
#include "model/explore/depth_first_stack.h"
#include "model/explore/ledger.h"
#include "model/explore/result.h"

namespace bindery::model {

template <Model M>
class DepthFirst {
 public:
  // Both must outlive the search.
  DepthFirst(M& model, const ExploreOptions& options)
      : model_(model), ledger_(options), stack_(model, options, *this) {}

  // To be called once.
  ExploreResult Run() {
    if (Trusted() && Discover(KeyOf())) stack_.Begin();
    while (!stack_.empty() && !stopped()) {
      stack_.Step();
      if (stack_.waiting() > peak_) peak_ = stack_.waiting();
    }
    ledger_.NoteFrontier({peak_, stack_.bytes()});
    while (!stack_.empty()) stack_.Leave();
    return std::move(ledger_).Close();
  }

  // The books of the stack.
  bool stopped() const { return ledger_.stopped(); }
  bool Trusted() {
    if (!model_.Inconclusive()) return true;
    ledger_.Stop(StopReason::kInconclusive, model_.InconclusiveReason());
    return false;
  }
  Fingerprint KeyOf() { return ledger_.KeyOf(model_); }
  void Prefetch(Fingerprint key) const { ledger_.Prefetch(key); }
  bool Discover(Fingerprint key) { return ledger_.Discover(key); }
  bool Visited(Fingerprint key) const { return ledger_.Visited(key); }
  void Count() {
    if (!stopped() && ledger_.CountTransition()) ledger_.Poll(Frontier());
  }
  void Enter(uint64_t depth) {
    if (!stopped()) ledger_.Enter(depth, model_.Sometimes());
  }
  void CountTerminal() { ledger_.CountTerminal(); }
  void CutAtMaxDepth() { ledger_.CutAtMaxDepth(); }
  void Report(std::vector<Finding> findings) {
    for (Finding& finding : findings) {
      if (!ledger_.IsNews(finding.property)) continue;
      finding.choices = stack_.Path();
      ledger_.Report(std::move(finding));
    }
  }

 private:
  FrontierSize Frontier() const { return {stack_.waiting(), stack_.bytes()}; }

  M& model_;
  Ledger ledger_;
  uint64_t peak_ = 0;  // states that waited
  DepthFirstStack<M, DepthFirst> stack_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_DEPTH_FIRST_H_
