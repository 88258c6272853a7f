// The agent and the harness against the kernel that runs this test. No binder
// is needed: pipes, polls and signals block and wake actors just as well.
//
// System call numbers are those of x86-64, like the agent's fixed addresses.

#include "tools/conform/kernel/machine.h"

#include <errno.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace bindery::conform {
namespace {

constexpr char kOneTask[] = "process 0\ntask 0 process=0\n";
constexpr char kTwoThreads[] =
    "process 0\ntask 0 process=0\ntask 1 process=0\n";
constexpr char kTwoProcesses[] =
    "process 0\nprocess 1\ntask 0 process=0\ntask 1 process=1\n";

Plan MakePlan(const std::string& name, const std::string& body) {
  return {name, "scenario " + name + "\n" + body + "end\n"};
}

std::vector<ScenarioRecord> RunAll(const std::vector<Plan>& plans) {
  const auto kernel = FindKernel("this", "");
  MachineOptions options;
  options.device_folder = "/dev";
  const auto records = RunPlans(*kernel, plans, options);
  EXPECT_TRUE(records.ok()) << records.status();
  return records.ok() ? *records : std::vector<ScenarioRecord>();
}

ScenarioRecord RunOne(const std::string& body) {
  const std::vector<ScenarioRecord> records = RunAll({MakePlan("one", body)});
  EXPECT_EQ(records.size(), 1u);
  return records.empty() ? ScenarioRecord() : records[0];
}

// The only return of a step.
Return Only(const ScenarioRecord& record, size_t step) {
  if (step >= record.steps.size() || record.steps[step].returns.size() != 1) {
    ADD_FAILURE() << "step " << step << " has no single return; outcome "
                  << OutcomeName(record.outcome) << " " << record.detail;
    return {};
  }
  return record.steps[step].returns[0];
}

TEST(MachineTest, ReportsTheSteppingActorFirstThenTheWoken) {
  const ScenarioRecord record =
      RunOne(absl::StrCat(kTwoThreads,
                          "call 0 pipe\n"
                          "call 0 syscall nr=0 a0=3 a1=0x2000000000 a2=8 "
                          "peek=0x2000000000,4\n"
                          "poke 0x2000100000 6869\n"
                          "call 1 syscall nr=1 a0=4 a1=0x2000100000 a2=2\n"));
  ASSERT_EQ(record.outcome, Outcome::kOk) << record.detail;
  ASSERT_EQ(record.steps.size(), 3u);
  EXPECT_EQ(record.steps[1].blocked, std::vector<int>{0});
  EXPECT_TRUE(record.steps[1].returns.empty());
  ASSERT_EQ(record.steps[2].returns.size(), 2u);
  EXPECT_EQ(record.steps[2].returns[0].actor, 1);
  EXPECT_EQ(record.steps[2].returns[1].actor, 0);
  EXPECT_EQ(record.steps[2].returns[1].result, 2);
  EXPECT_EQ(record.steps[2].returns[1].peeks.at(0), std::string("hi\0\0", 4));
  EXPECT_TRUE(record.steps[2].blocked.empty());
}

TEST(MachineTest, ASignalInterruptsACall) {
  const ScenarioRecord record =
      RunOne(absl::StrCat(kOneTask, "call 0 pipe\n",
                          "call 0 poll fd=3 events=1 timeout=-1\nsignal 0\n"));
  ASSERT_EQ(record.outcome, Outcome::kOk) << record.detail;
  EXPECT_EQ(Only(record, 2).error, EINTR);
  EXPECT_EQ(Only(record, 2).result, -1);
}

TEST(MachineTest, ASignalToAnIdleActorDoesNothing) {
  const ScenarioRecord record = RunOne(absl::StrCat(
      kOneTask, "signal 0\ncall 0 poll fd=-1 events=1 timeout=0\n"));
  ASSERT_EQ(record.outcome, Outcome::kOk) << record.detail;
  EXPECT_TRUE(record.steps[0].returns.empty());
  EXPECT_EQ(Only(record, 1).error, 0);
}

TEST(MachineTest, AKilledProcessTakesItsCallsWithIt) {
  const ScenarioRecord record = RunOne(absl::StrCat(
      kTwoProcesses, "call 0 pipe\ncall 0 poll fd=3 events=1 timeout=-1\n",
      "kill 0\ncall 1 pipe\n"));
  ASSERT_EQ(record.outcome, Outcome::kOk) << record.detail;
  ASSERT_EQ(record.steps[2].deaths.size(), 1u);
  EXPECT_EQ(record.steps[2].deaths[0].process, 0);
  EXPECT_EQ(record.steps[2].deaths[0].signal, SIGKILL);
  EXPECT_TRUE(record.steps[2].blocked.empty());
  EXPECT_EQ(Only(record, 3).error, 0);
}

TEST(MachineTest, TellsHowAProcessExits) {
  const ScenarioRecord record =
      RunOne(absl::StrCat(kTwoThreads, "call 1 exit code=7\n"));
  ASSERT_EQ(record.outcome, Outcome::kOk) << record.detail;
  ASSERT_EQ(record.steps[0].deaths.size(), 1u);
  EXPECT_EQ(record.steps[0].deaths[0].signal, 0);
  EXPECT_EQ(record.steps[0].deaths[0].exit_code, 7);
}

TEST(MachineTest, AThreadEndsAlone) {
  const ScenarioRecord record =
      RunOne(absl::StrCat(kTwoThreads, "call 1 thread_exit\ncall 0 pipe\n"));
  ASSERT_EQ(record.outcome, Outcome::kOk) << record.detail;
  EXPECT_EQ(record.steps[0].gone, std::vector<int>{1});
  EXPECT_TRUE(record.steps[0].deaths.empty());
  EXPECT_EQ(Only(record, 1).opened.size(), 2u);
}

TEST(MachineTest, AMainThreadEndsAlone) {
  const ScenarioRecord record =
      RunOne(absl::StrCat(kTwoThreads, "call 0 thread_exit\ncall 1 pipe\n"));
  ASSERT_EQ(record.outcome, Outcome::kOk) << record.detail;
  EXPECT_EQ(record.steps[0].gone, std::vector<int>{0});
  EXPECT_EQ(Only(record, 1).opened.size(), 2u);
}

TEST(MachineTest, AProcessEndsWithItsLastThread) {
  const ScenarioRecord record = RunOne(absl::StrCat(
      kTwoThreads, "call 0 thread_exit\ncall 1 thread_exit code=3\n"));
  ASSERT_EQ(record.outcome, Outcome::kOk) << record.detail;
  EXPECT_TRUE(record.steps[0].deaths.empty());
  EXPECT_EQ(record.steps[1].gone, std::vector<int>{1});
  ASSERT_EQ(record.steps[1].deaths.size(), 1u);
  EXPECT_EQ(record.steps[1].deaths[0].signal, 0);
}

TEST(MachineTest, DoesNotHandACallToABusyActor) {
  const ScenarioRecord record = RunOne(absl::StrCat(
      kOneTask, "call 0 pipe\ncall 0 poll fd=3 events=1 timeout=-1\n",
      "call 0 pipe\n"));
  EXPECT_EQ(record.outcome, Outcome::kDiverged);
  EXPECT_EQ(record.detail, "diverged 2 0 busy");
  EXPECT_EQ(record.steps.size(), 2u);
}

TEST(MachineTest, DoesNotHandACallToADeadActor) {
  const ScenarioRecord record =
      RunOne(absl::StrCat(kTwoProcesses, "kill 1\ncall 1 pipe\n"));
  EXPECT_EQ(record.outcome, Outcome::kDiverged);
  EXPECT_EQ(record.detail, "diverged 1 1 gone");
}

TEST(MachineTest, AnActorThatNeverRestsIsAHang) {
  const std::vector<ScenarioRecord> records =
      RunAll({MakePlan("spins", absl::StrCat("timeout 200\n", kOneTask,
                                             "call 0 spin\n")),
              MakePlan("next", absl::StrCat(kOneTask, "call 0 pipe\n"))});
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].outcome, Outcome::kHang);
  EXPECT_EQ(records[0].detail, "stuck 0 0 state=R");
  EXPECT_EQ(records[1].outcome, Outcome::kOk);
}

