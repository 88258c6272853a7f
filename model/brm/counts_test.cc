// The exact numbers of states and transitions of BRM-1. Those of sizes A and B
// were found alike by SPIN, Rumur, TLC, Stateright and a separate C++ program,
// those of C by all but Rumur and TLC, those of D3 by the C++ program.

#include <ostream>
#include <string>
#include <tuple>

#include "gtest/gtest.h"
#include "model/brm/params.h"
#include "model/brm/run.h"
#include "model/explore/result.h"
#include "model/explore/strategy.h"

namespace bindery::model {
namespace {

struct Size {
  const char* name;
  const char* params;
  uint64_t states;
  uint64_t transitions;
  uint64_t levels;  // of a breadth-first search, from 0
};

constexpr Size kSizes[] = {
    {"A", "3,1,2,1,2,1,1,3", 97'182, 986'295, 22},
    {"B", "3,2,1,0,1,0,0,1", 815'720, 6'174'376, 37},
    {"C", "3,2,1,0,1,1,1,7", 6'625'308, 78'898'539, 32},
    {"D3", "3,1,1,1,2,1,1,7", 43'198, 416'090, 22},
};

void PrintTo(const Size& size, std::ostream* out) { *out << size.params; }

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
    testing::Combine(testing::ValuesIn(kSizes),
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
      RunBrm(ParseBrmParams(size.params).value(), options);
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
      RunBrm(ParseBrmParams("3,1,1,1,2,1,1,7").value(), options);
  EXPECT_EQ(result.states, 43'198u);
  EXPECT_EQ(result.transitions, 416'090u);
  EXPECT_EQ(result.max_depth, 22u);
}

TEST(WideCounts, AreTheSameWithExactlyCompared128Bits) {
  BrmRunOptions options = DefaultBrmRunOptions();
  options.explore.wide_fingerprints = true;
  const ExploreResult result =
      RunBrm(ParseBrmParams("3,1,2,1,2,1,1,3").value(), options);
  EXPECT_EQ(result.states, 97'182u);
  EXPECT_EQ(result.transitions, 986'295u);
  EXPECT_LT(result.collision_bound, 1e-25);
}

}  // namespace
}  // namespace bindery::model
