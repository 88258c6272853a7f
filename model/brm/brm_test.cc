#include "model/brm/brm.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "model/brm/choice.h"
#include "model/brm/noted_brm.h"
#include "model/brm/params.h"
#include "model/concept.h"
#include "model/counterexample/replay.h"
#include "model/explore/explore.h"
#include "model/explore/random.h"
#include "model/explore/result.h"
#include "model/explore/strategy.h"
#include "model/testing/changing_places.h"

namespace bindery::model {
namespace {

constexpr BrmParams kSmall = {2, 1, 2, 1, 2, true, true, 3};
constexpr BrmParams kMedium = {3, 2, 2, 1, 2, true, true, 7};

template <Model M>
std::vector<Choice> EnabledIn(const M& model) {
  std::vector<Choice> choices;
  model.Enabled(&choices);
  return choices;
}

// The texts of the enabled choices.
std::vector<std::string> Offers(const Brm& model) {
  std::vector<std::string> texts;
  for (const Choice choice : EnabledIn(model)) {
    texts.push_back(BrmChoiceText(choice));
  }
  return texts;
}

void Do(Brm& model, BrmKind kind, uint8_t process, uint8_t node = 0,
        uint8_t object = 0) {
  const Choice choice = BrmChoice{kind, process, node, object}.Pack();
  const ReplayOutcome outcome = Replay(model, {choice});
  ASSERT_TRUE(outcome.status.ok())
      << BrmChoiceText(choice) << ": " << outcome.status;
}

TEST(Brm, OffersAClientItsReferenceAndCallsAtTheStart) {
  const Brm model(BrmParams{2, 1, 1, 0, 1, false, true, 2});
  EXPECT_EQ(Offers(model),
            std::vector<std::string>(
                {"p1 RELEASE node 0", "p1 REQUEST_DEATH_NOTIFICATION node 0",
                 "p1 TRANSACTION node 0", "p1 TRANSACTION node 0 with node 0",
                 "p1 DIE"}));
}

TEST(Brm, ACallAndItsReplyComeBackToTheStart) {
  Brm model(BrmParams{2, 1, 1, 0, 1, false, false, 0});
  const std::string start = model.CanonicalText();
  const Fingerprint fingerprint = model.GetFingerprint();
  Do(model, BrmKind::kTransaction, 1);
  Do(model, BrmKind::kReceive, 0);
  Do(model, BrmKind::kReply, 0);
  Do(model, BrmKind::kFreeBuffer, 0);
  Do(model, BrmKind::kReceiveReply, 1);
  EXPECT_EQ(Offers(model), std::vector<std::string>(
                               {"p1 RELEASE node 0", "p1 FREE_BUFFER(REPLY)"}));
  Do(model, BrmKind::kFreeReplyBuffer, 1);
  EXPECT_EQ(model.CanonicalText(), start);
  EXPECT_EQ(model.GetFingerprint(), fingerprint);
}

TEST(Brm, SendingANodeCreatesItAndAsksItsOwnerToHoldIt) {
  Brm model(BrmParams{2, 2, 1, 0, 1, true, false, 0});
  Do(model, BrmKind::kOneWayTransaction, 1, 0, 2);
  Do(model, BrmKind::kNodeWork, 1);
  Do(model, BrmKind::kAcquireDone, 1);
  Do(model, BrmKind::kIncRefsDone, 1);
  Do(model, BrmKind::kReceive, 0);
  Do(model, BrmKind::kFreeBuffer, 0);  // drops the reference to node 1
  Do(model, BrmKind::kNodeWork, 1);    // and the node goes
  const Brm fresh(BrmParams{2, 2, 1, 0, 1, true, false, 0});
  EXPECT_EQ(model.CanonicalText(), fresh.CanonicalText());
}

TEST(Brm, TheDeathOfAServerFailsItsCallersAndIsNotified) {
  Brm model(BrmParams{2, 1, 1, 0, 1, false, true, 1});
  Do(model, BrmKind::kRequestDeath, 1);
  Do(model, BrmKind::kTransaction, 1);
  Do(model, BrmKind::kDie, 0);
  EXPECT_EQ(Offers(model), std::vector<std::string>({"p1 RELEASE node 0",
                                                     "p1 BR_DEAD_BINDER node 0",
                                                     "p1 BR_REPLY"}));
  Do(model, BrmKind::kReceiveReply, 1);
  Do(model, BrmKind::kDeadBinder, 1);
  Do(model, BrmKind::kDeadBinderDone, 1);
  EXPECT_EQ(Offers(model),
            std::vector<std::string>(
                {"p1 RELEASE node 0", "p1 CLEAR_DEATH_NOTIFICATION node 0"}));
  Do(model, BrmKind::kRelease, 1);
  EXPECT_TRUE(Offers(model).empty());
}

// Everything that an observer can see.
struct Observation {
  explicit Observation(const Brm& model)
      : text(model.CanonicalText()),
        fingerprint(model.GetFingerprint()),
        enabled(EnabledIn(model)) {
    model.Encode(&encoding);
  }
  friend bool operator==(const Observation&, const Observation&) = default;

