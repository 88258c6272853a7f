// Properties of histories over whole explorations: the faithful driver keeps
// them, their memory is a sound part of the state, and mutated drivers break
// them, with traces that replay.
#include <algorithm>
#include <cctype>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "adapter/binder_model.h"
#include "adapter/testing.h"
#include "gtest/gtest.h"
#include "model/explore/explore.h"
#include "sim/engine/run.h"
#include "sim/engine/scheduler.h"

namespace bindery {
namespace {

using model::ExploreOptions;
using model::ExploreResult;
using model::Strategy;

constexpr char kTutorial[] = "scenarios/tutorial";
constexpr char kOwn[] = "adapter/testdata/history";
constexpr uint64_t kReferenceStates = 5'000;
constexpr uint64_t kLockStates = 30'000;

sim::SimulationOptions Options(
    bool history, sim::Granularity granularity = sim::Granularity::kCommand) {
  sim::SimulationOptions options;
  options.history = history;
  options.granularity = granularity;
  return options;
}

ExploreResult Explore(const Explorable& explorable, Strategy strategy,
                      uint64_t max_states = ExploreOptions::kUnlimited) {
  ExploreOptions options;
  options.max_states = max_states;
  return model::Explore(*explorable.Start(), strategy, options);
}

std::string FirstOf(const ExploreResult& result) {
  if (result.findings.empty()) return "";
  return result.findings[0].property + ": " + result.findings[0].message;
}

std::string NameOf(const std::string& path) {
  std::string name = path.substr(path.rfind('/') + 1);
  name = name.substr(0, name.find('.'));
  std::replace_if(
      name.begin(), name.end(),
      [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

// --- The faithful driver -----------------------------------------------------

class Faithful : public testing::TestWithParam<std::string> {};

std::vector<std::string> Scenarios() {
  std::vector<std::string> paths = ScenariosIn(kTutorial);
  for (const std::string& path : ScenariosIn(kOwn)) paths.push_back(path);
  // Where an older E52 was too strict.
  paths.push_back("scenarios/errors/answers_pile_up.textproto");
  return paths;
}

INSTANTIATE_TEST_SUITE_P(All, Faithful, testing::ValuesIn(Scenarios()),
                         [](const auto& param) { return NameOf(param.param); });

TEST_P(Faithful, KeepsThem) {
  const Explorable explorable(ReadFile(GetParam()), {}, Options(true));
  const ExploreResult result = Explore(explorable, Strategy::kDepthFirst);
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(FirstOf(result), "");
}

TEST_P(Faithful, KeepsThemBetweenLocks) {
  // There the release of a server that is being called leaks: a finding about
  // the driver (docs/findings/0001-dead-node-leak.md), not about histories.
  if (NameOf(GetParam()) == "server_death") GTEST_SKIP() << "finding 0001";
  const Explorable explorable(ReadFile(GetParam()), {},
                              Options(true, sim::Granularity::kLock));
  const ExploreResult result =
      Explore(explorable, Strategy::kDepthFirst, kLockStates);
  EXPECT_EQ(FirstOf(result), "");
}

// Regression: E20 asked for news of a share that had been taken back. Two
// findings about the driver (0007, and E22) are met on the way.
TEST(Histories, AShareThatWasWithdrawnNeedsNoNews) {
  sim::SimulationOptions options = Options(true, sim::Granularity::kLock);
  options.except = {"E16", "E22"};
  const Explorable explorable(
      ReadFile("adapter/testdata/share_that_was_withdrawn.textproto"), {},
      options);
  const ExploreResult result = Explore(explorable, Strategy::kDepthFirst);
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(FirstOf(result), "");
}

// The reference explorer knows texts only: no undo, no fingerprint.
TEST_P(Faithful, TheReferenceExplorerAgrees) {
  const Explorable explorable(ReadFile(GetParam()), {}, Options(true));
  const ExploreResult fast =
      Explore(explorable, Strategy::kBreadthFirst, kReferenceStates);
  const ExploreResult reference =
      Explore(explorable, Strategy::kReference, kReferenceStates);
  EXPECT_EQ(fast.states, reference.states);
  EXPECT_EQ(fast.transitions, reference.transitions);
  EXPECT_EQ(fast.complete, reference.complete);
}

// What is remembered merges no states and splits few.
TEST_P(Faithful, RemembersLittle) {
  const std::string text = ReadFile(GetParam());
  const Explorable without(text, {}, Options(false));
  const Explorable with(text, {}, Options(true));
  const uint64_t state = Explore(without, Strategy::kDepthFirst).states;
  const uint64_t all = Explore(with, Strategy::kDepthFirst).states;
  EXPECT_GE(all, state);
  EXPECT_LE(all, state + state / 10);
}

// --- Mutated drivers ---------------------------------------------------------

struct Kill {
  const char* property;
  const char* mutation;
  const char* scenario;
  bool lock = false;  // at lock granularity
};

// docs/invariants.md has the same table.
constexpr Kill kKills[] = {
    {"E22",
     "early-unlock:binder_thread_read:proc-inner-before-update-the-owner-s-"
     "references",
     "scenarios/tutorial/reentrant_callback.textproto", true},
    {"E36",
     "drop-check:binder_alloc_prepare_to_free:only-a-delivered-buffer-may-be-"
     "freed",
     "adapter/testdata/history/buffers.textproto"},
    {"E40", "drop-check:binder_transaction:the-pages-are-in-place",
     "scenarios/tutorial/server_death.textproto", true},
    {"E52",
     "drop:binder_pop_transaction_ilocked:a-popped-transaction-forgets-its-"
     "sender",
     "scenarios/tutorial/reentrant_callback.textproto"},
    {"E53",
     "swap:binder_transaction:binder_select_thread_ilocked-and-enqueue-the-"
     "transaction",
     "adapter/testdata/history/chain.textproto"},
    {"E60", "drop-check:binder_thread_read:another-looper-is-needed",
     "scenarios/tutorial/oneway_ordering.textproto"},
    {"E64", "drop:binder_thread_read:binder_dequeue_work_head_ilocked",
     "scenarios/tutorial/reentrant_callback.textproto"},
    {"E73", "drop-pin:binder_thread_release:proc-tmp_ref-thread-tmp_ref",
     "scenarios/tutorial/server_death.textproto"},
    {"E75",
     "drop:binder_pop_transaction_ilocked:a-popped-transaction-forgets-its-"
     "sender",
     "scenarios/tutorial/server_death.textproto"},
};

class Mutated : public testing::TestWithParam<Kill> {};

INSTANTIATE_TEST_SUITE_P(All, Mutated, testing::ValuesIn(kKills),
                         [](const auto& param) {
                           return std::string(param.param.property);
                         });

TEST_P(Mutated, BreaksIt) {
  const Explorable explorable(
      ReadFile(GetParam().scenario), {GetParam().mutation},
      Options(true, GetParam().lock ? sim::Granularity::kLock
                                    : sim::Granularity::kCommand));
  ExploreOptions options;
  options.max_states = 4'000;
  options.keep_going = true;
  const ExploreResult result =
      model::Explore(*explorable.Start(), Strategy::kBreadthFirst, options);
  const bool broken =
      std::any_of(result.findings.begin(), result.findings.end(),
                  [&](const model::Finding& finding) {
                    return finding.property == GetParam().property;
                  });
  EXPECT_TRUE(broken) << FirstOf(result);
}

TEST(MutatedTable, IsInTheDocument) {
  const std::string doc = ReadFile("docs/invariants.md");
  for (const Kill& kill : kKills) {
    const std::string row = std::string("| ") + kill.property + " | `" +
                            kill.mutation + "` | `" + NameOf(kill.scenario) +
                            "` | " + (kill.lock ? "lock" : "command") + " |\n";
    EXPECT_NE(doc.find(row), std::string::npos) << row;
  }
}

// --- Traces ------------------------------------------------------------------

TEST(HistoryTrace, AViolationReplaysByteForByte) {
  const Kill& freed_early = kKills[1];
  const Explorable explorable(ReadFile(freed_early.scenario),
                              {freed_early.mutation}, Options(true));
  const ExploreResult found = Explore(explorable, Strategy::kBreadthFirst);
  ASSERT_EQ(found.findings.size(), 1u);
  ASSERT_EQ(found.findings[0].property, "E36");
  std::vector<uint64_t> choices;
  for (const model::Choice choice : found.findings[0].choices) {
    choices.push_back(choice.value);
  }
  sim::ReplayScheduler scheduler(choices);
  proto::Trace trace;
  sim::RunOptions options;
  options.trace = &trace;
  sim::Run(explorable.Start()->simulation(), scheduler, options);
  EXPECT_EQ(trace.options().properties(), "all");
  EXPECT_EQ(trace.end().property(), "E36");
  const sim::ReplayResult replay =
      sim::ReplayTrace(trace, explorable.Start()->simulation());
  EXPECT_TRUE(replay.same) << replay.difference;
}

}  // namespace
}  // namespace bindery
