#include "base/zeroed_array.h"

#include <cstdint>

#include "gtest/gtest.h"

namespace bindery {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;

TEST(ZeroedArray, SizesAreWholePagesThenWholeHugePages) {
  EXPECT_EQ(ZeroedArray::RoundUp(1), 4096u);
  EXPECT_EQ(ZeroedArray::RoundUp(4096), 4096u);
  EXPECT_EQ(ZeroedArray::RoundUp(4097), 8192u);
  EXPECT_EQ(ZeroedArray::RoundUp(kHugePage + 1), 2 * kHugePage);
  EXPECT_EQ(ZeroedArray::RoundDown(4095), 0u);
  EXPECT_EQ(ZeroedArray::RoundDown(8191), 4096u);
  EXPECT_EQ(ZeroedArray::RoundDown(2 * kHugePage - 1), kHugePage);
}

TEST(ZeroedArray, GrowthKeepsTheWordsAndAddsZeroes) {
  ZeroedArray array;
  size_t filled = 0;
  for (size_t bytes = 4096; bytes <= 4 * kHugePage; bytes *= 2) {
    ASSERT_TRUE(array.Grow(bytes));
    ASSERT_EQ(array.bytes(), bytes);
    const size_t words = bytes / sizeof(uint64_t);
    for (size_t i = 0; i < filled; ++i) ASSERT_EQ(array.words()[i], i + 1);
    for (size_t i = filled; i < words; ++i) ASSERT_EQ(array.words()[i], 0u);
    for (; filled < words; ++filled) array.words()[filled] = filled + 1;
  }
}

TEST(ZeroedArray, LiesAtAHugePageBoundary) {
  ZeroedArray array;
  ASSERT_TRUE(array.Grow(kHugePage));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(array.words()) % kHugePage, 0u);
  ASSERT_TRUE(array.Grow(3 * kHugePage));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(array.words()) % kHugePage, 0u);
}

TEST(ZeroedArray, ARefusalLeavesTheArrayAsItWas) {
  ZeroedArray array;
  ASSERT_TRUE(array.Grow(4096));
  array.words()[511] = 7;
  // Far more than an address space holds.
  EXPECT_FALSE(array.Grow(ZeroedArray::RoundDown(size_t{1} << 62)));
  EXPECT_EQ(array.bytes(), 4096u);
  EXPECT_EQ(array.words()[511], 7u);
}

}  // namespace
}  // namespace bindery
