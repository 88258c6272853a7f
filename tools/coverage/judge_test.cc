// What is written down about coverage is checked against what scenarios take.
#include "tools/coverage/judge.h"

#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/coverage/facts.h"

namespace bindery::coverage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<sim::Branch> TwoAnswers() {
  return {{"open", "it is there", "yes"}, {"open", "it is there", "no"}};
}
constexpr char kYes[] = "open: it is there: yes";
constexpr char kNo[] = "open: it is there: no";

// As written it takes `written`, in another order `explored` as well.
Exercise Takes(const std::string& scenario, std::set<std::string> written,
               const std::set<std::string>& explored = {}) {
  Exercise exercise;
  exercise.scenario = scenario;
  for (int i = 0; i < kKinds; ++i) {
    exercise.taken[i] = written;
    if (i == 0) continue;
    exercise.taken[i].insert(explored.begin(), explored.end());
  }
  return exercise;
}

TEST(JudgeTest, NothingIsWrongIfEverythingIsTaken) {
  const Coverage coverage = Judge(TwoAnswers(), {Takes("s", {kYes, kNo})},
                                  {{"r", "a row", {kNo}, ""}}, {});
  EXPECT_THAT(coverage.problems, IsEmpty());
  ASSERT_EQ(coverage.operations.size(), 1u);
  EXPECT_EQ(coverage.operations[0].taken, 2);
  EXPECT_EQ(coverage.operations[0].total, 2);
  EXPECT_EQ(coverage.rows[0].scenario, "s");
}

TEST(JudgeTest, ABranchThatNobodyTakesNeedsAReason) {
  EXPECT_THAT(Judge(TwoAnswers(), {Takes("s", {kYes})}, {}, {}).problems,
              ElementsAre("no scenario takes \"open: it is there: no\""));
  const Coverage coverage =
      Judge(TwoAnswers(), {Takes("s", {kYes})}, {}, {{kNo, "it always is"}});
  EXPECT_THAT(coverage.problems, IsEmpty());
  EXPECT_EQ(coverage.branches[1].reason, "it always is");
}

TEST(JudgeTest, AReasonForWhatIsTakenIsStale) {
  EXPECT_THAT(Judge(TwoAnswers(), {Takes("s", {kYes, kNo})}, {},
                    {{kNo, "it always is"}})
                  .problems,
              ElementsAre("there is a reason for \"open: it is there: no\", "
                          "which s takes"));
}

TEST(JudgeTest, AReasonForWhatDoesNotExistIsStale) {
  EXPECT_THAT(Judge(TwoAnswers(), {Takes("s", {kYes, kNo})}, {},
                    {{"open: it was there: no", "it always was"}})
                  .problems,
              ElementsAre(HasSubstr("which is no branch")));
}

TEST(JudgeTest, OneReasonIsEnough) {
  EXPECT_THAT(Judge(TwoAnswers(), {Takes("s", {kYes})}, {},
                    {{kNo, "it always is"}, {kNo, "it has to be"}})
                  .problems,
              ElementsAre(HasSubstr("two reasons")));
}

TEST(JudgeTest, AWitnessThatDoesNotExistIsNamed) {
  EXPECT_THAT(Judge(TwoAnswers(), {Takes("s", {kYes, kNo})},
                    {{"r", "a row", {"open: it was there: no"}, "later"}}, {})
                  .problems,
              ElementsAre(HasSubstr("row r names \"open: it was there: no\"")));
}

TEST(JudgeTest, ARowNeedsOneScenarioThatTakesAllWitnesses) {
  EXPECT_THAT(Judge(TwoAnswers(), {Takes("s", {kYes}), Takes("t", {kNo})},
                    {{"r", "a row", {kYes, kNo}, ""}}, {})
                  .problems,
              ElementsAre("no scenario exercises row r"));
}

