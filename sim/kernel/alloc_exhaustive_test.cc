// The 750,000 programs of the kernel's binder_alloc_exhaustive_test pass here,
// and do not when the allocator is wrong.
#include "sim/kernel/alloc_exhaustive.h"

#include <string>

#include "gtest/gtest.h"

namespace bindery::sim {
namespace {

// The kernel's programs, or those with one-way buffers and refilled holes.
AllocExhaustiveResult RunWith(bool more, const std::string& mutation = "") {
  const Driver driver = mutation.empty() ? *Driver::Create("c-7.2")
                                         : *Driver::Create("c-7.2", {mutation});
  return RunAllocPrograms(
      driver, {.check_every_call = true, .one_way = more, .refill = more});
}

TEST(AllocExhaustiveTest, AllProgramsPass) {
  const AllocExhaustiveResult result = RunWith(/*more=*/false);
  EXPECT_EQ(result.failure, "");
  EXPECT_EQ(result.programs, 750000u);
  EXPECT_EQ(result.allocations, 7500000u);
  EXPECT_EQ(result.frees, 7500000u);
}

TEST(AllocExhaustiveTest, AllProgramsPassWithOneWayBuffersAndRefilledHoles) {
  const AllocExhaustiveResult result = RunWith(/*more=*/true);
  EXPECT_EQ(result.failure, "");
  EXPECT_EQ(result.programs, 750000u);
}

TEST(AllocExhaustiveTest, FreeSpaceThatIsNotMergedIsNoticed) {
  const AllocExhaustiveResult result =
      RunWith(false, "drop:binder_free_buf_locked:free-neighbours-are-merged");
  EXPECT_EQ(result.programs, 1u);
  EXPECT_NE(result.failure.find("two free chunks are neighbours"),
            std::string::npos)
      << result.failure;
}

// A page that two chunks share then joins the list for neither.
TEST(AllocExhaustiveTest, TheKernelsChecksNoticeItToo) {
  const Driver driver = *Driver::Create(
      "c-7.2", {"drop:binder_free_buf_locked:free-neighbours-are-merged"});
  const AllocExhaustiveResult result = RunAllocPrograms(driver, {});
  EXPECT_EQ(result.programs, 1u);
  EXPECT_NE(result.failure.find("page 0 is in use, not on the list"),
            std::string::npos)
      << result.failure;
}

TEST(AllocExhaustiveTest, WrongAccountsOfOneWaySpaceAreNoticed) {
  for (const char* const mutation :
       {"drop:binder_alloc_new_buf_locked:one-way-space-is-taken",
        "drop:binder_free_buf_locked:one-way-space-is-given-back"}) {
    const AllocExhaustiveResult result = RunWith(true, mutation);
    EXPECT_NE(result.failure.find("one-way space"), std::string::npos)
        << mutation << ": " << result.failure;
  }
}

}  // namespace
}  // namespace bindery::sim
