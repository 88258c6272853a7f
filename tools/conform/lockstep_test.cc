// The plan is what an agent can run, and the transcript what the model does.
#include "tools/conform/lockstep.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "gtest/gtest.h"
#include "sim/io/scenario_loader.h"
#include "tools/conform/driver_log.h"
#include "tools/export/binder_logs.h"

namespace bindery::conform {
namespace {

constexpr char kCall[] = R"(
name: "call"
process {
  name: "server"
  attach { context_manager: true }
  thread { name: "main" step { serve { count: 1 } } }
  on { br: BR_TRANSACTION code: 1 step { reply { item { i32: 7 } } } }
}
process {
  name: "client"
  uid: 1000
  attach {}
  thread { name: "main" step { call { to { number: 0 } code: 1 } } }
})";

absl::StatusOr<LockstepRun> RunText(const std::string& text) {
  const auto loaded = sim::LoadScenario(text, "test.textproto");
  EXPECT_TRUE(loaded.ok()) << loaded.status();
  const sim::Driver driver = *sim::Driver::Create("c-7.2");
  return RunLockstep(loaded->compiled, driver, nullptr);
}

bool Has(const Transcript& transcript, const std::string& line) {
  for (const TranscriptStep& step : transcript.steps) {
    for (const std::string& result : step.results) {
      if (result == line) return true;
    }
  }
  return false;
}

TEST(LockstepTest, AStepHasTheActorsResultFirst) {
  const auto run = RunText(kCall);
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(run->failure, "");
  EXPECT_EQ(run->transcript.steps[0].action, "server.main: open(binder)");
  EXPECT_TRUE(Has(run->transcript,
                  "server.main   BR_TRANSACTION ptr=0 cookie=0 code=1 flags=0 "
                  "sender=client euid=1000 buffer=map0+0 size=0 data=- "
                  "offsets=map0+0 size=0 data=-"));
  EXPECT_TRUE(Has(run->transcript, "inside: client.main"));
}

TEST(LockstepTest, AStepCitesWhatItWentThrough) {
  const auto run = RunText(R"(
name: "refused"
process {
  name: "p"
  attach { }
  thread {
    name: "main"
    step { write_read { write { release { number: 3 } } } }
  }
})");
  ASSERT_TRUE(run.ok()) << run.status();
  // The last two steps read what the driver says.
  const std::vector<std::string>& cited =
      run->transcript.steps.rbegin()[2].cited;
  ASSERT_GE(cited.size(), 3u);
  EXPECT_EQ(cited.front(), "binder_ioctl_write_read");
  EXPECT_EQ(cited.back(), "  refused: decrement of an invalid ref");
  EXPECT_EQ(std::count(cited.begin(), cited.end(), "binder_thread_write"), 1);
}

TEST(LockstepTest, EachAllocationCanFailInItsTurn) {
  const auto loaded = sim::LoadScenario(kCall, "test.textproto");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const sim::Driver driver = *sim::Driver::Create("c-7.2");
  uint32_t count = 0;
  size_t step = 0;
  for (;; ++count) {
    const auto run = RunLockstepFailing(loaded->compiled, driver, count + 1);
    ASSERT_TRUE(run.ok()) << run.status();
    if (!run->failed.has_value()) break;
    EXPECT_GE(run->failed->step, step);
    step = run->failed->step;
    // The fault is armed right before what the call needs in memory, or the
    // call itself.
    const std::string rest = run->plan.substr(run->failed->plan_at, 5);
    EXPECT_TRUE(rest == "poke " || rest == "call ") << rest;
  }
  // The client's thread; a transaction, its completion, its buffer and a page,
  // twice. The server's thread is the set-up's.
  EXPECT_EQ(count, 9u);
}

TEST(LockstepTest, WokenThreadsRunInTheOrderInWhichTheyWereWoken) {
  const auto run = RunText(R"(
name: "flush"
process {
  name: "p"
  attach { max_threads: 1 }
  thread {
    name: "a"
    step { ioctl { version {} } }
    step { await: "b sleeps" }
    step { post: "a reads" }
    step { write_read { read_size: 256 } expect { } }
  }
  thread {
    name: "b"
    step { write_read { write { enter_looper { } } } }
    step { post: "b sleeps" }
    step { write_read { read_size: 256 } expect { } }
  }
  thread { name: "c" step { await: "a reads" } step { close { } } }
})");
  ASSERT_TRUE(run.ok()) << run.status();
  // a wakes first and leaves waiting_threads empty for b, a looper.
  EXPECT_TRUE(Has(run->transcript, "p.a   BR_NOOP"));
  EXPECT_TRUE(Has(run->transcript, "p.b   BR_SPAWN_LOOPER"));
}

TEST(LockstepTest, ThePlanHasAStepForEachCall) {
  const auto run = RunText(kCall);
  ASSERT_TRUE(run.ok()) << run.status();
  size_t calls = 0;
  for (size_t at = run->plan.find("\ncall "); at != std::string::npos;
       at = run->plan.find("\ncall ", at + 1)) {
    ++calls;
  }
  EXPECT_EQ(calls + 2, run->transcript.steps.size());
  EXPECT_EQ(run->plan.rfind("scenario call\n", 0), 0u);
  EXPECT_EQ(
      run->plan.substr(run->plan.find("\nstate ")),
      absl::StrCat("\nstate ", kStateLogs, "\nstate ", kOtherLogs, "\nend\n"));
  EXPECT_NE(run->plan.find("process 1 uid=1000"), std::string::npos);
}

TEST(LockstepTest, TheLastStepsAreWhatTheDriverSays) {
  const auto run = RunText(kCall);
  ASSERT_TRUE(run.ok()) << run.status();
  const TranscriptStep& last = *(run->transcript.steps.end() - 2);
  EXPECT_EQ(last.action, kStateStep);
  EXPECT_EQ(last.results.front(), "binder stats:");
  EXPECT_TRUE(Has(run->transcript, "binder state:"));
  EXPECT_TRUE(
      Has(run->transcript, "  thread server.main: l 02 need_return 0 tr 0"));
  ASSERT_EQ(run->in_words_of.size(), std::size(tools::kLogDialects));
  const auto& latest = run->in_words_of.back();
  EXPECT_EQ(latest.at(run->transcript.steps.size() - 2), last.results);
  const TranscriptStep& logs = run->transcript.steps.back();
  EXPECT_EQ(logs.action, kLogsStep);
  EXPECT_EQ(logs.results.front(), "log transaction_log");
  EXPECT_TRUE(Has(run->transcript, "log proc/server"));
  EXPECT_EQ(latest.at(run->transcript.steps.size() - 1), logs.results);
}

TEST(LockstepTest, IsTheSameTwice) {
  const auto first = RunText(kCall);
  const auto second = RunText(kCall);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->plan, second->plan);
  EXPECT_FALSE(FirstDifference(first->transcript, second->transcript).found);
}