TEST(MachineTest, OneScenarioThatEndsTheMachineCostsNoOther) {
  const std::vector<ScenarioRecord> records =
      RunAll({MakePlan("first", absl::StrCat(kOneTask, "call 0 pipe\n")),
              MakePlan("ends", absl::StrCat(kOneTask, "panic\n")),
              MakePlan("last", absl::StrCat(kOneTask, "call 0 pipe\n"))});
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].outcome, Outcome::kOk);
  EXPECT_EQ(records[1].name, "ends");
  EXPECT_EQ(records[1].outcome, Outcome::kMissing);
  EXPECT_EQ(records[2].name, "last");
  EXPECT_EQ(records[2].outcome, Outcome::kOk);
}

TEST(MachineTest, JobsKeepTheOrderOfThePlans) {
  std::vector<Plan> plans;
  for (int i = 0; i < 7; ++i) {
    plans.push_back(MakePlan(absl::StrCat("n", i),
                             absl::StrCat(kOneTask, "call 0 pipe\n")));
  }
  MachineOptions options;
  options.device_folder = "/dev";
  options.jobs = 3;
  const auto records = RunPlans(*FindKernel("this", ""), plans, options);
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_EQ(records->size(), plans.size());
  for (size_t i = 0; i < plans.size(); ++i) {
    EXPECT_EQ((*records)[i].name, plans[i].name);
  }
}

