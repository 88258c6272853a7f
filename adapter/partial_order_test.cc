// Partial-order reduction of scenarios: what steps say that they read and write
// is enough to tell which of them may change places, and a search that relies
// on it finds what a full search finds.
#include <cstdint>
#include <string>
#include <vector>

#include "adapter/binder_model.h"
#include "adapter/testing.h"
#include "gtest/gtest.h"
#include "model/concept.h"
#include "model/explore/explore.h"
#include "model/testing/changing_places.h"
#include "sim/engine/prng.h"
#include "sim/invariants/invariants.h"
#include "sim/kernel/mutation.h"

namespace bindery {
namespace {

using model::Choice;
using model::ExploreOptions;
using model::ExploreResult;

sim::SimulationOptions WithFootprints(sim::Granularity granularity) {
  sim::SimulationOptions options;
  options.granularity = granularity;
  options.footprints = true;
  return options;
}

uint64_t TryWalk(const Explorable& explorable, uint64_t seed) {
  const auto model = explorable.Start();
  sim::Prng prng(seed);
  uint64_t pairs = 0;
  for (int step = 0; step < 400 && model->Check(nullptr); ++step) {
    std::vector<Choice> choices;
    model->Enabled(&choices);
    if (choices.empty()) break;
    pairs += model::ChangingPlaces(*model).TryAll();
    model->Apply(choices[prng.Below(choices.size())]);
  }
  return pairs;
}

// What CheckChanged() says of itself, on which F relies where two steps let go
// of one row: as long as it finds nothing, there is nothing to be found.
uint64_t TryJudging(const Explorable& explorable, uint64_t seed) {
  const auto model = explorable.Start();
  sim::Prng prng(seed);
  uint64_t steps = 0;
  for (; steps < 400 && model->Check(nullptr); ++steps) {
    std::vector<sim::BrokenInvariant> broken;
    sim::CheckAll(model->simulation().world(), &broken);
    for (const sim::BrokenInvariant& invariant : broken) {
      ADD_FAILURE() << invariant.id << ": " << invariant.detail;
    }
    if (!broken.empty()) break;
    std::vector<Choice> choices;
    model->Enabled(&choices);
    if (choices.empty()) break;
    model->Apply(choices[prng.Below(choices.size())]);
  }
  return steps;
}

class Footprints : public testing::TestWithParam<sim::Granularity> {};
INSTANTIATE_TEST_SUITE_P(Granularities, Footprints, BothGranularities(),
                         NameOfGranularity);

TEST_P(Footprints, StepsThatShareNothingMayChangePlaces) {
  uint64_t pairs = 0;
  for (const std::string& path : AllScenarios()) {
    SCOPED_TRACE(path);
    const Explorable explorable(ReadFile(path), {}, WithFootprints(GetParam()));
    for (uint64_t seed = 1; seed <= 3; ++seed) {
      pairs += TryWalk(explorable, seed);
    }
    if (HasFailure()) return;
  }
  EXPECT_GT(pairs, 5'000u);
}

TEST_P(Footprints, WhatAStepCanBreakIsJudged) {
  sim::SimulationOptions options;
  options.granularity = GetParam();
  uint64_t steps = 0;
  for (const std::string& path : AllScenarios()) {
    SCOPED_TRACE(path);
    const Explorable explorable(ReadFile(path), {}, options);
    for (uint64_t seed = 1; seed <= 10; ++seed) {
      steps += TryJudging(explorable, seed);
    }
  }
  EXPECT_GT(steps, 20'000u);
}

constexpr char kSmall[] = R"pb(
  name: "small"
  process {
    name: "server"
    attach { context_manager: true }
    thread {
      name: "main"
      step { serve {} }
      on {
        br: BR_TRANSACTION
        code: 1
        step { reply {} }
      }
    }
  }
  process {
    name: "client"
    attach {}
    node { name: "own" }
    thread {
      name: "main"
      step {
        call {
          to { number: 0 }
          code: 1
          item { binder: "own" }
        }
        expect { br: BR_REPLY }
        expect { br: BR_DEAD_REPLY }
      }
      step {
        call {
          to { number: 0 }
          code: 2
          one_way: true
        }
        expect { br: BR_TRANSACTION_COMPLETE }
        expect { br: BR_DEAD_REPLY }
      }
    }
  }
  budget { kill: "server" }
)pb";

// A driver that errs does so in either order.
TEST_P(Footprints, AlsoOfADriverThatErrs) {
  const auto mutations = sim::ListMutations("c-7.2");
  ASSERT_TRUE(mutations.ok());
  uint64_t pairs = 0;
  for (const sim::Mutation& mutation : *mutations) {
    SCOPED_TRACE(mutation.id);
    const Explorable explorable(kSmall, {mutation.id},
                                WithFootprints(GetParam()));
    pairs += TryWalk(explorable, 1) + TryWalk(explorable, 2);
    if (HasFailure()) return;
  }
  EXPECT_GT(pairs, 5'000u);
}

ExploreResult Search(const Explorable& explorable, bool partial_order,
                     uint64_t max_states) {
  ExploreOptions options;
  options.keep_going = true;
  options.max_findings = 1000;
  options.partial_order = partial_order;
  options.max_states = max_states;
  return model::Explore(*explorable.Start(), model::Strategy::kDepthFirst,
                        options);
}

// False if the scenario is too large for it.
bool Compare(const std::string& text, const std::vector<std::string>& mutations,
             sim::Granularity granularity, uint64_t max_states,
             uint64_t* left_out) {
  sim::SimulationOptions plain;
  plain.granularity = granularity;
  const Explorable all(text, mutations, plain);
  const ExploreResult full = Search(all, false, max_states);
  if (full.stop_reason == model::StopReason::kMaxStates) return false;
  const Explorable some(text, mutations, WithFootprints(granularity));
  const ExploreResult reduced = Search(some, true, ExploreOptions::kUnlimited);
  EXPECT_EQ(AnswersOf(full).properties, AnswersOf(reduced).properties);
  EXPECT_TRUE(AnswersOf(full) == AnswersOf(reduced));
  *left_out += full.states - reduced.states;
  return true;
}

TEST(PartialOrderTest, AnswersEveryScenarioAsAFullSearchDoes) {
  uint64_t left_out = 0;
  int compared = 0;
  for (const std::string& path : AllScenarios()) {
    SCOPED_TRACE(path);
    const std::string text = ReadFile(path);
    compared +=
        Compare(text, {}, sim::Granularity::kCommand, 20'000, &left_out);
    compared += Compare(text, {}, sim::Granularity::kLock, 20'000, &left_out);
  }
  EXPECT_GT(compared, 300);
  EXPECT_GT(left_out, 100'000u);
}

TEST(PartialOrderTest, NoticesTheMutationsThatAFullSearchNotices) {
  const auto mutations = sim::ListMutations("c-7.2");
  ASSERT_TRUE(mutations.ok());
  uint64_t left_out = 0;
  int compared = 0;
  for (const sim::Mutation& mutation : *mutations) {
    SCOPED_TRACE(mutation.id);
    compared += Compare(kSmall, {mutation.id}, sim::Granularity::kCommand,
                        20'000, &left_out);
    if (HasFailure()) return;
  }
  EXPECT_GT(compared, 500);
  EXPECT_GT(left_out, 1000u);
}

}  // namespace
}  // namespace bindery
