// Simulation, schedulers, recording and replay, on one small scenario.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sim/engine/ending.h"
#include "sim/engine/prng.h"
#include "sim/engine/properties.h"
#include "sim/engine/run.h"
#include "sim/engine/scheduler.h"
#include "sim/engine/simulation.h"
#include "sim/io/scenario_loader.h"

namespace bindery::sim {
namespace {

// Two clients call a server, which is the context manager.
constexpr char kCalls[] = R"pb(
  name: "calls"
  process {
    name: "server"
    attach { context_manager: true }
    thread {
      name: "main"
      step { serve {} }
      on {
        br: BR_TRANSACTION
        step { reply { item { i32: 7 } } }
      }
    }
  }
  process {
    name: "client"
    attach {}
    thread {
      name: "one"
      step {
        call {
          to { number: 0 }
          code: 1
        }
        expect { br: BR_REPLY i32: 7 }
      }
    }
    thread {
      name: "two"
      step {
        call {
          to { number: 0 }
          code: 1
        }
      }
      step {
        call {
          to { number: 0 }
          code: 1
        }
      }
    }
  }
)pb";

// A scenario, loaded, with its driver.
struct Fixture {
  explicit Fixture(const std::string& text,
                   const std::vector<std::string>& mutations = {}) {
    absl::StatusOr<LoadedScenario> result = LoadScenario(text, "test");
    EXPECT_TRUE(result.ok()) << result.status();
    loaded = std::make_unique<LoadedScenario>(*std::move(result));
    absl::StatusOr<Driver> made = Driver::Create("c-7.2", mutations);
    EXPECT_TRUE(made.ok()) << made.status();
    driver = std::make_unique<Driver>(*std::move(made));
    absl::StatusOr<Properties> compiled = Properties::Compile(scenario());
    EXPECT_TRUE(compiled.ok()) << compiled.status();
    properties = std::make_unique<Properties>(*std::move(compiled));
  }
  const CompiledScenario& scenario() const { return loaded->compiled; }
  std::unique_ptr<Simulation> Start(SimulationOptions options = {}) const {
    return std::make_unique<Simulation>(scenario(), *driver, properties.get(),
                                        options);
  }

