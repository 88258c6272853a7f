#include "model/explore/partial_order.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "model/explore/explore.h"
#include "model/explore/random.h"
#include "model/testing/shared_variables.h"

namespace bindery::model {
namespace {

static_assert(HasFootprints<SharedVariables>);

ExploreOptions ToTheEnd() {
  ExploreOptions options;
  options.keep_going = true;
  options.max_findings = 1000;
  return options;
}

ExploreResult Search(SharedVariables model, bool partial_order) {
  ExploreOptions options = ToTheEnd();
  options.partial_order = partial_order;
  return Explore(model, Strategy::kDepthFirst, options);
}

std::set<std::string> PropertiesOf(const ExploreResult& result) {
  std::set<std::string> properties;
  for (const Finding& finding : result.findings) {
    properties.insert(finding.property);
  }
  return properties;
}

// Returns the states that were left out.
uint64_t Compare(uint64_t seed, bool loops) {
  SCOPED_TRACE(seed);
  const ExploreResult all = Search(SharedVariables(seed, loops), false);
  const ExploreResult some = Search(SharedVariables(seed, loops), true);
  EXPECT_TRUE(all.complete && some.complete);
  EXPECT_EQ(PropertiesOf(all), PropertiesOf(some));
  EXPECT_EQ(all.sometimes_seen, some.sometimes_seen);
  EXPECT_EQ(all.terminal_states == 0, some.terminal_states == 0);
  EXPECT_LE(some.states, all.states);
  return all.states - some.states;
}

TEST(PartialOrderTest, FindsWhatAFullSearchFinds) {
  uint64_t left_out = 0;
  for (uint64_t seed = 1; seed <= 20000; ++seed) {
    left_out += Compare(seed, false);
    if (HasFailure()) return;
  }
  EXPECT_GT(left_out, 20000u) << "nothing is reduced, so nothing is tested";
}

TEST(PartialOrderTest, FindsItBehindLoops) {
  uint64_t left_out = 0;
  for (uint64_t seed = 1; seed <= 20000; ++seed) {
    left_out += Compare(seed, true);
    if (HasFailure()) return;
  }
  EXPECT_GT(left_out, 20000u);
}

// What sleeps is looked up instead of executed: nothing else is different.
TEST(PartialOrderTest, SleepSetsExecuteLessAndFindTheSame) {
  uint64_t executed[2] = {0, 0};
  for (uint64_t seed = 1; seed <= 4000; ++seed) {
    SCOPED_TRACE(seed);
    ExploreResult results[2];
    for (const bool sleep_sets : {false, true}) {
      SharedVariables model(seed, /*loops=*/seed % 2 == 0);
      ExploreOptions options = ToTheEnd();
      options.partial_order = true;
      options.sleep_sets = sleep_sets;
      results[sleep_sets] = Explore(model, Strategy::kDepthFirst, options);
      executed[sleep_sets] += results[sleep_sets].transitions;
    }
    ASSERT_EQ(results[0].states, results[1].states);
    ASSERT_EQ(results[0].terminal_states, results[1].terminal_states);
    ASSERT_EQ(results[0].max_depth, results[1].max_depth);
    ASSERT_EQ(PropertiesOf(results[0]), PropertiesOf(results[1]));
    ASSERT_EQ(results[0].sometimes_seen, results[1].sometimes_seen);
    ASSERT_LE(results[1].transitions, results[0].transitions);
  }
  EXPECT_LT(executed[1], executed[0] - executed[0] / 20);
}

// The traces of findings can be executed and end where they say.
TEST(PartialOrderTest, TracesReplay) {
  size_t replayed = 0;
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    for (const Finding& finding :
         Search(SharedVariables(seed, false), true).findings) {
      SharedVariables model(seed, false);
      for (const Choice choice : finding.choices) {
        std::vector<Choice> enabled;
        model.Enabled(&enabled);
        ASSERT_NE(std::find(enabled.begin(), enabled.end(), choice),
                  enabled.end());
        model.Apply(choice);
      }
      if (finding.kind != FindingKind::kViolation) continue;
      std::vector<Violation> violations;
      ASSERT_FALSE(model.Check(&violations));
      EXPECT_EQ(violations.front().property, finding.property);
      ++replayed;
    }
  }
  EXPECT_GT(replayed, 50u);
}

TEST(PartialOrderTest, LeavesTheModelWhereItWas) {
  SharedVariables model(7, true);
  const std::string before = model.CanonicalText();
  ExploreOptions options;
  options.partial_order = true;
  options.max_states = 3;
  Explore(model, Strategy::kDepthFirst, options);
  EXPECT_EQ(model.CanonicalText(), before);
}

// A bound cuts off, and the answer says so; what it found stands.
TEST(PartialOrderTest, BoundsMakeItIncomplete) {
  size_t cut = 0;
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SharedVariables model(seed, false);
    ExploreOptions options = ToTheEnd();
    options.partial_order = true;
    options.max_depth = 3;
    const ExploreResult result = Explore(model, Strategy::kDepthFirst, options);
    const ExploreResult all = Search(SharedVariables(seed, false), false);
    const std::set<std::string> every = PropertiesOf(all);
    for (const std::string& property : PropertiesOf(result)) {
      EXPECT_EQ(every.count(property), 1u);
    }
    if (!result.complete) {
      ++cut;
      EXPECT_EQ(result.stop_reason, StopReason::kMaxDepth);
    }
  }
  EXPECT_GT(cut, 100u);
}

// A FutureTable is what a map would be, also when keys are taken out.
TEST(FutureTableTest, IsAMap) {
  FutureTable table;
  std::map<uint64_t, uint64_t> expected;
  Random random(3);
  for (int i = 0; i < 200000; ++i) {
    const uint64_t key = random.Below(5000);
    if (random.Below(3) == 0 && expected.count(key) != 0) {
      table.Erase(key);
      expected.erase(key);
    } else {
      const uint64_t value = 1 + random.Below(1000);
      table.Open(key, value);
      expected[key] = value;
    }
    ASSERT_EQ(table.size(), expected.size());
    const uint64_t asked = random.Below(5000);
    const auto it = expected.find(asked);
    ASSERT_EQ(table.Get(asked).number, it == expected.end() ? 0 : it->second);
  }
}

}  // namespace
}  // namespace bindery::model
