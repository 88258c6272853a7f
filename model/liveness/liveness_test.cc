#include "model/liveness/liveness.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "model/explore/random.h"

namespace bindery::model {
namespace {

// A graph whose edges have actors; an edge's choice is its source, its place
// and its actor. State 0 is the initial one.
class ActorGraph {
 public:
  struct Edge {
    int to;
    uint32_t actor;
  };

  explicit ActorGraph(int states) : edges_(states), owed_(states) {}

  void Add(int from, int to, uint32_t actor) {
    edges_[from].push_back({to, actor});
  }
  void Owe(int state, int property, uint64_t object, bool due = true) {
    owed_[state].push_back(
        {static_cast<uint64_t>(property) << 56 | object, due});
  }
  int states() const { return static_cast<int>(edges_.size()); }
  const std::vector<Edge>& edges(int state) const { return edges_[state]; }
  const std::vector<Obligation>& owed(int state) const { return owed_[state]; }

  void Enabled(std::vector<Choice>* choices) const {
    for (size_t i = 0; i < edges_[now_].size(); ++i) {
      choices->push_back(
          {static_cast<uint64_t>(now_) << 32 | i << 8 | edges_[now_][i].actor});
    }
  }
  void Apply(Choice choice) {
    path_.push_back(now_);
    now_ = edges_[now_][choice.value >> 8 & 0xff].to;
  }
  void Undo() {
    now_ = path_.back();
    path_.pop_back();
  }
  Fingerprint GetFingerprint() const { return {0, uint64_t(now_)}; }
  void Encode(std::string* bytes) const { *bytes = absl::StrCat(now_); }
  void Decode(absl::string_view bytes) {
    ASSERT_TRUE(absl::SimpleAtoi(bytes, &now_));
    path_.clear();
  }
  std::string CanonicalText() const { return absl::StrCat(now_); }
  bool Check(std::vector<Violation>* violations) const {
    if (now_ != bad_) return true;
    if (violations != nullptr) violations->push_back({"bad", "it is bad"});
    return false;
  }
  Ending Classify(std::string*) const { return Ending::kFinished; }
  uint64_t Sometimes() const { return 0; }
  bool Inconclusive() const { return false; }
  std::string InconclusiveReason() const { return ""; }
  uint32_t FairActorOf(Choice choice) const { return choice.value & 0xff; }
  void Obligations(std::vector<Obligation>* owed) const {
    owed->insert(owed->end(), owed_[now_].begin(), owed_[now_].end());
  }
  Violation Describe(uint64_t key) const {
    return {absl::StrCat("P", key >> 56), absl::StrCat("object ", key & 0xff)};
  }
  void MakeBad(int state) { bad_ = state; }

