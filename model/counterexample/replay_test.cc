#include "model/counterexample/replay.h"

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "model/testing/graph_model.h"

namespace bindery::model {
namespace {

// 0 -> 1 -> 2, 0 -> 2.
GraphModel Triangle() {
  GraphModel graph(3);
  graph.AddEdge(0, 1);
  graph.AddEdge(0, 2);
  graph.AddEdge(1, 2);
  return graph;
}

TEST(Replay, ExecutesEveryChoice) {
  GraphModel graph = Triangle();
  const ReplayOutcome outcome =
      Replay(graph, {GraphModel::Edge(0, 1), GraphModel::Edge(1, 2)});
  EXPECT_TRUE(outcome.status.ok());
  EXPECT_EQ(outcome.executed, 2u);
  EXPECT_EQ(graph.current(), 2);
  EXPECT_EQ(graph.open_applies(), 2u);
}

TEST(Replay, StopsBeforeTheFirstChoiceThatIsNotEnabled) {
  GraphModel graph = Triangle();
  const ReplayOutcome outcome = Replay(
      graph,
      {GraphModel::Edge(0, 1), GraphModel::Edge(0, 2), GraphModel::Edge(1, 2)});
  EXPECT_EQ(outcome.status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(outcome.status.message(),
            "choice 2 of 3 (0x2) is not enabled; 0x10002 is");
  EXPECT_EQ(outcome.executed, 1u);
  EXPECT_EQ(graph.current(), 1);
}

TEST(Replay, SaysWhenNothingIsEnabledAtAll) {
  GraphModel graph = Triangle();
  const ReplayOutcome outcome =
      Replay(graph, {GraphModel::Edge(0, 2), GraphModel::Edge(2, 0)});
  EXPECT_EQ(outcome.status.message(),
            "choice 2 of 2 (0x20000) is not enabled; nothing is");
}

TEST(Replay, ListsOnlySomeOfManyEnabledChoices) {
  const std::vector<Choice> enabled(11, Choice{0xab});
  EXPECT_EQ(NotEnabled(0, 1, Choice{1}, enabled).message(),
            "choice 1 of 1 (0x1) is not enabled; 0xab, 0xab, 0xab, 0xab, "
            "0xab, 0xab, 0xab, 0xab and 3 more are");
}

}  // namespace
}  // namespace bindery::model
