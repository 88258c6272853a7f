#include "tools/conform/unreached_reasons.h"

#include "gtest/gtest.h"

namespace bindery::conform {
namespace {

constexpr char kPath[] = "drivers/android/binder.c";

// A driver of two functions. Lines 3, 5 and 6 of `send` were not executed, nor
// was `count`.
Coverage Driver() {
  Coverage coverage;
  const absl::Status status = coverage.Add(
      R"({"files":[{"file":"drivers/android/binder.c","functions":[)"
      R"({"name":"send","start_line":1,"end_line":8,"execution_count":2},)"
      R"({"name":"count","start_line":9,"end_line":11,"execution_count":0}],)"
      R"("lines":[{"line_number":2,"function_name":"send","count":2},)"
      R"({"line_number":3,"function_name":"send"},)"
      R"({"line_number":4,"function_name":"send","count":2},)"
      R"({"line_number":5,"function_name":"send"},)"
      R"({"line_number":6,"function_name":"send"},)"
      R"({"line_number":7,"function_name":"send","count":2},)"
      R"({"line_number":9,"function_name":"count"},)"
      R"({"line_number":10,"function_name":"count"}]}]})");
  EXPECT_TRUE(status.ok()) << status;
  return coverage;
}

SourceTexts Texts() {
  return {{kPath,
           {"int send(void) {", "  if (broken)", "    BUG();",
            "  if (WARN_ON(odd)) {", "    ret = -EINVAL;", "    goto out; }",
            "  return ret;", "}", "int count(void) {", "  return 1;", "}"}}};
}

TEST(UnreachedReasonsTest, WithoutReasonsNothingIsExcused) {
  const Explanation found = Explain(Driver(), Texts(), {});
  EXPECT_EQ(found.lines, 8u);
  EXPECT_EQ(found.reached, 3u);
  EXPECT_EQ(found.excused, 0u);
  EXPECT_TRUE(found.wrong.empty());
}

TEST(UnreachedReasonsTest, ExcusesTheRunsThatItNames) {
  const Explanation found =
      Explain(Driver(), Texts(), {{"bugs", "", "BUG()", "never"}});
  EXPECT_EQ(found.excused, 1u);
}

TEST(UnreachedReasonsTest, ExcusesTheArmOfACondition) {
  const Explanation found =
      Explain(Driver(), Texts(), {{"bugs", "send", "(WARN_ON(", "never"}});
  EXPECT_EQ(found.excused, 2u);
}

TEST(UnreachedReasonsTest, ExcusesAFunction) {
  const Explanation found = Explain(
      Driver(), Texts(),
      {{"shrinker", "count", "", "never"}, {"bugs", "", "BUG()", "never"}});
  EXPECT_EQ(found.excused, 3u);
  EXPECT_EQ(found.by_group.at("shrinker"), 2u);
  EXPECT_EQ(found.by_group.at("bugs"), 1u);
  EXPECT_TRUE(found.wrong.empty());
  EXPECT_EQ(found.Text(),
            "binder.c and binder_alloc.c, raw: 3 of 8 lines (37.5 %), 0 of 0 "
            "branches (100.0 %)\n"
            "after reasons: 60.0 % of the lines; there are reasons for 3 "
            "(37.5 %): bugs 1, shrinker 2\n");
}

TEST(UnreachedReasonsTest, SaysWhichReasonsAreNotTrue) {
  const Explanation found =
      Explain(Driver(), Texts(),
              {{"bugs", "send", "return ret", "reached"},
               {"bugs", "", "no such text", "not there"},
               {"bugs", "later_function", "", "of another version"}});
  ASSERT_EQ(found.wrong.size(), 2u);
  EXPECT_EQ(found.wrong[0],
            "bugs: send with \"return ret\" has a line that was not reached; "
            "\"reached\" explains nothing");
  EXPECT_EQ(found.excused, 0u);
}

TEST(UnreachedReasonsTest, NoTextExcusesNothing) {
  const Explanation found =
      Explain(Driver(), {}, {{"bugs", "", "BUG()", "never"}});
  EXPECT_EQ(found.excused, 0u);
}

TEST(UnreachedReasonsTest, EveryReasonSaysWhy) {
  for (const UnreachedReason& reason : UnreachedReasons()) {
    EXPECT_STRNE(reason.group, "");
    EXPECT_STRNE(reason.why, "");
    EXPECT_TRUE(*reason.function != '\0' || *reason.text != '\0');
  }
}

}  // namespace
}  // namespace bindery::conform
