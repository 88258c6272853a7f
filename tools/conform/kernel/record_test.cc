// The parser, on records of a real kernel (testdata/smoke.records is what 7.2
// said to testdata/smoke.plan) and on lines that no agent writes.

#include "tools/conform/kernel/record.h"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "gtest/gtest.h"

namespace bindery::conform {
namespace {

std::string Sample() {
  const char* const source = std::getenv("TEST_SRCDIR");
  const char* const workspace = std::getenv("TEST_WORKSPACE");
  std::ifstream file(std::string(source) + "/" + workspace +
                     "/tools/conform/kernel/testdata/smoke.records");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

ScenarioRecord Find(const std::string& name) {
  const auto run = ParseRecords(Sample());
  EXPECT_TRUE(run.ok()) << run.status();
  if (!run.ok()) return {};
  for (const ScenarioRecord& record : run->complete) {
    if (record.name == name) return record;
  }
  ADD_FAILURE() << "no record of " << name;
  return {};
}

TEST(RecordTest, ReadsEveryScenario) {
  const auto run = ParseRecords(Sample());
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_TRUE(run->done);
  EXPECT_FALSE(run->open.has_value());
  EXPECT_EQ(run->complete.size(), 11u);
}

TEST(RecordTest, ReadsPidsAndReturns) {
  const ScenarioRecord record = Find("call");
  EXPECT_EQ(record.outcome, Outcome::kOk);
  ASSERT_EQ(record.pids.size(), 2u);
  EXPECT_EQ(record.tids, record.pids);
  ASSERT_EQ(record.steps.size(), 13u);
  ASSERT_EQ(record.steps[10].returns.size(), 2u);
  const Return& server = record.steps[10].returns[0];
  EXPECT_EQ(server.actor, 0);
  EXPECT_EQ(server.result, 0);
  EXPECT_EQ(server.write_consumed, 80u);
  EXPECT_EQ(server.read_consumed, 8u);
  EXPECT_EQ(server.words, std::string("\x0c\x72\0\0\x06\x72\0\0", 8));
  const Return& client = record.steps[10].returns[1];
  ASSERT_EQ(client.payloads.size(), 1u);
  EXPECT_EQ(client.payloads[0].command, 2);
  EXPECT_EQ(client.payloads[0].data, "reply...");
  EXPECT_EQ(client.payloads[0].offsets, "");
}

TEST(RecordTest, ReadsBlockedActors) {
  const ScenarioRecord record = Find("call");
  EXPECT_TRUE(record.steps[7].blocked.empty());
  EXPECT_EQ(record.steps[8].blocked, std::vector<int>{0});
  EXPECT_EQ(record.steps[9].blocked, std::vector<int>{1});
}

TEST(RecordTest, ReadsErrnoAndPeeks) {
  const ScenarioRecord record = Find("signal");
  EXPECT_EQ(record.steps[2].returns[0].peeks.at(0),
            std::string("\x08\0\0\0", 4));
  EXPECT_EQ(record.steps[4].returns[0].result, -1);
  EXPECT_EQ(record.steps[4].returns[0].error, 4);
}

TEST(RecordTest, ReadsDeaths) {
  const Death killed = Find("kill").steps[10].deaths.at(0);
  EXPECT_EQ(killed.process, 0);
  EXPECT_EQ(killed.signal, 9);
  const Death exited = Find("exit").steps[11].deaths.at(0);
  EXPECT_EQ(exited.signal, 0);
  EXPECT_EQ(exited.exit_code, 0);
}

TEST(RecordTest, ReadsObjects) {
  const ScenarioRecord record = Find("objects");
  const Return& back = record.steps[11].returns.at(0);
  ASSERT_EQ(back.pointed.size(), 1u);
  EXPECT_EQ(back.pointed[0].object, 1);
  EXPECT_EQ(back.pointed[0].bytes, std::string("\5\0\0\0\6\0\0\0", 8));
  ASSERT_EQ(back.received.size(), 3u);
  EXPECT_EQ(back.received[0].object, 0);
  EXPECT_EQ(back.received[0].fact.fd, 4);
  EXPECT_EQ(back.received[0].fact.file, "f0");
  EXPECT_EQ(back.received[1].object, 2);
  EXPECT_EQ(back.received[2].fact.access, "w");
  EXPECT_TRUE(back.received[2].fact.cloexec);
}

TEST(RecordTest, ReadsTheState) {
  const ScenarioRecord record = Find("version");
  ASSERT_EQ(record.steps[3].logs.size(), 1u);
  EXPECT_EQ(record.steps[3].logs[0].name, "state");
  EXPECT_EQ(record.steps[3].logs[0].lines.at(0), "binder state:");
}

// The records of a scenario "a" with one step.
std::string Wrap(const std::string& lines) {
  return "begin 0 a\n" + lines + "end 0 ok steps=1\ndone 1\n";
}

TEST(RecordTest, KeepsWhatIsUnreadableApartFromNothing) {
  const auto run =
      ParseRecords(Wrap("ret 0 0 0 0 written=0 read=8\nwords unreadable\n"
                        "peek 0 unreadable\npeek 1 -\n"));
  ASSERT_TRUE(run.ok()) << run.status();
  const Return& back = run->complete.at(0).steps.at(0).returns.at(0);
  EXPECT_EQ(back.words, std::nullopt);
  EXPECT_EQ(back.peeks.at(0), std::nullopt);
  EXPECT_EQ(back.peeks.at(1), "");
}

TEST(RecordTest, ReadsDescriptors) {
  const ScenarioRecord record = Find("files");
  const Descriptors& all = record.steps[13].descriptors.value();
  EXPECT_EQ(all.process, 1);
  ASSERT_EQ(all.open.size(), 4u);
  EXPECT_EQ(all.open[0].fd, 0);
  EXPECT_EQ(all.open[0].file, "stdin");
  EXPECT_FALSE(all.open[0].cloexec);
  EXPECT_EQ(all.open[3].fd, 3);
  EXPECT_EQ(all.open[3].file, "binder");
  EXPECT_TRUE(all.open[3].cloexec);
  EXPECT_FALSE(record.steps[14].descriptors.has_value());
  // The process is dead.
  EXPECT_TRUE(record.steps[20].descriptors.value().open.empty());
}

TEST(RecordTest, ReadsSecurityContexts) {
  const auto run = ParseRecords(
      Wrap("ret 0 0 0 0 written=0 read=8\nwords -\ndata 1 -\noffsets 1 -\n"
           "secctx 1 753a72\ndata 2 -\noffsets 2 -\nsecctx 2 unreadable\n"));
  ASSERT_TRUE(run.ok()) << run.status();
  const Return& back = run->complete.at(0).steps.at(0).returns.at(0);
  EXPECT_EQ(back.payloads.at(0).security_context, "u:r");
  EXPECT_EQ(back.payloads.at(1).security_context, std::nullopt);
}

TEST(RecordTest, ReadsObjectsThatCannotBeRead) {
  const auto run =
      ParseRecords(Wrap("ret 0 0 0 0\nptr 1 0 unreadable\nfile 1 1 unreadable\n"
                        "file 1 2 fd=-1 errno=9\n"));
  ASSERT_TRUE(run.ok()) << run.status();
  const Return& back = run->complete.at(0).steps.at(0).returns.at(0);
  EXPECT_EQ(back.pointed.at(0).bytes, std::nullopt);
  EXPECT_EQ(back.received.at(0).fact.error, EFAULT);
  EXPECT_EQ(back.received.at(1).fact.error, EBADF);
}

TEST(RecordTest, ReadsReports) {
  const auto run = ParseRecords(
      "begin 0 a\nprocess 0 pid=7\ntask 0 tid=8\n"
      "report 0 error=29201 context=binder from_pid=7 from_tid=8 reply=1 "
      "flags=16 code=2 data_size=24\n"
      "report 0 error=29189 context=hwbinder from_pid=7 from_tid=8 to_pid=9 "
      "to_tid=10 flags=1 code=0 data_size=0\nend 0 ok steps=1\n");
  ASSERT_TRUE(run.ok()) << run.status();
  const auto& reports = run->complete[0].steps[0].reports;
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[0].error, 29201u);
  EXPECT_EQ(reports[0].from_tid, 8u);
  EXPECT_EQ(reports[0].to_pid, 0u);
  EXPECT_TRUE(reports[0].reply);
  EXPECT_EQ(reports[0].data_size, 24u);
  EXPECT_EQ(reports[1].context, "hwbinder");
  EXPECT_EQ(reports[1].to_tid, 10u);
  EXPECT_FALSE(reports[1].reply);
}

TEST(RecordTest, ReadsLeaks) {
  const auto run =
      ParseRecords(Wrap("leak proc=1 node=-2\nlog state\n| dead nodes:\n"));
  ASSERT_TRUE(run.ok()) << run.status();
  const ScenarioRecord& record = run->complete.at(0);
  EXPECT_EQ(record.leaks.at("proc"), 1);
  EXPECT_EQ(record.leaks.at("node"), -2);
  ASSERT_EQ(record.leak_logs.size(), 1u);
  EXPECT_EQ(record.leak_logs[0].lines.at(0), "dead nodes:");
}

TEST(RecordTest, ReadsWhatTheKernelLacks) {
  const auto run = ParseRecords(
      "begin 0 a\nlacks line=1 sockets: errno 97\nend 0 lacks steps=0\n");
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(run->complete.at(0).outcome, Outcome::kLacks);
  EXPECT_EQ(run->complete.at(0).detail, "lacks line=1 sockets: errno 97");
}

TEST(RecordTest, ReadsTheReasonOfAnEarlyEnd) {
  const auto run = ParseRecords(
      "begin 0 a\nstuck 3 1 state=D\nstuck 3 2 state=R\nend 0 hang steps=3\n");
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(run->complete.at(0).outcome, Outcome::kHang);
  EXPECT_EQ(run->complete.at(0).detail, "stuck 3 1 state=D; stuck 3 2 state=R");
  EXPECT_EQ(run->complete.at(0).steps.size(), 3u);
  EXPECT_FALSE(run->done);
}

TEST(RecordTest, StepsWithoutALineAreThere) {
  const auto run = ParseRecords("begin 0 a\nret 2 0 0 0\nend 0 ok steps=5\n");
  ASSERT_TRUE(run.ok()) << run.status();
  const ScenarioRecord& record = run->complete.at(0);
  ASSERT_EQ(record.steps.size(), 5u);
  EXPECT_EQ(record.steps[2].returns.size(), 1u);
  EXPECT_TRUE(record.steps[4].returns.empty());
}

TEST(RecordTest, KeepsAScenarioThatWasCutShort) {
  const std::string sample = Sample();
  for (const size_t size : {200, 1000, 1500, 2500}) {
    const auto run = ParseRecords(sample.substr(0, size));
    ASSERT_TRUE(run.ok()) << size << ": " << run.status();
    EXPECT_TRUE(run->open.has_value()) << size;
    EXPECT_FALSE(run->done);
  }
}

TEST(RecordTest, AcceptsNothing) {
  const auto run = ParseRecords("");
  ASSERT_TRUE(run.ok());
  EXPECT_TRUE(run->complete.empty());
  EXPECT_FALSE(run->done);
}

TEST(RecordTest, RefusesEveryLineThatMakesNoSense) {
  static constexpr const char* kBad[] = {
      "hello\n",
      "ret 0 0 0\n",
      "ret 0 0 zero 0\n",
      "ret 0 0 0 0 colour=1\n",
      "ret 0 0 0 0\nwords 0g\n",
      "ret 0 0 0 0\nwords 0c7\n",
      "ret 0 0 0 0\noffsets 1 -\n",
      "ret 0 0 0 0\ndata 1 -\noffsets 2 -\n",
      "ret 0 0 0 0\nopened fd=3\n",
      "ret 0 0 0 0\nsecctx 1 -\n",
      "ret 0 0 0 0\ndata 1 -\nsecctx 2 -\n",
      "ret 0 0 0 0\nptr 1 -\n",
      "words 0c72\n",
      "ret 1 0 0 0\nret 0 0 0 0\n",
      "blocked 0 x\n",
      "fds 0\n",
      "fds 0 0 3\n",
      "fds 0 0 3=\n",
      "fds 0 0 c=a\n",
      "fds 0 0 3d=a\n",
      "log state\n",
      "| text\n",
      "process 1 pid=4\n",
      "leak proc\n",
      "begin 1 b\n",
      "end 0 fine steps=0\n",
      "end 0 ok\n",
      "ret 3 0 0 0\nend 0 ok steps=3\n",
  };
  for (const char* bad : kBad) {
    EXPECT_EQ(ParseRecords(Wrap(bad)).status().code(),
              absl::StatusCode::kDataLoss)
        << bad;
  }
  EXPECT_FALSE(ParseRecords("ret 0 0 0 0\n").ok());
}

TEST(RecordTest, ReadsCountersBehindTheLastScenario) {
  const auto run = ParseRecords(
      "begin 0 a\nend 0 ok steps=0\ngcda binder 6164\ngcda binderfs -\n"
      "done 1\n");
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(run->counters, (CodeCounters{{"binder", "ad"}, {"binderfs", ""}}));
  EXPECT_TRUE(run->done);
  for (const char* bad : {"gcda binder\n", "gcda binder unreadable\n",
                          "gcda binder 6\n", "begin 0 a\ngcda binder 61\n"}) {
    EXPECT_FALSE(ParseRecords(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace bindery::conform
