// What is said of a choice without executing it is what executing it shows, two
// of which it is said that they touch nothing in common may change places, and
// a search that relies on that counts what every other one counts.
#include "sim/engine/foresight.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "adapter/binder_model.h"
#include "adapter/testing.h"
#include "gtest/gtest.h"
#include "model/concept.h"
#include "model/explore/explore.h"
#include "sim/engine/prng.h"
#include "sim/kernel/driver.h"
#include "sim/kernel/mutation.h"
#include "sim/user/open_question.h"

namespace bindery {
namespace {

using model::Choice;
using model::ExploreOptions;
using model::ExploreResult;

// A depth-first search that executes everything, too.
class Doubter {
 public:
  Doubter(BinderModel& model, size_t most_states)
      : model_(model), most_states_(most_states) {}
  virtual ~Doubter() = default;

  // How often something was doubted in vain.
  uint64_t Search() {
    Visit();
    return doubted_;
  }

 protected:
  std::vector<Choice> Enabled() const {
    std::vector<Choice> choices;
    model_.Enabled(&choices);
    return choices;
  }
  virtual void Doubt(const std::vector<Choice>&) {}

  BinderModel& model_;
  uint64_t doubted_ = 0;

 private:
  void Visit() {
    if (!model_.Check(nullptr) || model_.Inconclusive()) return;
    const std::vector<Choice> choices = Enabled();
    for (const Choice choice : choices) {
      const model::Foreseen foreseen = ForeseeOrLearn(model_, choice);
      model_.Apply(choice);
      const model::Fingerprint found = model_.GetFingerprint();
      if (foreseen.known()) DoubtKey(foreseen.key, found);
      if (visited_.size() < most_states_ &&
          visited_.insert({found.hi, found.lo}).second) {
        Visit();
      }
      model_.Undo();
      if (testing::Test::HasFailure()) return;
    }
    Doubt(choices);
  }
  virtual void DoubtKey(model::Fingerprint foreseen, model::Fingerprint found) {
    ++doubted_;
    EXPECT_EQ(foreseen, found) << model_.CanonicalText();
  }

  const size_t most_states_;
  std::set<std::pair<uint64_t, uint64_t>> visited_;
};

// One that makes choices that do not meet in both orders.
class DoubterOfOrders : public Doubter {
 public:
  using Doubter::Doubter;

 private:
  struct Step {
    Choice choice;
    model::Foreseen foreseen;
  };

  void DoubtKey(model::Fingerprint, model::Fingerprint) override {}

  void Doubt(const std::vector<Choice>& choices) override {
    std::vector<Step> steps;
    for (const Choice choice : choices) {
      const model::Foreseen foreseen = model_.Foresee(choice);
      if (foreseen.known()) steps.push_back({choice, foreseen});
    }
    for (const Step& c : steps) {
      for (const Step& d : steps) {
        if (model_.RankOf(c.choice) >= model_.RankOf(d.choice)) continue;
        if (!model_.Meet(c.foreseen.touched, d.foreseen.touched)) Try(c, d);
      }
    }
  }
  void Try(const Step& c, const Step& d) {
    const auto behind = Behind(d, c);
    if (!behind.has_value() || !behind->enabled) return;
    const auto the_other_way = Behind(c, d);
    if (!the_other_way.has_value()) return;
    ++doubted_;
    EXPECT_TRUE(the_other_way->enabled);
    EXPECT_EQ(behind->both, the_other_way->both) << model_.CanonicalText();
  }