TEST(MachineTest, AreasHaveTheProtectionThatThePlanGives) {
  const ScenarioRecord record = RunOne(
      absl::StrCat("area 0x2000001000 4096 none\narea 0x2000002000 4096 ro\n",
                   "area 0x2000003000 4096 unmapped\n", kOneTask,
                   "poke 0x2000000ff8 0102030405060708\n"
                   "poke 0x2000002000 aa\n"
                   "call 0 pipe\n"
                   "call 0 syscall nr=1 a0=4 a1=0x2000001000 a2=1\n"
                   "call 0 syscall nr=1 a0=4 a1=0x2000003000 a2=1\n"
                   "call 0 syscall nr=1 a0=4 a1=0x2000002000 a2=1\n"
                   "call 0 syscall nr=0 a0=3 a1=0x2000002000 a2=1\n"
                   "call 0 poll fd=-1 events=0 timeout=0 "
                   "peek=0x2000000ff8,8 peek=0x2000000ffc,8\n"));
  ASSERT_EQ(record.outcome, Outcome::kOk) << record.detail;
  EXPECT_EQ(Only(record, 1).error, EFAULT);
  EXPECT_EQ(Only(record, 2).error, EFAULT);
  EXPECT_EQ(Only(record, 3).result, 1);
  EXPECT_EQ(Only(record, 4).error, EFAULT);
  const Return peeks = Only(record, 5);
  EXPECT_EQ(peeks.peeks.at(0), "\1\2\3\4\5\6\7\10");
  EXPECT_EQ(peeks.peeks.at(1), std::nullopt);
}

// Two processes sleep on one slow page each, of which one also needs a second.
constexpr char kSleepers[] =
    "area 0x2000010000 0x2000 slow\n"
    "call 0 pipe\ncall 1 pipe\n"
    "call 0 syscall nr=1 a0=4 a1=0x2000010ffe a2=4\n"
    "call 1 syscall nr=1 a0=4 a1=0x2000010000 a2=4\n";

// A kernel may lack userfaultfd, or keep it from the user who runs the test.
bool LacksSlowPages(const ScenarioRecord& record) {
  return record.detail.find("without userfaultfd") != std::string::npos;
}

