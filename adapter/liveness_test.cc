// Liveness over whole explorations: the faithful driver keeps its promises, the
// user's mistakes and those of mutated drivers show as runs that never end, and
// nothing of the list is empty.
#include "model/liveness/liveness.h"

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "adapter/binder_model.h"
#include "adapter/testing.h"
#include "gtest/gtest.h"
#include "model/explore/explore.h"
#include "model/explore/random.h"
#include "sim/liveness/liveness.h"

namespace bindery {
namespace {

using model::ExploreOptions;
using model::ExploreResult;

constexpr char kChatter[] = "adapter/testdata/liveness/chatter.textproto";
constexpr char kDeath[] =
    "adapter/testdata/liveness/death_among_chatter.textproto";
constexpr char kWaits[] =
    "adapter/testdata/liveness/waits_among_chatter.textproto";

std::string FirstOf(const ExploreResult& result) {
  if (result.findings.empty()) return "";
  return absl::StrCat(result.findings[0].property, ": ",
                      result.findings[0].message);
}

ExploreResult Explore(const std::string& path,
                      const std::vector<std::string>& mutations = {}) {
  const Explorable explorable(ReadFile(path), mutations);
  return model::ExploreLiveness(*explorable.Start(), ExploreOptions());
}

// The same counts as any other exploration, and nothing waits for ever.
void ExpectLive(const std::string& path) {
  const ExploreResult result = Explore(path);
  EXPECT_TRUE(result.complete) << path << FirstOf(result);
  EXPECT_TRUE(result.findings.empty()) << path << FirstOf(result);
  const Explorable explorable(ReadFile(path));
  const ExploreResult plain =
      model::Explore(*explorable.Start(), model::Strategy::kBreadthFirst, {});
  EXPECT_EQ(result.states, plain.states) << path;
  EXPECT_EQ(result.transitions, plain.transitions) << path;
  EXPECT_EQ(result.terminal_states, plain.terminal_states) << path;
  EXPECT_EQ(result.max_depth, plain.max_depth) << path;
}

TEST(Liveness, TheFaithfulDriverIsLiveInTheTutorials) {
  for (const std::string& path : ScenariosIn("scenarios/tutorial")) {
    ExpectLive(path);
  }
}

TEST(Liveness, TheFaithfulDriverIsLiveWhereNothingEverRests) {
  ExpectLive(kChatter);
  ExpectLive(kDeath);
}

// --- What a scenario says
// ------------------------------------------------------

ExploreResult ExploreText(const std::string& text) {
  const Explorable explorable(text);
  return model::ExploreLiveness(*explorable.Start(), ExploreOptions());
}

TEST(Eventually, ARunThatRestsMustEndWithIt) {
  const std::string call =
      "process { name: \"server\" attach { context_manager: true } thread { "
      "name: \"main\" step { serve {} } } on { br: BR_TRANSACTION code: 1 "
      "step { reply {} } } } process { name: \"client\" attach {} thread { "
      "name: \"main\" step { call { to { number: 0 } code: 1 } } } } ";
  EXPECT_TRUE(ExploreText(call +
                          "eventually { expr: \"not any(task where name == "
                          "\\\"client.main\\\" and state == "
                          "\\\"running\\\")\" }")
                  .findings.empty());
  const ExploreResult never = ExploreText(
      call + "eventually { name: \"busy\" expr: \"count(transaction) != 0\" }");
  EXPECT_EQ(FirstOf(never), "busy: never holds again: count(transaction) != 0");
  EXPECT_TRUE(never.complete);
}

// The chatterers talk for ever, each call after another.
TEST(Eventually, ARunThatNeverRestsMustComeBackToIt) {
  const std::string chatter = ReadFile(kChatter);
  EXPECT_TRUE(
      ExploreText(chatter + "eventually { expr: \"count(transaction) != 0\" }")
          .findings.empty());
  EXPECT_TRUE(
      ExploreText(chatter + "eventually { expr: \"count(transaction) == 0\" }")
          .findings.empty());
  const ExploreResult never =
      ExploreText(chatter +
                  "eventually { name: \"dead\" expr: \"any(process where "
                  "dead)\" }");
  EXPECT_EQ(FirstOf(never), "dead: never holds again: any(process where dead)");
  ASSERT_FALSE(never.findings.empty());
  EXPECT_TRUE(never.findings[0].loop.has_value());
  EXPECT_LT(*never.findings[0].loop, never.findings[0].choices.size());
}

// Nobody has to act: then the client may wait for ever.
class UnfairModel : public BinderModel {
 public:
  using BinderModel::BinderModel;
  uint32_t FairActorOf(model::Choice) const { return 0; }
};

TEST(Liveness, ChatterIsLiveOnlyWithFairness) {
  const auto scenario = sim::LoadScenario(ReadFile(kChatter), kChatter);
  ASSERT_TRUE(scenario.ok());
  const auto driver = sim::Driver::Create("c-7.2", {});
  ASSERT_TRUE(driver.ok());
  UnfairModel model(scenario->compiled, *driver, nullptr, {});
  ExploreOptions options;
  options.keep_going = true;
  std::set<std::string> properties;
  for (const auto& one : model::ExploreLiveness(model, options).findings) {
    properties.insert(one.property);
  }
  EXPECT_EQ(properties.count("livelock"), 1u);
  EXPECT_EQ(properties.count("L2"), 1u);
}

TEST(Liveness, ProgramsThatWaitForEachOtherAmongOthersAreALivelock) {
  const ExploreResult result = Explore(kWaits);
  ASSERT_EQ(result.findings.size(), 1u);
  const model::Finding& finding = result.findings[0];
  EXPECT_EQ(finding.property, "livelock");
  EXPECT_TRUE(absl::StrContains(finding.message, "client.main for ever waits"))
      << finding.message;
  ASSERT_TRUE(finding.loop.has_value());
  EXPECT_LT(*finding.loop, finding.choices.size());
  // No state shows it.
  const Explorable explorable(ReadFile(kWaits));
  EXPECT_EQ(FirstOf(model::Explore(*explorable.Start(),
                                   model::Strategy::kDepthFirst, {})),
            "");
}

struct Kill {
  const char* property;
  const char* mutation;
  const char* scenario;
};

constexpr Kill kKills[] = {
    {"L3", "drop:binder_transaction:the-caller", kChatter},
    {"L3", "drop:binder_node_release:binder_wakeup_proc_ilocked", kDeath},
};

// Neither a state nor a history shows these.
TEST(Liveness, NoticesMutationsThatNoStateShows) {
  for (const Kill& kill : kKills) {
    const ExploreResult result = Explore(kill.scenario, {kill.mutation});
    ASSERT_EQ(result.findings.size(), 1u) << kill.mutation;
    EXPECT_EQ(result.findings[0].property, kill.property) << FirstOf(result);
    EXPECT_TRUE(result.findings[0].loop.has_value());
    sim::SimulationOptions history;
    history.history = true;
    const Explorable explorable(ReadFile(kill.scenario), {kill.mutation},
                                history);
    const ExploreResult plain = model::Explore(
        *explorable.Start(), model::Strategy::kDepthFirst, ExploreOptions());
    EXPECT_TRUE(plain.complete) << kill.mutation;
    EXPECT_EQ(FirstOf(plain), "") << kill.mutation;
  }
}

// ------------------------------------------------------------- the list itself
// --

// What is owed, and due, on random walks through scenarios.
void Walk(const Explorable& explorable, uint64_t seed, std::set<int>* owed,
          std::set<int>* due) {
  model::Random random(seed);
  const std::unique_ptr<BinderModel> model = explorable.Start();
  std::vector<model::Obligation> here;
  std::vector<model::Choice> choices;
  for (int step = 0; step < 200; ++step) {
    here.clear();
    model->Obligations(&here);
    std::set<uint64_t> keys;
    for (const model::Obligation& one : here) {
      EXPECT_TRUE(keys.insert(one.key).second) << "a key is owed twice";
      EXPECT_NE(model->Describe(one.key).message, "");
      (one.due ? due : owed)->insert(one.property());
    }
    choices.clear();
    model->Enabled(&choices);
    if (choices.empty()) return;
    model->Apply(choices[random.Below(choices.size())]);
  }
}

// L3 is owed only where the driver is wrong or, within a command, about to wake
// somebody; NoticesMutationsThatNoStateShows has it.
TEST(Liveness, EveryPropertyIsOwedSomewhere) {
  std::set<int> held_up;
  std::set<int> due;
  for (const char* folder :
       {"scenarios/tutorial", "scenarios/freezer", "scenarios/errors"}) {
    for (const std::string& path : ScenariosIn(folder)) {
      for (const auto granularity :
           {sim::Granularity::kCommand, sim::Granularity::kLock}) {
        sim::SimulationOptions options;
        options.granularity = granularity;
        const Explorable explorable(ReadFile(path), {}, options);
        for (uint64_t seed = 1; seed <= 10; ++seed) {
          Walk(explorable, seed, &held_up, &due);
        }
      }
    }
  }
  const Explorable pool(ReadFile("adapter/testdata/history/pool.textproto"));
  for (uint64_t seed = 1; seed <= 99; ++seed) Walk(pool, seed, &held_up, &due);
  int place = 0;
  for (const sim::Invariant& one : sim::LivenessProperties()) {
    if (std::string(one.id) != "L3") {
      EXPECT_EQ(due.count(place), 1u) << one.id;
    }
    ++place;
  }
  EXPECT_EQ(held_up.count(0), 1u) << "a call that a thread has taken";
  EXPECT_EQ(held_up.count(1), 1u) << "a one-way behind another";
}

TEST(Liveness, TheDocumentHasTheList) {
  const std::string doc = ReadFile("docs/invariants.md");
  for (const sim::Invariant& one : sim::LivenessProperties()) {
    const std::string row = absl::StrCat("| ", one.id, " | ", one.what, " |\n");
    EXPECT_TRUE(absl::StrContains(doc, row)) << row;
  }
  for (const Kill& kill : kKills) {
    EXPECT_TRUE(absl::StrContains(doc, kill.mutation)) << kill.mutation;
  }
}

}  // namespace
}  // namespace bindery