TEST(LockstepTest, AnExpectationThatIsNotMetEndsTheRun) {
  std::string text = kCall;
  text.replace(text.find("code: 1 } }"), 11,
               "code: 1 } expect { br: BR_DEAD_REPLY } }");
  const auto run = RunText(text);
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_NE(run->failure.find("BR_DEAD_REPLY"), std::string::npos);
}

TEST(LockstepTest, AKillIsAStep) {
  const auto run = RunText(R"(
name: "kill"
process {
  name: "a"
  attach { context_manager: true }
  thread { name: "t" step { write_read { read_size: 256 } expect {} }
                     step { write_read { read_size: 256 } expect {} } }
}
process {
  name: "b"
  thread { name: "t" step { kill { process: "a" } } }
})");
  ASSERT_TRUE(run.ok()) << run.status();
  const TranscriptStep& kill = *(run->transcript.steps.end() - 3);
  EXPECT_EQ(kill.action, "kill a");
  EXPECT_TRUE(kill.results.empty());
  EXPECT_NE(run->plan.find("\nkill 0\n"), std::string::npos);
}

constexpr char kDenied[] = R"(
name: "denied"
policy { deny { permission: SET_CONTEXT_MGR } }
process {
  name: "stranger"
  nice: 4
  security_context: "$0"
  attach {}
  thread {
    name: "main"
    step { ioctl { set_context_mgr {} } expect { error: "EACCES" } }
  }
})";

TEST(LockstepTest, APolicyGoesAlong) {
  const auto run = RunText(absl::Substitute(kDenied, "u:r:stranger"));
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(run->failure, "");
  // The magic number, its text's length, "SE Linux".
  EXPECT_NE(run->plan.find("\npolicy 8cff7cf9080000005345204c696e7578"),
            std::string::npos);
  EXPECT_NE(run->plan.find(" context=u:r:stranger\n"), std::string::npos);
  EXPECT_NE(run->plan.find("task 0 process=0 nice=4\n"), std::string::npos);
  EXPECT_TRUE(Has(run->transcript, "stranger.main = EACCES nice 4"));
}

TEST(LockstepTest, APolicyNeedsContextsOfItsForm) {
  const auto run = RunText(absl::Substitute(kDenied, "stranger"));
  EXPECT_EQ(run.status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace bindery::conform
