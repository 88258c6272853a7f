// Several threads, and checkpoints, against one thread and against the
// reference explorer.

#include "model/explore/parallel.h"

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "model/concept.h"
#include "model/explore/result.h"
#include "model/explore/strategy.h"
#include "model/testing/graph_model.h"
#include "model/testing/philosophers.h"
#include "model/testing/random_graph.h"

namespace bindery::model {
namespace {

struct Search {
  Strategy strategy;
  Probing probing;
  StoreKind store;
  int jobs;
};

void PrintTo(const Search& search, std::ostream* out) {
  *out << StrategyName(search.strategy) << " with " << search.jobs;
}

std::string NameOf(const testing::TestParamInfo<Search>& info) {
  const Search& search = info.param;
  return absl::StrCat(StrategyName(search.strategy),
                      search.probing == Probing::kBatched ? "_batched_" : "_",
                      StoreKindName(search.store), "_", search.jobs);
}

std::vector<Search> AllSearches() {
  std::vector<Search> all;
  for (const Strategy strategy :
       {Strategy::kDepthFirst, Strategy::kBreadthFirst}) {
    for (const Probing probing : {Probing::kImmediate, Probing::kBatched}) {
      for (const StoreKind store :
           {StoreKind::kFingerprints64, StoreKind::kFingerprints128,
            StoreKind::kExact}) {
        for (const int jobs : {1, 2, 4}) {
          all.push_back({strategy, probing, store, jobs});
        }
      }
    }
  }
  return all;
}

// A factory of copies.
template <Model M>
ModelFactory<M> CopiesOf(const M& model) {
  return [&model] { return std::make_unique<M>(model); };
}

class ParallelTest : public testing::TestWithParam<Search> {
 protected:
  ParallelTest() {
    options_.probing = GetParam().probing;
    options_.store = GetParam().store;
    options_.jobs = GetParam().jobs;
  }

  template <Model M>
  ExploreResult Run(const M& model) {
    return Explore<M>(CopiesOf(model), GetParam().strategy, options_).value();
  }
  // The crew's part alone, for one thread too.
  template <Model M>
  ExploreResult RunTheCrew(const M& model) {
    return RunCrew<M>(CopiesOf(model), GetParam().strategy, options_).value();
  }

  ExploreOptions options_;
};

INSTANTIATE_TEST_SUITE_P(All, ParallelTest, testing::ValuesIn(AllSearches()),
                         NameOf);

TEST_P(ParallelTest, CountsPhilosophersLikeOneThread) {
  options_.report_deadlocks = false;
  for (const int n : {2, 5, 9}) {
    Philosophers table(n);
    const ExploreResult want =
        Explore(table, Strategy::kBreadthFirst, ExploreOptions(options_));
    const ExploreResult got = RunTheCrew(table);
    EXPECT_EQ(got.states, want.states);
    EXPECT_EQ(got.transitions, want.transitions);
    EXPECT_EQ(got.terminal_states, want.terminal_states);
    EXPECT_EQ(got.sometimes_seen, want.sometimes_seen);
    EXPECT_EQ(got.collision_bound, want.collision_bound);
    EXPECT_TRUE(got.complete);
    if (GetParam().strategy == Strategy::kBreadthFirst) {
      EXPECT_EQ(got.max_depth, want.max_depth);
    }
  }
}

TEST_P(ParallelTest, AgreesWithTheReferenceOnRandomGraphs) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    GraphModel graph = RandomGraph(seed);
    options_.keep_going = seed % 2 == 0;
    options_.report_deadlocks = seed % 3 == 0;
    const ExploreResult want = Explore(graph, Strategy::kReference, options_);
    const ExploreResult got = Run(graph);
    ASSERT_EQ(got.findings.empty(), want.findings.empty()) << seed;
    ASSERT_EQ(got.complete, want.complete) << seed;
    if (!want.complete) continue;
    ASSERT_EQ(got.states, want.states) << seed;
    ASSERT_EQ(got.transitions, want.transitions) << seed;
    ASSERT_EQ(got.terminal_states, want.terminal_states) << seed;
    ASSERT_EQ(got.sometimes_seen, want.sometimes_seen) << seed;
  }
}

