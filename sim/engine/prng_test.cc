#include "sim/engine/prng.h"

#include <cstdint>
#include <vector>

#include "gtest/gtest.h"

namespace bindery::sim {
namespace {

// Seeds are written into bug reports: these numbers may never change.
TEST(Prng, SeedsMeanTheSameForEver) {
  Prng prng(1);
  EXPECT_EQ(prng.Next(), 0xb3f2af6d0fc710c5u);
  EXPECT_EQ(prng.Next(), 0x853b559647364ceau);
  EXPECT_EQ(Prng(0).Next(), 0x99ec5f36cb75f2b4u);
}

TEST(Prng, BelowIsWithinItsBoundAndReachesAll) {
  Prng prng(7);
  std::vector<int> seen(6);
  for (int i = 0; i < 6000; ++i) ++seen[prng.Below(6)];
  for (int count : seen) {
    EXPECT_GT(count, 850);
    EXPECT_LT(count, 1150);
  }
  EXPECT_EQ(prng.Below(1), 0u);
}

}  // namespace
}  // namespace bindery::sim