TEST(MachineTest, WhoTouchesASlowPageSleepsUntilItIsSupplied) {
  const ScenarioRecord record =
      RunOne(absl::StrCat(kTwoProcesses, kSleepers,
                          "supply 0x2000010ffe 6869\n", "supply 0x2000011000\n",
                          "call 0 syscall nr=0 a0=3 a1=0x2000000000 a2=4 "
                          "peek=0x2000000000,4\n"));
  if (LacksSlowPages(record)) GTEST_SKIP() << record.detail;
  ASSERT_EQ(record.outcome, Outcome::kOk) << record.detail;
  EXPECT_EQ(record.steps[3].blocked, (std::vector<int>{0, 1}));
  // The first of its two pages lets the one go on, and the other return.
  EXPECT_EQ(Only(record, 4).actor, 1);
  EXPECT_EQ(Only(record, 4).result, 4);
  EXPECT_EQ(record.steps[4].blocked, std::vector<int>{0});
  EXPECT_EQ(Only(record, 5).actor, 0);
  EXPECT_EQ(Only(record, 6).peeks.at(0), std::string("hi\0\0", 4));
}

TEST(MachineTest, AKilledSleeperDiesAndTheOtherSleepsOn) {
  const ScenarioRecord record =
      RunOne(absl::StrCat(kTwoProcesses, kSleepers, "kill 0\n"));
  if (LacksSlowPages(record)) GTEST_SKIP() << record.detail;
  ASSERT_EQ(record.outcome, Outcome::kOk) << record.detail;
  EXPECT_EQ(record.steps[4].deaths.at(0).process, 0);
  EXPECT_EQ(record.steps[4].blocked, std::vector<int>{1});
}

TEST(MachineTest, SlowPagesTakeNoDescriptorOfTheProcess) {
  const ScenarioRecord record = RunOne(
      "process 0 first_fd=3 nofile=4\ntask 0 process=0\n"
      "area 0x2000010000 4096 slow\ncall 0 memfd\ncall 0 memfd\n");
  if (LacksSlowPages(record)) GTEST_SKIP() << record.detail;
  EXPECT_EQ(Only(record, 0).result, 3);
  EXPECT_EQ(Only(record, 1).error, EMFILE);
}

TEST(MachineTest, MemoryIsZeroInEachScenario) {
  const std::string peek =
      "call 0 poll fd=-1 events=0 timeout=0 peek=0x2000000000,2\n";
  const std::vector<ScenarioRecord> records = RunAll(
      {MakePlan("writes",
                absl::StrCat(kOneTask, "poke 0x2000000000 abcd\n", peek)),
       MakePlan("reads", absl::StrCat(kOneTask, peek))});
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(Only(records[0], 0).peeks.at(0), "\xab\xcd");
  EXPECT_EQ(Only(records[1], 0).peeks.at(0), std::string(2, '\0'));
}

TEST(MachineTest, DescriptorsBeginAndEndWhereThePlanSays) {
  const ScenarioRecord record = RunOne(
      "process 0 first_fd=5 nofile=7\ntask 0 process=0\n"
      "call 0 memfd\ncall 0 memfd\ncall 0 memfd\n");
  ASSERT_EQ(record.outcome, Outcome::kOk) << record.detail;
  EXPECT_EQ(Only(record, 0).result, 5);
  EXPECT_EQ(Only(record, 1).result, 6);
  EXPECT_EQ(Only(record, 2).error, EMFILE);
}

TEST(MachineTest, AProcessMayStartWithoutDescriptors) {
  const ScenarioRecord record =
      RunOne("process 0 first_fd=0\ntask 0 process=0\ncall 0 memfd\n");
  EXPECT_EQ(Only(record, 0).result, 0);
}

