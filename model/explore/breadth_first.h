// Breadth-first search over encoded states: traces are shortest.
//
//  1. Only encodings wait in the frontier; the model is never copied. Each
//     Apply is taken back by one Undo before the next Decode.
//  2. States are found, and expanded, in order of their distance from the
//     initial state, so the path to each (trail_log.h) is a shortest one.
//  3. A finding is kept as the number of its state; paths are worked out after
//     the search by executing them from the initial state, which must lead to
//     the fingerprint that was found.
//  4. The model ends in the state it was given in, without open Applies.
//
// Not thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_BREADTH_FIRST_H_
#define BINDERY_MODEL_EXPLORE_BREADTH_FIRST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "model/concept.h"
#include "model/explore/encoding_queue.h"
#include "model/explore/ledger.h"
#include "model/explore/result.h"
#include "model/explore/sites.h"
#include "model/explore/trail_log.h"

namespace bindery::model {

template <Model M>
class BreadthFirst {
 public:
  // Both must outlive the search.
  BreadthFirst(M& model, const ExploreOptions& options)
      : model_(model),
        options_(options),
        ledger_(options),
        sites_(&model, &ledger_) {}

  // To be called once.
  ExploreResult Run() {
    if (Trusted() && ledger_.Discover(ledger_.KeyOf(model_))) Enter();
    for (; queue_.size() > 0 && !ledger_.stopped(); ++depth_) {
      ExpandLevel(queue_.size());
    }
    sites_.Complete([this](uint64_t state, std::vector<uint32_t>* positions) {
      *positions = trail_.PathTo(state);
      return true;
    });
    sites_.Return();
    return std::move(ledger_).Close();
  }

 private:
  FrontierSize Frontier() const {
    return {queue_.size(), queue_.bytes() + trail_.bytes()};
  }

  bool Trusted() {
    if (!model_.Inconclusive()) return true;
    ledger_.Stop(StopReason::kInconclusive, model_.InconclusiveReason());
    return false;
  }

  void Count() {
    if (ledger_.CountTransition()) ledger_.Poll(Frontier());
  }

  void ExpandLevel(uint64_t states) {
    for (; states > 0 && !ledger_.stopped(); --states) {
      const std::optional<absl::string_view> encoded = queue_.Pop();
      if (encoded.has_value()) {
        model_.Decode(*encoded);
        Expand();
      }
      trail_.EndParent();
      ++expanded_;
      ledger_.NoteFrontier(Frontier());
    }
  }

  void Expand() {
    choices_.clear();
    model_.Enabled(&choices_);
    if (choices_.empty()) {
      ledger_.CountTerminal();
      if (options_.report_deadlocks) {
        Report(FindingsOfTerminal(model_), expanded_);
      }
    } else if (depth_ >= options_.max_depth) {
      ledger_.CutAtMaxDepth();
    } else if (options_.probing == Probing::kBatched) {
      TryTogether();
    } else {
      TryInTurn();
    }
  }

  void TryInTurn() {
    for (uint32_t i = 0; i < choices_.size() && !ledger_.stopped(); ++i) {
      model_.Apply(choices_[i]);
      Count();
      if (Trusted() && ledger_.Discover(ledger_.KeyOf(model_))) EnterChild(i);
      model_.Undo();
    }
  }

  void TryTogether() {
    keys_.clear();
    for (const Choice choice : choices_) {
      model_.Apply(choice);
      const bool trusted = Trusted();
      keys_.push_back(ledger_.KeyOf(model_));
      ledger_.Prefetch(keys_.back());
      model_.Undo();
      if (!trusted) return;
      Count();
    }
    for (uint32_t i = 0; i < choices_.size() && !ledger_.stopped(); ++i) {
      if (!ledger_.Discover(keys_[i])) continue;
      model_.Apply(choices_[i]);
      EnterChild(i);
      model_.Undo();
    }
  }

  void EnterChild(uint32_t position) {
    trail_.AddChild(position);
    ++depth_;
    Enter();
    --depth_;
  }

  // The model is in a new state, at depth_ and with the number states() - 1.
  void Enter() {
    ledger_.Enter(depth_, model_.Sometimes());
    if (model_.Check(nullptr)) {
      model_.Encode(&encoding_);
      queue_.Push(encoding_);
    } else {
      queue_.PushHole();
      Report(FindingsOfState(model_), ledger_.states() - 1);
    }
  }

  void Report(std::vector<Finding> findings, uint64_t state) {
    sites_.Report(std::move(findings), state, model_.GetFingerprint());
  }

  M& model_;
  const ExploreOptions& options_;
  Ledger ledger_;
  Sites<M> sites_;
  EncodingQueue queue_;
  TrailLog trail_;
  uint64_t depth_ = 0;     // of the states being expanded
  uint64_t expanded_ = 0;  // number of the state being expanded
  std::vector<Choice> choices_;
  std::vector<Fingerprint> keys_;
  std::string encoding_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_BREADTH_FIRST_H_
