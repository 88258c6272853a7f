#include "tools/conform/generator.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "tools/conform/shrink.h"

namespace bindery::conform {
namespace {

class GeneratorTest : public testing::Test {
 protected:
  absl::StatusOr<Generated> Make(uint64_t seed) const {
    return Generate(seed, Shape(), driver_);
  }
  const sim::Driver driver_ = *sim::Driver::Create("c-7.2");
};

TEST_F(GeneratorTest, ASeedNamesAScenario) {
  const auto first = Make(3);
  const auto second = Make(3);
  const auto other = Make(4);
  ASSERT_TRUE(first.ok() && second.ok() && other.ok());
  EXPECT_EQ(ToText(first->scenario.Build()), ToText(second->scenario.Build()));
  EXPECT_NE(ToText(first->scenario.Build()), ToText(other->scenario.Build()));
}

// A scenario that grows has all mount points from the start, a file those that
// it names.
std::string WithoutMountPoints(const std::string& plan) {
  std::string rest;
  for (const absl::string_view line : absl::StrSplit(plan, '\n')) {
    if (!absl::StartsWith(line, "mountpoint ")) {
      absl::StrAppend(&rest, line, "\n");
    }
  }
  return rest;
}

// What is compared with a kernel is what the printed file does.
TEST_F(GeneratorTest, TheFileDoesTheSame) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    const auto made = Make(seed);
    ASSERT_TRUE(made.ok()) << made.status();
    const auto run = RunProto(made->scenario.Build(), driver_);
    ASSERT_TRUE(run.ok()) << run.status();
    EXPECT_EQ(run->failure, "") << seed;
    ASSERT_EQ(WithoutMountPoints(made->run.plan), WithoutMountPoints(run->plan))
        << seed;
    ASSERT_EQ(Write(made->run.transcript, 0), Write(run->transcript, 0))
        << seed;
    // The set-up has steps of its own.
    EXPECT_GT(run->transcript.steps.size(), made->scenario.steps.size())
        << seed;
  }
}

// Nothing that is modelled stays at zero without a reason.
TEST_F(GeneratorTest, ReachesWhatIsModelled) {
  Stats stats;
  for (uint64_t seed = 1; seed <= 4000; ++seed) {
    const auto made = Make(seed);
    ASSERT_TRUE(made.ok()) << made.status();
    ASSERT_EQ(made->run.failure, "") << seed;
    stats.Add(made->stats);
  }
  EXPECT_EQ(absl::StrJoin(stats.Surprises(), "\n"), "") << stats.Report();
}

}  // namespace
}  // namespace bindery::conform
