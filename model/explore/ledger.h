// The books of one search: visited states, counts, budgets and findings. What
// the strategies share, so that they cannot count differently.
//
//  1. Once stopped() is true nothing is counted any more, and the first reason
//     stands.
//  2. A property is found once: later findings of it are dropped.
//
// Not thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_LEDGER_H_
#define BINDERY_MODEL_EXPLORE_LEDGER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "model/concept.h"
#include "model/explore/namer.h"
#include "model/explore/result.h"
#include "model/state_store.h"

namespace bindery::model {

// A number of states that wait, and what it takes to keep them.
struct FrontierSize {
  uint64_t states = 0;
  size_t bytes = 0;
};

class Ledger {
 public:
  // `options` must outlive the ledger.
  explicit Ledger(const ExploreOptions& options);

  bool stopped() const { return stopped_; }
  uint64_t states() const { return result_.states; }
  uint64_t transitions() const { return result_.transitions; }
  uint64_t max_depth() const { return result_.max_depth; }
  void Prefetch(Fingerprint key) const { store_.Prefetch(key); }

  // The key of the state that the model is in; anything once stopped.
  template <Model M>
  Fingerprint KeyOf(M& model) {
    if (plain_) [[likely]]
      return model.GetFingerprint();
    return SpecialKeyOf(model);
  }

  // Whether a fingerprint is that of a state that was visited.
  bool Visited(Fingerprint key) const { return store_.Contains(key); }

  // Counts a transition; true if it is time to Poll().
  bool CountTransition() { return ++result_.transitions % kPollEvery == 0; }
  void CountTransitions(uint64_t count) { result_.transitions += count; }

  // True if `key` is a new state, which is then counted. Otherwise it is known,
  // or a budget ran out.
  bool Discover(Fingerprint key) {
    const StateStore::Outcome outcome = store_.Insert(key);
    if (outcome == StateStore::Outcome::kPresent) return false;
    return Admit(outcome);
  }
  // The same for a state that somebody else knows to be new.
  bool AdmitNew() { return Admit(StateStore::Outcome::kInserted); }

  // A state that was counted is not kept, and counts no longer.
  void Forget() { --result_.states; }

  // A new state was entered after `depth` choices.
  void Enter(uint64_t depth, uint64_t sometimes) {
    if (depth > result_.max_depth) result_.max_depth = depth;
    result_.sometimes_seen |= sometimes;
  }

  void CountTerminal() { ++result_.terminal_states; }

  // A state with enabled choices lies at max_depth and is not expanded.
  void CutAtMaxDepth() { cut_ = true; }

  // Asks tick() and compares the budgets.
  void Poll(FrontierSize frontier);
  void NoteFrontier(FrontierSize frontier);

  void Stop(StopReason reason, std::string detail = "");

  // Whether a finding of this property would be news.
  bool IsNews(absl::string_view property) const;
  // Stops the search unless it may keep going.
  void Report(Finding finding);

  // The findings may still be completed by the strategy.
  std::vector<Finding>& findings() { return result_.findings; }

  ExploreResult Close() &&;

 private:
  static constexpr uint64_t kPollEvery = 4096;

  template <Model M>
  Fingerprint SpecialKeyOf(M& model) {
    if (store_.names() != nullptr) GrowNames();
    const std::optional<Fingerprint> key = namer_.KeyOf(model);
    if (!key.has_value()) Stop(StopReason::kMemoryLimit, kNoMoreNames);
    return key.value_or(Fingerprint{});
  }
  static constexpr char kNoMoreNames[] = "the dictionaries of names are full";

  void GrowNames();
  bool Admit(StateStore::Outcome outcome);

  const ExploreOptions& options_;
  StateStore store_;
  Namer namer_;
  const bool plain_;  // keys are fingerprints
  ExploreResult result_;
  bool stopped_ = false;
  bool cut_ = false;
};

// The finding for a state without enabled choices; nothing for kFinished.
std::vector<Finding> FindingsOfEnding(Ending ending, std::string reason);

// Reads what the model says about the state it is in.
template <Model M>
std::vector<Finding> FindingsOfState(const M& model) {
  std::vector<Finding> findings;
  if (model.Check(nullptr)) return findings;
  std::vector<Violation> violations;
  model.Check(&violations);
  for (Violation& violation : violations) {
    findings.push_back({FindingKind::kViolation,
                        std::move(violation.property),
                        std::move(violation.message),
                        {},
                        true});
  }
  return findings;
}

template <Model M>
std::vector<Finding> FindingsOfTerminal(const M& model) {
  std::string reason;
  const Ending ending = model.Classify(&reason);
  return FindingsOfEnding(ending, std::move(reason));
}

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_LEDGER_H_
