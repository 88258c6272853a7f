// Symmetry of scenarios: renaming processes that are alike maps steps to steps,
// whatever the operation, and a search that counts images as one counts orbits.
//
// Most scenarios have no two processes that are alike. They get them here: each
// process that nobody names is doubled, then all that can be together. What the
// doubles do to each other's expectations does not matter; failures are states.
#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "adapter/binder_model.h"
#include "adapter/testing.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "model/explore/parallel.h"
#include "proto/scenario.pb.h"
#include "sim/engine/choice.h"
#include "sim/engine/prng.h"
#include "sim/engine/properties.h"
#include "sim/io/scenario_loader.h"
#include "sim/kernel/branches.h"
#include "sim/kernel/mutation.h"
#include "sim/user/alike.h"

namespace bindery {
namespace {

using model::Choice;

std::string FourClients(int clients) {
  std::string text = ReadFile("scenarios/reduction/four_clients.textproto");
  const size_t at = text.find("copies: 4");
  EXPECT_NE(at, std::string::npos);
  return text.replace(at, 9, absl::StrCat("copies: ", clients));
}

// A scenario with its symmetry; none if no processes are alike.
struct Alike {
  std::unique_ptr<sim::Symmetry> symmetry;
  std::unique_ptr<Explorable> scenario;
};

std::optional<Alike> MakeAlike(const std::string& text,
                               sim::SimulationOptions options = {},
                               const std::vector<std::string>& mutations = {}) {
  const auto loaded = sim::LoadScenario(text, "test");
  if (!loaded.ok()) return std::nullopt;
  Alike made{sim::SymmetryOf(loaded->compiled), nullptr};
  if (made.symmetry == nullptr) return std::nullopt;
  options.symmetry = made.symmetry.get();
  made.scenario = std::make_unique<Explorable>(text, mutations, options);
  return made;
}

sim::Renaming RandomRenaming(const sim::Symmetry& symmetry, sim::Prng& prng) {
  sim::Renaming renaming = symmetry.Identity();
  for (size_t i = 0; i < symmetry.classes().size(); ++i) {
    const sim::Owner first = symmetry.FirstOf(i);
    const auto size =
        static_cast<uint32_t>(symmetry.classes()[i].members.size());
    for (uint32_t j = size; j > 1; --j) {
      std::swap(renaming[first + j - 1], renaming[first + prng.Below(j)]);
    }
  }
  return renaming;
}

std::vector<Choice> Enabled(const BinderModel& model) {
  std::vector<Choice> choices;
  model.Enabled(&choices);
  return choices;
}

const sim::OrbitSums& Orbit(const BinderModel& model) {
  return *model.simulation().world().orbit();
}

// Two runs of one scenario: one chooses at random, the other one its images.
class Twins {
 public:
  Twins(const Alike& alike, uint64_t seed)
      : symmetry_(*alike.symmetry),
        prng_(seed),
        renaming_(RandomRenaming(symmetry_, prng_)),
        one_(alike.scenario->Start()),
        other_(alike.scenario->Start()) {}

  // False at the end, or at a violation.
  bool Step() {
    const std::vector<Choice> choices = Enabled(*one_);
    ExpectImages(choices);
    if (choices.empty() || !one_->Check(nullptr)) return false;
    const Choice choice =
        choices[prng_.Below(static_cast<uint32_t>(choices.size()))];
    const model::Foreseen foreseen = ForeseeOrLearn(*one_, choice);
    one_->Apply(choice);
    if (foreseen.known()) {
      EXPECT_EQ(foreseen.key, one_->GetFingerprint());
    }
    other_->Apply(ImageOf(choice));
    ExpectTwins();
    return !testing::Test::HasFailure();
  }

 private:
  Choice ImageOf(Choice choice) const {
    return {sim::ImageOf(choice.value, symmetry_, renaming_)};
  }
  void ExpectImages(const std::vector<Choice>& choices) {
    std::set<Choice> images;
    for (const Choice choice : choices) images.insert(ImageOf(choice));
    const std::vector<Choice> there = Enabled(*other_);
    EXPECT_EQ(images, std::set<Choice>(there.begin(), there.end()));
  }
  void ExpectTwins() {
    EXPECT_EQ(Orbit(*one_).Mixed(), Orbit(*other_).Mixed());
    if (!Orbit(*one_).Mixed()) {
      const sim::Hash128 image = Orbit(*one_).ImageOf(renaming_);
      EXPECT_EQ(image, Orbit(*other_).Fingerprint());
      EXPECT_EQ(one_->LeastFingerprint(), other_->LeastFingerprint());
    }
    const sim::World& world = one_->simulation().world();
    EXPECT_TRUE(world.ComputeOrbit() == Orbit(*one_));
    EXPECT_EQ(world.ComputeFingerprint(), world.fingerprint());
    EXPECT_EQ(one_->Check(nullptr), other_->Check(nullptr));
    EXPECT_EQ(one_->Sometimes(), other_->Sometimes());
  }

