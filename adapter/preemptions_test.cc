// A bound on switches inside of commands, at lock granularity: nothing is seen
// that the whole search does not see, enough of them see all of it, and what
// needs a switch is found with as few as it needs.
#include <cstdint>
#include <string>

#include "adapter/binder_model.h"
#include "adapter/testing.h"
#include "gtest/gtest.h"
#include "model/explore/explore.h"

namespace bindery {
namespace {

using model::ExploreOptions;
using model::ExploreResult;
using model::StopReason;
using model::Strategy;

sim::SimulationOptions AtLocks() {
  sim::SimulationOptions options;
  options.granularity = sim::Granularity::kLock;
  return options;
}

ExploreResult Explore(const std::string& path, uint64_t preemptions,
                      const sim::SimulationOptions& simulation = AtLocks()) {
  const Explorable explorable(ReadFile(path), {}, simulation);
  ExploreOptions options;
  options.preemptions = preemptions;
  return model::Explore(*explorable.Start(), Strategy::kDepthFirst, options);
}

constexpr char kRace[] = "scenarios/races/free_against_close.textproto";

TEST(PreemptionsTest, EnoughOfThemSeeWhatTheWholeSearchSees) {
  const ExploreResult all = Explore(kRace, ExploreOptions::kUnlimited);
  ASSERT_TRUE(all.complete);
  const ExploreResult bounded = Explore(kRace, 1000);
  EXPECT_TRUE(bounded.complete);
  EXPECT_EQ(bounded.states, all.states);
  EXPECT_EQ(bounded.terminal_states, all.terminal_states);
  EXPECT_EQ(bounded.sometimes_seen, all.sometimes_seen);
}

TEST(PreemptionsTest, MoreOfThemSeeMore) {
  uint64_t before = 0;
  for (uint64_t most = 0; most < 3; ++most) {
    const ExploreResult result = Explore(kRace, most);
    EXPECT_FALSE(result.complete);
    EXPECT_EQ(result.stop_reason, StopReason::kPreemptions);
    EXPECT_GT(result.states, before);
    before = result.states;
  }
}

// Without any, commands are whole.
TEST(PreemptionsTest, NoneEndAsCommandGranularityDoes) {
  const ExploreResult whole = Explore(kRace, 0);
  const ExploreResult command = Explore(kRace, ExploreOptions::kUnlimited, {});
  ASSERT_TRUE(command.complete);
  EXPECT_EQ(whole.terminal_states, command.terminal_states);
  EXPECT_EQ(whole.sometimes_seen, command.sometimes_seen);
}

TEST(PreemptionsTest, CommandsAreWholeAtCommandGranularity) {
  const ExploreResult all = Explore(kRace, ExploreOptions::kUnlimited, {});
  const ExploreResult none = Explore(kRace, 0, {});
  EXPECT_TRUE(none.complete);
  EXPECT_EQ(none.states, all.states);
}

// docs/findings/0001-dead-node-leak.md: one switch, between two locks.
TEST(PreemptionsTest, AFindingIsMetWithAsFewAsItNeeds) {
  constexpr char kFinding[] =
      "scenarios/races/receiver_dies_with_a_file_on_its_way.textproto";
  EXPECT_TRUE(Explore(kFinding, 0).findings.empty());
  const ExploreResult one = Explore(kFinding, 1);
  ASSERT_EQ(one.findings.size(), 1u);
  EXPECT_EQ(one.findings[0].property, "E15");
}

}  // namespace
}  // namespace bindery
