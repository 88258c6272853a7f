#include "tools/conform/driver_log.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace bindery::conform {
namespace {

using Lines = std::vector<std::string>;

LogNames Names() {
  LogNames names;
  names.processes = {{20, "server"}, {30, "client"}};
  names.actors = {{20, "server.main"}, {30, "client.main"}, {31, "client.two"}};
  return names;
}

Lines Normalise(const Lines& lines) { return NormaliseLogs(lines, Names()); }

TEST(NormaliseLogsTest, NamesProcessesAndActors) {
  EXPECT_EQ(
      Normalise({"proc 30", "context binder",
                 "  thread 31: l 12 need_return 0 tr 0",
                 "  node 7: u0000000000000000 c0000000000000030 hs 1 hw 1 ls "
                 "1 lw 1 is 2 iw 2 tr 1 proc 30 20"}),
      Lines({"proc client", "context binder",
             "  thread client.two: l 12 need_return 0 tr 0",
             "  node #1: u0000000000000000 c0000000000000030 hs 1 hw 1 ls 1 lw "
             "1 is 2 iw 2 tr 1 proc client server"}));
}

TEST(NormaliseLogsTest, NumbersDebugIdsAsTheyAppear) {
  EXPECT_EQ(Normalise({"  ref 56: desc 4 dead node 55 s 2 w 0 d "
                       "0000000000000000",
                       "  ref 9: desc 56 node 56 s 1 w 1 d 00000000173d4ab0",
                       "  buffer 55: (____ptrval____) size 24:8:0 active",
                       "  node work 9: u0000000000001000 c0000000000001001"}),
            Lines({"  ref #1: desc 4 dead node #2 s 2 w 0 d 0",
                   "  ref #3: desc 56 node #1 s 1 w 1 d set",
                   "  buffer #2: - size 24:8:0 active",
                   "  node work #3: u0000000000001000 c0000000000001001"}));
}

TEST(NormaliseLogsTest, TransactionsOfEachVersion) {
  EXPECT_EQ(
      Normalise({"    outgoing transaction 71: 00000000fb6d6120 from 30:31 to "
                 "20:0 code 7 flags 10 pri 120 a0 r1 elapsed 12ms node 61 size "
                 "24:8 offset d0",
                 "  pending transaction 71: (____ptrval____) from 0:0 to 20:20 "
                 "code 7 flags 1 pri 0 r1 buffer free"}),
      Lines({"    outgoing transaction #1: - from client:client.two to "
             "server:0 code 7 flags 10 pri - a0 r1 elapsed - node #2 size 24:8 "
             "offset d0",
             "  pending transaction #1: - from 0:0 to server:server.main code "
             "7 flags 1 pri - r1 buffer free"}));
}

TEST(NormaliseLogsTest, LeavesOutWhatTheModelDoesNotHold) {
  EXPECT_EQ(
      Normalise({"binder stats:", "BC_TRANSACTION: 3", "node: active 1 total 1",
                 "proc 20", "  threads: 2", "  requested threads: 0+0/0",
                 "  pages: 0:1:253", "  pages high watermark: 1",
                 "  BR_NOOP: 1", "  pending transactions: 0"}),
      Lines({"binder stats:", "proc server", "  threads: 2",
             "  requested threads: 0+0/0", "  pending transactions: 0"}));
}

TEST(NormaliseLogsTest, WhatItDoesNotKnowStays) {
  EXPECT_EQ(Normalise({"    transaction error: 29201", "  something 30 new"}),
            Lines({"    transaction error: 29201", "  something 30 new"}));
}

// Dead nodes come in the order in which they died, which only the refs tell.
TEST(NormaliseLogsTest, DeadNodesAreInAnOrderOfTheirOwn) {
  const std::string counts = " hs 1 hw 1 ls 0 lw 0 is 1 iw 1 tr 1 proc 20";
  const std::string a = ": u0000000000001000 c0000000000001001" + counts;
  const std::string b = ": u0000000000002000 c0000000000002001" + counts;
  const auto dead = [&](const Lines& nodes, const char* first,
                        const char* second) {
    Lines lines = {"dead nodes:"};
    lines.insert(lines.end(), nodes.begin(), nodes.end());
    lines.insert(lines.end(), {"proc 20", first, second});
    return Normalise(lines);
  };
  const Lines one = dead({"  node 5" + a, "  node 6" + b, "  node 7" + a},
                         "  ref 8: desc 1 dead node 7 s 1 w 0 d 0",
                         "  ref 9: desc 2 dead node 5 s 1 w 0 d 0");
  EXPECT_EQ(one, dead({"  node 16" + b, "  node 15" + a, "  node 17" + a},
                      "  ref 18: desc 1 dead node 15 s 1 w 0 d 0",
                      "  ref 19: desc 2 dead node 17 s 1 w 0 d 0"));
  EXPECT_NE(one, dead({"  node 16" + b, "  node 15" + a, "  node 17" + a},
                      "  ref 18: desc 1 dead node 15 s 1 w 0 d 0",
                      "  ref 19: desc 2 dead node 16 s 1 w 0 d 0"));
}

Lines WithWork(const char* thread, const char* below, const char* counts) {
  return Normalise({"proc 20", thread, below,
                    std::string("  node 5: u0000000000001000 "
                                "c0000000000001001 ") +
                        counts,
                    "  node work 5: u0000000000001000 c0000000000001001"});
}

TEST(NormaliseLogsTest, WorkOfTheReaderIsLeftOutIfAThreadMayHaveTakenIt) {
  constexpr char kWaits[] = "  thread 20: l 12 need_return 0 tr 0";
  constexpr char kRuns[] = "  thread 20: l 02 need_return 0 tr 0";
  constexpr char kOther[] = "  thread 31: l 02 need_return 0 tr 0";
  constexpr char kBusy[] = "    transaction complete";
  constexpr char kHeld[] = "hs 1 hw 1 ls 1 lw 0 is 0 iw 0 tr 1";
  constexpr char kReferred[] = "hs 1 hw 1 ls 1 lw 0 is 1 iw 1 tr 1 proc 30";
  EXPECT_EQ(WithWork(kWaits, kOther, kHeld).size(), 4u);
  EXPECT_EQ(WithWork(kRuns, kOther, kHeld).size(), 5u);
  EXPECT_EQ(WithWork(kWaits, kBusy, kHeld).size(), 5u);
  EXPECT_EQ(WithWork(kWaits, kOther, kReferred).size(), 5u);
}

absl::string_view VersionOfLine(const std::string& line) {
  return tools::kLogDialects[DialectOf(Normalise({"binder state:", line}))]
      .version;
}

TEST(DialectOfTest, IsToldByTransactionsBuffersAndUnknownWork) {
  const std::string t =
      "    pending transaction 1: (____ptrval____) from 20:20 to 30:0 code 1 "
      "flags 1 pri 0 ";
  EXPECT_EQ(VersionOfLine(t + "r0 node 2 size 0:0 data (____ptrval____)"),
            "6.1");
  EXPECT_EQ(VersionOfLine(t + "r0 elapsed 3ms node 2 size 0:0 offset 8"),
            "6.12");
  EXPECT_EQ(VersionOfLine(t + "a1 r0 elapsed 3ms node 2 size 0:0 offset 8"),
            "7.2");
  EXPECT_EQ(VersionOfLine("  buffer 1: 00000000fb6d6120 size 0:0:0 active"),
            "6.1");
  EXPECT_EQ(VersionOfLine("  buffer 1: 10 size 0:0:0 active"), "7.2");
  // Spam in 6.1, a one-way to a frozen process in 7.2.
  EXPECT_EQ(VersionOfLine("    unknown work: type 3"), "7.2");
  EXPECT_EQ(VersionOfLine("    unknown work: type 4"), "7.2");
  EXPECT_EQ(VersionOfLine("proc 20"), "7.2");
}

}  // namespace
}  // namespace bindery::conform