TEST(MachineTest, FilesAreNamedByWhatTheyReferTo) {
  const ScenarioRecord record =
      RunOne(absl::StrCat(kOneTask, "call 0 memfd\ncall 0 memfd flags=1\n",
                          "call 0 dup fd=3\ncall 0 open device=null\n"));
  ASSERT_EQ(record.outcome, Outcome::kOk) << record.detail;
  EXPECT_EQ(Only(record, 0).opened.at(0).file, "f0");
  EXPECT_FALSE(Only(record, 0).opened.at(0).cloexec);
  EXPECT_EQ(Only(record, 1).opened.at(0).file, "f1");
  EXPECT_TRUE(Only(record, 1).opened.at(0).cloexec);
  EXPECT_EQ(Only(record, 2).opened.at(0).file, "f0");
  EXPECT_EQ(Only(record, 2).opened.at(0).fd, 5);
  EXPECT_EQ(Only(record, 3).opened.at(0).access, "rw");
}

// "3=name 4c=name", of the process whose descriptors the step asked for.
std::string Descriptors(const ScenarioRecord& record, size_t step) {
  if (step >= record.steps.size() || !record.steps[step].descriptors) {
    return "not recorded: " + record.detail;
  }
  std::string text;
  for (const OpenDescriptor& open : record.steps[step].descriptors->open) {
    absl::StrAppend(&text, text.empty() ? "" : " ", open.fd,
                    open.cloexec ? "c" : "", "=", open.file);
  }
  return text;
}

TEST(MachineTest, ProcessesHaveTheFilesThatThePlanGives) {
  const ScenarioRecord record = RunOne(
      "process 0 first_fd=0\nprocess 1 nofile=6\n"
      "task 0 process=0\ntask 1 process=1\n"
      "file 0 0 in\nfile 0 1 out cloexec=1\nfile 0 511 out\n"
      "file 1 9 out\nfile 1 4 f0_\nfds 0\nfds 1\n"
      "call 0 memfd\ncall 1 memfd flags=1\nfds 0\nfds 1\n");
  ASSERT_EQ(record.outcome, Outcome::kOk) << record.detail;
  EXPECT_EQ(Descriptors(record, 0), "0=in 1c=out 511=out");
  EXPECT_EQ(Descriptors(record, 1), "0=f0 1=f0 2=f0 4=f0_ 9=out");
  EXPECT_EQ(Descriptors(record, 4), "0=in 1c=out 2=f1 511=out");
  EXPECT_EQ(Descriptors(record, 5), "0=f0 1=f0 2=f0 3c=f2 4=f0_ 9=out");
  EXPECT_EQ(record.steps[5].descriptors->process, 1);
}

TEST(MachineTest, FilesOfOneNameAreOneOpenFileDescription) {
  // F_SETFL to O_NONBLOCK, F_GETFL.
  const ScenarioRecord record = RunOne(absl::StrCat(
      kTwoProcesses, "file 0 3 a\nfile 0 4 b\nfile 1 3 a\nfile 1 4 b\n",
      "call 0 syscall nr=72 a0=3 a1=4 a2=2048\n"
      "call 1 syscall nr=72 a0=3 a1=3\n"
      "call 1 syscall nr=72 a0=4 a1=3\n"));
  ASSERT_EQ(record.outcome, Outcome::kOk) << record.detail;
  EXPECT_EQ(Only(record, 1).result & 2048, 2048);
  EXPECT_EQ(Only(record, 2).result & 2048, 0);
}

TEST(MachineTest, AGivenFileRefusesAndNeverAnswers) {
  const ScenarioRecord record =
      RunOne(absl::StrCat(kOneTask, "file 0 7 a\n",
                          "call 0 ioctl fd=7 nr=0xc0046209 arg=0x2000000000\n"
                          "call 0 mmap fd=7 addr=0 size=4096 prot=1\n"
                          "call 0 poll fd=7 events=1 timeout=0\n"
                          "call 0 poll fd=7 events=1 timeout=-1\n"));
  ASSERT_EQ(record.outcome, Outcome::kOk) << record.detail;
  EXPECT_EQ(Only(record, 0).error, ENOTTY);
  EXPECT_EQ(Only(record, 1).error, ENODEV);
  EXPECT_EQ(Only(record, 2).result, 0);
  EXPECT_EQ(record.steps[3].blocked, std::vector<int>{0});
}

