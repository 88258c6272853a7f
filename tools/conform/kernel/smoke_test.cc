// Binder on real kernels: what every driver must answer to
// testdata/smoke.plan, and what becomes of a kernel that stops.
//
// BINDERY_KERNEL_DIR names the folder with the kernels; without it everything
// is skipped. BINDERY_KERNELS chooses among them (--kernel names with commas).

#include <linux/android/binder.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "tools/conform/kernel/kernel_spec.h"
#include "tools/conform/kernel/machine.h"

namespace bindery::conform {
namespace {

constexpr char kAllKernels[] = "uml-6.1,uml-6.12,uml-7.2";

std::string Environment(const char* name, const char* otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr || *value == '\0' ? otherwise : value;
}

std::vector<std::string> Kernels() {
  return absl::StrSplit(Environment("BINDERY_KERNELS", kAllKernels), ',');
}

std::vector<Plan> ReadPlans(const std::string& path) {
  std::ifstream file(Environment("TEST_SRCDIR", ".") + "/" +
                     Environment("TEST_WORKSPACE", ".") + "/" + path);
  std::ostringstream text;
  text << file.rdbuf();
  const auto plans = SplitPlans(text.str());
  return plans.ok() ? *plans : std::vector<Plan>();
}

std::vector<Plan> SmokePlans() {
  return ReadPlans("tools/conform/kernel/testdata/smoke.plan");
}

// The commands in the words that a call has read.
std::vector<uint32_t> Commands(const Return& back) {
  std::vector<uint32_t> commands;
  const std::string words = back.words.value_or("");
  for (size_t at = 0; at + sizeof(uint32_t) <= words.size();) {
    uint32_t command;
    std::memcpy(&command, &words[at], sizeof(command));
    commands.push_back(command);
    at += sizeof(command) + _IOC_SIZE(command);
  }
  return commands;
}

using Words = std::vector<uint32_t>;

class SmokeTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const std::string folder = Environment("BINDERY_KERNEL_DIR", "");
    if (folder.empty()) {
      GTEST_SKIP() << "SKIPPED, NOTHING IS TESTED: BINDERY_KERNEL_DIR names no "
                      "folder with kernels";
    }
    const auto kernel = FindKernel(GetParam(), folder);
    ASSERT_TRUE(kernel.ok()) << kernel.status();
    kernel_ = *kernel;
  }

  std::vector<ScenarioRecord> RunAll(const std::vector<Plan>& plans) {
    const auto records = RunPlans(kernel_, plans, {});
    EXPECT_TRUE(records.ok()) << records.status();
    return records.ok() ? *records : std::vector<ScenarioRecord>();
  }

  // The record of one plan of the file.
  ScenarioRecord Run(const std::string& name) {
    for (const Plan& plan : SmokePlans()) {
      if (plan.name != name) continue;
      const std::vector<ScenarioRecord> records = RunAll({plan});
      if (records.size() == 1) {
        EXPECT_EQ(records[0].outcome, Outcome::kOk)
            << records[0].detail << records[0].console;
        EXPECT_TRUE(records[0].leaks.empty());
        return records[0];
      }
    }
    ADD_FAILURE() << "no record of " << name;
    return {};
  }

  KernelSpec kernel_;
};

TEST_P(SmokeTest, OpensMapsAndTellsItsVersion) {
  const ScenarioRecord record = Run("version");
  ASSERT_EQ(record.steps.size(), 4u);
  EXPECT_EQ(record.steps[0].returns.at(0).result, 3);
  EXPECT_EQ(record.steps[1].returns.at(0).result, 0x3000000000);
  EXPECT_EQ(record.steps[2].returns.at(0).peeks.at(0),
            std::string("\x08\0\0\0", 4));
  EXPECT_EQ(record.steps[3].logs.at(0).lines.at(0), "binder state:");
}

TEST_P(SmokeTest, CallsAndReplies) {
  const ScenarioRecord record = Run("call");
  ASSERT_EQ(record.steps.size(), 13u);
  // A reader blocks, the call wakes it and blocks the caller.
  EXPECT_EQ(record.steps[8].blocked, std::vector<int>{0});
  const Return& call = record.steps[9].returns.at(0);
  EXPECT_EQ(call.actor, 0);
  EXPECT_EQ(Commands(call), (Words{BR_NOOP, BR_TRANSACTION}));
  EXPECT_EQ(call.payloads.at(0).data, "hello!!!");
  EXPECT_EQ(record.steps[9].blocked, std::vector<int>{1});
  // The reply wakes the caller.
  ASSERT_EQ(record.steps[10].returns.size(), 2u);
  EXPECT_EQ(Commands(record.steps[10].returns[0]),
            (Words{BR_NOOP, BR_TRANSACTION_COMPLETE}));
  const Return& reply = record.steps[10].returns[1];
  EXPECT_EQ(Commands(reply),
            (Words{BR_NOOP, BR_TRANSACTION_COMPLETE, BR_REPLY}));
  EXPECT_EQ(reply.payloads.at(0).data, "reply...");
  // Its buffer is freed.
  EXPECT_EQ(record.steps[12].returns.at(0).write_consumed, 12u);
}

