#include "base/check.h"

#include "gtest/gtest.h"

namespace bindery {
namespace {

TEST(CheckTest, EvaluatesTheConditionOnce) {
  int calls = 0;
  BINDERY_CHECK(++calls > 0);
  EXPECT_EQ(calls, 1);
}

TEST(CheckTest, EvaluatesTheMessageOnlyOnFailure) {
  int calls = 0;
  const auto message = [&calls] {
    ++calls;
    return "never asked for";
  };
  BINDERY_CHECK_MSG(true, message());
  EXPECT_EQ(calls, 0);
}

// An `else` after the macro must belong to the caller's `if`.
TEST(CheckTest, IsOneStatement) {
  bool reached = false;
  if (false)
    BINDERY_CHECK(true);
  else
    reached = true;
  EXPECT_TRUE(reached);
}

constexpr int Half(int even) {
  BINDERY_CHECK(even % 2 == 0);
  return even / 2;
}
static_assert(Half(6) == 3);

TEST(CheckDeathTest, PrintsPlaceAndCondition) {
  const int one = 1;
  EXPECT_DEATH(BINDERY_CHECK(one == 2),
               "base/check_test.cc:[0-9]+: check failed: one == 2");
}

TEST(CheckDeathTest, PrintsTheMessage) {
  const int one = 1;
  EXPECT_DEATH(BINDERY_CHECK_MSG(one == 2, "one is not two"),
               "check failed: one == 2 .one is not two.");
}

}  // namespace
}  // namespace bindery