  const sim::Symmetry& symmetry_;
  sim::Prng prng_;
  const sim::Renaming renaming_;
  std::unique_ptr<BinderModel> one_;
  std::unique_ptr<BinderModel> other_;
};

void Walk(const Alike& alike, uint64_t seed, int most) {
  Twins twins(alike, seed);
  for (int i = 0; i < most && twins.Step(); ++i) {
  }
}

TEST(SymmetryTest, FourClientsBeginAlike) {
  const auto alike = MakeAlike(FourClients(4));
  ASSERT_TRUE(alike.has_value());
  EXPECT_TRUE(Orbit(*alike->scenario->Start()).OwnImage());
}

TEST(SymmetryTest, ImagesOfStepsLeadToImagesOfStates) {
  const auto alike = MakeAlike(FourClients(4));
  ASSERT_TRUE(alike.has_value());
  for (uint64_t seed = 1; seed <= 50 && !HasFailure(); ++seed) {
    Walk(*alike, seed, 1000);
  }
}

// --- Every operation ---------------------------------------------------------

std::string TextOf(const proto::Scenario& scenario) {
  std::string text;
  EXPECT_TRUE(google::protobuf::TextFormat::PrintToString(scenario, &text));
  return text;
}

// Two copies of one process; its death becomes that of either.
proto::Scenario Doubled(proto::Scenario scenario, int process) {
  proto::Process& doubled = *scenario.mutable_process(process);
  doubled.set_copies(2);
  std::vector<std::string> kill;
  for (const std::string& name : scenario.budget().kill()) {
    if (name != doubled.name()) {
      kill.push_back(name);
    } else {
      kill.push_back(name + "1");
      kill.push_back(name + "2");
    }
  }
  scenario.mutable_budget()->clear_kill();
  for (const std::string& name : kill)
    scenario.mutable_budget()->add_kill(name);
  return scenario;
}

size_t Classes(const proto::Scenario& scenario) {
  const auto loaded = sim::LoadScenario(TextOf(scenario), "test");
  if (!loaded.ok() || !sim::Properties::Compile(loaded->compiled).ok())
    return 0;
  return loaded->compiled.alike.classes.size();
}

// The scenario with as many of its processes doubled as can be.
proto::Scenario WithDoubles(const std::string& path) {
  proto::Scenario scenario;
  EXPECT_TRUE(
      google::protobuf::TextFormat::ParseFromString(ReadFile(path), &scenario));
  scenario.clear_schedule();
  size_t classes = Classes(scenario);
  for (int i = 0; i < scenario.process_size(); ++i) {
    if (scenario.process(i).copies() != 0) continue;
    proto::Scenario doubled = Doubled(scenario, i);
    const size_t now = Classes(doubled);
    if (now <= classes) continue;
    scenario = std::move(doubled);
    classes = now;
  }
  return scenario;
}

class Equivariance : public testing::TestWithParam<sim::Granularity> {};

INSTANTIATE_TEST_SUITE_P(SymmetryTest, Equivariance, BothGranularities(),
                         NameOfGranularity);

TEST_P(Equivariance, HoldsForWhateverScenariosDo) {
  auto driver = sim::Driver::Create("c-7.2");
  ASSERT_TRUE(driver.ok());
  sim::BranchCounts branches(*driver);
  int scenarios = 0;
  for (const std::string& path : AllScenarios()) {
    SCOPED_TRACE(path);
    const proto::Scenario doubled = WithDoubles(path);
    sim::SimulationOptions options;
    options.granularity = GetParam();
    options.history = true;
    if (doubled.profile().empty()) options.branches = &branches;
    const auto alike = MakeAlike(TextOf(doubled), options);
    if (!alike.has_value()) continue;
    ++scenarios;
    ASSERT_TRUE(Orbit(*alike->scenario->Start()).OwnImage());
    for (uint64_t seed = 1; seed <= 5; ++seed) Walk(*alike, seed, 300);
    if (HasFailure()) return;
  }
  size_t taken = 0;
  for (size_t i = 0; i < branches.branches().size(); ++i) {
    taken += branches.taken(i) != 0 ? 1u : 0u;
  }
  RecordProperty("scenarios", scenarios);
  RecordProperty("branches", static_cast<int>(taken));
  EXPECT_GT(scenarios, 150);
  EXPECT_GT(taken, 1000u) << "of " << branches.branches().size();
}

// --- Counts and answers ------------------------------------------------------

// How many images of a state there are.
size_t SizeOfOrbit(const sim::OrbitSums& orbit) {
  std::set<sim::Hash128> images;
  const sim::Symmetry& symmetry = orbit.symmetry();
  sim::Renaming renaming = symmetry.Identity();
  const auto first = renaming.begin() + 1;
  do {
    images.insert(orbit.ImageOf(renaming));
  } while (std::next_permutation(first, renaming.end() - 1));
  return images.size();
}

// Every state, by a search of this test's own.
struct Count {
  std::set<sim::Hash128> states;
  std::map<model::Fingerprint, size_t> orbits;  // and how large each one is
};

void CountAll(BinderModel& model, Count* count) {
  if (!count->states.insert(Orbit(model).Fingerprint()).second) return;
  count->orbits.emplace(model.LeastFingerprint(), SizeOfOrbit(Orbit(model)));
  for (const Choice choice : Enabled(model)) {
    model.Apply(choice);
    CountAll(model, count);
    model.Undo();
  }
}

model::ExploreResult Search(const Explorable& scenario, bool symmetry,
                            model::Strategy strategy, int jobs,
                            uint64_t max_states, bool foresight = true) {
  model::ExploreOptions options;
  options.foresight = foresight;
  options.keep_going = true;
  options.max_findings = 1000;
  options.symmetry = symmetry;
  options.jobs = jobs;
  options.max_states = max_states;
  const model::ModelFactory<BinderModel> make = [&] {
    return scenario.Start();
  };
  auto result = model::Explore<BinderModel>(make, strategy, options);
  EXPECT_TRUE(result.ok());
  return *std::move(result);
}

constexpr uint64_t kAll = model::ExploreOptions::kUnlimited;

TEST(SymmetryTest, StatesAreThoseOfOrbits) {
  for (const int clients : {2, 3}) {
    const auto alike = MakeAlike(FourClients(clients));
    ASSERT_TRUE(alike.has_value());
    Count count;
    CountAll(*alike->scenario->Start(), &count);
    size_t in_orbits = 0;
    for (const auto& [least, size] : count.orbits) in_orbits += size;
    EXPECT_EQ(in_orbits, count.states.size());
    const Explorable plain(FourClients(clients));
    const auto all =
        Search(plain, false, model::Strategy::kDepthFirst, 1, kAll);
    EXPECT_EQ(all.states, count.states.size());
    for (const auto strategy :
         {model::Strategy::kDepthFirst, model::Strategy::kBreadthFirst}) {
      for (const int jobs : {1, 2}) {
        const auto reduced =
            Search(*alike->scenario, true, strategy, jobs, kAll);
        EXPECT_EQ(reduced.states, count.orbits.size());
        EXPECT_TRUE(reduced.complete);
        const auto executed = Search(*alike->scenario, true, strategy, jobs,
                                     kAll, /*foresight=*/false);
        EXPECT_EQ(executed.states, reduced.states);
        EXPECT_EQ(executed.transitions, reduced.transitions);
      }
    }
  }
}

struct Tally {
  int compared = 0;
  int violated = 0;
  uint64_t left_out = 0;  // states
};

// Nothing if the scenario is too large for it, or none are alike.
void Compare(const std::string& text, const std::vector<std::string>& mutations,
             sim::Granularity granularity, Tally* tally) {
  constexpr uint64_t kMostStates = 20'000;
  sim::SimulationOptions options;
  options.granularity = granularity;
  const auto alike = MakeAlike(text, options, mutations);
  if (!alike.has_value()) return;
  const Explorable plain(text, mutations, options);
  const auto full =
      Search(plain, false, model::Strategy::kDepthFirst, 1, kMostStates);
  if (full.stop_reason == model::StopReason::kMaxStates) return;
  const auto reduced =
      Search(*alike->scenario, true, model::Strategy::kDepthFirst, 1, kAll);
  EXPECT_EQ(AnswersOf(full).properties, AnswersOf(reduced).properties);
  EXPECT_TRUE(AnswersOf(full) == AnswersOf(reduced));
  EXPECT_LE(reduced.states, full.states);
  ++tally->compared;
  tally->violated += AnswersOf(full).properties.empty() ? 0 : 1;
  tally->left_out += full.states - reduced.states;
}

TEST(SymmetryTest, AnswersEveryScenarioAsAFullSearchDoes) {
  Tally tally;
  for (const std::string& path : AllScenarios()) {
    SCOPED_TRACE(path);
    const std::string text = TextOf(WithDoubles(path));
    Compare(text, {}, sim::Granularity::kCommand, &tally);
    Compare(text, {}, sim::Granularity::kLock, &tally);
  }
  EXPECT_GT(tally.compared, 150);
  EXPECT_GT(tally.violated, 10);
  EXPECT_GT(tally.left_out, 100'000u);
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
    copies: 2
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
      step { exit {} }
    }
  }
)pb";

TEST(SymmetryTest, NoticesTheMutationsThatAFullSearchNotices) {
  const auto mutations = sim::ListMutations("c-7.2");
  ASSERT_TRUE(mutations.ok());
  Tally tally;
  for (const sim::Mutation& mutation : *mutations) {
    SCOPED_TRACE(mutation.id);
    Compare(kSmall, {mutation.id}, sim::Granularity::kCommand, &tally);
    if (HasFailure()) return;
  }
  EXPECT_GT(tally.compared, 500);
  EXPECT_GT(tally.violated, 20);
  EXPECT_GT(tally.left_out, 1'000'000u);
}

}  // namespace
}  // namespace bindery
