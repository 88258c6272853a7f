// All strategies against the reference explorer and against known answers.

#include "model/explore/explore.h"

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "model/concept.h"
#include "model/counterexample/replay.h"
#include "model/explore/result.h"
#include "model/explore/strategy.h"
#include "model/testing/graph_model.h"
#include "model/testing/philosophers.h"
#include "model/testing/random_graph.h"

namespace bindery::model {
namespace {

struct Search {
  std::string name;
  Strategy strategy;
  Probing probing;
};

void PrintTo(const Search& search, std::ostream* out) { *out << search.name; }

// Every way to search exhaustively.
const Search kSearches[] = {
    {"DepthFirst", Strategy::kDepthFirst, Probing::kImmediate},
    {"DepthFirstBatched", Strategy::kDepthFirst, Probing::kBatched},
    {"BreadthFirst", Strategy::kBreadthFirst, Probing::kImmediate},
    {"BreadthFirstBatched", Strategy::kBreadthFirst, Probing::kBatched},
    {"Reference", Strategy::kReference, Probing::kImmediate},
};

class SearchTest : public testing::TestWithParam<Search> {
 protected:
  template <Model M>
  ExploreResult Run(M& model) {
    options_.probing = GetParam().probing;
    return Explore(model, GetParam().strategy, options_);
  }
  bool shortest() const { return GetParam().strategy != Strategy::kDepthFirst; }
  bool reference() const { return GetParam().strategy == Strategy::kReference; }