// The whole answer, counts and traces too, is that of one thread.
TEST_P(ParallelTest, AFindingIsReportedAsOneThreadReportsIt) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    GraphModel graph = RandomGraph(seed);
    options_.keep_going = seed % 2 == 0;
    ExploreOptions alone = options_;
    alone.jobs = 1;
    const ExploreResult want =
        Explore<GraphModel>(CopiesOf(graph), GetParam().strategy, alone)
            .value();
    const ExploreResult got = Run(graph);
    ASSERT_EQ(got.findings.size(), want.findings.size()) << seed;
    if (want.findings.empty()) continue;
    ASSERT_EQ(got.states, want.states) << seed;
    ASSERT_EQ(got.transitions, want.transitions) << seed;
    for (size_t i = 0; i < want.findings.size(); ++i) {
      ASSERT_EQ(got.findings[i].property, want.findings[i].property) << seed;
      ASSERT_EQ(got.findings[i].message, want.findings[i].message) << seed;
      ASSERT_EQ(got.findings[i].choices, want.findings[i].choices) << seed;
      ASSERT_TRUE(got.findings[i].has_trace);
    }
  }
}

TEST_P(ParallelTest, StopsWhenAModelCannotBeTrusted) {
  GraphModel graph(3);
  graph.AddEdge(0, 1);
  graph.AddEdge(1, 2);
  graph.MakeInconclusive(2);
  const ExploreResult result = Run(graph);
  EXPECT_EQ(result.stop_reason, StopReason::kInconclusive);
  EXPECT_EQ(result.stop_detail, "no trust in 2");
}

TEST_P(ParallelTest, ABudgetOfStatesStopsItSoonAndHonestly) {
  Philosophers table(11);
  options_.report_deadlocks = false;
  options_.max_states = 3'000;
  const ExploreResult result = RunTheCrew(table);
  EXPECT_EQ(result.stop_reason, StopReason::kMaxStates);
  EXPECT_FALSE(result.complete);
  EXPECT_GE(result.states, 3'000u);
  EXPECT_LE(result.states, 3'000u + 1'100u * GetParam().jobs);
}

TEST_P(ParallelTest, TickStopsIt) {
  Philosophers table(12);
  options_.report_deadlocks = false;
  int ticks = 0;
  options_.tick = [&ticks](const Progress&) { return ++ticks < 3; };
  const ExploreResult result = RunTheCrew(table);
  EXPECT_EQ(ticks, 3);
  EXPECT_EQ(result.stop_reason, StopReason::kInterrupted);
}

TEST_P(ParallelTest, ABoundOnDepthThatCutsMakesItIncomplete) {
  GraphModel graph(6);
  for (int i = 0; i < 5; ++i) graph.AddEdge(i, i + 1);
  options_.max_depth = 4;
  const ExploreResult cut = RunTheCrew(graph);
  EXPECT_EQ(cut.states, 5u);
  EXPECT_EQ(cut.max_depth, 4u);
  EXPECT_EQ(cut.stop_reason, StopReason::kMaxDepth);
  options_.max_depth = 5;
  EXPECT_TRUE(RunTheCrew(graph).complete);
}

TEST_P(ParallelTest, StopsAtTheMemoryLimit) {
  Philosophers table(16);
  options_.report_deadlocks = false;
  // Dictionaries alone begin with six.
  const bool exact = GetParam().store == StoreKind::kExact;
  options_.memory_limit = size_t{exact ? 9u : 4u} << 20;
  const ExploreResult result = RunTheCrew(table);
  EXPECT_EQ(result.stop_reason, StopReason::kMemoryLimit)
      << result.states << " states";
  EXPECT_LT(result.peak_bytes, 2 * options_.memory_limit);
}

}  // namespace
}  // namespace bindery::model
