#include "model/explore/ledger.h"

#include <utility>

#include "gtest/gtest.h"
#include "model/explore/strategy.h"

namespace bindery::model {
namespace {

Finding FindingOf(std::string property) {
  return {FindingKind::kViolation, std::move(property), "", {}};
}

TEST(Ledger, TheFirstReasonToStopStands) {
  const ExploreOptions options;
  Ledger ledger(options);
  ledger.Stop(StopReason::kInconclusive, "why");
  ledger.Stop(StopReason::kInterrupted, "other");
  const ExploreResult result = std::move(ledger).Close();
  EXPECT_EQ(result.stop_reason, StopReason::kInconclusive);
  EXPECT_EQ(result.stop_detail, "why");
  EXPECT_FALSE(result.complete);
}

TEST(Ledger, ASearchThatNobodyStoppedIsComplete) {
  const ExploreOptions options;
  EXPECT_TRUE(Ledger(options).Close().complete);
}

TEST(Ledger, ACutMakesItIncomplete) {
  const ExploreOptions options;
  Ledger ledger(options);
  ledger.CutAtMaxDepth();
  const ExploreResult result = std::move(ledger).Close();
  EXPECT_FALSE(result.complete);
  EXPECT_EQ(result.stop_reason, StopReason::kMaxDepth);
}

TEST(Ledger, CountsExactlyMaxStates) {
  ExploreOptions options;
  options.max_states = 2;
  Ledger ledger(options);
  EXPECT_TRUE(ledger.Discover({0, 1}));
  EXPECT_FALSE(ledger.Discover({0, 1}));
  EXPECT_TRUE(ledger.Discover({0, 2}));
  EXPECT_FALSE(ledger.stopped());
  EXPECT_FALSE(ledger.Discover({0, 3}));
  EXPECT_TRUE(ledger.stopped());
  const ExploreResult result = std::move(ledger).Close();
  EXPECT_EQ(result.states, 2u);
  EXPECT_EQ(result.stop_reason, StopReason::kMaxStates);
}

TEST(Ledger, KeepsOneFindingOfEachPropertyUpToTheLimit) {
  ExploreOptions options;
  options.keep_going = true;
  options.max_findings = 2;
  Ledger ledger(options);
  ledger.Report(FindingOf("A"));
  ledger.Report(FindingOf("A"));
  EXPECT_FALSE(ledger.stopped());
  EXPECT_FALSE(ledger.IsNews("A"));
  EXPECT_TRUE(ledger.IsNews("B"));
  ledger.Report(FindingOf("B"));
  EXPECT_TRUE(ledger.stopped());
  EXPECT_FALSE(ledger.IsNews("C"));
  ledger.Report(FindingOf("C"));
  EXPECT_EQ(std::move(ledger).Close().findings.size(), 2u);
}

TEST(Ledger, AFrontierBeyondTheMemoryLimitStopsTheSearch) {
  ExploreOptions options;
  options.memory_limit = 100'000;
  Ledger ledger(options);
  ledger.Poll({10, 90'000});
  EXPECT_FALSE(ledger.stopped());
  ledger.Poll({20, 99'000});
  EXPECT_TRUE(ledger.stopped());
  const ExploreResult result = std::move(ledger).Close();
  EXPECT_EQ(result.stop_reason, StopReason::kMemoryLimit);
  EXPECT_EQ(result.peak_frontier, 20u);
  EXPECT_EQ(result.peak_bytes, 99'000u + 4096u);
}

TEST(Ledger, TickSeesTheProgressAndMayEndTheSearch) {
  ExploreOptions options;
  Progress seen;
  options.tick = [&seen](const Progress& progress) {
    seen = progress;
    return progress.frontier < 5;
  };
  Ledger ledger(options);
  ledger.Discover({0, 1});
  ledger.Enter(3, 0);
  ledger.Poll({4, 10});
  EXPECT_EQ(seen.states, 1u);
  EXPECT_EQ(seen.depth, 3u);
  EXPECT_EQ(seen.bytes, 4096u + 10u);
  EXPECT_FALSE(ledger.stopped());
  ledger.Poll({5, 10});
  EXPECT_EQ(std::move(ledger).Close().stop_reason, StopReason::kInterrupted);
}

TEST(Ledger, PollsEveryFewThousandTransitions) {
  const ExploreOptions options;
  Ledger ledger(options);
  int polls = 0;
  for (int i = 0; i < 100'000; ++i) polls += ledger.CountTransition() ? 1 : 0;
  EXPECT_GE(polls, 10);
  EXPECT_LE(polls, 100);
}

TEST(Names, AreDistinctAndReadBack) {
  EXPECT_STREQ(StopReasonName(StopReason::kMemoryLimit), "memory_limit");
  EXPECT_STREQ(FindingKindName(FindingKind::kLostWork), "lost-work");
  EXPECT_EQ(StrategyByName("dfs"), Strategy::kDepthFirst);
  EXPECT_EQ(StrategyByName("bfs"), Strategy::kBreadthFirst);
  EXPECT_EQ(StrategyByName("random"), Strategy::kRandomWalk);
  EXPECT_EQ(StrategyByName("reference"), Strategy::kReference);
  EXPECT_EQ(StrategyByName("DFS"), std::nullopt);
}

}  // namespace
}  // namespace bindery::model