TEST(MachineTest, FilesBelongToOneScenario) {
  const std::vector<ScenarioRecord> records =
      RunAll({MakePlan("has", absl::StrCat(kOneTask, "file 0 3 a\nfds 0\n")),
              MakePlan("other", absl::StrCat(kOneTask, "file 0 4 b\nfds 0\n")),
              MakePlan("none", absl::StrCat(kOneTask, "fds 0\n"))});
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(Descriptors(records[0], 0), "0=f0 1=f0 2=f0 3=a");
  EXPECT_EQ(Descriptors(records[1], 0), "0=f0 1=f0 2=f0 4=b");
  EXPECT_EQ(Descriptors(records[2], 0), "0=f0 1=f0 2=f0");
}

TEST(MachineTest, DescriptorsAreThoseOfTheProcessAsLongAsItLives) {
  const ScenarioRecord record = RunOne(
      "process 0 first_fd=0\ntask 0 process=0\ntask 1 process=0\n"
      "file 0 3 a\ncall 0 thread_exit\nfds 0\nkill 0\nfds 0\n");
  ASSERT_EQ(record.outcome, Outcome::kOk) << record.detail;
  ASSERT_EQ(record.steps.size(), 4u);
  EXPECT_EQ(Descriptors(record, 1), "3=a");
  EXPECT_EQ(Descriptors(record, 3), "");
}

TEST(MachineTest, FlagsOfZeroAreFlags) {
  const ScenarioRecord record = RunOne(
      absl::StrCat(kOneTask, "call 0 open device=null flags=0\n",
                   "call 0 mmap fd=3 addr=0 size=4096 prot=1 flags=0\n"));
  ASSERT_EQ(record.outcome, Outcome::kOk) << record.detail;
  EXPECT_EQ(Only(record, 0).opened.at(0).access, "r");
  EXPECT_FALSE(Only(record, 0).opened.at(0).cloexec);
  EXPECT_EQ(Only(record, 1).error, EINVAL);
}

TEST(MachineTest, MapsWhereThePlanSays) {
  const ScenarioRecord record = RunOne(
      absl::StrCat(kOneTask, "call 0 memfd\n",
                   "call 0 mmap fd=3 addr=0x3000000000 size=4096 prot=1\n",
                   "call 0 mmap fd=3 addr=0x3000000000 size=4096 prot=1\n",
                   "call 0 munmap addr=0x3000000000 size=4096\n"));
  ASSERT_EQ(record.outcome, Outcome::kOk) << record.detail;
  EXPECT_EQ(Only(record, 1).result, 0x3000000000);
  EXPECT_EQ(Only(record, 2).error, EEXIST);
  EXPECT_EQ(Only(record, 3).error, 0);
}

struct BadPlan {
  const char* body;
  const char* detail;
};

