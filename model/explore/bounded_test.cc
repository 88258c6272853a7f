// Searches with a budget: iterative deepening, and a bound on preemptions.
#include "model/explore/bounded.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "model/explore/explore.h"
#include "model/explore/result.h"
#include "model/testing/graph_model.h"
#include "model/testing/philosophers.h"

namespace bindery::model {
namespace {

TEST(BudgetTable, KeepsTheMostThatWasLeft) {
  BudgetTable table;
  EXPECT_TRUE(table.Improve(7, 2));
  EXPECT_FALSE(table.Improve(7, 2));
  EXPECT_FALSE(table.Improve(7, 1));
  EXPECT_TRUE(table.Improve(7, 3));
  EXPECT_FALSE(table.Improve(7, 2));
  EXPECT_TRUE(table.Improve(0, 0));
  EXPECT_FALSE(table.Improve(0, 0));
  EXPECT_EQ(table.size(), 2u);
}

TEST(BudgetTable, ForgetsNothingWhenItGrows) {
  BudgetTable table;
  for (uint64_t key = 0; key < 10'000; ++key) table.Improve(key << 40, key);
  EXPECT_EQ(table.size(), 10'000u);
  for (uint64_t key = 0; key < 10'000; ++key) {
    EXPECT_FALSE(table.Improve(key << 40, key)) << key;
    EXPECT_TRUE(table.Improve(key << 40, key + 1)) << key;
  }
}

TEST(Deepening, SeesEveryState) {
  Philosophers table(6);
  ExploreOptions options;
  options.keep_going = true;
  const ExploreResult result =
      Explore(table, Strategy::kIterativeDeepening, options);
  EXPECT_EQ(result.states, 198u);
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(table.CanonicalText(), "000000");
}

TEST(Deepening, FindsAShortestPath) {
  Philosophers table(5);
  const ExploreResult result =
      Explore(table, Strategy::kIterativeDeepening, {});
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_EQ(result.findings[0].depth(), 5u);
}

// Depth first comes to 3 first by the long way, and would not go on from there
// within the bound.
TEST(Deepening, ExpandsAStateAgainThatIsNearerThanItSeemed) {
  GraphModel graph(5);
  graph.AddEdge(0, 1);
  graph.AddEdge(1, 2);
  graph.AddEdge(2, 3);
  graph.AddEdge(0, 3);
  graph.AddEdge(3, 4);
  ExploreOptions options;
  options.max_depth = 3;
  options.report_deadlocks = false;
  const ExploreResult result =
      Explore(graph, Strategy::kIterativeDeepening, options);
  EXPECT_EQ(result.states, 5u);
}

TEST(Deepening, SaysThatItsBoundCutSomethingOff) {
  Philosophers table(5);
  ExploreOptions options;
  options.max_depth = 3;
  const ExploreResult result =
      Explore(table, Strategy::kIterativeDeepening, options);
  EXPECT_FALSE(result.complete);
  EXPECT_EQ(result.stop_reason, StopReason::kMaxDepth);
  EXPECT_LT(result.states, 82u);
}

ExploreResult WithPreemptions(Philosophers& table, uint64_t most) {
  ExploreOptions options;
  options.preemptions = most;
  return Explore(table, Strategy::kDepthFirst, options);
}

// A philosopher is inside of a command while holding forks. Without
// preemptions nobody is interrupted, so that only one holds any.
TEST(Preemptions, NoneLeaveCommandsWhole) {
  Philosophers table(4);
  const ExploreResult result = WithPreemptions(table, 0);
  EXPECT_TRUE(result.findings.empty());
  EXPECT_FALSE(result.complete);
  EXPECT_EQ(result.stop_reason, StopReason::kPreemptions);
  EXPECT_EQ(result.states, 1u + 4u * 2u);
}

// Only the first to sit down is interrupted: whoever sits down to the left of
// somebody has to wait, which is no preemption.
TEST(Preemptions, FindWhatNeedsThemWithTheFewest) {
  Philosophers table(4);
  const ExploreResult result = WithPreemptions(table, 1);
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_EQ(result.findings[0].property, "user-deadlock");
  for (const Choice choice : result.findings[0].choices) table.Apply(choice);
  EXPECT_EQ(table.CanonicalText(), "1111");
}

TEST(Preemptions, EnoughOfThemSeeEverything) {
  Philosophers table(5);
  ExploreOptions options;
  options.preemptions = 100;
  options.keep_going = true;
  const ExploreResult result = Explore(table, Strategy::kDepthFirst, options);
  EXPECT_EQ(result.states, 82u);
  EXPECT_TRUE(result.complete);
}

ExploreResult Pct(Philosophers& table, uint64_t depth, uint64_t seed) {
  ExploreOptions options;
  options.seed = seed;
  options.walks = 5000;
  options.max_depth = 40;
  options.bug_depth = depth;
  return Explore(table, Strategy::kPct, options);
}

TEST(Pct, FindsTheDeadlockIfItsDepthAllows) {
  Philosophers table(3);
  EXPECT_TRUE(Pct(table, 1, 1).findings.empty());
  const ExploreResult result = Pct(table, 3, 1);
  ASSERT_EQ(result.findings.size(), 1u);
  for (const Choice choice : result.findings[0].choices) table.Apply(choice);
  EXPECT_EQ(table.CanonicalText(), "111");
}

TEST(Pct, TheSameSeedRepeatsTheSameWalks) {
  Philosophers table(6);
  const ExploreResult first = Pct(table, 2, 7);
  const ExploreResult second = Pct(table, 2, 7);
  EXPECT_EQ(first.states, second.states);
  EXPECT_EQ(first.transitions, second.transitions);
}

TEST(Swarm, SeesTogetherWhatEachSearchMisses) {
  Philosophers table(8);
  ExploreOptions options;
  options.bit_bytes = 64 << 10;
  options.max_states = 20;
  options.report_deadlocks = false;
  options.searches = 1;
  const uint64_t alone =
      Explore(table, Strategy::kSwarm, options).sometimes_seen;
  options.searches = 50;
  const ExploreResult many = Explore(table, Strategy::kSwarm, options);
  EXPECT_FALSE(many.complete);
  EXPECT_EQ(many.stop_reason, StopReason::kSwarmDone);
  EXPECT_EQ(many.sometimes_seen, 0xffu);
  EXPECT_EQ(many.sometimes_seen & alone, alone);
  EXPECT_GT(many.states, 20u);
}

TEST(Swarm, EndsWithItsFirstFinding) {
  Philosophers table(4);
  ExploreOptions options;
  options.bit_bytes = 64 << 10;
  const ExploreResult result = Explore(table, Strategy::kSwarm, options);
  EXPECT_EQ(result.stop_reason, StopReason::kFinding);
  ASSERT_EQ(result.findings.size(), 1u);
  for (const Choice choice : result.findings[0].choices) table.Apply(choice);
  EXPECT_EQ(table.CanonicalText(), "1111");
}

}  // namespace
}  // namespace bindery::model
