// What is said of a choice without executing it is what executing it shows, and
// a search that relies on that counts what every other one counts.
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "adapter/binder_model.h"
#include "adapter/testing.h"
#include "gtest/gtest.h"
#include "model/concept.h"
#include "model/explore/explore.h"
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

  // Choices that were foreseen.
  uint64_t Search() {
    Visit();
    return foreseen_;
  }

 private:
  void Visit() {
    if (!model_.Check(nullptr) || model_.Inconclusive()) return;
    std::vector<Choice> choices;
    model_.Enabled(&choices);
    for (const Choice choice : choices) {
      const std::optional<model::Fingerprint> key = model_.Foresee(choice);
      model_.Apply(choice);
      if (key.has_value()) {
        ++foreseen_;
        EXPECT_EQ(*key, model_.GetFingerprint()) << model_.CanonicalText();
      }
      const model::Fingerprint found = model_.GetFingerprint();
      if (visited_.size() < most_states_ &&
          visited_.insert({found.hi, found.lo}).second) {
        Visit();
      }
      model_.Undo();
      if (testing::Test::HasFailure()) return;
    }
  }

  BinderModel& model_;
  const size_t most_states_;
  std::set<std::pair<uint64_t, uint64_t>> visited_;
  uint64_t foreseen_ = 0;
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

TEST_P(Foresight, OfScenariosIsTrue) {
  uint64_t foreseen = 0;
  for (const bool history : {false, true}) {
    for (const std::string& path : AllScenarios()) {
      SCOPED_TRACE(path);
      const Explorable explorable(ReadFile(path), {}, At(GetParam(), history));
      foreseen += Doubter(*explorable.Start(), 2'000).Search();
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(foreseen, 80'000u);
}

TEST_P(Foresight, OfOpenQuestionsIsTrue) {
  const std::vector<std::string> questions = {
      "procs:2,threads:1,commands:3",
      "procs:2,threads:1,commands:3,alphabet:wide",
      "procs:2,threads:2,commands:2,deaths:1",
      "procs:3,threads:1,commands:2,signals:1",
      "procs:2,threads:1,commands:2,faults:1",
  };
  for (const std::string& text : questions) {
    SCOPED_TRACE(text);
    const sim::CompiledScenario scenario =
        *sim::CompileOpen(*sim::ParseOpenQuestion(text));
    const sim::Driver driver = *sim::Driver::Create("c-7.2", {});
    BinderModel model(scenario, driver, nullptr, At(GetParam()));
    EXPECT_GT(Doubter(model, 10'000).Search(), 10'000u);
    if (HasFailure()) return;
  }
}

ExploreResult Search(const Explorable& explorable, bool foresight) {
  ExploreOptions options;
  options.keep_going = true;
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
    const ExploreResult with = Search(explorable, true);
    const ExploreResult without = Search(explorable, false);
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

}  // namespace
}  // namespace bindery