  std::string text;
  Fingerprint fingerprint;
  std::vector<Choice> enabled;
  std::string encoding;
};

TEST(Brm, UndoAndDecodeRestoreWhatCanBeObserved) {
  Random random(11);
  for (int walk = 0; walk < 50; ++walk) {
    Brm model(kMedium);
    std::vector<Observation> seen = {Observation(model)};
    for (int i = 0; i < 60 && !seen.back().enabled.empty(); ++i) {
      const std::vector<Choice>& enabled = seen.back().enabled;
      model.Apply(enabled[random.Below(enabled.size())]);
      seen.push_back(Observation(model));
      Brm copy(kMedium);
      copy.Decode(seen.back().encoding);
      ASSERT_EQ(Observation(copy), seen.back());
    }
    for (; seen.size() > 1; model.Undo()) {
      ASSERT_EQ(Observation(model), seen.back());
      seen.pop_back();
    }
    ASSERT_EQ(Observation(model), seen.back());
  }
}

// Apply(pi s, pi c) = pi Apply(s, c), and pi s offers what s offers.
void ExpectEquivariant(Brm& model, int permutation, Random& random) {
  std::vector<Choice> images;
  for (const Choice choice : EnabledIn(model)) {
    images.push_back(model.PermuteChoice(permutation, choice));
  }
  if (images.empty()) return;
  const Choice choice = EnabledIn(model)[random.Below(images.size())];
  model.Apply(choice);
  model.Permute(permutation);
  const std::string want = model.CanonicalText();
  const Fingerprint least = model.LeastFingerprint();
  model.Undo();
  ASSERT_EQ(model.LeastFingerprint(), least);
  model.Undo();
  model.Permute(permutation);
  std::vector<Choice> offers = EnabledIn(model);
  std::sort(offers.begin(), offers.end());
  std::sort(images.begin(), images.end());
  ASSERT_EQ(offers, images);
  model.Apply(model.PermuteChoice(permutation, choice));
  ASSERT_EQ(model.CanonicalText(), want) << BrmChoiceText(choice);
  ASSERT_EQ(model.LeastFingerprint(), least);
  model.Undo();
  model.Undo();
}

TEST(Brm, EveryPermutationCommutesWithEveryCommand) {
  Random random(13);
  for (const BrmParams& params :
       {BrmParams{4, 1, 2, 1, 2, true, true, 15},
        BrmParams{4, 3, 1, 1, 2, true, true, 14}, kMedium}) {
    for (int walk = 0; walk < 100; ++walk) {
      Brm model(params);
      for (int i = 0; i < 60; ++i) {
        const std::vector<Choice> enabled = EnabledIn(model);
        if (enabled.empty()) break;
        for (int p = 0; p < model.Permutations(); ++p) {
          ASSERT_NO_FATAL_FAILURE(ExpectEquivariant(model, p, random));
        }
        model.Apply(enabled[random.Below(enabled.size())]);
      }
    }
  }
}

TEST(Brm, WhoIsInterchangeableDependsOnNodesAndDeaths) {
  EXPECT_EQ(Brm(BrmParams{4, 1, 1, 0, 1, false, false, 0}).Permutations(), 5);
  EXPECT_EQ(Brm(BrmParams{4, 3, 1, 0, 1, false, false, 0}).Permutations(), 1);
  EXPECT_EQ(Brm(BrmParams{4, 1, 1, 0, 1, false, false, 2}).Permutations(), 1);
  EXPECT_EQ(Brm(BrmParams{3, 2, 1, 0, 1, false, false, 7}).Permutations(), 0);
}

TEST(Brm, TheStartIsItsOwnImage) {
  Brm model(BrmParams{4, 2, 2, 1, 2, true, true, 15});
  const std::string start = model.CanonicalText();
  for (int i = 0; i < model.Permutations(); ++i) {
    model.Permute(i);
    EXPECT_EQ(model.CanonicalText(), start);
    model.Undo();
  }
}

TEST(Brm, ChoicesThatDoNotConflictMayChangePlaces) {
  Random random(17);
  uint64_t pairs = 0;
  for (int walk = 0; walk < 100; ++walk) {
    NotedBrm model(kMedium);
    for (int i = 0; i < 40; ++i) {
      pairs += ChangingPlaces(model).TryAll();
      if (HasFailure()) return;
      const std::vector<Choice> enabled = EnabledIn(model);
      if (enabled.empty()) break;
      model.Apply(enabled[random.Below(enabled.size())]);
    }
  }
  EXPECT_GT(pairs, 1000u);
}

// What TellsTouches promises, of two choices in a row.
bool TryOtherOrder(Brm* model, Choice first, Choice second) {
  const Touch of_first = Brm::Touches(*model).Of(first);
  const std::vector<Choice> enabled = EnabledIn(*model);
  model->Apply(first);
  const Touch of_second = Brm::Touches(*model).Of(second);
  model->Apply(second);
  const std::string text = model->CanonicalText();
  model->Undo();
  model->Undo();
  if (Meet(of_first, of_second)) return false;
  const std::string both =
      absl::StrCat(BrmChoiceText(first), ", ", BrmChoiceText(second));
  const auto has = [](const std::vector<Choice>& choices, Choice choice) {
    return std::find(choices.begin(), choices.end(), choice) != choices.end();
  };
  EXPECT_TRUE(has(enabled, second)) << both;
  if (!has(enabled, second)) return false;
  model->Apply(second);
  EXPECT_TRUE(has(EnabledIn(*model), first)) << both;
  model->Apply(first);
  EXPECT_EQ(model->CanonicalText(), text) << both;
  model->Undo();
  model->Undo();
  return true;
}

// One size after the other in which something is different: weak counts, more
// strong ones, longer inboxes, more nodes, and all at once.
TEST(Brm, ChoicesThatTouchNothingInCommonMayChangePlaces) {
  Random random(19);
  for (const char* params :
       {"3,1,1,1,2,1,1,7", "3,2,2,1,1,1,1,7", "3,3,1,0,3,1,1,7",
        "4,2,1,1,1,1,1,15", "4,4,3,2,2,1,1,15"}) {
    SCOPED_TRACE(params);
    uint64_t independent = 0;
    for (int walk = 0; walk < 40; ++walk) {
      Brm model(ParseBrmParams(params).value());
      for (int i = 0; i < 60; ++i) {
        const std::vector<Choice> enabled = EnabledIn(model);
        if (enabled.empty()) break;
        for (const Choice first : enabled) {
          model.Apply(first);
          const std::vector<Choice> behind = EnabledIn(model);
          model.Undo();
          for (const Choice second : behind) {
            independent += TryOtherOrder(&model, first, second) ? 1 : 0;
          }
        }
        if (HasFailure()) return;
        model.Apply(enabled[random.Below(enabled.size())]);
      }
    }
    EXPECT_GT(independent, 10'000u);
  }
}

// Nearly everywhere a run comes back to where it was, and there everything is
// explored: little can be left out.
TEST(Brm, PartialOrderReductionKeepsTheVerdict) {
  for (const BrmDefect defect :
       {BrmDefect::kNone, BrmDefect::kReleaseKeepsInternalStrong,
        BrmDefect::kDeathKeepsNodeFlags}) {
    NotedBrm model(kSmall, defect);
    ExploreOptions options;
    options.keep_going = true;
    const ExploreResult full = Explore(model, Strategy::kDepthFirst, options);
    options.partial_order = true;
    const ExploreResult less = Explore(model, Strategy::kDepthFirst, options);
    std::set<std::string> violated[2];
    for (const Finding& f : full.findings) violated[0].insert(f.property);
    for (const Finding& f : less.findings) violated[1].insert(f.property);
    EXPECT_EQ(violated[1], violated[0]);
    EXPECT_EQ(violated[0].empty(), defect == BrmDefect::kNone);
    EXPECT_EQ(less.terminal_states > 0, full.terminal_states > 0);
    EXPECT_LE(less.states, full.states);
  }
}

TEST(Brm, AgreesWithTheReferenceExplorer) {
  Brm model(kSmall);
  const ExploreOptions options;
  const ExploreResult want = Explore(model, Strategy::kReference, options);
  EXPECT_GT(want.states, 500u);
  for (const Strategy strategy :
       {Strategy::kDepthFirst, Strategy::kBreadthFirst}) {
    const ExploreResult got = Explore(model, strategy, options);
    EXPECT_EQ(got.states, want.states);
    EXPECT_EQ(got.transitions, want.transitions);
    EXPECT_EQ(got.terminal_states, want.terminal_states);
  }
}

// A model with a mistake in it is caught, each strategy gives a trace that
// replays to a violation, and breadth first gives a shortest one.
void ExpectCaught(BrmDefect defect, const std::string& property) {
  size_t shortest = 0;
  for (const Strategy strategy :
       {Strategy::kReference, Strategy::kBreadthFirst, Strategy::kDepthFirst,
        Strategy::kRandomWalk}) {
    Brm model(kSmall, defect);
    ExploreOptions options;
    const ExploreResult result = Explore(model, strategy, options);
    ASSERT_EQ(result.findings.size(), 1u);
    const Finding& finding = result.findings[0];
    EXPECT_EQ(finding.property, property);
    EXPECT_EQ(result.stop_reason, StopReason::kFinding);
    Brm again(kSmall, defect);
    EXPECT_TRUE(Replay(again, finding.choices).status.ok());
    std::vector<Violation> violations;
    EXPECT_FALSE(again.Check(&violations));
    EXPECT_EQ(violations.at(0).property, property);
    EXPECT_EQ(violations.at(0).message, finding.message);
    if (strategy == Strategy::kReference) shortest = finding.depth();
    if (strategy == Strategy::kBreadthFirst) {
      EXPECT_EQ(finding.depth(), shortest);
    }
    EXPECT_GE(finding.depth(), shortest);
  }
}

TEST(Brm, AReleaseThatForgetsTheInternalCountIsCaught) {
  ExpectCaught(BrmDefect::kReleaseKeepsInternalStrong, "I1");
}

TEST(Brm, ADeathThatForgetsTheNodeFlagsIsCaught) {
  ExpectCaught(BrmDefect::kDeathKeepsNodeFlags, "I3");
}

TEST(Brm, TheShortestTraceOfTheReleaseDefectIsTheReleaseItself) {
  Brm model(kSmall, BrmDefect::kReleaseKeepsInternalStrong);
  const ExploreResult result =
      Explore(model, Strategy::kBreadthFirst, ExploreOptions());
  ASSERT_EQ(result.findings[0].depth(), 1u);
  EXPECT_EQ(BrmChoiceText(result.findings[0].choices[0]), "p1 RELEASE node 0");
  EXPECT_EQ(result.findings[0].message,
            "node 0: internal strong count is 1, but 0 processes hold it "
            "strongly");
}

TEST(BrmChoice, TextNamesProcessNodeAndObject) {
  EXPECT_EQ(
      BrmChoiceText(BrmChoice{BrmKind::kOneWayTransaction, 2, 1, 3}.Pack()),
      "p2 TRANSACTION(ONE_WAY) node 1 with node 2");
  EXPECT_EQ(BrmChoiceText(BrmChoice{BrmKind::kDie, 1, 0, 0}.Pack()), "p1 DIE");
}

}  // namespace
}  // namespace bindery::model
