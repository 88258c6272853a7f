// Whether choices that do not conflict may change places, tried out in a state:
// what partial-order reduction relies on (F of docs/partial-order.md).
#ifndef BINDERY_MODEL_TESTING_CHANGING_PLACES_H_
#define BINDERY_MODEL_TESTING_CHANGING_PLACES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include "gtest/gtest.h"
#include "model/concept.h"

namespace bindery::model {

template <HasFootprints M>
class ChangingPlaces {
 public:
  // The model outlives this, and is in the state in which it is tried.
  explicit ChangingPlaces(M& model) : model_(model) {}

  // Expects that each two choices of different agents that do not conflict lead
  // to one state in either order, which is the one that their fingerprints say,
  // and that the later one reads and writes there what it would without the
  // other one. It may read more if both change something that commutes: what
  // the last one lets go of is judged. Returns how many there are. Choices
  // that violate something are left out: no search goes on behind them.
  uint64_t TryAll() {
    const std::vector<Step> steps = StepsHere();
    uint64_t pairs = 0;
    for (size_t i = 0; i < steps.size(); ++i) {
      for (size_t j = i + 1; j < steps.size(); ++j) {
        const Step& a = steps[i];
        const Step& b = steps[j];
        if (model_.AgentOf(a.choice) == model_.AgentOf(b.choice)) continue;
        if (Conflict(a, b)) continue;
        Try(a, b);
        ++pairs;
      }
    }
    return pairs;
  }

 private:
  using Resources = std::set<uint64_t>;

  // What a choice reads, with what decides that it can be made, and writes.
  struct Step {
    Choice choice;
    Resources reads;
    Resources writes;
    Fingerprint behind;
    bool good = false;
  };

  static Resources SetOf(const std::vector<uint64_t>& resources) {
    return {resources.begin(), resources.end()};
  }
  static bool Meet(const Resources& a, const Resources& b, bool all) {
    return std::any_of(a.begin(), a.end(), [&](uint64_t resource) {
      return (all || (resource & kCommutingResource) == 0) &&
             b.contains(resource);
    });
  }
  static bool Conflict(const Step& a, const Step& b) {
    return Meet(a.reads, b.writes, true) || Meet(a.writes, b.reads, true) ||
           Meet(a.writes, b.writes, false);
  }

  std::vector<Choice> Enabled() const {
    std::vector<Choice> choices;
    model_.Enabled(&choices);
    return choices;
  }
  Step StepOf(Choice choice) {
    Step step;
    step.choice = choice;
    std::vector<uint64_t> guard;
    model_.Guards(model_.AgentOf(choice), &guard);
    Accesses accesses;
    model_.ApplyNoting(choice, &accesses);
    step.behind = model_.GetFingerprint();
    step.good = model_.Check(nullptr);
    model_.Undo();
    step.reads = SetOf(accesses.reads);
    step.reads.insert(guard.begin(), guard.end());
    step.writes = SetOf(accesses.writes);
    return step;
  }
  std::vector<Step> StepsHere() {
    std::vector<Step> steps;
    for (const Choice choice : Enabled()) {
      Step step = StepOf(choice);
      if (step.good) steps.push_back(step);
    }
    return steps;
  }

  void Try(const Step& a, const Step& b) {
    const Fingerprint behind = InThisOrder(a, b);
    EXPECT_EQ(behind, InThisOrder(b, a));
    EXPECT_EQ(behind,
              model_.Carried(a.behind, model_.GetFingerprint(), b.behind));
  }
  // The state behind both.
  Fingerprint InThisOrder(const Step& first, const Step& second) {
    model_.Apply(first.choice);
    const std::vector<Choice> choices = Enabled();
    EXPECT_EQ(std::count(choices.begin(), choices.end(), second.choice), 1);
    const Step there = StepOf(second.choice);
    if (Meet(first.writes, second.writes, true)) {
      EXPECT_TRUE(std::includes(there.reads.begin(), there.reads.end(),
                                second.reads.begin(), second.reads.end()));
    } else {
      EXPECT_EQ(there.reads, second.reads);
    }
    EXPECT_EQ(there.writes, second.writes);
    model_.Undo();
    return there.behind;
  }

  M& model_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_TESTING_CHANGING_PLACES_H_