TEST(JudgeTest, ARowWithoutWitnessesIsNeverExercised) {
  const std::vector<Exercise> all = {Takes("s", {kYes, kNo})};
  EXPECT_THAT(Judge(TwoAnswers(), all, {{"r", "a row", {}, ""}}, {}).problems,
              ElementsAre("no scenario exercises row r"));
  EXPECT_THAT(Judge(TwoAnswers(), all, {{"r", "a row", {}, "not modelled"}}, {})
                  .problems,
              IsEmpty());
}

TEST(JudgeTest, AnOpenRowThatIsExercisedIsStale) {
  EXPECT_THAT(Judge(TwoAnswers(), {Takes("s", {kYes, kNo})},
                    {{"r", "a row", {kYes}, "not modelled"}}, {})
                  .problems,
              ElementsAre(HasSubstr("is said to be open, but s exercises it")));
}

TEST(JudgeTest, RowsHaveNamesOfTheirOwn) {
  EXPECT_THAT(
      Judge(TwoAnswers(), {Takes("s", {kYes, kNo})},
            {{"r", "a row", {kYes}, ""}, {"r", "another", {kNo}, ""}}, {})
          .problems,
      ElementsAre("two rows are called r"));
}

TEST(JudgeTest, AsWrittenGoesFirstThenTheScenarioThatShowsLeast) {
  const Coverage coverage = Judge(
      TwoAnswers(),
      {Takes("other order", {}, {kNo}), Takes("long", {kYes, kNo, "more"}),
       Takes("short", {kYes, kNo}), Takes("last", {kYes, kNo})},
      {}, {});
  const BranchCoverage& no = coverage.branches[1];
  EXPECT_EQ(no.scenario, "short");
  EXPECT_EQ(no.kind, Kind::kAsWritten);
  EXPECT_EQ(no.scenarios, 4);
}

TEST(JudgeTest, AnotherOrderIsSaidToBeOne) {
  const Coverage coverage =
      Judge(TwoAnswers(), {Takes("s", {kYes}, {kNo})}, {}, {});
  EXPECT_EQ(coverage.branches[1].kind, Kind::kExplored);
  EXPECT_THAT(coverage.problems, IsEmpty());
}

// The tables that are written down, against the driver's own branches.
TEST(TablesTest, WitnessesAndReasonsNameWhatThereIs) {
  const sim::Driver driver = *sim::Driver::Create("c-7.2");
  std::set<std::string> names;
  for (const sim::Branch& branch : AllBranches({&driver})) {
    names.insert(branch.Name());
  }
  for (const Row& row : AllRows()) {
    for (const std::string& witness : row.witnesses) {
      EXPECT_TRUE(names.count(witness) != 0 || IsFact(witness))
          << row.id << ": " << witness;
    }
    EXPECT_FALSE(row.witnesses.empty() && row.open.empty()) << row.id;
  }
  for (const Reason& reason : AllReasons()) {
    EXPECT_EQ(names.count(reason.branch), 1u) << reason.branch;
    EXPECT_NE(reason.why, "") << reason.branch;
  }
}

TEST(TablesTest, EverySectionHasRows) {
  std::set<std::string> sections;
  for (const Row& row : AllRows()) {
    sections.insert(row.id.substr(0, row.id.find_first_of("/.", 3)));
  }
  EXPECT_THAT(sections,
              ElementsAre("A.5", "B.10", "B.11", "B.12", "B.13", "B.14", "B.15",
                          "B.17", "B.21", "B.22", "B.4"));
}

TEST(FactsTest, OnlyWhatCanBeSeenIsAFact) {
  EXPECT_TRUE(IsFact("BR_ACQUIRE is returned"));
  EXPECT_TRUE(IsFact("WEAK_BINDER arrives as WEAK_HANDLE"));
  EXPECT_TRUE(IsFact("user error: cookie mismatch"));
  EXPECT_TRUE(IsFact("BR_TRANSACTION_SEC_CTX is returned"));
  EXPECT_FALSE(IsFact("BR_ACQUIRED is returned"));
  EXPECT_FALSE(IsFact("BINDER arrives as HANDEL"));
}

}  // namespace
}  // namespace bindery::coverage