  struct Pair {
    bool enabled = false;     // whether the second one is
    model::Fingerprint both;  // of the state behind both
  };
  // Nothing if there is a violation behind the first one.
  std::optional<Pair> Behind(const Step& first, const Step& second) {
    const model::Fingerprint here = model_.GetFingerprint();
    model_.Apply(first.choice);
    std::optional<Pair> pair;
    if (model_.Check(nullptr)) {
      pair.emplace();
      const std::vector<Choice> choices = Enabled();
      pair->enabled =
          std::count(choices.begin(), choices.end(), second.choice) == 1;
      if (pair->enabled) pair->both = Both(here, second);
    }
    model_.Undo();
    return pair;
  }
  model::Fingerprint Both(model::Fingerprint before, const Step& second) {
    const model::Foreseen there = model_.Foresee(second.choice);
    if (there.known()) {
      EXPECT_EQ(there.touched, second.foreseen.touched);
      EXPECT_EQ(there.key, model_.Carried(model_.GetFingerprint(), before,
                                          second.foreseen.key));
    }
    model_.Apply(second.choice);
    const model::Fingerprint both = model_.GetFingerprint();
    model_.Undo();
    return both;
  }
};

sim::SimulationOptions At(sim::Granularity granularity, bool history = false) {
  sim::SimulationOptions options;
  options.granularity = granularity;
  options.history = history;
  return options;
}

class Foresight : public testing::TestWithParam<sim::Granularity> {};
INSTANTIATE_TEST_SUITE_P(Granularities, Foresight, BothGranularities(),
                         NameOfGranularity);

// How much is doubted in all scenarios, with and without histories.
template <typename SomeDoubter>
uint64_t DoubtScenarios(sim::Granularity granularity, size_t most_states) {
  uint64_t doubted = 0;
  for (const bool history : {false, true}) {
    for (const std::string& path : AllScenarios()) {
      SCOPED_TRACE(path);
      const Explorable explorable(ReadFile(path), {}, At(granularity, history));
      doubted += SomeDoubter(*explorable.Start(), most_states).Search();
      if (testing::Test::HasFailure()) return doubted;
    }
  }
  return doubted;
}

// f(model) of an open question.
template <typename F>
auto OfOpenQuestion(const std::string& text, sim::Granularity granularity,
                    F&& f) {
  SCOPED_TRACE(text);
  const sim::CompiledScenario scenario =
      *sim::CompileOpen(*sim::ParseOpenQuestion(text));
  const sim::Driver driver = *sim::Driver::Create("c-7.2", {});
  BinderModel model(scenario, driver, nullptr, At(granularity));
  return f(model);
}

template <typename SomeDoubter>
uint64_t DoubtOpenQuestion(const std::string& text,
                           sim::Granularity granularity, size_t most_states) {
  return OfOpenQuestion(text, granularity, [&](BinderModel& model) {
    return SomeDoubter(model, most_states).Search();
  });
}

// The least that is doubted in one of some open questions.
template <typename SomeDoubter>
uint64_t DoubtOpenQuestions(sim::Granularity granularity, size_t most_states) {
  const std::vector<std::string> questions = {
      "procs:2,threads:1,commands:3",
      "procs:2,threads:1,commands:3,alphabet:wide",
      "procs:2,threads:2,commands:2,deaths:1",
      "procs:3,threads:1,commands:2,signals:1",
      "procs:2,threads:1,commands:2,faults:1",
  };
  uint64_t least = ~uint64_t{0};
  for (const std::string& text : questions) {
    least = std::min(
        least, DoubtOpenQuestion<SomeDoubter>(text, granularity, most_states));
    if (testing::Test::HasFailure()) return 0;
  }
  return least;
}

TEST_P(Foresight, OfScenariosIsTrue) {
  EXPECT_GT(DoubtScenarios<Doubter>(GetParam(), 20'000), 80'000u);
}

TEST_P(Foresight, OfOpenQuestionsIsTrue) {
  EXPECT_GT(DoubtOpenQuestions<Doubter>(GetParam(), 10'000), 10'000u);
}

// All of it: of two threads of one task, one of which has exited, only states
// far from the first ones tell.
TEST_P(Foresight, OfAWholeOpenQuestionIsTrue) {
  EXPECT_GT(DoubtOpenQuestion<Doubter>("procs:2,threads:1,commands:2",
                                       GetParam(), 500'000),
            1'000u);
}

TEST_P(Foresight, WhatDoesNotMeetMayChangePlaces) {
  EXPECT_GT(DoubtScenarios<DoubterOfOrders>(GetParam(), 2'000), 50'000u);
}

TEST_P(Foresight, WhatDoesNotMeetInOpenQuestionsMayChangePlaces) {
  EXPECT_GT(DoubtOpenQuestions<DoubterOfOrders>(GetParam(), 2'000), 500u);
}

// Walks at random and begins anew at each end; f(known) sees each choice behind
// its step.
template <typename F>
void WalkForeseeing(sim::Simulation& simulation, sim::Foresight& foresight,
                    int steps, F&& f) {
  sim::Prng prng(1);
  for (int step = 0; step < steps; ++step) {
    std::vector<uint64_t> choices;
    simulation.Enabled(&choices);
    if (choices.empty()) {
      while (simulation.world().depth() > 0) simulation.Undo();
      continue;
    }
    const uint64_t choice =
        choices[prng.Below(static_cast<uint32_t>(choices.size()))];
    const auto known = foresight.KnowOrLearn(choice);
    foresight.Apply(choice);
    f(known);
  }
}

// As told by one that keeps few things.
TEST_P(Foresight, ForgetsAndLearnsAgain) {
  constexpr size_t kMostShapes = 60;
  const Explorable explorable(
      ReadFile("scenarios/tutorial/server_death.textproto"), {},
      At(GetParam()));
  const std::unique_ptr<BinderModel> model = explorable.Start();
  sim::Simulation& simulation = model->simulation();
  sim::Foresight foresight(simulation, kMostShapes);
  std::set<uint64_t> touched;
  uint64_t forgotten = 0;
  WalkForeseeing(simulation, foresight, 20'000, [&](const auto& known) {
    if (!known.has_value()) return;
    EXPECT_EQ(known->next, simulation.world().fingerprint());
    touched.insert(known->touched);
    if (known->touched > *touched.begin() + kMostShapes) {
      EXPECT_TRUE(foresight.Meet(*touched.begin(), known->touched));
      ++forgotten;
    }
  });
  EXPECT_GT(touched.size(), kMostShapes);
  EXPECT_GT(forgotten, 0u);
}

// Few states are like others here, so learning does not pay.
TEST_P(Foresight, LearnsLittleWhereLittleIsKnown) {
  uint64_t learned = 0;
  uint64_t left = 0;
  const auto walk = [&](BinderModel& model) {
    sim::Foresight foresight(model.simulation());
    WalkForeseeing(model.simulation(), foresight, 200'000,
                   [&](const auto& known) {
                     if (known.has_value()) return;
                     ++(foresight.touched() != 0 ? learned : left);
                   });
  };
  OfOpenQuestion("procs:2,threads:2,commands:9,deaths:2,faults:2,alphabet:wide",
                 GetParam(), walk);
  EXPECT_GT(learned, 0u);
  EXPECT_GT(left, 3 * learned);
}

ExploreResult Search(const Explorable& explorable, bool keep_going,
                     bool foresight) {
  ExploreOptions options;
  options.keep_going = keep_going;
  options.max_findings = 1000;
  options.max_states = 20'000;
  options.foresight = foresight;
  return model::Explore(*explorable.Start(), model::Strategy::kDepthFirst,
                        options);
}

TEST_P(Foresight, ChangesNoCount) {
  for (const std::string& path : AllScenarios()) {
    SCOPED_TRACE(path);
    const Explorable explorable(ReadFile(path), {}, At(GetParam()));
    const ExploreResult with = Search(explorable, true, true);
    const ExploreResult without = Search(explorable, true, false);
    EXPECT_EQ(with.states, without.states);
    // Those ahead are counted earlier.
    if (with.complete) {
      EXPECT_EQ(with.transitions, without.transitions);
    }
    EXPECT_EQ(with.terminal_states, without.terminal_states);
    EXPECT_EQ(with.max_depth, without.max_depth);
    EXPECT_TRUE(AnswersOf(with) == AnswersOf(without));
  }
}

// States are found by other paths, then, so depths and traces may be others.
TEST_P(Foresight, SparesNoState) {
  uint64_t complete = 0;
  for (const std::string& path : AllScenarios()) {
    SCOPED_TRACE(path);
    const Explorable explorable(ReadFile(path), {}, At(GetParam()));
    const ExploreResult with = Search(explorable, false, true);
    const ExploreResult without = Search(explorable, false, false);
    if (with.stop_reason == model::StopReason::kMaxStates ||
        without.stop_reason == model::StopReason::kMaxStates) {
      continue;
    }
    EXPECT_EQ(with.stop_reason, without.stop_reason);
    EXPECT_EQ(with.findings.empty(), without.findings.empty());
    if (!with.complete) continue;
    ++complete;
    EXPECT_EQ(with.states, without.states);
    EXPECT_EQ(with.transitions, without.transitions);
    EXPECT_EQ(with.terminal_states, without.terminal_states);
    EXPECT_EQ(with.sometimes_seen, without.sometimes_seen);
  }
  EXPECT_GT(complete, 100u);
}

// A sum of two parts is the key of what is known: it must tell small values
// apart as it does any others. Of 2^18 random sums of 64 bits none would lie
// within 2^24 of another; with nearly equal multipliers about twenty do.
TEST(ForesightHash, KeepsSumsOfSmallValuesApart) {
  constexpr uint64_t kValues = 512;
  for (const size_t other : {1, 2, 3, 70}) {
    std::vector<uint64_t> sums;
    for (uint64_t a = 0; a < kValues; ++a) {
      for (uint64_t b = 0; b < kValues; ++b) {
        sums.push_back(sim::Foresight::HashPart(0, a) +
                       sim::Foresight::HashPart(other, b));
      }
    }
    std::sort(sums.begin(), sums.end());
    uint64_t near = 0;
    for (size_t i = 1; i < sums.size(); ++i) {
      near += sums[i] - sums[i - 1] < uint64_t{1} << 24 ? 1 : 0;
    }
    EXPECT_LT(near, 3u) << other;
  }
}

}  // namespace
}  // namespace bindery