TEST_P(SmokeTest, ASignalInterruptsAReader) {
  const ScenarioRecord record = Run("signal");
  EXPECT_EQ(record.steps.at(3).blocked, std::vector<int>{0});
  EXPECT_EQ(record.steps.at(4).returns.at(0).error, EINTR);
}

TEST_P(SmokeTest, AKilledServerMakesADeadReply) {
  const ScenarioRecord record = Run("kill");
  const StepRecord& step = record.steps.at(10);
  EXPECT_EQ(step.deaths.at(0).process, 0);
  EXPECT_EQ(Commands(step.returns.at(0)),
            (Words{BR_NOOP, BR_TRANSACTION_COMPLETE, BR_DEAD_REPLY}));
}

TEST_P(SmokeTest, AnExitDuringACallMakesADeadReply) {
  const ScenarioRecord record = Run("exit");
  const StepRecord& step = record.steps.at(11);
  EXPECT_EQ(step.deaths.at(0).signal, 0);
  EXPECT_EQ(Commands(step.returns.at(0)),
            (Words{BR_NOOP, BR_TRANSACTION_COMPLETE, BR_DEAD_REPLY}));
}

TEST_P(SmokeTest, ADeathIsNotified) {
  const ScenarioRecord record = Run("death");
  EXPECT_EQ(record.steps.at(9).blocked, std::vector<int>{1});
  EXPECT_EQ(Commands(record.steps.at(10).returns.at(0)),
            (Words{BR_NOOP, BR_DEAD_BINDER}));
}

TEST_P(SmokeTest, FilesAndBuffersArrive) {
  const ScenarioRecord record = Run("objects");
  const Return& call = record.steps.at(11).returns.at(0);
  ASSERT_EQ(call.received.size(), 3u);
  // The sender's memfd and both ends of its pipe, closed on exec.
  EXPECT_EQ(call.received[0].fact.file, "f0");
  EXPECT_EQ(call.received[1].fact.file, call.received[2].fact.file);
  EXPECT_EQ(call.received[1].fact.access, "r");
  EXPECT_EQ(call.received[2].fact.access, "w");
  EXPECT_TRUE(call.received[0].fact.cloexec);
  EXPECT_EQ(call.pointed.at(0).bytes, std::string("\5\0\0\0\6\0\0\0", 8));
}

// "3=name 4c=name".
std::string Text(const std::optional<Descriptors>& descriptors) {
  if (!descriptors.has_value()) return "not recorded";
  std::string text;
  for (const OpenDescriptor& open : descriptors->open) {
    absl::StrAppend(&text, text.empty() ? "" : " ", open.fd,
                    open.cloexec ? "c" : "", "=", open.file);
  }
  return text;
}

TEST_P(SmokeTest, GivenFilesRefuseAndNeverAnswer) {
  const std::vector<StepRecord> steps = Run("files").steps;
  ASSERT_EQ(steps.size(), 21u);
  EXPECT_EQ(steps[9].returns.at(0).result, 0);
  EXPECT_EQ(steps[9].returns.at(0).revents, 0);
  EXPECT_EQ(steps[10].returns.at(0).error, ENOTTY);
  EXPECT_EQ(steps[11].returns.at(0).error, ENODEV);
}

TEST_P(SmokeTest, AnArrayOfFilesIsClosedWithItsBuffer) {
  const std::vector<StepRecord> steps = Run("files").steps;
  ASSERT_EQ(steps.size(), 21u);
  EXPECT_EQ(Text(steps[12].descriptors), "0c=binder 5=stdout");
  const std::string sender = "0=stdin 1=stdout 2c=stdout 3c=binder";
  EXPECT_EQ(Text(steps[13].descriptors), sender);
  const Return& call = steps[14].returns.at(0);
  ASSERT_EQ(call.received.size(), 3u);
  EXPECT_EQ(call.received[0].fact.file, "stdin");
  EXPECT_EQ(call.received[2].fact.fd, 3);
  EXPECT_EQ(call.received[2].fact.file, "stdout");
  EXPECT_EQ(Text(steps[15].descriptors),
            "0c=binder 1c=stdin 2c=stdout 3c=stdout 5=stdout");
  EXPECT_EQ(Text(steps[17].descriptors), "0c=binder 1c=stdin 5=stdout");
  EXPECT_EQ(Text(steps[18].descriptors), sender);
  EXPECT_EQ(Text(steps[20].descriptors), "");
}

