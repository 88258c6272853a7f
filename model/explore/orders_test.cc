#include "model/explore/orders.h"

#include <cstdint>

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

ExploreResult Search(SharedVariables* model, bool foresight) {
  ExploreOptions options;
  options.probing = Probing::kBatched;
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

// Programs that deadlock and break properties, with loops and without.
TEST(OrdersTest, VisitTheSameAndExecuteLess) {
  uint64_t complete = 0;
  uint64_t executed_all = 0;
  uint64_t executed = 0;
  for (uint64_t seed = 1; seed <= 20000; ++seed) {
    SCOPED_TRACE(seed);
    SharedVariables all(seed, /*loops=*/seed % 2 == 0);
    SharedVariables spared = all;
    const ExploreResult expected = Search(&all, false);
    ExpectTheSameAnswer(expected, Search(&spared, true));
    if (HasFailure()) return;
    if (!expected.complete) continue;
    ++complete;
    executed_all += all.executed();
    executed += spared.executed();
  }
  EXPECT_GT(complete, 2'000u);
  EXPECT_LT(executed, executed_all * 8 / 10);
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
