#include "model/explore/orders.h"

#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "model/explore/explore.h"
#include "model/explore/result.h"
#include "model/explore/strategy.h"
#include "model/testing/shared_variables.h"

namespace bindery::model {
namespace {

static_assert(TellsTouches<SharedVariables>);

TEST(MeetTest, WhatIsOnlyAddedToMeetsNoOtherAddition) {
  const Touch reads{1, 0, 0};
  const Touch writes{0, 1, 0};
  const Touch adds{0, 0, 1};
  const Touch elsewhere{2, 2, 2};
  EXPECT_FALSE(Meet(reads, reads));
  EXPECT_FALSE(Meet(adds, adds));
  EXPECT_TRUE(Meet(reads, writes) && Meet(writes, reads));
  EXPECT_TRUE(Meet(reads, adds) && Meet(adds, reads));
  EXPECT_TRUE(Meet(writes, adds) && Meet(adds, writes));
  EXPECT_TRUE(Meet(writes, writes));
  for (const Touch& touch : {reads, writes, adds}) {
    EXPECT_FALSE(Meet(touch, elsewhere));
    EXPECT_FALSE(Meet(elsewhere, touch));
  }
}

// Knows of some choices where they lead and what they touch, and learns others
// when they are executed.
class Knowing : public SharedVariables {
 public:
  using SharedVariables::SharedVariables;

  Foreseen Foresee(Choice choice) const {
    return Knows(choice) == Known::kAtOnce ? Look(choice) : Foreseen{};
  }
  Foreseen ForeseeOrLearn(Choice choice) const { return Foresee(choice); }
  void Apply(Choice choice) {
    touched_ = Knows(choice) == Known::kAfterwards ? Look(choice).touched : 0;
    SharedVariables::Apply(choice);
  }
  uint64_t Touched() const { return touched_; }
  bool Meet(uint64_t a, uint64_t b) const {
    return a == 0 || b == 0 || model::Meet(seen_[a - 1], seen_[b - 1]);
  }

 private:
  enum class Known { kNever, kAfterwards, kAtOnce };

  Known Knows(Choice choice) const {
    const uint64_t mixed = GetFingerprint().hi * 31 + choice.value;
    return mixed % 5 == 0   ? Known::kNever
           : mixed % 5 == 1 ? Known::kAfterwards
                            : Known::kAtOnce;
  }
  Foreseen Look(Choice choice) const {
    SharedVariables ahead = *this;
    ahead.Apply(choice);
    if (!ahead.Check(nullptr)) return {};
    seen_.push_back(Touches(*this).Of(choice));
    return {ahead.GetFingerprint(), seen_.size()};
  }

  uint64_t touched_ = 0;
  mutable std::vector<Touch> seen_;
};

static_assert(HasForesight<Knowing>);

template <typename M>
ExploreResult Search(M* model, Probing probing, bool foresight) {
  ExploreOptions options;
  options.probing = probing;
  options.foresight = foresight;
  return Explore(*model, Strategy::kDepthFirst, options);
}

void ExpectTheSameAnswer(const ExploreResult& all,
                         const ExploreResult& spared) {
  ASSERT_EQ(all.complete, spared.complete);
  EXPECT_EQ(all.findings.empty(), spared.findings.empty());
  if (!all.complete) return;
  EXPECT_EQ(all.states, spared.states);
  EXPECT_EQ(all.transitions, spared.transitions);
  EXPECT_EQ(all.terminal_states, spared.terminal_states);
  EXPECT_EQ(all.sometimes_seen, spared.sometimes_seen);
}

// Programs that deadlock and break properties, with loops and without. Expects
// that at most this part of what all choices would be is executed.
template <typename M>
void ExpectTheSameAnswers(Probing probing, double most_executed) {
  uint64_t complete = 0;
  uint64_t executed_all = 0;
  uint64_t executed = 0;
  for (uint64_t seed = 1; seed <= 20000; ++seed) {
    SCOPED_TRACE(seed);
    M all(seed, /*loops=*/seed % 2 == 0);
    M spared = all;
    const ExploreResult expected = Search(&all, probing, false);
    ExpectTheSameAnswer(expected, Search(&spared, probing, true));
    if (testing::Test::HasFailure()) return;
    if (!expected.complete) continue;
    ++complete;
    executed_all += all.executed();
    executed += spared.executed();
  }
  EXPECT_GT(complete, 2'000u);
  EXPECT_LT(static_cast<double>(executed),
            static_cast<double>(executed_all) * most_executed);
}

TEST(OrdersTest, VisitTheSameAndExecuteLess) {
  ExpectTheSameAnswers<SharedVariables>(Probing::kBatched, 0.8);
}

TEST(OrdersTest, OfWhatIsKnownVisitTheSameAndExecuteLess) {
  ExpectTheSameAnswers<Knowing>(Probing::kImmediate, 0.7);
}

// A bound on depth, and going on after a finding, leave states unexpanded.
TEST(OrdersTest, AreNotUsedWhereNotAllIsExpanded) {
  ExploreOptions options;
  options.probing = Probing::kBatched;
  EXPECT_TRUE(options.spares());
  ExploreOptions bounded = options;
  bounded.max_depth = 10;
  ExploreOptions going_on = options;
  going_on.keep_going = true;
  ExploreOptions bits = options;
  bits.store = StoreKind::kBits;
  ExploreOptions orbits = options;
  orbits.symmetry = true;
  for (const ExploreOptions& other : {bounded, going_on, bits, orbits}) {
    EXPECT_FALSE(other.spares());
  }
}

}  // namespace
}  // namespace bindery::model
