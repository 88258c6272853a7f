#include "tools/conform/driver_log.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
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

Lines Normalise(const Lines& lines) { return NormaliseState(lines, Names()); }

Lines NormaliseLog(const DriverLog& log, const Lines& before = {}) {
  return NormaliseLogs({log}, before, Names());
}

TEST(NormaliseStateTest, NamesProcessesAndActors) {
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

TEST(NormaliseStateTest, NumbersDebugIdsAsTheyAppear) {
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

TEST(NormaliseStateTest, TransactionsOfEachVersion) {
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

TEST(NormaliseStateTest, LeavesOutWhatTheOtherLogsCompare) {
  EXPECT_EQ(
      Normalise({"binder stats:", "BC_TRANSACTION: 3", "node: active 1 total 1",
                 "proc 20", "  threads: 2", "  requested threads: 0+0/0",
                 "  pages: 0:1:253", "  pages high watermark: 1",
                 "  BR_NOOP: 1", "  pending transactions: 0"}),
      Lines({"binder stats:", "proc server", "  threads: 2",
             "  requested threads: 0+0/0", "  pages: 0:1:253",
             "  pages high watermark: 1", "  pending transactions: 0"}));
}

TEST(NormaliseStateTest, WhatItDoesNotKnowStays) {
  EXPECT_EQ(Normalise({"    transaction error: 29201", "  something 30 new"}),
            Lines({"    transaction error: 29201", "  something 30 new"}));
}

// Dead nodes come in the order in which they died, which only the refs tell.
TEST(NormaliseStateTest, DeadNodesAreInAnOrderOfTheirOwn) {
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

TEST(NormaliseStateTest, WorkOfTheReaderIsLeftOutIfAThreadMayHaveTakenIt) {
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

// -------------------------------------------------------------- other logs --

TEST(NormaliseLogsTest, CountsBeginWithTheScenario) {
  const Lines before = {"binder stats:", "BC_REPLY: 4", "BR_NOOP: 1",
                        "proc: active 1 total 9", "ref: active 0 total 3"};
  EXPECT_EQ(
      NormaliseLog({"stats",
                    {"binder stats:", "BC_TRANSACTION: 2", "BC_REPLY: 5",
                     "BR_NOOP: 1", "proc: active 3 total 11",
                     "node: active 0 total 2", "ref: active 0 total 3",
                     "proc 30", "  pages: 1:0:253", "  BC_REPLY: 1"}},
                   before),
      Lines({"log stats", "binder stats:", "BC_TRANSACTION: 2", "BC_REPLY: 1",
             "proc: active 2 total 2", "node: active 0 total 2", "proc client",
             "  pages: 1:0:253", "  BC_REPLY: 1"}));
}

TEST(NormaliseLogsTest, TransactionsAreThoseOfTheScenario) {
  EXPECT_EQ(
      NormaliseLog(
          {"failed_transaction_log",
           {"7: reply from 40:41 to 0:0 context binder node 0 handle 0 size "
            "4:0 "
            "ret 29201/-71 l=3156",
            "9: call  from 30:31 to 20:0 context binder node 5 handle 1 size "
            "24:8 ret 29189/0 l=3846"}}),
      Lines({"log failed_transaction_log",
             "transaction #1: call  from client:client.two to server:0 context "
             "binder node #2 handle 1 size 24:8 ret 29189/0 l=-"}));
  EXPECT_EQ(
      NormaliseLog({"transaction_log",
                    {"9: async from 30:30 to 0:0 context binder node 0 handle "
                     "3 size 0:0 ret 0/0 l=0 (incomplete)"}}),
      Lines({"log transaction_log",
             "transaction #1: async from client:client.main to 0:0 context "
             "binder node 0 handle 3 size 0:0 ret 0/0 l=- (incomplete)"}));
}

TEST(NormaliseLogsTest, OfHashedPointersStaysWhetherTheyAreNull) {
  const Lines lines = {
      "proc 20",
      "  node 5: u(____ptrval____) c0000000000000000 hs 1 hw 0 ls 0 lw 0 is 1 "
      "iw 1 tr 1 proc 30",
      "  node work 5: u00000000fb6d6120 c00000000173d4ab0"};
  EXPECT_EQ(
      NormaliseLog({"state_hashed", lines}),
      Lines({"log state_hashed", "proc server",
             "  node #1: u- c0 hs 1 hw 0 ls 0 lw 0 is 1 iw 1 tr 1 proc client",
             "  node work #1: u- c-"}));
  EXPECT_EQ(NormaliseLog({"transactions", lines})[3],
            "  node work #1: u00000000fb6d6120 c00000000173d4ab0");
}

// `transactions` does not show a thread that waits; `stats` counts it.
TEST(NormaliseLogsTest, WorkOfTheReaderIsLeftOutOfFilesWithoutThreads) {
  const auto has_work = [](const std::string& ready) {
    const Lines lines = NormaliseLogs(
        {{"stats", {"proc 20", "  ready threads " + ready}},
         {"transactions",
          {"proc 20", "  node 7: u0 c0 hs 1 hw 1 ls 2 lw 0 is 0 iw 0 tr 1",
           "  node work 7: u0 c0"}}},
        {}, Names());
    return std::any_of(lines.begin(), lines.end(), [](const auto& line) {
      return absl::StrContains(line, "node work");
    });
  };
  EXPECT_TRUE(has_work("0"));
  EXPECT_FALSE(has_work("1"));
}

TEST(NormaliseLogsTest, FilesOfProcessesAreInOrderOfTheirNames) {
  EXPECT_EQ(NormaliseLogs({{"proc/20", {"binder proc state:", "proc 20"}},
                           {"proc/30", {"binder proc state:", "proc 30"}},
                           {"transactions", {"binder transactions:"}},
                           {"state_hashed", {}}},
                          {}, Names()),
            Lines({"log transactions", "binder transactions:",
                   "log proc/client", "binder proc state:", "proc client",
                   "log proc/server", "binder proc state:", "proc server"}));
}

// All that tells two dead nodes apart may be what an earlier file said of them.
TEST(NormaliseLogsTest, DeadNodesAreInOrderOfWhatIsKnownOfThem) {
  const auto logs = [](const Lines& nodes) {
    Lines state = {"binder state:", "dead nodes:"};
    state.insert(state.end(), nodes.begin(), nodes.end());
    return NormaliseLogs({{"transaction_log",
                           {"9: call  from 30:30 to 20:0 context binder node 6 "
                            "handle 1 size 0:0 "
                            "ret 0/0 l=0"}},
                          {"state_hashed", state}},
                         {}, Names());
  };
  const std::string a =
      "  node 5: u(____ptrval____) c(____ptrval____) hs 1 hw 1 ls 0 lw 0 is 0 "
      "iw 0 tr 2";
  const std::string b =
      "  node 6: u(____ptrval____) c(____ptrval____) hs 1 hw 1 ls 0 lw 0 is 0 "
      "iw 0 tr 2";
  EXPECT_EQ(logs({a, b}), logs({b, a}));
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

TEST(DialectOfTest, IsToldByTheFilesThatThereAre) {
  const auto version = [](const Lines& lines) {
    return tools::kLogDialects[DialectOf(lines)].version;
  };
  EXPECT_EQ(version({"log stats", "log state_hashed"}), "7.2");
  EXPECT_EQ(version({"log stats"}), "6.12");
  EXPECT_EQ(version({"log stats", "  buffer #1: - size 0:0:0 active"}), "6.1");
}

}  // namespace
}  // namespace bindery::conform
