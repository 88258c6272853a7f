#include "tools/conform/stats.h"

#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace bindery::conform {
namespace {

Transcript OneStep(const std::string& action,
                   const std::vector<std::string>& results) {
  Transcript transcript;
  transcript.steps.push_back({action, results});
  return transcript;
}

bool Surprises(const Stats& stats, const std::string& line) {
  const std::vector<std::string> all = stats.Surprises();
  return std::find(all.begin(), all.end(), line) != all.end();
}

TEST(StatsTest, ReadsTranscripts) {
  Stats stats;
  stats.AddTranscript(OneStep(
      "p.t: ioctl(0, BINDER_WRITE_READ, BC_ACQUIRE(1) BC_ACQUIRE(2) read 256)",
      {"p.t = EINVAL written 8 read 0", "q.t = 0 written 0 read 8",
       "q.t   BR_NOOP", "inside: r.t"}));
  EXPECT_EQ(stats.Count(Group::kRequests, "BINDER_WRITE_READ"), 1u);
  EXPECT_EQ(stats.Count(Group::kCommands, "BC_ACQUIRE"), 2u);
  EXPECT_EQ(stats.Count(Group::kErrors, "EINVAL"), 1u);
  EXPECT_EQ(stats.Count(Group::kReturns, "BR_NOOP"), 1u);
}

// Its word was not read from the driver, its parameter is an error.
TEST(StatsTest, AnExtendedErrorIsAnErrorAndNoWord) {
  Stats stats;
  stats.AddTranscript(OneStep("p.t: ioctl(0, BINDER_GET_EXTENDED_ERROR, 0)",
                              {"p.t = 0 command BR_FAILED_REPLY param -22",
                               "p.t = 0 command BR_OK param 0"}));
  EXPECT_EQ(stats.Count(Group::kReturns, "BR_FAILED_REPLY"), 0u);
  EXPECT_EQ(stats.Count(Group::kReturns, "BR_OK"), 0u);
  EXPECT_EQ(stats.Count(Group::kErrors, "EINVAL"), 1u);
}

TEST(StatsTest, EverythingModelledIsASurpriseUntilItIsSeen) {
  Stats stats;
  EXPECT_TRUE(Surprises(stats, "BC_REPLY_SG: never exercised"));
  EXPECT_TRUE(Surprises(stats, "looper ENTERED: never exercised"));
  stats.AddTranscript(OneStep("BC_REPLY_SG", {}));
  EXPECT_FALSE(Surprises(stats, "BC_REPLY_SG: never exercised"));
}

// Reasons are kept true.
TEST(StatsTest, WhatHasAReasonMayNotBeSeen) {
  Stats stats;
  EXPECT_FALSE(Surprises(stats, "BR_ERROR: never exercised"));
  stats.AddTranscript(OneStep("", {"p.t   BR_ERROR"}));
  EXPECT_TRUE(
      Surprises(stats, "BR_ERROR: has a reason never to be exercised, but is"));
}

TEST(StatsTest, TheReportSaysWhyNot) {
  EXPECT_TRUE(absl::StrContains(Stats().Report(),
                                "  ENOMEM: needs an allocation that fails"));
}

}  // namespace
}  // namespace bindery::conform