TEST(MachineTest, SaysWhichLineOfAPlanIsWrong) {
  static constexpr BadPlan kBad[] = {
      {"walk 0\n", "line=4 unknown statement"},
      {"call 0 fly\n", "line=4 unknown verb"},
      {"call 0 close fd=x\n", "line=4 bad number"},
      {"call 0 close\n", "line=4 operand missing"},
      {"call 0 close fd=3 colour=4\n", "line=4 unknown word"},
      {"call 1 close fd=3\n", "line=4 no such process or actor"},
      {"kill 1\n", "line=4 no such process or actor"},
      {"task 2 process=0\n", "line=4 no such process or actor"},
      {"task 1 process=1\n", "line=4 no such process"},
      {"process 1\n", "line=5 process without task"},
      {"poke 0x1000 00\n", "line=4 not user memory"},
      {"poke 0x201ffffffe 000000\n", "line=4 not user memory"},
      {"poke 0x2000000000 abc\n", "line=4 poke ADDRESS HEX expected"},
      {"area 0x2000000000 17 none\n", "line=4 not whole pages"},
      {"area 0x2000000000 4096 red\n",
       "line=4 none, ro, unmapped or slow expected"},
      {"area 0x2000000000 4096 slow\npoke 0x2000000ffe 0000\n",
       "line=5 slow pages are supplied"},
      {"area 0x2000000000 4096 slow\nsupply 0x2000001000\n",
       "line=5 not in a slow area"},
      {"area 0x2000000000 4096 slow\nsupply 0x2000000fff 0000\n",
       "line=5 not in a slow area"},
      {"supply 0x2000000000\n", "line=4 not in a slow area"},
      {"area 0x2000000000 4096 slow\nsupply 0x2000000000 abc\n",
       "line=5 supply ADDRESS [HEX] expected"},
      {"call 0 write_read fd=3 read=1,2,3,4\n",
       "line=4 ADDRESS,SIZE,CONSUMED expected"},
      {"call 0 dup fd=3 peek=1\n", "line=4 peek=ADDRESS,SIZE expected"},
      {"file 0 3\n", "line=4 file PROCESS FD NAME expected"},
      {"file 0 a 3\n", "line=4 file PROCESS FD NAME expected"},
      {"file 1 3 a\n", "line=4 no such process or actor"},
      {"file 0 2 a\n", "line=4 descriptor not free"},
      {"file 0 3 a\nfile 0 3 a\n", "line=5 descriptor not free"},
      {"file 0 512 a\n", "line=4 descriptor too large"},
      {"file 0 -1 a\n", "line=4 descriptor too large"},
      {"file 0 3 a cloexec=x\n", "line=4 bad number"},
      {"file 0 3 a b\n", "line=4 unknown word"},
      {"file 0 3 3a\n", "line=4 bad name of a file"},
      {"file 0 3 A\n", "line=4 bad name of a file"},
      {"file 0 3 f10\n", "line=4 bad name of a file"},
      {"file 0 3 binder\n", "line=4 bad name of a file"},
      {"file 0 3 a23456789012345678901234567890123\n",
       "line=4 bad name of a file"},
      {"fds 1\n", "line=4 no such process or actor"},
  };
  for (const BadPlan& bad : kBad) {
    const ScenarioRecord record = RunOne(absl::StrCat(kOneTask, bad.body));
    EXPECT_EQ(record.outcome, Outcome::kError) << bad.body;
    EXPECT_EQ(record.detail, std::string("error ") + bad.detail) << bad.body;
    EXPECT_TRUE(record.steps.empty()) << bad.body;
  }
}

TEST(MachineTest, FilesHaveLimits) {
  std::string many, names;
  for (int i = 0; i < 257; ++i) absl::StrAppend(&many, "file 0 ", i, " a\n");
  for (int i = 0; i < 65; ++i) {
    absl::StrAppend(&names, "file 0 ", i, " a", i, "\n");
  }
  const std::string start = "process 0 first_fd=0\ntask 0 process=0\n";
  EXPECT_EQ(RunOne(start + many).detail, "error line=260 too many files");
  EXPECT_EQ(RunOne(start + names).detail,
            "error line=68 too many names of files");
  // As many as there may be.
  many.resize(many.rfind("file"));
  names.resize(names.rfind("file"));
  EXPECT_EQ(RunOne(start + many).detail, "");
  EXPECT_EQ(
      RunOne(start + names + "fds 0\n").steps.at(0).descriptors->open.size(),
      64u);
}

TEST(MachineTest, AMalformedPlanCostsNoOther) {
  const std::vector<ScenarioRecord> records =
      RunAll({MakePlan("bad", "nonsense\n"),
              MakePlan("good", absl::StrCat(kOneTask, "call 0 pipe\n"))});
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].name, "bad");
  EXPECT_EQ(records[0].outcome, Outcome::kError);
  EXPECT_EQ(records[1].outcome, Outcome::kOk);
}

