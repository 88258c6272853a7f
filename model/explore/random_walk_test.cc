#include "model/explore/random_walk.h"

#include <vector>

#include "gtest/gtest.h"
#include "model/explore/explore.h"
#include "model/explore/random.h"
#include "model/explore/result.h"
#include "model/testing/graph_model.h"
#include "model/testing/philosophers.h"

namespace bindery::model {
namespace {

TEST(Random, IsTheSameEverywhere) {
  Random random(1);
  EXPECT_EQ(random.Next(), 0x910a2dec89025cc1u);
  EXPECT_EQ(random.Next(), 0xbeeb8da1658eec67u);
}

TEST(Random, BelowReachesEveryNumberAboutEquallyOften) {
  Random random(3);
  std::vector<int> count(7);
  for (int i = 0; i < 70'000; ++i) ++count[random.Below(7)];
  for (const int n : count) {
    EXPECT_GT(n, 9'500);
    EXPECT_LT(n, 10'500);
  }
}

ExploreResult Walk(Philosophers& table, uint64_t seed, uint64_t walks) {
  ExploreOptions options;
  options.seed = seed;
  options.walks = walks;
  options.max_depth = 20;
  options.keep_going = true;
  return Explore(table, Strategy::kRandomWalk, options);
}

TEST(RandomWalk, TheSameSeedRepeatsTheSameWalks) {
  Philosophers table(6);
  const ExploreResult first = Walk(table, 7, 40);
  const ExploreResult second = Walk(table, 7, 40);
  const ExploreResult other = Walk(table, 8, 40);
  EXPECT_EQ(first.states, second.states);
  EXPECT_EQ(first.transitions, second.transitions);
  EXPECT_TRUE(first.states != other.states ||
              first.transitions != other.transitions);
}

TEST(RandomWalk, MoreWalksSeeMore) {
  Philosophers table(6);
  EXPECT_LT(Walk(table, 1, 1).states, Walk(table, 1, 50).states);
  EXPECT_EQ(Walk(table, 1, 20'000).states, 198u);  // all of them
}

TEST(RandomWalk, NeverClaimsToBeComplete) {
  GraphModel graph(1);
  ExploreOptions options;
  options.walks = 3;
  const ExploreResult result = Explore(graph, Strategy::kRandomWalk, options);
  EXPECT_EQ(result.states, 1u);
  EXPECT_EQ(result.terminal_states, 1u);
  EXPECT_FALSE(result.complete);
  EXPECT_EQ(result.stop_reason, StopReason::kWalksDone);
}

TEST(RandomWalk, FindsADeadlockWithItsTrace) {
  Philosophers table(3);
  ExploreOptions options;
  const ExploreResult result = Explore(table, Strategy::kRandomWalk, options);
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_EQ(result.findings[0].property, "user-deadlock");
  for (const Choice choice : result.findings[0].choices) table.Apply(choice);
  EXPECT_EQ(table.CanonicalText(), "111");
}

TEST(RandomWalk, DoesNotWalkOnBehindAViolation) {
  GraphModel graph(3);
  graph.AddEdge(0, 1);
  graph.AddEdge(1, 2);
  graph.Violate(1, "P");
  ExploreOptions options;
  options.keep_going = true;
  options.walks = 10;
  const ExploreResult result = Explore(graph, Strategy::kRandomWalk, options);
  EXPECT_EQ(result.states, 2u);
  EXPECT_EQ(result.findings.size(), 1u);
}

TEST(RandomWalk, EndsAtItsBudgetsAndLeavesTheModelAsItWas) {
  GraphModel graph(2);
  graph.AddEdge(0, 1);
  graph.AddEdge(1, 0);
  ExploreOptions options;
  options.walks = 2;
  EXPECT_EQ(Explore(graph, Strategy::kRandomWalk, options).transitions,
            2 * (RandomWalk<GraphModel, UniformPicker>::kDefaultMaxDepth));
  options.max_depth = 5;
  EXPECT_EQ(Explore(graph, Strategy::kRandomWalk, options).transitions, 10u);
  EXPECT_EQ(graph.current(), 0);
  EXPECT_EQ(graph.applies(), graph.undos());
  graph.MakeInconclusive(1);
  EXPECT_EQ(Explore(graph, Strategy::kRandomWalk, options).stop_reason,
            StopReason::kInconclusive);
}

}  // namespace
}  // namespace bindery::model