TEST_P(SmokeTest, BuffersPointToEachOtherAndMayBeEmpty) {
  const ScenarioRecord record = Run("buffers");
  const Return& call = record.steps.at(9).returns.at(0);
  ASSERT_EQ(call.pointed.size(), 3u);
  EXPECT_EQ(call.pointed[0].bytes, "");
  EXPECT_EQ(call.pointed[2].bytes, "child");
  // The address of the child is that of its own object.
  const std::string parent = call.pointed[1].bytes.value_or("");
  EXPECT_EQ(parent.substr(0, 8), "parent..");
  const std::string data = call.payloads.at(0).data.value_or("");
  ASSERT_EQ(data.size(), 120u);
  EXPECT_EQ(parent.substr(8), data.substr(88, 8));
  const Return& reply = record.steps.at(10).returns.at(1);
  EXPECT_EQ(reply.pointed.at(0).command, 2);
  EXPECT_EQ(reply.pointed.at(0).bytes, "end");
}

TEST_P(SmokeTest, WithoutRoomForAllFilesTheSenderIsToldAndNoneStays) {
  const ScenarioRecord record = Run("no_room");
  const Return& call = record.steps.at(9).returns.at(0);
  EXPECT_EQ(call.actor, 1);
  EXPECT_EQ(Commands(call),
            (Words{BR_NOOP, BR_TRANSACTION_COMPLETE, BR_FAILED_REPLY}));
  EXPECT_EQ(record.steps.at(9).blocked, std::vector<int>{0});
  EXPECT_EQ(Text(record.steps.at(10).descriptors), "0=f0 1=f0 2=f0 3c=binder");
}

TEST_P(SmokeTest, ASlowPageStopsASenderInsideOfTheDriver) {
  const ScenarioRecord record = Run("slow");
  // The manager waits for work, the client for the page of its payload.
  EXPECT_EQ(record.steps.at(9).blocked, (std::vector<int>{0, 1}));
  EXPECT_TRUE(record.steps.at(9).returns.empty());
  // With the payload the call arrives; the client now waits for the page that
  // it reads to.
  const Return& call = record.steps.at(10).returns.at(0);
  EXPECT_EQ(call.actor, 0);
  EXPECT_EQ(call.payloads.at(0).data, "hello!!!");
  EXPECT_EQ(record.steps.at(10).blocked, std::vector<int>{1});
  // With that page it waits for the reply.
  EXPECT_EQ(record.steps.at(11).blocked, std::vector<int>{1});
}

// testdata/policy.conf: no stranger is context manager, or may call it.
TEST_P(SmokeTest, APolicyOfSelinuxDecides) {
  if (!absl::EndsWith(GetParam(), "-lsm")) {
    GTEST_SKIP() << "a kernel of the variant lsm is needed";
  }
  const std::vector<ScenarioRecord> records =
      RunAll(ReadPlans("tools/conform/kernel/testdata/policy.plan"));
  ASSERT_EQ(records.size(), 1u);
  const std::vector<StepRecord>& steps = records[0].steps;
  ASSERT_EQ(steps.size(), 12u) << records[0].detail;
  EXPECT_EQ(records[0].outcome, Outcome::kOk);
  EXPECT_EQ(steps[6].returns.at(0).error, EACCES);
  EXPECT_EQ(steps[7].returns.at(0).result, 0);
  // The client's call arrives.
  ASSERT_EQ(steps[9].returns.size(), 2u);
  EXPECT_EQ(Commands(steps[9].returns[0]),
            (Words{BR_NOOP, BR_TRANSACTION_COMPLETE}));
  const Return& call = steps[9].returns[1];
  EXPECT_EQ(Commands(call), (Words{BR_NOOP, BR_TRANSACTION_SEC_CTX}));
  EXPECT_EQ(call.payloads.at(0).data, "hello!!!");
  EXPECT_EQ(call.payloads.at(0).security_context, "u:r:client_t");
  // The stranger's does not, and its extended error says why.
  EXPECT_EQ(Commands(steps[10].returns.at(0)),
            (Words{BR_NOOP, BR_FAILED_REPLY}));
  const std::string error =
      steps[11].returns.at(0).peeks.at(0).value_or("unreadable");
  int32_t param = 0;
  ASSERT_EQ(error.size(), 12u);
  std::memcpy(&param, &error[8], sizeof(param));
  EXPECT_EQ(param, -EPERM);
}

