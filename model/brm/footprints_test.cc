// BRM-1 says what its choices read and write, and a search that relies on it
// gives the answers of a full one.
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "model/brm/brm.h"
#include "model/brm/params.h"
#include "model/concept.h"
#include "model/explore/explore.h"
#include "model/explore/random.h"
#include "model/explore/result.h"
#include "model/explore/strategy.h"

namespace bindery::model {
namespace {

constexpr BrmParams kMedium = {3, 2, 2, 1, 2, true, true, 7};

bool Meet(const std::vector<uint64_t>& a, const std::vector<uint64_t>& b) {
  return std::any_of(a.begin(), a.end(), [&](uint64_t one) {
    return std::find(b.begin(), b.end(), one) != b.end();
  });
}

bool Conflict(const Accesses& a, const Accesses& b) {
  return Meet(a.reads, b.writes) || Meet(a.writes, b.reads) ||
         Meet(a.writes, b.writes);
}

Accesses AccessesOf(Brm& model, Choice choice) {
  std::vector<uint64_t> guards;
  model.Guards(model.AgentOf(choice), &guards);
  Accesses accesses;
  model.ApplyNoting(choice, &accesses);
  model.Undo();
  accesses.reads.insert(accesses.reads.end(), guards.begin(), guards.end());
  return accesses;
}

std::vector<Choice> EnabledIn(const Brm& model) {
  std::vector<Choice> choices;
  model.Enabled(&choices);
  return choices;
}

// The state behind both.
std::string Behind(Brm& model, Choice first, Choice second) {
  model.Apply(first);
  const std::vector<Choice> choices = EnabledIn(model);
  EXPECT_NE(std::find(choices.begin(), choices.end(), second), choices.end());
  model.Apply(second);
  std::string text = model.CanonicalText();
  model.Undo();
  model.Undo();
  return text;
}

// How many pairs of choices of different agents do not conflict.
int TryPairs(Brm& model) {
  const std::vector<Choice> choices = EnabledIn(model);
  int pairs = 0;
  for (const Choice a : choices) {
    for (const Choice b : choices) {
      if (model.AgentOf(a) >= model.AgentOf(b)) continue;
      if (Conflict(AccessesOf(model, a), AccessesOf(model, b))) continue;
      ++pairs;
      EXPECT_EQ(Behind(model, a, b), Behind(model, b, a));
    }
  }
  return pairs;
}

TEST(BrmFootprints, WhatDoesNotConflictMayChangePlaces) {
  int pairs = 0;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    Brm model(kMedium);
    Random random(seed);
    for (int step = 0; step < 60; ++step) {
      const std::vector<Choice> choices = EnabledIn(model);
      if (choices.empty()) break;
      pairs += TryPairs(model);
      model.Apply(choices[random.Below(choices.size())]);
    }
  }
  EXPECT_GT(pairs, 1000);
}

// Noting changes nothing else.
TEST(BrmFootprints, ApplyNotingIsApply) {
  Brm model(kMedium);
  for (const Choice choice : EnabledIn(model)) {
    Accesses accesses;
    model.ApplyNoting(choice, &accesses);
    const std::string noting = model.CanonicalText();
    model.Undo();
    model.Apply(choice);
    EXPECT_EQ(model.CanonicalText(), noting);
    model.Undo();
    EXPECT_FALSE(accesses.writes.empty());
  }
}

ExploreResult Search(const std::string& params, BrmDefect defect,
                     bool reduced) {
  Brm model(ParseBrmParams(params).value(), defect);
  ExploreOptions options;
  options.partial_order = reduced;
  return Explore(model, Strategy::kDepthFirst, options);
}

TEST(BrmFootprints, AReducedSearchHasTheAnswersOfAFullOne) {
  for (const std::string params : {"2,1,2,1,2,1,1,3", "3,1,1,1,2,1,1,7",
                                   "3,1,2,1,2,1,1,3", "3,1,1,0,1,0,0,0"}) {
    const ExploreResult full = Search(params, BrmDefect::kNone, false);
    const ExploreResult reduced = Search(params, BrmDefect::kNone, true);
    EXPECT_TRUE(reduced.complete) << params;
    EXPECT_TRUE(reduced.findings.empty()) << params;
    EXPECT_LE(reduced.states, full.states) << params;
    EXPECT_EQ(reduced.terminal_states != 0, full.terminal_states != 0);
    for (const auto& [defect, property] :
         {std::pair{BrmDefect::kReleaseKeepsInternalStrong, "I1"},
          std::pair{BrmDefect::kDeathKeepsNodeFlags, "I3"}}) {
      const ExploreResult want = Search(params, defect, false);
      const ExploreResult got = Search(params, defect, true);
      ASSERT_EQ(got.findings.size(), want.findings.size()) << params;
      for (const Finding& finding : got.findings) {
        EXPECT_EQ(finding.property, property) << params;
      }
    }
  }
}

}  // namespace
}  // namespace bindery::model
