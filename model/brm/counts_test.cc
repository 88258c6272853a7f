// The exact numbers of states and transitions of BRM-1.

#include <ostream>
#include <string>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "model/brm/known_sizes.h"
#include "model/brm/params.h"
#include "model/brm/run.h"
#include "model/explore/result.h"
#include "model/explore/strategy.h"

namespace bindery::model {

void PrintTo(const KnownSize& size, std::ostream* out) { *out << size.params; }

namespace {

using Size = KnownSize;

class CountsTest
    : public testing::TestWithParam<std::tuple<Size, Strategy, Probing>> {};

std::string NameOf(
    const testing::TestParamInfo<std::tuple<Size, Strategy, Probing>>& info) {
  const auto& [size, strategy, probing] = info.param;
  return std::string(size.name) + "_" + std::string(StrategyName(strategy)) +
         (probing == Probing::kBatched ? "_batched" : "");
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, CountsTest,
    testing::Combine(testing::ValuesIn(kKnownSizes),
                     testing::Values(Strategy::kDepthFirst,
                                     Strategy::kBreadthFirst),
                     testing::Values(Probing::kBatched, Probing::kImmediate)),
    NameOf);

TEST_P(CountsTest, AreExact) {
  const auto& [size, strategy, probing] = GetParam();
  BrmRunOptions options = DefaultBrmRunOptions();
  options.strategy = strategy;
  options.explore.probing = probing;
  const ExploreResult result =
      RunBrm(ParseBrmParams(size.params).value(), options).value();
  EXPECT_EQ(result.states, size.states);
  EXPECT_EQ(result.transitions, size.transitions);
  EXPECT_EQ(result.terminal_states, 1u);
  EXPECT_TRUE(result.complete);
  EXPECT_TRUE(result.findings.empty());
  if (strategy == Strategy::kBreadthFirst) {
    EXPECT_EQ(result.max_depth, size.levels);
  }
}

TEST(ReferenceCounts, AreExactForASmallSize) {
  BrmRunOptions options;
  options.strategy = Strategy::kReference;
  const ExploreResult result =
      RunBrm(ParseBrmParams("3,1,1,1,2,1,1,7").value(), options).value();
  EXPECT_EQ(result.states, 43'198u);
  EXPECT_EQ(result.transitions, 416'090u);
  EXPECT_EQ(result.max_depth, 22u);
}

// Every way to keep states, by one thread and by two.
class KeptCountsTest : public testing::TestWithParam<
                           std::tuple<Size, Strategy, StoreKind, int>> {};

std::string NameOfKept(
    const testing::TestParamInfo<KeptCountsTest::ParamType>& info) {
  const auto& [size, strategy, store, jobs] = info.param;
  return absl::StrCat(size.name, "_", StrategyName(strategy), "_",
                      StoreKindName(store), "_", jobs);
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, KeptCountsTest,
    testing::Combine(testing::ValuesIn(kKnownSizes),
                     testing::Values(Strategy::kDepthFirst,
                                     Strategy::kBreadthFirst),
                     testing::Values(StoreKind::kFingerprints64,
                                     StoreKind::kExact, StoreKind::kBits),
                     testing::Values(1, 2)),
    NameOfKept);

TEST_P(KeptCountsTest, AreExact) {
  const auto& [size, strategy, store, jobs] = GetParam();
  BrmRunOptions options = DefaultBrmRunOptions();
  options.strategy = strategy;
  options.explore.store = store;
  options.explore.bit_bytes = size_t{64} << 20;
  options.explore.jobs = jobs;
  const ExploreResult result =
      RunBrm(ParseBrmParams(size.params).value(), options).value();
  if (store == StoreKind::kBits) {
    // States may be missed, never invented: here hardly any are.
    EXPECT_LE(result.states, size.states);
    EXPECT_GE(result.states, size.states - size.states / 1000);
    EXPECT_FALSE(result.complete);
    EXPECT_EQ(result.stop_reason, StopReason::kBitstate);
    return;
  }
  EXPECT_EQ(result.states, size.states);
  EXPECT_EQ(result.transitions, size.transitions);
  EXPECT_EQ(result.terminal_states, 1u);
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(result.collision_bound == 0, store == StoreKind::kExact);
  if (strategy == Strategy::kBreadthFirst) {
    EXPECT_EQ(result.max_depth, size.levels);
  }
}

class DiskCountsTest : public testing::TestWithParam<Size> {};

INSTANTIATE_TEST_SUITE_P(Sizes, DiskCountsTest, testing::ValuesIn(kKnownSizes),
                         [](const auto& info) {
                           return absl::StrCat(info.param.name, "_disk");
                         });

// A hundredth of the memory that the states take, or less.
TEST_P(DiskCountsTest, AreExact) {
  const Size& size = GetParam();
  BrmRunOptions options = DefaultBrmRunOptions();
  options.strategy = Strategy::kBreadthFirst;
  options.explore.disk.folder = testing::TempDir();
  options.explore.memory_limit = size.states / 8;
  const ExploreResult result =
      RunBrm(ParseBrmParams(size.params).value(), options).value();
  EXPECT_EQ(result.states, size.states);
  EXPECT_EQ(result.transitions, size.transitions);
  EXPECT_EQ(result.max_depth, size.levels);
  EXPECT_EQ(result.terminal_states, 1u);
  EXPECT_TRUE(result.complete);
  EXPECT_LE(result.peak_bytes, options.explore.memory_limit);
  EXPECT_GT(result.peak_disk_bytes, 16 * size.states);
}

// The two clients of D3 may change places.
TEST(SymmetricCounts, AreThoseOfOrbits) {
  for (const Strategy strategy :
       {Strategy::kDepthFirst, Strategy::kBreadthFirst}) {
    for (const StoreKind store :
         {StoreKind::kFingerprints64, StoreKind::kExact}) {
      for (const int jobs : {1, 2}) {
        BrmRunOptions options = DefaultBrmRunOptions();
        options.strategy = strategy;
        options.explore.store = store;
        options.explore.jobs = jobs;
        options.explore.symmetry = true;
        const ExploreResult result =
            RunBrm(ParseBrmParams("3,1,1,1,2,1,1,7").value(), options).value();
        EXPECT_EQ(result.states, kOrbitsOfD3);
        EXPECT_EQ(result.transitions, kOrbitTransitionsOfD3);
        EXPECT_TRUE(result.complete);
      }
    }
  }
}

TEST(SymmetricCounts, AreThoseOfOrbitsOnDiskToo) {
  BrmRunOptions options = DefaultBrmRunOptions();
  options.strategy = Strategy::kBreadthFirst;
  options.explore.disk.folder = testing::TempDir();
  options.explore.memory_limit = 10'000;
  options.explore.symmetry = true;
  const ExploreResult result =
      RunBrm(ParseBrmParams(kSizeD3.params).value(), options).value();
  EXPECT_EQ(result.states, kOrbitsOfD3);
  EXPECT_EQ(result.transitions, kOrbitTransitionsOfD3);
}

TEST(WideCounts, AreTheSameWithExactlyCompared128Bits) {
  BrmRunOptions options = DefaultBrmRunOptions();
  options.explore.store = StoreKind::kFingerprints128;
  const ExploreResult result =
      RunBrm(ParseBrmParams("3,1,2,1,2,1,1,3").value(), options).value();
  EXPECT_EQ(result.states, 97'182u);
  EXPECT_EQ(result.transitions, 986'295u);
  EXPECT_LT(result.collision_bound, 1e-25);
}

}  // namespace
}  // namespace bindery::model