TEST_P(SmokeTest, AnAllocationFailsWhateverTheUid) {
  if (!absl::EndsWith(GetParam(), "-fault")) {
    GTEST_SKIP() << "a kernel of the variant fault is needed";
  }
  for (const char* uid : {"0", "1001"}) {
    const Plan fails = {"fails", std::string("scenario fails\nprocess 0 uid=") +
                                     uid +
                                     "\ntask 0 process=0\nfail_nth 0 1\n"
                                     "call 0 open device=binder\nend\n"};
    const std::vector<ScenarioRecord> records = RunAll({fails});
    ASSERT_EQ(records.size(), 1u);
    ASSERT_EQ(records[0].steps.size(), 1u) << records[0].detail;
    EXPECT_EQ(records[0].steps[0].returns.at(0).fail_nth_error, 0);
    EXPECT_EQ(records[0].steps[0].returns.at(0).error, ENOMEM);
  }
}

// docs/findings/0001-dead-node-leak.md.
TEST_P(SmokeTest, ASendThatSleepsWhileItsTargetDiesLeaksTheNode) {
  const std::vector<ScenarioRecord> records =
      RunAll(ReadPlans("docs/findings/0001-dead-node-leak.plan"));
  ASSERT_EQ(records.size(), 3u);
  for (const size_t leaks : {0, 1}) {
    EXPECT_EQ(records[leaks].outcome, Outcome::kOk) << records[leaks].detail;
    EXPECT_EQ(records[leaks].leaks,
              (std::map<std::string, int64_t>{{"node", 1}}));
    // Of the dead nodes the newest comes first.
    EXPECT_NE(records[leaks].leak_logs.at(0).lines.at(2).find(" ls -1 "),
              std::string::npos);
  }
  EXPECT_EQ(records[2].name, "control");
  EXPECT_EQ(records[2].outcome, Outcome::kOk) << records[2].detail;
  EXPECT_TRUE(records[2].leaks.empty());
}

TEST_P(SmokeTest, AKernelThatStopsCostsOneScenario) {
  const std::vector<Plan> smoke = SmokePlans();
  ASSERT_FALSE(smoke.empty());
  Plan again = smoke[0];
  again.name = "again";
  again.text.replace(0, again.text.find('\n'), "scenario again");
  const Plan stops = {
      "stops", "scenario stops\nprocess 0\ntask 0 process=0\npanic\nend\n"};
  const std::vector<ScenarioRecord> records = RunAll({smoke[0], stops, again});
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].outcome, Outcome::kOk);
  EXPECT_EQ(records[1].outcome, Outcome::kOops);
  EXPECT_NE(records[1].console.find("Kernel panic"), std::string::npos);
  EXPECT_EQ(records[2].name, "again");
  EXPECT_EQ(records[2].outcome, Outcome::kOk);
}

TEST_P(SmokeTest, AnActorThatRunsOnIsAHang) {
  const Plan spins = {"spins",
                      "scenario spins\ntimeout 300\nprocess 0\n"
                      "task 0 process=0\ncall 0 spin\nend\n"};
  const std::vector<ScenarioRecord> records = RunAll({spins, SmokePlans()[0]});
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].outcome, Outcome::kHang);
  EXPECT_EQ(records[0].detail, "stuck 0 0 state=R");
  EXPECT_EQ(records[1].outcome, Outcome::kOk);
}

// Everything but the numbers that a kernel counts up.
std::string Summary(const std::vector<ScenarioRecord>& records) {
  std::ostringstream text;
  for (const ScenarioRecord& record : records) {
    text << record.name << OutcomeName(record.outcome) << "\n";
    for (const StepRecord& step : record.steps) {
      for (const Return& back : step.returns) {
        text << back.actor << " " << back.result << " " << back.error << ":";
        for (uint32_t command : Commands(back)) text << " " << command;
        text << "\n";
      }
      for (int actor : step.blocked) text << "blocked " << actor << "\n";
    }
  }
  return text.str();
}

TEST_P(SmokeTest, SaysTheSameTwice) {
  const std::vector<Plan> plans = SmokePlans();
  const std::string first = Summary(RunAll(plans));
  EXPECT_FALSE(first.empty());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Summary(RunAll(plans)), first);
}

INSTANTIATE_TEST_SUITE_P(Kernels, SmokeTest, testing::ValuesIn(Kernels()),
                         [](const testing::TestParamInfo<std::string>& info) {
                           std::string name;
                           for (char c : info.param) {
                             name += std::isalnum(c) != 0 ? c : '_';
                           }
                           return name;
                         });

}  // namespace
}  // namespace bindery::conform
