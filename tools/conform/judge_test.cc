// What makes a kernel's record the same as the model's run, and what does not.
#include "tools/conform/judge.h"

#include <string>

#include "gtest/gtest.h"
#include "tools/conform/lockstep.h"

namespace bindery::conform {
namespace {

// A run of no step, so that only the outcome and what stays count.
ScenarioRecord Ended(Outcome outcome, const std::string& detail = "") {
  ScenarioRecord record;
  record.name = "empty";
  record.outcome = outcome;
  record.detail = detail;
  return record;
}

LockstepRun Empty() {
  LockstepRun run;
  run.transcript.scenario = "empty";
  return run;
}

TEST(JudgeTest, AnEndInOrderIsTheSame) {
  const Verdict verdict = Judge(Empty(), Ended(Outcome::kOk));
  EXPECT_TRUE(verdict.same) << verdict.explanation;
  EXPECT_EQ(verdict.lacking, "");
}

TEST(JudgeTest, EveryOtherEndIsNot) {
  for (const Outcome outcome :
       {Outcome::kDiverged, Outcome::kHang, Outcome::kError, Outcome::kOops}) {
    const Verdict verdict = Judge(Empty(), Ended(outcome, "why"));
    EXPECT_FALSE(verdict.same) << OutcomeName(outcome);
    EXPECT_EQ(verdict.lacking, "") << OutcomeName(outcome);
    EXPECT_NE(verdict.explanation.find("why"), std::string::npos);
  }
}

TEST(JudgeTest, WhatAKernelLacksIsNoDifference) {
  const Verdict verdict =
      Judge(Empty(), Ended(Outcome::kLacks, "lacks line=1 sockets: errno 97"));
  EXPECT_FALSE(verdict.same);
  EXPECT_EQ(verdict.lacking, "sockets: errno 97");
}

TEST(JudgeTest, WhatStaysMustBeExpected) {
  ScenarioRecord record = Ended(Outcome::kOk);
  record.leaks = {{"node", 1}};
  EXPECT_NE(Judge(Empty(), record).explanation.find("node grew by 1"),
            std::string::npos);
  LockstepRun finding = Empty();
  finding.leaks = {{"node", 1}};
  EXPECT_TRUE(Judge(finding, record).same);
  record.leaks["proc"] = 1;
  EXPECT_FALSE(Judge(finding, record).same);
}

TEST(JudgeTest, WhatIsExpectedToStayMustStay) {
  LockstepRun finding = Empty();
  finding.leaks = {{"node", 1}};
  const Verdict verdict = Judge(finding, Ended(Outcome::kOk));
  EXPECT_FALSE(verdict.same);
  EXPECT_NE(verdict.explanation.find("no leak: of node 1"), std::string::npos);
}

}  // namespace
}  // namespace bindery::conform