  std::unique_ptr<LoadedScenario> loaded;
  std::unique_ptr<Driver> driver;
  std::unique_ptr<Properties> properties;
};

std::vector<uint64_t> EnabledIn(const Simulation& simulation) {
  std::vector<uint64_t> choices;
  simulation.Enabled(&choices);
  return choices;
}

std::string Bytes(const Simulation& simulation) {
  std::string bytes;
  simulation.world().Encode(&bytes);
  return bytes;
}

proto::Trace Record(const Fixture& test, Scheduler& scheduler) {
  proto::Trace trace;
  RunOptions options;
  options.trace = &trace;
  sim::Run(*test.Start(), scheduler, options);
  return trace;
}

std::string Actors(const proto::Trace& trace) {
  std::string out;
  for (const proto::TraceStep& step : trace.step()) {
    const std::string last = out.substr(out.rfind(' ') + 1);
    if (last != step.actor()) absl::StrAppend(&out, " ", step.actor());
  }
  return out;
}

// ------------------------------------------------------------- simulation --

TEST(Simulation, EnabledAgreesWithIsEnabledAndIsSorted) {
  const Fixture test(kCalls);
  const auto simulation = test.Start();
  Prng prng(3);
  for (int i = 0; i < 200; ++i) {
    const std::vector<uint64_t> choices = EnabledIn(*simulation);
    EXPECT_TRUE(std::is_sorted(choices.begin(), choices.end()));
    for (const uint64_t choice : choices) {
      EXPECT_TRUE(simulation->IsEnabled(choice));
    }
    if (choices.empty()) break;
    simulation->Apply(choices[prng.Below(choices.size())]);
  }
  EXPECT_TRUE(simulation->Quiet());
}

TEST(Simulation, NonsenseIsNotEnabled) {
  const Fixture test(kCalls);
  const auto simulation = test.Start();
  for (const uint64_t choice :
       {uint64_t{0}, ~uint64_t{0}, MakeChoice(ChoiceKind::kTask, 0),
        MakeChoice(ChoiceKind::kTask, 4), MakeChoice(ChoiceKind::kTask, 1, 1),
        MakeChoice(ChoiceKind::kWorker, 1), MakeChoice(ChoiceKind::kKill, 5, 0),
        MakeChoice(ChoiceKind::kSignal, 5, 1),
        MakeChoice(ChoiceKind::kAllocationFailure, 5)}) {
    EXPECT_FALSE(simulation->IsEnabled(choice)) << choice;
  }
}

TEST(Simulation, UndoTakesBackExactly) {
  const Fixture test(kCalls);
  const auto simulation = test.Start();
  std::vector<std::string> bytes;
  Prng prng(5);
  for (;;) {
    const std::vector<uint64_t> choices = EnabledIn(*simulation);
    if (choices.empty()) break;
    bytes.push_back(Bytes(*simulation));
    simulation->Apply(choices[prng.Below(choices.size())]);
  }
  ASSERT_GT(bytes.size(), 20u);
  while (!bytes.empty()) {
    simulation->Undo();
    ASSERT_EQ(Bytes(*simulation), bytes.back());
    bytes.pop_back();
  }
}

TEST(Simulation, DecodeRestores) {
  const Fixture test(kCalls);
  const auto a = test.Start();
  const auto b = test.Start();
  Prng prng(11);
  for (std::vector<uint64_t> choices = EnabledIn(*a); !choices.empty();
       choices = EnabledIn(*a)) {
    b->Decode(Bytes(*a));
    ASSERT_EQ(a->world().fingerprint(), b->world().fingerprint());
    ASSERT_EQ(choices, EnabledIn(*b));
    const uint64_t choice = choices[prng.Below(choices.size())];
    a->Apply(choice);
    b->Apply(choice);
    ASSERT_EQ(Bytes(*a), Bytes(*b));
  }
}

// -------------------------------------------------------------- schedulers --

TEST(AsWritten, ATaskRunsUntilItBlocksThenTheNextInOrder) {
  const Fixture test(kCalls);
  AsWrittenScheduler scheduler;
  const proto::Trace trace = Record(test, scheduler);
  EXPECT_EQ(trace.end().verdict(), "pass") << trace.end().message();
  EXPECT_TRUE(absl::StartsWith(
      Actors(trace), " server.main client.one client.two server.main"))
      << Actors(trace);
}

TEST(AsWritten, TurnsComeFirst) {
  const Fixture test(absl::StrCat(kCalls, R"pb(
    schedule { actor: "client.two" steps: 1 }
    schedule { actor: "client.one" }
  )pb"));
  AsWrittenScheduler scheduler;
  const proto::Trace trace = Record(test, scheduler);
  EXPECT_EQ(trace.end().verdict(), "pass") << trace.end().message();
  ASSERT_GT(trace.step_size(), 2);
  EXPECT_EQ(trace.step(0).actor(), "client.two");
  EXPECT_EQ(trace.step(1).actor(), "client.one");
}

TEST(AsWritten, ATurnThatCannotBeMadeDiverges) {
  const Fixture test(absl::StrCat(kCalls, R"pb(
    schedule { actor: "server.main" steps: 1000 }
  )pb"));
  AsWrittenScheduler scheduler;
  const auto simulation = test.Start();
  const RunResult result = sim::Run(*simulation, scheduler, {});
  EXPECT_EQ(result.stop, StopReason::kDiverged);
  EXPECT_TRUE(absl::StrContains(result.message, "server.main"))
      << result.message;
  EXPECT_STREQ(result.Verdict(), "inconclusive");
}

TEST(Random, ASeedMeansOneSchedule) {
  const Fixture test(kCalls);
  RandomScheduler a(42), b(42), c(43);
  const std::string first = Record(test, a).SerializeAsString();
  EXPECT_EQ(first, Record(test, b).SerializeAsString());
  EXPECT_NE(first, Record(test, c).SerializeAsString());
}

TEST(Random, TheEnvironmentActsWithinItsBudget) {
  const Fixture test(absl::StrCat(
      kCalls, "budget { kill: \"server\" signals: 2 allocation_failures: 1 }"));
  int kills = 0, signals = 0, failures = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const auto simulation = test.Start();
    RandomScheduler scheduler(seed);
    std::vector<uint64_t> choices;
    int in_run[6] = {};
    for (uint64_t choice = scheduler.Next(*simulation);
         choice != 0 && CheckStep(*simulation, nullptr);
         choice = scheduler.Next(*simulation)) {
      simulation->Apply(choice);
      ++in_run[static_cast<int>(KindOf(choice))];
    }
    EXPECT_LE(in_run[static_cast<int>(ChoiceKind::kKill)], 1);
    EXPECT_LE(in_run[static_cast<int>(ChoiceKind::kSignal)], 2);
    EXPECT_LE(in_run[static_cast<int>(ChoiceKind::kAllocationFailure)], 1);
    kills += in_run[static_cast<int>(ChoiceKind::kKill)];
    signals += in_run[static_cast<int>(ChoiceKind::kSignal)];
    failures += in_run[static_cast<int>(ChoiceKind::kAllocationFailure)];
  }
  EXPECT_GT(kills, 0);
  EXPECT_GT(signals, 0);
  EXPECT_GT(failures, 0);
}

// A thread that waits, for some time at most, for a call that nobody answers.
constexpr char kWaits[] = R"pb(
  process {
    name: "app"
    attach { context_manager: true }
    thread {
      name: "main"
      step { serve { count: 1 } }
      on {
        br: BR_TRANSACTION
        step { post: "called" }
        step { await: "gave up" }
      }
    }
  }
  process {
    name: "client"
    attach {}
    thread {
      name: "main"
      step { call { to { number: 0 } } }
    }
  }
  process {
    name: "system"
    attach {}
    thread {
      name: "main"
      step { await: "called" }
      step {
        ioctl { freeze { process: "app" enable: true timeout_ms: 50 } }
        expect { error: "EAGAIN" }
      }
      step { post: "gave up" }
    }
  }
)pb";

TEST(Timeouts, PassWhenNothingElseCanGoOn) {
  const Fixture test(kWaits);
  for (int64_t seed = -1; seed < 20; ++seed) {
    const auto simulation = test.Start();
    AsWrittenScheduler as_written;
    RandomScheduler random(static_cast<uint64_t>(seed));
    Scheduler& scheduler =
        seed < 0 ? static_cast<Scheduler&>(as_written) : random;
    int timeouts = 0;
    for (uint64_t choice = scheduler.Next(*simulation);
         choice != 0 && CheckStep(*simulation, nullptr);
         choice = scheduler.Next(*simulation)) {
      ASSERT_TRUE(simulation->IsEnabled(choice));
      if (KindOf(choice) == ChoiceKind::kTimeout) {
        EXPECT_EQ(OperandOf(choice), 3u);
        EXPECT_FALSE(simulation->Quiet());
        ++timeouts;
      }
      simulation->Apply(choice);
    }
    EXPECT_EQ(timeouts, 1);
    EXPECT_TRUE(simulation->Quiet());
    EXPECT_TRUE(simulation->runtime().Finished(simulation->task(3)));
  }
}

// ---------------------------------------------------------- run and replay --

TEST(Run, WithAndWithoutRecordTheSameHappens) {
  const Fixture test(kCalls);
  AsWrittenScheduler a, b;
  const proto::Trace trace = Record(test, a);
  SimulationOptions lean;
  lean.journal = false;
  RunOptions options;
  options.check_properties = false;
  const auto simulation = test.Start(lean);
  const RunResult result = sim::Run(*simulation, b, options);
  EXPECT_EQ(result.steps, static_cast<uint64_t>(trace.step_size()));
  EXPECT_STREQ(result.Verdict(), trace.end().verdict().c_str());
  EXPECT_GT(result.nanoseconds, 0u);
}

TEST(Run, TheBudgetEndsIt) {
  const Fixture test(kCalls);
  AsWrittenScheduler scheduler;
  RunOptions options;
  options.max_steps = 3;
  const RunResult result = sim::Run(*test.Start(), scheduler, options);
  EXPECT_EQ(result.stop, StopReason::kBudget);
  EXPECT_EQ(result.steps, 3u);
  EXPECT_STREQ(result.Verdict(), "inconclusive");
}

TEST(Run, AnUnmetExpectationIsAViolation) {
  std::string text = kCalls;
  text.replace(text.find("i32: 7 }\n      }"), 6, "i32: 8");
  const Fixture test(text);
  AsWrittenScheduler scheduler;
  const proto::Trace trace = Record(test, scheduler);
  EXPECT_EQ(trace.end().verdict(), "violated");
  EXPECT_EQ(trace.end().property(), "expectation");
}

TEST(Run, ACallThatNobodyAnswersIsADeadlock) {
  std::string text = kCalls;
  text.replace(text.find("serve {}"), 8, "serve { count: 1 }");
  const Fixture test(text);
  AsWrittenScheduler scheduler;
  const proto::Trace trace = Record(test, scheduler);
  EXPECT_EQ(trace.end().verdict(), "deadlock");
  EXPECT_TRUE(absl::StrContains(trace.end().message(), "client.two"))
      << trace.end().message();
  EXPECT_FALSE(absl::StrContains(trace.end().message(), "server"))
      << trace.end().message();
}

TEST(Replay, ARecordedTraceHappensAgain) {
  const Fixture test(kCalls);
  for (uint64_t seed = 1; seed < 20; ++seed) {
    RandomScheduler scheduler(seed);
    const proto::Trace trace = Record(test, scheduler);
    const ReplayResult result = ReplayTrace(trace, *test.Start());
    EXPECT_TRUE(result.same) << result.difference;
  }
}

TEST(Replay, EveryKindOfDifferenceIsFound) {
  const Fixture test(kCalls);
  AsWrittenScheduler scheduler;
  const proto::Trace good = Record(test, scheduler);
  const auto difference = [&](const proto::Trace& trace) {
    return ReplayTrace(trace, *test.Start()).difference;
  };
  proto::Trace trace = good;
  trace.mutable_step(2)->set_fingerprint("0");
  EXPECT_TRUE(absl::StartsWith(difference(trace), "step 3 "));
  trace = good;
  trace.mutable_step(1)->set_choice(MakeChoice(ChoiceKind::kWorker, 4));
  EXPECT_TRUE(absl::StrContains(difference(trace), "not possible"));
  trace = good;
  trace.mutable_step(0)->add_event()->set_name("more");
  EXPECT_TRUE(absl::StrContains(difference(trace), "events"));
  trace = good;
  trace.mutable_step(0)->add_change()->set_field("more");
  EXPECT_TRUE(absl::StrContains(difference(trace), "changes"));
  trace = good;
  trace.mutable_end()->set_verdict("violated");
  EXPECT_TRUE(absl::StrContains(difference(trace), "the end was"));
  trace = good;
  trace.mutable_step()->RemoveLast();
  EXPECT_NE(difference(trace), "");
  EXPECT_EQ(difference(good), "");
}

TEST(ChoiceText, NamesWhatItMeans) {
  const Fixture test(absl::StrCat(kCalls, "budget { kill: \"client\" }"));
  const CompiledScenario& s = test.scenario();
  EXPECT_EQ(ChoiceText(s, MakeChoice(ChoiceKind::kTask, 2)), "run client.one");
  EXPECT_EQ(ChoiceText(s, MakeChoice(ChoiceKind::kWorker, 4)), "run kworker");
  EXPECT_EQ(ChoiceText(s, MakeChoice(ChoiceKind::kKill, 5, 0)), "kill client");
  EXPECT_EQ(ChoiceText(s, MakeChoice(ChoiceKind::kSignal, 5, 3)),
            "signal client.two");
  EXPECT_EQ(ChoiceText(s, MakeChoice(ChoiceKind::kTimeout, 5, 3)),
            "time is up for client.two");
  EXPECT_EQ(ChoiceText(s, MakeChoice(ChoiceKind::kTask, 9)),
            "choice 0x0100000900000000");
}

}  // namespace
}  // namespace bindery::sim