  ExploreOptions options_;
};

INSTANTIATE_TEST_SUITE_P(All, SearchTest, testing::ValuesIn(kSearches),
                         [](const auto& info) { return info.param.name; });

// 0 -> 1 -> 2 -> 3, with shortcuts 0 -> 2 and 1 -> 3 and a way back 2 -> 0.
GraphModel Ladder() {
  GraphModel graph(4);
  graph.AddEdge(0, 1);
  graph.AddEdge(0, 2);
  graph.AddEdge(1, 2);
  graph.AddEdge(1, 3);
  graph.AddEdge(2, 3);
  graph.AddEdge(2, 0);
  return graph;
}

TEST_P(SearchTest, CountsStatesTransitionsAndTerminalStates) {
  GraphModel graph = Ladder();
  const ExploreResult result = Run(graph);
  EXPECT_EQ(result.states, 4u);
  EXPECT_EQ(result.transitions, 6u);
  EXPECT_EQ(result.terminal_states, 1u);
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(result.stop_reason, StopReason::kExhausted);
  EXPECT_TRUE(result.findings.empty());
  if (shortest()) {
    EXPECT_EQ(result.max_depth, 2u);
  }
}

TEST_P(SearchTest, ReachesOnlyWhatIsReachable) {
  GraphModel graph(4);
  graph.AddEdge(0, 1);
  graph.AddEdge(2, 1);
  graph.AddEdge(1, 1);
  EXPECT_EQ(Run(graph).states, 2u);
}

TEST_P(SearchTest, LeavesTheModelAsItWasAndUndoesEveryApply) {
  GraphModel graph = Ladder();
  graph.Violate(3, "P");
  Run(graph);
  EXPECT_EQ(graph.current(), 0);
  EXPECT_EQ(graph.open_applies(), 0u);
  if (!reference()) {
    EXPECT_EQ(graph.applies(), graph.undos());
  }
}

TEST_P(SearchTest, PhilosophersHaveTheirNumberOfStates) {
  options_.report_deadlocks = false;
  uint64_t previous = 2;
  uint64_t expected = 6;
  for (int n = 2; n <= 8; ++n) {
    Philosophers table(n);
    const ExploreResult result = Run(table);
    EXPECT_EQ(result.states, expected) << n;
    EXPECT_EQ(result.terminal_states, 1u) << n;
    EXPECT_EQ(result.sometimes_seen, (uint64_t{1} << n) - 1) << n;
    EXPECT_TRUE(result.complete);
    previous = std::exchange(expected, 2 * expected + previous);
  }
}

TEST_P(SearchTest, TwoPhilosophersHaveEightTransitions) {
  options_.report_deadlocks = false;
  Philosophers table(2);
  EXPECT_EQ(Run(table).transitions, 8u);
}

TEST_P(SearchTest, FindsTheDeadlockOfThePhilosophers) {
  Philosophers table(5);
  const ExploreResult result = Run(table);
  EXPECT_FALSE(result.complete);
  EXPECT_EQ(result.stop_reason, StopReason::kFinding);
  ASSERT_EQ(result.findings.size(), 1u);
  const Finding& finding = result.findings[0];
  EXPECT_EQ(finding.kind, FindingKind::kUserDeadlock);
  EXPECT_EQ(finding.property, "user-deadlock");
  EXPECT_EQ(finding.message, "everybody waits for the right fork");
  if (shortest()) {
    EXPECT_EQ(finding.depth(), 5u);
  }
  Philosophers again(5);
  EXPECT_TRUE(Replay(again, finding.choices).status.ok());
  EXPECT_EQ(again.CanonicalText(), "11111");
}

TEST_P(SearchTest, TellsLostWorkFromAUserDeadlockAndFromTheEnd) {
  GraphModel graph(4);
  for (int to = 1; to < 4; ++to) graph.AddEdge(0, to);
  graph.EndAs(1, Ending::kFinished);
  graph.EndAs(2, Ending::kLostWork);
  graph.EndAs(3, Ending::kUserDeadlock);
  options_.keep_going = true;
  const ExploreResult result = Run(graph);
  EXPECT_EQ(result.terminal_states, 3u);
  ASSERT_EQ(result.findings.size(), 2u);
  for (const Finding& finding : result.findings) {
    const bool lost = finding.kind == FindingKind::kLostWork;
    EXPECT_EQ(finding.property, lost ? "lost-work" : "user-deadlock");
    EXPECT_EQ(finding.message, lost ? "ended in 2" : "ended in 3");
    EXPECT_EQ(finding.choices,
              std::vector<Choice>{GraphModel::Edge(0, lost ? 2 : 3)});
  }
}

TEST_P(SearchTest, AViolationIsCountedButNotExpanded) {
  GraphModel graph(5);
  graph.AddEdge(0, 1);
  graph.AddEdge(1, 2);
  graph.AddEdge(2, 3);
  graph.AddEdge(0, 4);
  graph.Violate(2, "P");
  options_.keep_going = true;
  const ExploreResult result = Run(graph);
  EXPECT_EQ(result.states, 4u);
  EXPECT_EQ(result.transitions, 3u);
  EXPECT_EQ(result.terminal_states, 1u);  // not the one that violates P
  EXPECT_TRUE(result.complete);
  ASSERT_EQ(result.findings.size(), 1u);
  const Finding& finding = result.findings[0];
  EXPECT_EQ(finding.kind, FindingKind::kViolation);
  EXPECT_EQ(finding.property, "P");
  EXPECT_EQ(finding.message, "broken in 2");
  EXPECT_EQ(finding.choices, std::vector<Choice>({GraphModel::Edge(0, 1),
                                                  GraphModel::Edge(1, 2)}));
}

TEST_P(SearchTest, StopsAtTheFirstViolationUnlessAskedToGoOn) {
  GraphModel graph(3);
  graph.AddEdge(0, 1);
  graph.AddEdge(0, 2);
  graph.Violate(1, "P");
  graph.Violate(2, "Q");
  const ExploreResult result = Run(graph);
  EXPECT_EQ(result.findings.size(), 1u);
  EXPECT_EQ(result.findings[0].property, "P");
  EXPECT_EQ(result.stop_reason, StopReason::kFinding);
  EXPECT_FALSE(result.complete);
}

TEST_P(SearchTest, GoesOnUpToANumberOfProperties) {
  GraphModel graph(6);
  for (int to = 1; to < 6; ++to) graph.AddEdge(0, to);
  for (const int state : {1, 2}) graph.Violate(state, "P");
  for (const int state : {3, 4, 5}) graph.Violate(state, std::to_string(state));
  options_.keep_going = true;
  options_.max_findings = 3;
  const ExploreResult result = Run(graph);
  ASSERT_EQ(result.findings.size(), 3u);
  EXPECT_EQ(result.findings[0].property, "P");
  EXPECT_EQ(result.findings[1].property, "3");
  EXPECT_EQ(result.findings[2].property, "4");
}

TEST_P(SearchTest, OneStateMayViolateSeveralProperties) {
  GraphModel graph(2);
  graph.AddEdge(0, 1);
  graph.Violate(1, "P");
  graph.Violate(1, "Q");
  options_.keep_going = true;
  EXPECT_EQ(Run(graph).findings.size(), 2u);
}

TEST_P(SearchTest, AnInitialStateMayViolate) {
  GraphModel graph(2);
  graph.AddEdge(0, 1);
  graph.Violate(0, "P");
  const ExploreResult result = Run(graph);
  EXPECT_EQ(result.states, 1u);
  EXPECT_EQ(result.transitions, 0u);
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_EQ(result.findings[0].depth(), 0u);
}

TEST_P(SearchTest, CollectsWhatIsSometimesSeen) {
  GraphModel graph = Ladder();
  graph.Mark(0, 1);
  graph.Mark(3, 4);
  EXPECT_EQ(Run(graph).sometimes_seen, 5u);
}

TEST_P(SearchTest, StopsWhenTheModelCannotBeTrusted) {
  GraphModel graph = Ladder();
  graph.MakeInconclusive(3);
  const ExploreResult result = Run(graph);
  EXPECT_EQ(result.stop_reason, StopReason::kInconclusive);
  EXPECT_EQ(result.stop_detail, "no trust in 3");
  EXPECT_FALSE(result.complete);
  EXPECT_EQ(graph.current(), 0);
}

TEST_P(SearchTest, StopsAtTheBudgetOfStates) {
  Philosophers table(6);
  options_.report_deadlocks = false;
  options_.max_states = 50;
  const ExploreResult result = Run(table);
  EXPECT_EQ(result.states, 50u);
  EXPECT_FALSE(result.complete);
  EXPECT_EQ(result.stop_reason, StopReason::kMaxStates);
}

TEST_P(SearchTest, ABudgetThatIsJustEnoughDoesNotStop) {
  GraphModel graph = Ladder();
  options_.max_states = 4;
  EXPECT_TRUE(Run(graph).complete);
}

TEST_P(SearchTest, ABoundOnDepthThatCutsMakesItIncomplete) {
  GraphModel graph(6);
  for (int i = 0; i < 5; ++i) graph.AddEdge(i, i + 1);
  options_.max_depth = 4;
  const ExploreResult cut = Run(graph);
  EXPECT_EQ(cut.states, 5u);
  EXPECT_EQ(cut.max_depth, 4u);
  EXPECT_FALSE(cut.complete);
  EXPECT_EQ(cut.stop_reason, StopReason::kMaxDepth);
  options_.max_depth = 5;
  EXPECT_TRUE(Run(graph).complete);
}

TEST_P(SearchTest, TheSameSearchGivesTheSameAnswer) {
  Philosophers table(5);
  const ExploreResult first = Run(table);
  const ExploreResult second = Run(table);
  EXPECT_EQ(first.states, second.states);
  EXPECT_EQ(first.transitions, second.transitions);
  EXPECT_EQ(first.findings[0].choices, second.findings[0].choices);
}

TEST_P(SearchTest, StopsWhenTickSaysSo) {
  if (reference()) GTEST_SKIP() << "the reference explorer has no tick";
  Philosophers table(12);
  options_.report_deadlocks = false;
  int ticks = 0;
  options_.tick = [&ticks](const Progress&) { return ++ticks < 3; };
  const ExploreResult result = Run(table);
  EXPECT_EQ(ticks, 3);
  EXPECT_EQ(result.stop_reason, StopReason::kInterrupted);
  EXPECT_FALSE(result.complete);
}

TEST_P(SearchTest, StaysWithinTheMemoryLimit) {
  if (reference()) GTEST_SKIP() << "the reference explorer has no limit";
  Philosophers table(13);
  options_.report_deadlocks = false;
  options_.memory_limit = 600'000;
  const ExploreResult result = Run(table);
  EXPECT_EQ(result.stop_reason, StopReason::kMemoryLimit);
  EXPECT_GT(result.states, 5'000u);
  EXPECT_LT(result.peak_bytes, 2 * options_.memory_limit);
  EXPECT_FALSE(result.complete);
}

TEST_P(SearchTest, WideFingerprintsTellCollidingStatesApart) {
  GraphModel graph(4);
  graph.AddEdge(0, 1);
  graph.AddEdge(0, 2);
  graph.AddEdge(2, 3);
  graph.Collide(2, 1);
  options_.store = StoreKind::kFingerprints128;
  EXPECT_EQ(Run(graph).states, 4u);
  if (reference()) return;
  options_.store = StoreKind::kFingerprints64;
  EXPECT_EQ(Run(graph).states, 2u);
}

// Whatever the strategy, the reference explorer gives the same counts, and
// traces that are no longer than others.
TEST_P(SearchTest, AgreesWithTheReferenceOnRandomGraphs) {
  options_.keep_going = true;
  for (uint64_t seed = 0; seed < 2'000; ++seed) {
    GraphModel graph = RandomGraph(seed);
    const ExploreResult got = Run(graph);
    const ExploreResult want = Explore(graph, Strategy::kReference, options_);
    ASSERT_EQ(got.states, want.states) << seed;
    ASSERT_EQ(got.transitions, want.transitions) << seed;
    ASSERT_EQ(got.terminal_states, want.terminal_states) << seed;
    ASSERT_EQ(got.sometimes_seen, want.sometimes_seen) << seed;
    ASSERT_EQ(got.complete, want.complete) << seed;
    ASSERT_EQ(got.findings.size(), want.findings.size()) << seed;
    for (const Finding& finding : got.findings) {
      ASSERT_TRUE(Replay(graph, finding.choices).status.ok()) << seed;
      for (size_t i = finding.depth(); i > 0; --i) graph.Undo();
    }
    if (!shortest()) continue;
    ASSERT_EQ(got.max_depth, want.max_depth) << seed;
    for (const Finding& finding : got.findings) {
      for (const Finding& other : want.findings) {
        if (other.property != finding.property) continue;
        ASSERT_EQ(finding.depth(), other.depth()) << seed;
      }
    }
  }
}

TEST(BreadthFirst, WithABoundVisitsExactlyTheStatesWithinIt) {
  // The long way to 3 comes first, so a depth-first search meets 3 there.
  GraphModel graph(6);
  graph.AddEdge(0, 1);
  graph.AddEdge(1, 2);
  graph.AddEdge(2, 3);
  graph.AddEdge(0, 3);
  graph.AddEdge(3, 4);
  graph.AddEdge(4, 5);
  ExploreOptions options;
  options.max_depth = 3;
  EXPECT_EQ(Explore(graph, Strategy::kBreadthFirst, options).states, 6u);
  EXPECT_TRUE(Explore(graph, Strategy::kBreadthFirst, options).complete);
  const ExploreResult deep = Explore(graph, Strategy::kDepthFirst, options);
  EXPECT_EQ(deep.states, 4u);
  EXPECT_FALSE(deep.complete);
}

TEST(DepthFirst,
     AppliesOnceForEachTransitionAndBatchedUpToTwiceMoreForEachState) {
  ExploreOptions options;
  GraphModel graph = Ladder();
  Explore(graph, Strategy::kDepthFirst, options);
  EXPECT_EQ(graph.applies(), 6u);
  options.probing = Probing::kBatched;
  GraphModel other = Ladder();
  Explore(other, Strategy::kDepthFirst, options);
  // Each of three states again to be looked at, and 1, behind which is 3, once
  // more to go on from there.
  EXPECT_EQ(other.applies(), 6u + 3u + 1u);
}

TEST(DepthFirst, FollowsLongPathsWithoutRecursion) {
  constexpr int kStates = 60'000;
  GraphModel graph(kStates);
  for (int i = 0; i + 1 < kStates; ++i) graph.AddEdge(i, i + 1);
  const ExploreResult result =
      Explore(graph, Strategy::kDepthFirst, ExploreOptions());
  EXPECT_EQ(result.max_depth, kStates - 1u);
  EXPECT_TRUE(result.complete);
}

}  // namespace
}  // namespace bindery::model
