// Scenarios are measured in all kinds of executions.
#include "tools/coverage/exercise.h"

#include <set>
#include <string>

#include "gtest/gtest.h"
#include "sim/io/scenario_loader.h"

namespace bindery::coverage {
namespace {

// A client sends one object to the context manager, which takes it.
constexpr char kScenario[] = R"(
process {
  name: "server"
  attach { context_manager: true }
  thread {
    name: "main"
    step { write_read { write { enter_looper {} } read_size: 256 } }
  }
}
process {
  name: "client"
  attach {}
  node { name: "mine" }
  thread {
    name: "main"
    step {
      write_read {
        write {
          transaction {
            to { number: 0 }
            one_way: true
            item { object { type: 2002922117 binder: 4096 cookie: 4097 } }
          }
        }
      }
    }
  }
}
)";

Exercise MeasureText(const char* text, const Limits& limits) {
  const auto scenario = sim::LoadScenario(text, "test.textproto");
  EXPECT_TRUE(scenario.ok()) << scenario.status();
  const sim::Driver driver = *sim::Driver::Create("c-7.2");
  const auto properties = sim::Properties::Compile(scenario->compiled);
  sim::AsWrittenScheduler scheduler;
  return Measure("test", scenario->compiled, driver, *properties, {}, scheduler,
                 limits);
}

bool Takes(const Exercise& exercise, Kind kind, const char* name) {
  return exercise.taken[static_cast<int>(kind)].count(name) != 0;
}

TEST(ExerciseTest, BranchesAndFactsOfTheRunAsWritten) {
  const Exercise exercise = MeasureText(kScenario, {});
  EXPECT_TRUE(Takes(exercise, Kind::kAsWritten,
                    "binder_translate_binder: there is none: yes"));
  EXPECT_FALSE(Takes(exercise, Kind::kAsWritten,
                     "binder_translate_binder: there is none: no"));
  EXPECT_TRUE(
      Takes(exercise, Kind::kAsWritten, "WEAK_BINDER arrives as WEAK_HANDLE"));
  EXPECT_TRUE(Takes(exercise, Kind::kAsWritten, "BR_TRANSACTION is returned"));
  EXPECT_FALSE(Takes(exercise, Kind::kAsWritten, "BR_REPLY is returned"));
}

// As written the server sleeps before the client sends.
TEST(ExerciseTest, OtherOrdersAreFoundByExploring) {
  const char* const polled =
      "binder_wakeup_poll_threads_ilocked: wake polling threads: reached";
  const Exercise exercise = MeasureText(kScenario, {1000, 0});
  EXPECT_FALSE(Takes(exercise, Kind::kAsWritten, polled));
  EXPECT_TRUE(Takes(exercise, Kind::kExplored, polled));
  EXPECT_TRUE(Takes(exercise, Kind::kWindows, polled));
}

// The node is made, and then nothing can refer to it.
TEST(ExerciseTest, EachAllocationFailsInTurnIfOneMay) {
  const char* const late =
      "binder_inc_ref_for_node: the ref could be allocated: no";
  const std::string budget =
      std::string(kScenario) + "budget { allocation_failures: 1 }\n";
  EXPECT_FALSE(Takes(MeasureText(kScenario, {}), Kind::kWindows, late));
  const Exercise exercise = MeasureText(budget.c_str(), {});
  EXPECT_FALSE(Takes(exercise, Kind::kExplored, late));
  EXPECT_TRUE(Takes(exercise, Kind::kFailing, late));
}

// Between two locks of the sender the server goes away.
TEST(ExerciseTest, WhatIsToBeExploredBetweenLocksIs) {
  const char* const window = "binder_transaction: the target takes it: no";
  const std::string killed =
      std::string(kScenario) + "budget { kill: \"server\" }\n";
  const std::string lock = killed + "explore { granularity: \"lock\" }\n";
  const Limits limits{1000, 0};
  EXPECT_FALSE(
      Takes(MeasureText(killed.c_str(), limits), Kind::kWindows, window));
  const Exercise exercise = MeasureText(lock.c_str(), limits);
  EXPECT_FALSE(Takes(exercise, Kind::kFailing, window));
  EXPECT_TRUE(Takes(exercise, Kind::kWindows, window));
}

// The word has no number of its own.
TEST(ExerciseTest, ASecurityContextIsAFact) {
  const char* const fact = "BR_TRANSACTION_SEC_CTX is returned";
  EXPECT_FALSE(Takes(MeasureText(kScenario, {}), Kind::kWindows, fact));
  const Exercise exercise = MeasureText(R"(
process {
  name: "server"
  attach { context_manager: true }
  node { name: "curious" flags: 0x1000 }
  thread {
    name: "main"
    step { serve {} }
    on { br: BR_TRANSACTION node: "curious" }
    on { br: BR_TRANSACTION step { reply { item { binder: "curious" } } } }
  }
}
process {
  name: "client"
  security_context: "kernel"
  attach {}
  thread {
    name: "main"
    step {
      call { to { number: 0 } bind { object: 0 name: "curious" acquire: true } }
    }
    step { call { to { name: "curious" } } }
  }
}
)",
                                        {});
  EXPECT_TRUE(Takes(exercise, Kind::kAsWritten, fact));
}

TEST(ExerciseTest, TheSameEachTime) {
  const Exercise one = MeasureText(kScenario, {1000, 20});
  const Exercise two = MeasureText(kScenario, {1000, 20});
  for (int i = 0; i < kKinds; ++i) EXPECT_EQ(one.taken[i], two.taken[i]) << i;
}

}  // namespace
}  // namespace bindery::coverage
