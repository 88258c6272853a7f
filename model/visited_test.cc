#include "model/visited.h"

#include <cstdint>
#include <set>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace bindery::model {
namespace {

using Outcome = VisitedSet::Outcome;
using Width = VisitedSet::Width;

// A bijection with well-spread values (the finalizer of splitmix64).
uint64_t Spread(uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

Fingerprint Key(uint64_t i) { return {Spread(~i), Spread(i)}; }

class VisitedSetTest : public testing::TestWithParam<Width> {};

INSTANTIATE_TEST_SUITE_P(Widths, VisitedSetTest,
                         testing::Values(Width::k64, Width::k128));

TEST_P(VisitedSetTest, AKeyIsInsertedOnce) {
  VisitedSet set(GetParam());
  EXPECT_FALSE(set.Contains(Key(1)));
  EXPECT_EQ(set.Insert(Key(1)), Outcome::kInserted);
  EXPECT_EQ(set.Insert(Key(1)), Outcome::kPresent);
  EXPECT_TRUE(set.Contains(Key(1)));
  EXPECT_EQ(set.size(), 1u);
}

TEST_P(VisitedSetTest, TheZeroKeyIsAKeyLikeOthers) {
  VisitedSet set(GetParam());
  EXPECT_FALSE(set.Contains({0, 0}));
  EXPECT_EQ(set.Insert({0, 0}), Outcome::kInserted);
  EXPECT_EQ(set.Insert({0, 0}), Outcome::kPresent);
  EXPECT_TRUE(set.Contains({0, 0}));
  EXPECT_EQ(set.size(), 1u);
}

TEST_P(VisitedSetTest, KeepsEveryKeyWhileItGrows) {
  constexpr uint64_t kKeys = 1'000'000;  // beyond several huge pages
  VisitedSet set(GetParam());
  for (uint64_t i = 0; i < kKeys; ++i) {
    ASSERT_EQ(set.Insert(Key(i)), Outcome::kInserted) << i;
    ASSERT_TRUE(set.Contains(Key(i / 2))) << i;
  }
  for (uint64_t i = 0; i < kKeys; ++i) {
    ASSERT_EQ(set.Insert(Key(i)), Outcome::kPresent) << i;
    ASSERT_FALSE(set.Contains(Key(kKeys + i))) << i;
  }
  EXPECT_EQ(set.size(), kKeys);
}

TEST_P(VisitedSetTest, AgreesWithAnOrderedSetAfterEveryInsertion) {
  VisitedSet set(GetParam());
  std::set<uint64_t> expected;
  for (uint64_t i = 0; i < 50'000; ++i) {
    const uint64_t k = Spread(i) % 20'000;
    const bool fresh = expected.insert(k).second;
    ASSERT_EQ(set.Insert(Key(k)) == Outcome::kInserted, fresh) << i;
    ASSERT_EQ(set.size(), expected.size());
  }
}

// The worst that a model can do to the table: one chain that wraps around the
// end, over many growths.
TEST_P(VisitedSetTest, SurvivesKeysThatAllBelongToTheLastBuckets) {
  // The inverse of the table's multiplier, so that mixed keys are all ones at
  // the top.
  constexpr uint64_t kInverse = 0xf1de83e19937733du;
  ASSERT_EQ(kInverse * 0x9e3779b97f4a7c15u, 1u);
  VisitedSet set(GetParam());
  const auto key = [](uint64_t i) {
    return Fingerprint{1, (~uint64_t{0} - i) * kInverse};
  };
  for (uint64_t i = 0; i < 3'000; ++i) {
    ASSERT_EQ(set.Insert(key(i)), Outcome::kInserted) << i;
  }
  for (uint64_t i = 0; i < 3'000; ++i) ASSERT_TRUE(set.Contains(key(i))) << i;
  EXPECT_FALSE(set.Contains(key(3'000)));
}

TEST_P(VisitedSetTest, StaysWithinItsBudgetAndSaysWhenItIsFull) {
  constexpr size_t kBudget = 100'000;
  VisitedSet set(GetParam(), kBudget);
  uint64_t inserted = 0;
  while (set.Insert(Key(inserted)) == Outcome::kInserted) ++inserted;
  EXPECT_LE(set.bytes(), kBudget);
  const size_t slots = set.bytes() / (GetParam() == Width::k64 ? 8 : 16);
  EXPECT_GE(inserted, slots * 94 / 100);
  EXPECT_EQ(set.size(), inserted);
  EXPECT_EQ(set.Insert(Key(inserted + 7)), Outcome::kFull);
  for (uint64_t i = 0; i < inserted; ++i) {
    ASSERT_EQ(set.Insert(Key(i)), Outcome::kPresent) << i;
  }
}

// Rounds of threads that insert the same keys in different orders, with growth
// in between: each key is new to one of them.
TEST_P(VisitedSetTest, ThreadsInsertEachKeyOnce) {
  constexpr int kThreads = 3;
  constexpr uint64_t kRounds = 60;
  constexpr uint64_t kKeys = 16'000;
  VisitedSet set(GetParam());
  set.Reserve(size_t{1} << 19);
  for (uint64_t round = 0; round < kRounds; ++round) {
    VisitedSet::Share shares[kThreads];
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&set, round, t, share = &shares[t]] {
        for (uint64_t i = 0; i < kKeys; ++i) {
          const uint64_t k = (i * (2 * t + 1)) % kKeys;
          set.InsertShared(k == 7 ? Fingerprint{0, 0} : Key(round * kKeys + k),
                           share);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (VisitedSet::Share& share : shares) set.HandIn(&share);
    // The zero key is new in the first round only.
    ASSERT_EQ(set.size(), (round + 1) * (kKeys - 1) + 1);
    ASSERT_TRUE(set.GrowIfDue(kThreads));
  }
  VisitedSet::Share share;
  for (uint64_t k = 0; k < kRounds * kKeys; ++k) {
    if (k % kKeys == 7) continue;
    ASSERT_EQ(set.InsertShared(Key(k), &share), Outcome::kPresent) << k;
  }
  EXPECT_EQ(set.InsertShared(Key(kRounds * kKeys), &share), Outcome::kInserted);
}

TEST_P(VisitedSetTest, ASharedTableSaysWhenItIsFull) {
  VisitedSet set(GetParam(), 8192);
  VisitedSet::Share share;
  uint64_t inserted = 0;
  while (set.InsertShared(Key(inserted), &share) == Outcome::kInserted) {
    ++inserted;
  }
  EXPECT_EQ(inserted, share.inserted);
  EXPECT_EQ(set.InsertShared(Key(0), &share), Outcome::kPresent);
  EXPECT_EQ(set.InsertShared(Key(inserted), &share), Outcome::kFull);
}

TEST(VisitedSet, ALargerBudgetLetsAFullTableGrowAgain) {
  VisitedSet set(Width::k64, 8192);
  uint64_t next = 0;
  while (set.Insert(Key(next)) == Outcome::kInserted) ++next;
  set.SetMaxBytes(VisitedSet::kUnlimited);
  EXPECT_EQ(set.Insert(Key(next)), Outcome::kInserted);
  for (uint64_t i = 0; i <= next; ++i) ASSERT_TRUE(set.Contains(Key(i)));
}

TEST(VisitedSet, OnlyTheWideTableTellsEqualLowHalvesApart) {
  VisitedSet narrow(Width::k64);
  EXPECT_EQ(narrow.Insert({1, 5}), Outcome::kInserted);
  EXPECT_EQ(narrow.Insert({2, 5}), Outcome::kPresent);
  VisitedSet wide(Width::k128);
  EXPECT_EQ(wide.Insert({1, 5}), Outcome::kInserted);
  EXPECT_EQ(wide.Insert({2, 5}), Outcome::kInserted);
  EXPECT_EQ(wide.Insert({2, 0}), Outcome::kInserted);
  EXPECT_EQ(wide.Insert({0, 0}), Outcome::kInserted);
  EXPECT_EQ(wide.size(), 4u);
}

TEST(VisitedSet, NeedsAtMostNineteenBytesForAState) {
  VisitedSet set;
  for (uint64_t i = 0; i < 3'000'000; ++i) {
    set.Insert(Key(i));
    if (i < 1'000'000) continue;
    ASSERT_LE(set.bytes(), 19 * (i + 1) + (size_t{4} << 20)) << i;
  }
}

TEST(VisitedSet, TheCollisionBoundIsQuadraticInTheStates) {
  VisitedSet narrow(Width::k64);
  VisitedSet wide(Width::k128);
  EXPECT_EQ(narrow.CollisionBound(), 0.0);
  for (uint64_t i = 0; i < 1024; ++i) {
    narrow.Insert(Key(i));
    wide.Insert(Key(i));
  }
  EXPECT_DOUBLE_EQ(narrow.CollisionBound(), 0x1p-45);
  EXPECT_DOUBLE_EQ(wide.CollisionBound(), 0x1p-109);
}

}  // namespace
}  // namespace bindery::model
