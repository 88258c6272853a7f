// Swarm search: many depth-first searches with small bit filters, each in an
// order of its own, so that what one filter hides another one sees. For state
// spaces that no memory holds (Holzmann, Joshi and Groce: "Swarm verification
// techniques").
//
//  1. Search i of a swarm depends on the options and i alone.
//  2. Each search has its own filter of options.bit_bytes, and ends by itself
//     when it has seen options.max_states states. A finding ends the swarm
//     unless it keeps going; the memory limit holds for each search.
//  3. `states`, `transitions` and `terminal_states` are sums: what several
//     searches saw counts several times. Nothing is proved: complete is always
//     false.
//
// Not thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_SWARM_H_
#define BINDERY_MODEL_EXPLORE_SWARM_H_

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/concept.h"
#include "model/explore/depth_first.h"
#include "model/explore/random.h"
#include "model/explore/result.h"

namespace bindery::model {

// A model whose choices come in another order, by the seed and the state.
template <Model M>
class Shuffled {
 public:
  // The model must outlive this.
  Shuffled(M& model, uint64_t seed) : model_(model), seed_(seed) {}

  void Enabled(std::vector<Choice>* choices) const {
    const size_t first = choices->size();
    model_.Enabled(choices);
    Random random(seed_ ^ model_.GetFingerprint().lo);
    for (size_t i = choices->size(); i > first + 1; --i) {
      std::swap((*choices)[i - 1], (*choices)[first + random.Below(i - first)]);
    }
  }
  void Apply(Choice choice) { model_.Apply(choice); }
  void Undo() { model_.Undo(); }
  // Another filter misses other states.
  Fingerprint GetFingerprint() const {
    const Fingerprint key = model_.GetFingerprint();
    return {key.hi, (key.lo ^ seed_) * 0x9e3779b97f4a7c15u};
  }
  void Encode(std::string* bytes) const { model_.Encode(bytes); }
  void Decode(absl::string_view encoded) { model_.Decode(encoded); }
  std::string CanonicalText() const { return model_.CanonicalText(); }
  bool Check(std::vector<Violation>* violations) const {
    return model_.Check(violations);
  }
  Ending Classify(std::string* reason) const { return model_.Classify(reason); }
  uint64_t Sometimes() const { return model_.Sometimes(); }
  bool Inconclusive() const { return model_.Inconclusive(); }
  std::string InconclusiveReason() const { return model_.InconclusiveReason(); }

 private:
  M& model_;
  const uint64_t seed_;
};

template <Model M>
class Swarm {
 public:
  // Both must outlive the search.
  Swarm(M& model, const ExploreOptions& options)
      : model_(model), options_(options) {
    options_.store = StoreKind::kBits;
    options_.symmetry = false;
    options_.probing = Probing::kImmediate;
  }

  // To be called once.
  ExploreResult Run() {
    Random seeds(options_.seed);
    sum_.stop_reason = StopReason::kSwarmDone;
    for (uint64_t i = 0; i < options_.searches; ++i) {
      Shuffled<M> shuffled(model_, seeds.Next());
      if (!Add(DepthFirst<Shuffled<M>>(shuffled, options_).Run())) break;
    }
    return std::move(sum_);
  }

 private:
  // False if that was the last one.
  bool Add(ExploreResult one) {
    sum_.states += one.states;
    sum_.transitions += one.transitions;
    sum_.terminal_states += one.terminal_states;
    sum_.max_depth = std::max(sum_.max_depth, one.max_depth);
    sum_.peak_frontier = std::max(sum_.peak_frontier, one.peak_frontier);
    sum_.peak_bytes = std::max(sum_.peak_bytes, one.peak_bytes);
    sum_.sometimes_seen |= one.sometimes_seen;
    for (Finding& finding : one.findings) {
      if (!found_.insert(finding.property).second) continue;
      sum_.findings.push_back(std::move(finding));
    }
    if (sum_.findings.size() >= options_.max_findings ||
        (!sum_.findings.empty() && !options_.keep_going)) {
      sum_.stop_reason = StopReason::kFinding;
      return false;
    }
    if (one.stop_reason == StopReason::kInterrupted ||
        one.stop_reason == StopReason::kInconclusive ||
        one.stop_reason == StopReason::kMemoryLimit) {
      sum_.stop_reason = one.stop_reason;
      sum_.stop_detail = one.stop_detail;
      return false;
    }
    return true;
  }

  M& model_;
  ExploreOptions options_;
  ExploreResult sum_;
  std::set<std::string> found_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_SWARM_H_
