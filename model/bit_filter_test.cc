#include "model/bit_filter.h"

#include <cstdint>

#include "gtest/gtest.h"
#include "model/concept.h"

namespace bindery::model {
namespace {

// A bijection with well-spread values (the finalizer of splitmix64).
uint64_t Spread(uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

Fingerprint Key(uint64_t i) { return {Spread(~i), Spread(i)}; }

TEST(BitFilter, NeverForgets) {
  BitFilter filter(100'000);
  EXPECT_EQ(filter.bytes(), 24u * 4096);
  for (uint64_t i = 0; i < 20'000; ++i) filter.Insert(Key(i));
  for (uint64_t i = 0; i < 20'000; ++i) ASSERT_FALSE(filter.Insert(Key(i)));
}

// What it says about its errors is what its errors are.
TEST(BitFilter, TakesStrangersForKnownAtTheRateItTells) {
  BitFilter filter(size_t{64} << 10);
  EXPECT_EQ(filter.FalsePositiveRate(), 0.0);
  uint64_t known = 0;
  constexpr uint64_t kKeys = 60'000;
  for (uint64_t i = 0; i < kKeys; ++i) known += filter.Insert(Key(i)) ? 0 : 1;
  const double rate = filter.FalsePositiveRate();
  EXPECT_GT(rate, 0.01);
  EXPECT_LT(rate, 0.1);
  // The rate only grows.
  EXPECT_LT(static_cast<double>(known), kKeys * rate);
  uint64_t wrong = 0;
  for (uint64_t i = 0; i < 300; ++i) {
    wrong += filter.Insert(Key(kKeys + i)) ? 0 : 1;
  }
  EXPECT_NEAR(static_cast<double>(wrong) / 300, rate, 0.03);
}

TEST(BitFilter, SaysWhenTheSystemDoesNotHaveThatMuch) {
  EXPECT_FALSE(BitFilter(size_t{1} << 60).ok());
  EXPECT_TRUE(BitFilter(0).ok());
}

}  // namespace
}  // namespace bindery::model