TEST(RunPlansTest, RefusesAPlanThatIsNotOneScenarioOfItsName) {
  const KernelSpec kernel = *FindKernel("this", "");
  const Plan two = {"a", "scenario a\nend\nscenario b\nend\n"};
  const Plan other = {"a", "scenario b\nend\n"};
  const Plan words = {"a b", "scenario a b\nend\n"};
  for (const Plan& plan :
       {two, other, words, Plan{"a", ""}, Plan{"a", "end\n"}}) {
    EXPECT_EQ(RunPlans(kernel, {plan}, {}).status().code(),
              absl::StatusCode::kInvalidArgument)
        << plan.text;
  }
}

TEST(RunPlansTest, AMachineThatDoesNotBootIsAnError) {
  // It is a program, but no kernel: it ends without a record.
  const KernelSpec kernel = {MachineKind::kUserMode, "true", "/bin/true"};
  const auto records = RunPlans(kernel, {MakePlan("a", kOneTask)}, {});
  EXPECT_EQ(records.status().code(), absl::StatusCode::kUnavailable);
}

// A program in the place of a user-mode kernel.
KernelSpec FakeKernel(const std::string& script) {
  const std::string path = testing::TempDir() + "/fake_kernel";
  std::ofstream(path) << "#!/bin/sh\n" << script;
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  return {MachineKind::kUserMode, "fake", path};
}

ScenarioRecord RunOnFake(const std::string& script) {
  MachineOptions options;
  options.silence_limit = std::chrono::milliseconds(300);
  const auto records =
      RunPlans(FakeKernel(script), {MakePlan("a", kOneTask)}, options);
  EXPECT_TRUE(records.ok()) << records.status();
  return records.ok() && records->size() == 1 ? records->front()
                                              : ScenarioRecord();
}

TEST(RunPlansTest, AKernelThatReportsAnErrorIsAnOops) {
  const ScenarioRecord record = RunOnFake(
      "echo begin 0 a\n"
      "echo all is well >&2; echo '[ 1.0] BUG: KASAN: x' >&2; echo y >&2\n");
  EXPECT_EQ(record.outcome, Outcome::kOops);
  EXPECT_EQ(record.console, "[ 1.0] BUG: KASAN: x\ny\n");
}

TEST(RunPlansTest, AKernelThatPrintsItsMessagesAmongTheRecordsIsUnderstood) {
  const ScenarioRecord record = RunOnFake(
      "echo begin 0 a\necho ret 0 0 0 0\n"
      "echo kmsg_dump:\necho Kernel panic\n");
  EXPECT_EQ(record.outcome, Outcome::kOops);
  EXPECT_EQ(record.steps.size(), 1u);
}

TEST(RunPlansTest, AKernelThatFallsSilentIsAHang) {
  const ScenarioRecord record = RunOnFake("echo begin 0 a\nsleep 1000\n");
  EXPECT_EQ(record.outcome, Outcome::kHang);
  EXPECT_EQ(record.detail, "the machine fell silent");
}

TEST(RunPlansTest, AKernelThatRunsSomethingElseIsAnError) {
  const KernelSpec kernel =
      FakeKernel("echo begin 0 b\necho end 0 ok steps=0\n");
  EXPECT_EQ(RunPlans(kernel, {MakePlan("a", kOneTask)}, {}).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST(SplitPlansTest, TakesATextApart) {
  const auto plans =
      SplitPlans("# head\nscenario a\nx\nend\n\nscenario b\nend\n");
  ASSERT_TRUE(plans.ok()) << plans.status();
  ASSERT_EQ(plans->size(), 2u);
  EXPECT_EQ((*plans)[0].name, "a");
  EXPECT_EQ((*plans)[0].text, "scenario a\nx\nend\n");
  EXPECT_EQ((*plans)[1].text, "scenario b\nend\n");
}

TEST(SplitPlansTest, RefusesBordersThatDoNotMatch) {
  EXPECT_FALSE(SplitPlans("scenario a\nscenario b\nend\n").ok());
  EXPECT_FALSE(SplitPlans("scenario a\nend\nend\n").ok());
  EXPECT_FALSE(SplitPlans("scenario a\n").ok());
}

}  // namespace
}  // namespace bindery::conform
