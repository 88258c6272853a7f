// testdata/gcov.json is what gcov 12 said of a program of 23 lines, compiled as
// drivers/android/sample.c: `sign` (lines 1 to 5) returns before its line 3 is
// needed, `unused` (7 to 9) is never called, and `main` skips 18 to 20.

#include "tools/conform/coverage.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "gtest/gtest.h"
#include "tools/conform/coverage_collector.h"

namespace bindery::conform {
namespace {

constexpr char kSample[] = "drivers/android/sample.c";

std::string SampleReport() {
  std::ifstream file(std::string(std::getenv("TEST_SRCDIR")) + "/" +
                     std::getenv("TEST_WORKSPACE") +
                     "/tools/conform/testdata/gcov.json");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// One line of `function`, with its branches.
std::string OneLine(int64_t count, const std::string& branches) {
  return R"({"files":[{"file":"../src/drivers/android/x.c","functions":[],)"
         R"("lines":[{"line_number":4,"function_name":"f","count":)" +
         std::to_string(count) + R"(,"branches":[)" + branches + "]}]}]}";
}

Coverage Sample(int times = 1) {
  Coverage coverage;
  for (int i = 0; i < times; ++i) {
    const absl::Status status = coverage.Add(SampleReport());
    EXPECT_TRUE(status.ok()) << status;
  }
  return coverage;
}

TEST(CoverageTest, CountsLinesBranchesAndFunctions) {
  const Coverage coverage = Sample();
  ASSERT_EQ(coverage.sources().count(kSample), 1u);
  const CoverageTotals totals = Totals(coverage.sources().at(kSample));
  EXPECT_EQ(totals.functions, 3u);
  EXPECT_EQ(totals.functions_reached, 2u);
  EXPECT_EQ(totals.lines, 13u);
  EXPECT_EQ(totals.lines_reached, 8u);
  EXPECT_EQ(totals.branches, 8u);
  EXPECT_EQ(totals.branches_taken, 4u);
}

TEST(CoverageTest, ListsWhatNothingReached) {
  EXPECT_EQ(Sample().Unreached(),
            "# drivers/android/sample.c lines 8/13 branches 4/8 functions 2/3\n"
            "branches drivers/android/sample.c:2-2 sign 1/2\n"
            "lines drivers/android/sample.c:3-3 sign\n"
            "function drivers/android/sample.c:7-9 unused\n"
            "branches drivers/android/sample.c:16-16 main 1/4\n"
            "lines drivers/android/sample.c:18-20 main\n");
}

TEST(CoverageTest, SaysTheTotalsOfEachFile) {
  EXPECT_EQ(Sample().Summary(),
            "drivers/android/sample.c: 8 of 13 lines (61.5 %), 4 of 8 branches "
            "(50.0 %), 2 of 3 functions\n");
}

TEST(CoverageTest, AddsUpReports) {
  const Coverage once = Sample(), twice = Sample(2);
  const auto key = std::make_pair(std::string("sign"), 2);
  EXPECT_EQ(once.sources().at(kSample).lines.at(key).count, 3);
  EXPECT_EQ(twice.sources().at(kSample).lines.at(key).count, 6);
  EXPECT_EQ(once.Unreached(), twice.Unreached());
}

TEST(CoverageTest, ABranchTakenInOneReportIsTaken) {
  Coverage coverage;
  ASSERT_TRUE(coverage.Add(OneLine(1, R"({"count":1},{"count":0})")).ok());
  EXPECT_EQ(coverage.Unreached(),
            "# drivers/android/x.c lines 1/1 branches 1/2 functions 0/0\n"
            "branches drivers/android/x.c:4-4 f 1/2\n");
  ASSERT_TRUE(coverage.Add(OneLine(1, R"({"count":0},{"count":1})")).ok());
  EXPECT_EQ(coverage.Unreached(),
            "# drivers/android/x.c lines 1/1 branches 2/2 functions 0/0\n");
}

TEST(CoverageTest, FindsTheFunctionThatGcovDoesNotName) {
  Coverage coverage;
  ASSERT_TRUE(coverage
                  .Add(R"({"files":[{"file":"drivers/android/x.c",)"
                       R"("functions":[{"name":"f","start_line":2,)"
                       R"("end_line":5,"execution_count":1}],)"
                       R"("lines":[{"line_number":4},{"line_number":6}]}]})")
                  .ok());
  EXPECT_EQ(coverage.Unreached(),
            "# drivers/android/x.c lines 0/2 branches 0/0 functions 1/1\n"
            "lines drivers/android/x.c:4-4 f\n"
            "lines drivers/android/x.c:6-6 -\n");
}

TEST(CoverageTest, PassesOverOtherFiles) {
  Coverage coverage;
  ASSERT_TRUE(
      coverage.Add(R"({"files":[{"file":"include/x.h","lines":[]}]})").ok());
  EXPECT_TRUE(coverage.sources().empty());
}

TEST(CoverageTest, RefusesWhatIsNoReport) {
  Coverage coverage;
  EXPECT_EQ(coverage.Add("no counters").code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(CoverageCollectorTest, SaysHowToGetAKernelThatCounts) {
  KernelSpec kernel;
  kernel.name = "uml-0.1";
  kernel.path = testing::TempDir() + "/linux-uml-0.1";
  const auto notes = FindCoverageNotes(kernel);
  EXPECT_EQ(notes.status().code(), absl::StatusCode::kNotFound);
  EXPECT_NE(notes.status().message().find("--variant=gcov"),
            absl::string_view::npos);
}

TEST(CoverageCollectorTest, NothingReportedIsNotNothingReached) {
  CoverageCollector collector(testing::TempDir());
  EXPECT_EQ(collector.Finish().status().code(),
            absl::StatusCode::kFailedPrecondition);
  collector.Take({{"object_without_notes", "bytes"}});
  EXPECT_FALSE(collector.Finish().ok());
}

}  // namespace
}  // namespace bindery::conform
