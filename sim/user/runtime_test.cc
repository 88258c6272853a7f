#include "sim/user/runtime.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/user/test_run.h"

namespace bindery::sim {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A server that is context manager with `server` in its thread, and a client
// with `client` in its.
std::string Pair(const std::string& server, const std::string& client,
                 const std::string& more = "") {
  return absl::StrCat(
      "process { name: \"server\" attach { context_manager: true } ",
      "node { name: \"n\" } thread { name: \"main\" ", server,
      " } }\nprocess { name: \"client\" attach {} node { name: \"m\" } ",
      "thread { name: \"main\" ", client, " } }\n", more);
}

// Runs as written; the problems, or what is left to do, or "".
std::string Outcome(const std::string& text, uint64_t seed = 0) {
  TestRun run(MustLoad(text), seed);
  if (!run.Run()) return "endless";
  if (!run.problems().empty()) return absl::StrJoin(run.problems(), "\n");
  return run.Unfinished();
}

constexpr char kServe[] = "step { serve {} } ";
constexpr char kCall1[] = "step { call { to { number: 0 } code: 1 } } ";

TEST(RuntimeTest, CallIsServedAndAnswered) {
  EXPECT_EQ(Outcome(Pair("step { serve {} } on { br: BR_TRANSACTION code: 1 "
                         "step { reply { item { i32: 5 } } } }",
                         "step { call { to { number: 0 } code: 1 } "
                         "expect { i32: 5 } }")),
            "");
}

TEST(RuntimeTest, WrongAnswerFailsWithPlaceExpectationAndObservation) {
  const std::string outcome = Outcome(
      Pair("step { serve {} } on { br: BR_TRANSACTION "
           "step { reply { item { text: \"no\" } } } }",
           "\nstep { call { to { number: 0 } } expect { text: \"yes\" } }"));
  EXPECT_THAT(outcome, AllOf(HasSubstr("test.textproto:3:1: client.main: "),
                             HasSubstr("expected text \"yes\""),
                             HasSubstr("observed BR_REPLY")));
}

TEST(RuntimeTest, HandlerWithoutReplyAnswersWithAnEmptyOne) {
  EXPECT_EQ(Outcome(Pair("step { serve {} } on { br: BR_TRANSACTION }",
                         "step { call { to { number: 0 } } }")),
            "");
}

TEST(RuntimeTest, AlternativesAreAllRight) {
  EXPECT_EQ(Outcome(Pair("step { post: \"up\" } step { serve {} } "
                         "on { br: BR_TRANSACTION }",
                         "step { call { to { number: 9 } } "
                         "expect { br: BR_DEAD_REPLY } "
                         "expect { br: BR_FAILED_REPLY } }")),
            "");
}

TEST(RuntimeTest, DefaultExpectationIsAReply) {
  EXPECT_THAT(Outcome(Pair(kServe, "step { call { to { number: 9 } } }")),
              HasSubstr("expected BR_REPLY; observed BR_FAILED_REPLY"));
}

TEST(RuntimeTest, UnhandledTransactionFailsByDefault) {
  EXPECT_THAT(Outcome(Pair(kServe, kCall1)),
              HasSubstr("server.main: no handler takes BR_TRANSACTION"));
}

TEST(RuntimeTest, UnhandledTransactionCanBeIgnored) {
  EXPECT_EQ(
      Outcome(Pair("step { serve {} } unhandled: UNHANDLED_IGNORE", kCall1)),
      "");
}

TEST(RuntimeTest, UnhandledTransactionCanStopTheThread) {
  EXPECT_THAT(
      Outcome(Pair("step { serve {} } unhandled: UNHANDLED_STOP", kCall1)),
      AllOf(HasSubstr("client.main waits for the reply to its call at "),
            Not(HasSubstr("server"))));
}

TEST(RuntimeTest, HandlersFilterByCodeNodeTextAndBinding) {
  EXPECT_EQ(
      Outcome(Pair(
          "step { serve {} } "
          "on { br: BR_TRANSACTION code: 1 text: \"a\" step { reply { item { "
          "i32: 1 } } } } "
          "on { br: BR_TRANSACTION code: 1 if_bound: \"h\" step { reply { "
          "item { i32: 2 } } } } "
          "on { br: BR_TRANSACTION code: 1 step { reply { item { i32: 3 } } "
          "} } "
          "on { br: BR_TRANSACTION code: 2 bind { object: 0 name: \"h\" "
          "acquire: true } }",
          "step { call { to { number: 0 } code: 1 item { text: \"ab\" } } "
          "expect { i32: 3 } } "
          "step { call { to { number: 0 } code: 1 item { text: \"a\" } } "
          "expect { i32: 1 } } "
          "step { call { to { number: 0 } code: 2 item { binder: \"m\" } } } "
          "step { call { to { number: 0 } code: 1 } expect { i32: 2 } }")),
      "");
}

TEST(RuntimeTest, NestedCallIsServedByTheWaitingThread) {
  const std::string text = Pair(
      "step { serve {} } on { br: BR_TRANSACTION code: 1 "
      "bind { object: 0 name: \"back\" acquire: true } "
      "step { call { to { name: \"back\" } code: 2 } expect { i32: 2 } } }",
      "step { call { to { number: 0 } code: 1 item { binder: \"m\" } } } "
      "on { br: BR_TRANSACTION node: \"m\" step { reply { item { i32: 2 } } "
      "} }");
  for (uint64_t seed = 0; seed < 200; ++seed) {
    EXPECT_EQ(Outcome(text, seed), "") << seed;
  }
}

TEST(RuntimeTest, OneWayHandlerMustNotReply) {
  EXPECT_THAT(
      Outcome(
          Pair("step { serve {} } on { br: BR_TRANSACTION step { reply {} } }",
               "step { call { to { number: 0 } one_way: true } }")),
      HasSubstr("the transaction is one-way"));
}

TEST(RuntimeTest, ASecondReplyFails) {
  EXPECT_THAT(Outcome(Pair("step { serve {} } on { br: BR_TRANSACTION "
                           "step { reply {} } step { reply {} } }",
                           kCall1)),
              HasSubstr("answered already"));
}

TEST(RuntimeTest, ServeCountsTransactions) {
  const std::string server =
      "step { serve { count: 2 } } step { post: \"served\" } "
      "on { br: BR_TRANSACTION }";
  EXPECT_EQ(Outcome(Pair(server, absl::StrCat(kCall1, kCall1,
                                              "step { await: \"served\" }"))),
            "");
  EXPECT_THAT(Outcome(Pair(server, kCall1)),
              HasSubstr("server.main serves at test.textproto:1 and waits for "
                        "1 more transaction\n"));
}

TEST(RuntimeTest, RepeatsNest) {
  EXPECT_EQ(Outcome(Pair("step { serve { count: 6 } } on { br: "
                         "BR_TRANSACTION }",
                         absl::StrCat("step { repeat { times: 2 step { repeat "
                                      "{ times: 3 ",
                                      kCall1, "} } } }"))),
            "");
}

TEST(RuntimeTest, PoolThreadStartsWhenAskedFor) {
  const std::string text =
      "process { name: \"server\" attach { context_manager: true "
      "max_threads: 1 } "
      "thread { name: \"main\" step { serve {} } } "
      "thread { name: \"pool\" pool: true step { serve {} } } "
      "thread { name: \"spare\" pool: true step { serve {} } } "
      "on { br: BR_TRANSACTION } }"
      "process { name: \"client\" attach {} thread { name: \"main\" "
      "step { call { to { number: 0 } } } } }";
  TestRun run(MustLoad(text));
  EXPECT_EQ(run.world().Peek(run.runtime().Task(2)).state,
            TaskState::kWaitingForSpawn);
  ASSERT_TRUE(run.Run());
  EXPECT_THAT(run.problems(), IsEmpty());
  EXPECT_TRUE(run.runtime().Idle(run.runtime().Task(2)));
  EXPECT_EQ(run.world().Peek(run.runtime().Task(3)).state,
            TaskState::kWaitingForSpawn);
  int registered = 0;
  run.world().ForEach<ThreadRow>([&](ThreadId, const ThreadRow& thread) {
    registered += (thread.looper & kLooperRegistered) != 0 ? 1 : 0;
    EXPECT_EQ(thread.looper & kLooperInvalid, 0);
  });
  EXPECT_EQ(registered, 1);
}

TEST(RuntimeTest, UnboundNamesFail) {
  EXPECT_THAT(
      Outcome(Pair("step { serve {} } on { br: BR_TRANSACTION code: 1 bind { "
                   "object: 0 name: \"h\" } } "
                   "on { br: BR_TRANSACTION code: 2 step { call { to { name: "
                   "\"h\" } } } }",
                   "step { call { to { number: 0 } code: 2 } }")),
      HasSubstr("\"h\" is not bound yet"));
}

TEST(RuntimeTest, BindOfAMissingObjectFails) {
  EXPECT_THAT(Outcome(Pair("step { serve {} } on { br: BR_TRANSACTION bind { "
                           "object: 0 name: \"h\" } }",
                           kCall1)),
              HasSubstr("object 0 of the payload does not exist"));
}

TEST(RuntimeTest, BindOfANodeThatCameHomeFails) {
  EXPECT_THAT(
      Outcome(Pair(
          "step { serve {} } on { br: BR_TRANSACTION code: 1 bind { object: 0 "
          "name: \"h\" acquire: true } step { reply { item { handle { name: "
          "\"h\" } } } } }",
          "step { call { to { number: 0 } code: 1 item { binder: \"m\" } bind "
          "{ object: 0 name: \"mine\" } } }")),
      HasSubstr("came home"));
}

TEST(RuntimeTest, AwaitWaitsForThePost) {
  TestRun run(MustLoad(Pair("step { await: \"go\" }",
                            "step { post: \"go\" } step { stop {} }")));
  EXPECT_FALSE(run.Enabled(1));
  EXPECT_EQ(run.runtime().WaitingFor(run.runtime().Task(1)),
            "awaits \"go\" at test.textproto:1");
  run.StepOf(2);
  EXPECT_TRUE(run.Enabled(1));
  ASSERT_TRUE(run.Run());
  EXPECT_EQ(run.world().Peek(run.runtime().Task(1)).state,
            TaskState::kFinished);
  EXPECT_EQ(run.world().Peek(run.runtime().Task(2)).state, TaskState::kStopped);
}

TEST(RuntimeTest, ChecksAreEvaluatedWhereTheyStand) {
  TestRun run(
      MustLoad(Pair("step { check { name: \"c\" expr: \"false\" } }", kServe)));
  uint32_t asked = 99;
  run.runtime().set_check([&](uint32_t index) {
    asked = index;
    return false;
  });
  run.StepOf(1);
  EXPECT_EQ(asked, 0u);
  EXPECT_THAT(run.problems(), ElementsAre(HasSubstr("check \"c\" does not "
                                                    "hold: false")));
}

TEST(RuntimeTest, ExitEndsTheWholeProcess) {
  TestRun run(MustLoad(Pair("step { exit {} }", "step { stop {} }")));
  ASSERT_TRUE(run.Run());
  EXPECT_EQ(run.world().Peek(run.runtime().Task(1)).state, TaskState::kDead);
  int procs = 0;
  run.world().ForEach<ProcRow>([&](ProcId, const ProcRow&) { ++procs; });
  EXPECT_EQ(procs, 1);
}

TEST(RuntimeTest, KillEndsAThreadThatSleepsInTheDriver) {
  TestRun run(MustLoad(
      Pair("step { post: \"up\" } step { serve {} } on { br: BR_TRANSACTION }",
           "step { await: \"up\" } step { call { to { number: 0 } } } "
           "step { kill { process: \"server\" } } "
           "step { call { to { number: 0 } } expect { br: BR_DEAD_REPLY } }")));
  ASSERT_TRUE(run.Run());
  // The second call may come before the driver has noticed the death.
  EXPECT_EQ(run.Unfinished(), "");
  EXPECT_THAT(run.problems(), IsEmpty());
  EXPECT_EQ(run.world().Peek(run.runtime().Task(1)).state, TaskState::kDead);
}

TEST(RuntimeTest, SignalEndsASleepAndNothingElse) {
  TestRun run(MustLoad(Pair(
      "step { ioctl { version {} } } step { write_read { read_size: 256 } "
      "expect { error: \"EINTR\" } } "
      "step { await: \"done\" } step { ioctl { version {} } }",
      "step { signal { thread: \"server.main\" } } step { post: \"done\" } "
      "step { signal { thread: \"server.main\" } } "
      "step { signal { thread: \"client.main\" } } "
      "step { ioctl { version {} } }")));
  ASSERT_TRUE(run.Run());
  EXPECT_EQ(run.Unfinished(), "");
  EXPECT_THAT(run.problems(), IsEmpty());
  EXPECT_EQ(run.world().Peek(run.runtime().Task(1)).signal_pending, 0);
}

TEST(RuntimeTest, DeathIsReportedAndAcknowledged) {
  const std::string text =
      Pair("step { await: \"asked\" } step { exit {} }",
           "step { queue { command { acquire { number: 0 } } command { "
           "request_death { handle { number: 0 } cookie: 7 } } } } "
           "step { flush {} } step { post: \"asked\" } step { serve {} } "
           "on { br: BR_DEAD_BINDER cookie: 7 step { post: \"told\" } }",
           "process { name: \"third\" thread { name: \"main\" step { await: "
           "\"told\" } } }");
  TestRun run(MustLoad(text));
  ASSERT_TRUE(run.Run());
  EXPECT_THAT(run.problems(), IsEmpty());
  EXPECT_EQ(run.Unfinished(), "");
  run.world().ForEach<ProcRow>([](ProcId, const ProcRow& proc) {
    EXPECT_EQ(proc.delivered_death.size, 0u);
  });
}

TEST(RuntimeTest, AThreadWritesWhatIsQueuedBeforeItEnds) {
  TestRun run(MustLoad(
      Pair(kServe, "step { queue { command { acquire { number: 0 } } } }")));
  ASSERT_TRUE(run.Run());
  EXPECT_THAT(run.problems(), IsEmpty());
  int refs = 0;
  run.world().ForEach<RefRow>([&](RefId, const RefRow&) { ++refs; });
  EXPECT_EQ(refs, 1);
}

TEST(RuntimeTest, RepliesFreeTheirBuffers) {
  TestRun run(
      MustLoad(Pair("step { serve { count: 3 } } on { br: "
                    "BR_TRANSACTION step { reply { item { i32: 1 } } "
                    "} }",
                    absl::StrCat(kCall1, kCall1, kCall1))));
  ASSERT_TRUE(run.Run());
  EXPECT_THAT(run.problems(), IsEmpty());
  int buffers = 0;
  run.world().ForEach<BufferRow>(
      [&](BufferId, const BufferRow&) { ++buffers; });
  EXPECT_EQ(buffers, 0);
}

TEST(RuntimeTest, KeptBufferStaysUntilItIsFreedByName) {
  const std::string keep =
      "step { serve { count: 1 } } on { br: BR_TRANSACTION keep_buffer: true "
      "bind { buffer {} name: \"b\" } } ";
  for (const bool freed : {false, true}) {
    TestRun run(MustLoad(
        Pair(absl::StrCat(keep, freed ? "step { queue { command { free_buffer "
                                        "{ name: \"b\" } } } }"
                                      : ""),
             kCall1)));
    ASSERT_TRUE(run.Run());
    EXPECT_THAT(run.problems(), IsEmpty());
    int buffers = 0;
    run.world().ForEach<BufferRow>(
        [&](BufferId, const BufferRow&) { ++buffers; });
    EXPECT_EQ(buffers, freed ? 0 : 1);
  }
}

// Every field that says what an ioctl wrote back is compared.
TEST(RuntimeTest, WrongFactsAboutNodesFail) {
  const auto outcome = [](const char* expected) {
    return Outcome(absl::StrCat(
        "process { name: \"p\" attach {} node { name: \"n\" ptr: 4 cookie: 5 } "
        "thread { name: \"main\" "
        "step { ioctl { set_context_mgr_ext { node { name: \"n\" } } } } "
        "step { ioctl { get_node_debug_info: 3 } expect { ",
        expected, " } } } }"));
  };
  EXPECT_EQ(outcome("value: 4 cookie: 5 has_strong_ref: true "
                    "has_weak_ref: true"),
            "");
  for (const char* wrong : {"value: 5", "cookie: 4", "has_strong_ref: false",
                            "has_weak_ref: false", "weak_count: 1"}) {
    EXPECT_THAT(outcome(wrong), HasSubstr("observed ret 0 value 4 cookie 5 "
                                          "has_strong_ref 1 has_weak_ref 1"));
  }
}

TEST(RuntimeTest, AppendedReturnsAreComparedTogether) {
  EXPECT_EQ(
      Outcome(Pair(
          "step { serve {} } on { br: BR_TRANSACTION }",
          "step { write_read { write { transaction { to { number: 0 } "
          "one_way: true } } read_size: 128 } "
          "expect { returns { br: BR_NOOP } returns { br: "
          "BR_TRANSACTION_COMPLETE } } } "
          "step { write_read { write { transaction { to { number: 0 } } } "
          "read_size: 128 append_returns: true } expect { "
          "returns { br: BR_NOOP } returns { br: BR_TRANSACTION_COMPLETE } "
          "returns { br: BR_NOOP } returns { br: BR_TRANSACTION_COMPLETE } "
          "returns { br: BR_REPLY data_size: 0 } } }")),
      "");
}

TEST(RuntimeTest, RawBytesAreConsumedAsTheDriverDoes) {
  EXPECT_EQ(
      Outcome(Pair("",
                   "step { write_read { write { enter_looper {} } write { raw: "
                   "\"\\x0c\\x63\\0\\0\\xff\\xff\\xff\\xff\" } } "
                   "expect { error: \"EINVAL\" write_consumed: 8 } } "
                   "step { write_read { write { enter_looper {} } write { raw: "
                   "\"\\x05\\x63\" } } "
                   "expect { error: \"EFAULT\" write_consumed: 4 } } "
                   "step { write_read { write { enter_looper {} } write { "
                   "exit_looper {} } write_consumed: 4 } "
                   "expect { ret: 0 write_consumed: 8 } }")),
      "");
}

TEST(RuntimeTest, ServiceManagerAddsAndFinds) {
  const std::string text =
      "process { name: \"sm\" service_manager { service: \"a\" service: "
      "\"b\" } }"
      "process { name: \"p\" attach {} node { name: \"n\" } thread { name: "
      "\"main\" "
      "step { call { to { number: 0 } code: 1 item { text: \"a\" } } } "
      "step { call { to { number: 0 } code: 3 item { text: \"a\" } item { "
      "binder: \"n\" } } } "
      "step { post: \"up\" } step { serve { count: 1 } } "
      "on { br: BR_TRANSACTION node: \"n\" } } }"
      "process { name: \"q\" attach {} thread { name: \"main\" step { await: "
      "\"up\" } "
      "step { call { to { number: 0 } code: 1 item { text: \"a\" } bind { "
      "object: 0 name: \"a\" acquire: true } } } "
      "step { call { to { name: \"a\" } } } } }";
  for (uint64_t seed = 0; seed < 100; ++seed) {
    EXPECT_EQ(Outcome(text, seed), "") << seed;
  }
}

TEST(RuntimeTest, ServiceManagerRefusesNamesThatAreNotListed) {
  EXPECT_THAT(Outcome("process { name: \"sm\" service_manager { service: "
                      "\"a\" } } process { name: \"p\" attach {} thread { "
                      "name: \"main\" step { call { to { number: 0 } code: 1 "
                      "item { text: \"x\" } } } } }"),
              HasSubstr("sm.main: no handler takes"));
}

// U1: nothing of a run is outside the world.
TEST(RuntimeTest, UndoTakesBackWholeRuns) {
  const std::string text = Pair(
      "step { serve {} } on { br: BR_TRANSACTION code: 1 bind { object: 0 "
      "name: \"back\" acquire: true } step { call { to { name: \"back\" } } } "
      "}",
      "step { repeat { times: 2 step { call { to { number: 0 } code: 1 item { "
      "binder: \"m\" } } } } } on { br: BR_TRANSACTION }");
  for (uint64_t seed = 1; seed < 50; ++seed) {
    TestRun run(MustLoad(text), seed);
    const Hash128 start = run.world().fingerprint();
    ASSERT_TRUE(run.Run());
    const Hash128 end = run.world().fingerprint();
    EXPECT_EQ(run.Unfinished(), "");
    while (run.world().depth() != 0) run.world().Undo();
    EXPECT_EQ(run.world().fingerprint(), start);
    ASSERT_TRUE(run.Run());
    EXPECT_EQ(run.Unfinished(), "");
    EXPECT_EQ(run.world().fingerprint(), end);
  }
}

}  // namespace
}  // namespace bindery::sim