 private:
  std::vector<std::vector<Edge>> edges_;
  std::vector<std::vector<Obligation>> owed_;
  std::vector<int> path_;
  int now_ = 0;
  int bad_ = -1;
};

static_assert(HasObligations<ActorGraph>);

std::vector<std::string> PropertiesOf(ActorGraph graph) {
  ExploreOptions options;
  options.keep_going = true;
  std::vector<std::string> properties;
  for (const Finding& one : ExploreLiveness(graph, options).findings) {
    properties.push_back(one.property);
  }
  return properties;
}

using Names = std::vector<std::string>;

// Actor 1 goes round for ever; actor 2 could end what is owed.
ActorGraph Starved() {
  ActorGraph graph(3);
  graph.Add(0, 1, 1);
  graph.Add(1, 0, 1);
  graph.Add(0, 2, 2);
  graph.Add(1, 2, 2);
  graph.Owe(0, 1, 7);
  graph.Owe(1, 1, 7);
  return graph;
}

TEST(LivenessTest, FairnessLetsTheOtherActorAct) {
  EXPECT_EQ(PropertiesOf(Starved()), Names());
}

TEST(LivenessTest, NobodyHasToDoWhatTheEnvironmentDoes) {
  ActorGraph graph(3);
  graph.Add(0, 1, 1);
  graph.Add(1, 0, 1);
  graph.Add(0, 2, 0);
  graph.Add(1, 2, 0);
  graph.Owe(0, 1, 7);
  graph.Owe(1, 1, 7);
  EXPECT_EQ(PropertiesOf(graph), Names({"P1"}));
}

// Weak fairness asks nothing for an actor that is stopped now and then.
TEST(LivenessTest, AnActorThatIsDisabledOnceMayWaitForEver) {
  ActorGraph graph(3);
  graph.Add(0, 1, 1);
  graph.Add(1, 0, 1);
  graph.Add(0, 2, 2);
  graph.Owe(0, 1, 7);
  graph.Owe(1, 1, 7);
  EXPECT_EQ(PropertiesOf(graph), Names({"P1"}));
}

TEST(LivenessTest, AStateWhereNobodyHasToActMayLast) {
  ActorGraph graph(3);
  graph.Add(0, 1, 1);
  graph.Add(1, 2, 0);
  graph.Owe(1, 1, 7);
  ExploreOptions options;
  const ExploreResult result = ExploreLiveness(graph, options);
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_EQ(result.findings[0].property, "P1");
  EXPECT_EQ(result.findings[0].choices.size(), 1u);
  EXPECT_EQ(result.findings[0].loop, 1u);
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(result.states, 3u);
  EXPECT_EQ(result.transitions, 2u);
}

TEST(LivenessTest, OneObjectAfterTheOtherIsNoViolation) {
  ActorGraph graph(2);
  graph.Add(0, 1, 1);
  graph.Add(1, 0, 1);
  graph.Owe(0, 1, 7);
  graph.Owe(1, 1, 8);
  EXPECT_EQ(PropertiesOf(graph), Names());
}

TEST(LivenessTest, WhatOthersHoldUpForEverIsNoViolation) {
  ActorGraph graph(2);
  graph.Add(0, 1, 1);
  graph.Add(1, 0, 1);
  graph.Owe(0, 1, 7, /*due=*/false);
  graph.Owe(1, 1, 7, /*due=*/false);
  EXPECT_EQ(PropertiesOf(graph), Names());
  graph.Owe(0, 2, 7, /*due=*/false);
  graph.Owe(1, 2, 7, /*due=*/true);
  EXPECT_EQ(PropertiesOf(graph), Names({"P2"}));
}

TEST(LivenessTest, TheLoopPassesWhatFairnessDemands) {
  // Round 0-1-2; actor 2 acts in 1 only, and is enabled everywhere.
  ActorGraph graph(4);
  graph.Add(0, 1, 1);
  graph.Add(0, 3, 2);
  graph.Add(1, 2, 2);
  graph.Add(1, 0, 1);
  graph.Add(2, 0, 1);
  graph.Add(2, 3, 2);
  for (const int state : {0, 1, 2}) graph.Owe(state, 1, 7);
  ExploreOptions options;
  const ExploreResult result = ExploreLiveness(graph, options);
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_EQ(result.findings[0].loop, 0u);
  EXPECT_EQ(result.findings[0].choices.size(), 3u);
}

TEST(LivenessTest, AStatePropertyComesFirst) {
  ActorGraph graph = Starved();
  graph.MakeBad(2);
  const ExploreResult result = ExploreLiveness(graph, ExploreOptions());
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_EQ(result.findings[0].property, "bad");
  EXPECT_EQ(result.findings[0].choices.size(), 1u);
  EXPECT_FALSE(result.findings[0].loop.has_value());
  EXPECT_FALSE(result.complete);
}

TEST(LivenessTest, ABoundOnStatesMakesItIncomplete) {
  ActorGraph graph = Starved();
  ExploreOptions options;
  options.max_states = 2;
  const ExploreResult result = ExploreLiveness(graph, options);
  EXPECT_FALSE(result.complete);
  EXPECT_EQ(result.stop_reason, StopReason::kMaxStates);
}

TEST(LassoJudgeTest, RefusesLoopsThatShowNothing) {
  const auto judge = [](std::vector<Choice> choices, size_t loop,
                        int property) {
    ActorGraph graph = Starved();
    return LassoJudge<ActorGraph>(graph).Judge(choices, loop, property);
  };
  const Choice there{uint64_t{0} << 32 | 0 << 8 | 1};
  const Choice back{uint64_t{1} << 32 | 0 << 8 | 1};
  EXPECT_TRUE(
      absl::StrContains(judge({there, back}, 0, 1).message(), "not fair"));
  EXPECT_TRUE(absl::StrContains(judge({there}, 0, 1).message(), "lead back"));
  EXPECT_TRUE(absl::StrContains(judge({back}, 0, 1).message(), "not enabled"));
  EXPECT_TRUE(absl::StrContains(judge({there}, 2, 1).message(), "behind"));
  const Choice end{uint64_t{0} << 32 | 1 << 8 | 2};
  EXPECT_TRUE(
      absl::StrContains(judge({end}, 1, 1).message(), "nothing is owed"));
}

// ------------------------------------------------- against another algorithm
// --

// Every set of states, connected or not by the closure of its own edges: by
// the definition, no components.
bool BrokenByDefinition(const ActorGraph& graph, uint64_t key) {
  const int n = graph.states();
  std::vector<int> reachable(n, 0);
  reachable[0] = 1;
  for (int round = 0; round < n; ++round) {
    for (int s = 0; s < n; ++s) {
      for (const auto& edge : graph.edges(s))
        reachable[edge.to] |= reachable[s];
    }
  }
  const auto dues = [&](int s) {
    int found = 0;
    for (const Obligation& one : graph.owed(s)) {
      if (one.key == key) found = one.due ? 2 : 1;
    }
    return found;
  };
  for (int set = 1; set < 1 << n; ++set) {
    const auto in = [&](int s) { return (set >> s & 1) != 0; };
    bool good = true;
    bool due = false;
    std::vector<std::vector<int>> close(n, std::vector<int>(n, 0));
    for (int s = 0; s < n; ++s) {
      if (!in(s)) continue;
      good &= reachable[s] && dues(s) != 0;
      due |= dues(s) == 2;
      close[s][s] = 1;
      for (const auto& edge : graph.edges(s)) {
        if (in(edge.to)) close[s][edge.to] = 1;
      }
    }
    for (int k = 0; k < n; ++k) {
      for (int i = 0; i < n; ++i) {
        for (int j = 0; j < n; ++j) close[i][j] |= close[i][k] && close[k][j];
      }
    }
    for (int i = 0; i < n; ++i) {
      for (int j = 0; j < n; ++j) good &= !in(i) || !in(j) || close[i][j];
    }
    for (uint32_t actor = 1; actor <= 3 && good; ++actor) {
      bool fair = false;
      for (int s = 0; s < n; ++s) {
        if (!in(s)) continue;
        bool enabled = false;
        for (const auto& edge : graph.edges(s)) {
          enabled |= edge.actor == actor;
          fair |= edge.actor == actor && in(edge.to);
        }
        fair |= !enabled;
      }
      good = fair;
    }
    if (good && due) return true;
  }
  return false;
}

TEST(LivenessTest, AgreesWithTheDefinitionOnRandomGraphs) {
  int broken = 0;
  for (uint64_t seed = 1; seed <= 3000; ++seed) {
    Random random(seed);
    const int n = 2 + static_cast<int>(random.Below(6));
    ActorGraph graph(n);
    for (int s = 0; s < n; ++s) {
      for (uint64_t edges = random.Below(4); edges > 0; --edges) {
        graph.Add(s, static_cast<int>(random.Below(n)),
                  static_cast<uint32_t>(random.Below(4)));
      }
      for (int property = 1; property <= 2; ++property) {
        if (random.Below(4) == 0) continue;
        graph.Owe(s, property, 5, random.Below(3) != 0);
      }
    }
    Names expected;
    for (uint64_t property = 1; property <= 2; ++property) {
      if (BrokenByDefinition(graph, property << 56 | 5)) {
        expected.push_back(absl::StrCat("P", property));
      }
    }
    broken += expected.empty() ? 0 : 1;
    ASSERT_EQ(PropertiesOf(graph), expected) << "seed " << seed;
  }
  EXPECT_GT(broken, 500);
  EXPECT_LT(broken, 2500);
}

}  // namespace
}  // namespace bindery::model
