// Which choice a random walk takes next. A picker is told when a walk begins
// and then asked at each state; it depends on the seed and on what it was told
// alone.
//
//  UniformPicker  every enabled choice with the same probability.
//  PctPicker      probabilistic concurrency testing (Burckhardt, Kothari,
//                 Musuvathi and Nagarakatte, ASPLOS 2010): each actor has a
//                 random priority, the enabled one with the highest acts, and
//                 at depth - 1 random steps of a walk whoever would act falls
//                 behind all others. A bug that needs `depth` orderings of n
//                 actors' k steps is found by a walk with a probability of at
//                 least 1 / (n k^(depth-1)).
//
// Not thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_PICKER_H_
#define BINDERY_MODEL_EXPLORE_PICKER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "base/check.h"
#include "model/concept.h"
#include "model/explore/random.h"
#include "model/explore/result.h"

namespace bindery::model {

class UniformPicker {
 public:
  explicit UniformPicker(const ExploreOptions& options)
      : random_(options.seed) {}

  void Begin() {}

  // REQUIRES: some choice.
  template <Model M>
  Choice Pick(const M&, const std::vector<Choice>& choices) {
    return choices[random_.Below(choices.size())];
  }

 private:
  Random random_;
};

class PctPicker {
 public:
  explicit PctPicker(const ExploreOptions& options)
      : random_(options.seed), depth_(options.bug_depth) {}

  void Begin() {
    seen_ = std::max(seen_, steps_);
    const uint64_t longest = seen_ != 0 ? seen_ : kGuess;
    steps_ = 0;
    priorities_.clear();
    changes_.clear();
    for (uint64_t i = 1; i < depth_; ++i) {
      changes_.push_back(random_.Below(longest));
    }
    std::sort(changes_.begin(), changes_.end());
  }

  // REQUIRES: some choice.
  template <HasActors M>
  Choice Pick(const M& model, const std::vector<Choice>& choices) {
    uint32_t actor = Highest(model, choices);
    for (; !changes_.empty() && changes_.front() <= steps_;
         changes_.erase(changes_.begin())) {
      // Below every first priority, and the later the lower.
      priorities_[actor] = changes_.size();
      actor = Highest(model, choices);
    }
    ++steps_;
    return AnyOf(model, actor, choices);
  }

 private:
  static constexpr uint64_t kGuess = 100;  // for the first walk
  static constexpr uint64_t kHigh = uint64_t{1} << 63;

  uint64_t PriorityOf(uint32_t actor) {
    const auto [at, is_new] = priorities_.try_emplace(actor, 0);
    if (is_new) at->second = random_.Next() | kHigh;
    return at->second;
  }

  template <HasActors M>
  uint32_t Highest(const M& model, const std::vector<Choice>& choices) {
    BINDERY_CHECK(!choices.empty());
    uint32_t best = model.ActorOf(choices.front());
    for (const Choice choice : choices) {
      const uint32_t actor = model.ActorOf(choice);
      if (PriorityOf(actor) > PriorityOf(best)) best = actor;
    }
    return best;
  }

  // What the actor does is not its priority's to say.
  template <HasActors M>
  Choice AnyOf(const M& model, uint32_t actor,
               const std::vector<Choice>& choices) {
    own_.clear();
    for (const Choice choice : choices) {
      if (model.ActorOf(choice) == actor) own_.push_back(choice);
    }
    return own_[random_.Below(own_.size())];
  }

  Random random_;
  const uint64_t depth_;
  uint64_t seen_ = 0;  // the longest walk so far
  uint64_t steps_ = 0;
  std::map<uint32_t, uint64_t> priorities_;  // by actor
  std::vector<uint64_t> changes_;            // steps, in order
  std::vector<Choice> own_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_PICKER_H_
