#include "model/counterexample/shrink.h"

#include <cstdint>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model/explore/explore.h"
#include "model/testing/philosophers.h"

namespace bindery::model {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<Choice> Choices(const std::vector<uint64_t>& values) {
  std::vector<Choice> choices;
  for (const uint64_t value : values) choices.push_back({value});
  return choices;
}

// Each takes the left fork, and that is all that it takes to be stuck.
TEST(ShrinkTest, NobodyHasToEatFirst) {
  Philosophers model(4);
  Shrinker<Philosophers> shrinker(model, "user-deadlock");
  // 0 and 2 eat before, 0 twice.
  const auto found = Choices({0, 0, 0, 2, 2, 2, 0, 0, 0, 0, 1, 2, 3});
  const std::vector<Choice> reached = shrinker.Reach(found);
  ASSERT_FALSE(reached.empty());
  const std::vector<Choice> least = shrinker.Run(found);
  EXPECT_THAT(least, SizeIs(4));
  EXPECT_EQ(shrinker.Switches(least), 3u);
  EXPECT_EQ(shrinker.Reach(least), least);
  EXPECT_EQ(model.CanonicalText(), "0000");
}

TEST(ShrinkTest, WhatDoesNotGetThereIsEmpty) {
  Philosophers model(3);
  Shrinker<Philosophers> deadlock(model, "user-deadlock");
  EXPECT_THAT(deadlock.Reach(Choices({0, 1})), IsEmpty());
  EXPECT_THAT(deadlock.Reach({}), IsEmpty());
  Shrinker<Philosophers> other(model, "lost-work");
  EXPECT_THAT(other.Reach(Choices({0, 1, 2})), IsEmpty());
}

// Whatever a random walk found, all that is left of it is needed.
TEST(ShrinkTest, NothingOfWhatIsLeftCanBeLeftOut) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Philosophers model(5);
    ExploreOptions options;
    options.seed = seed;
    const ExploreResult found = Explore(model, Strategy::kRandomWalk, options);
    ASSERT_THAT(found.findings, SizeIs(1));
    Shrinker<Philosophers> shrinker(model, found.findings[0].property);
    const std::vector<Choice> least = shrinker.Run(found.findings[0].choices);
    EXPECT_LE(least.size(), found.findings[0].choices.size());
    EXPECT_EQ(least, shrinker.Run(found.findings[0].choices));
    for (size_t i = 0; i < least.size(); ++i) {
      std::vector<Choice> without = least;
      without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
      EXPECT_THAT(shrinker.Reach(without), IsEmpty()) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace bindery::model
