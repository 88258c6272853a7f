// Searches that are killed, as by kill -9, and resumed from their checkpoint:
// they end with the counts of one that was left alone.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <ostream>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "model/brm/params.h"
#include "model/brm/run.h"
#include "model/checkpoint.h"
#include "model/explore/result.h"
#include "model/explore/strategy.h"

namespace bindery::model {
namespace {

struct Kept {
  Strategy strategy;
  StoreKind store;
  int jobs;
};

void PrintTo(const Kept& kept, std::ostream* out) {
  *out << StrategyName(kept.strategy) << " " << StoreKindName(kept.store) << " "
       << kept.jobs;
}

// Size A: 97,182 states, 986,295 transitions, about a thousand ticks.
constexpr char kSizeA[] = "3,1,2,1,2,1,1,3";

class ResumeTest : public testing::TestWithParam<Kept> {
 protected:
  ResumeTest()
      : folder_(absl::StrCat(testing::TempDir(), "/resume_", getpid())) {
    RemoveCheckpoint(folder_);
  }
  ~ResumeTest() override { RemoveCheckpoint(folder_); }

  BrmRunOptions Options() const {
    BrmRunOptions options = DefaultBrmRunOptions();
    options.strategy = GetParam().strategy;
    options.explore.store = GetParam().store;
    options.explore.jobs = GetParam().jobs;
    options.explore.bit_bytes = size_t{1} << 22;
    options.explore.checkpoint.folder = folder_;
    options.explore.checkpoint.resume = true;
    options.explore.checkpoint.identity = "test=resume\n";
    options.explore.checkpoint.due = [polls = 0]() mutable {
      return ++polls % 100 == 0;
    };
    return options;
  }

  static constexpr int kOk = 0;
  static constexpr int kWrongCounts = 1;
  static constexpr int kStartedOver = 2;
  static constexpr int kRefused = 3;

  // In a process of its own: resumes, and dies by SIGKILL at the given tick. It
  // must not begin with less than `at_least` states.
  static int RunChild(BrmRunOptions options, int die_at, uint64_t at_least) {
    bool started_over = false;
    options.explore.tick = [&, ticks = 0](const Progress& progress) mutable {
      if (++ticks == 1) started_over = progress.states < at_least;
      if (ticks == die_at) kill(getpid(), SIGKILL);
      return true;
    };
    const auto result = RunBrm(ParseBrmParams(kSizeA).value(), options);
    if (!result.ok()) return kRefused;
    if (started_over) return kStartedOver;
    return Right(*result) ? kOk : kWrongCounts;
  }

  static bool Right(const ExploreResult& result) {
    if (result.stop_reason == StopReason::kBitstate) {
      return result.states > 96'000 && result.states <= 97'182;
    }
    return result.states == 97'182 && result.transitions == 986'295 &&
           result.terminal_states == 1 && result.complete;
  }

  // The wait status of RunChild(). After `micros` it is killed from outside.
  int Fork(int die_at, uint64_t at_least, useconds_t micros = 0) const {
    const pid_t child = fork();
    if (child == 0) _exit(RunChild(Options(), die_at, at_least));
    if (micros > 0) {
      usleep(micros);
      kill(child, SIGKILL);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return status;
  }

  static bool WasKilled(int status) {
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }

  const std::string folder_;
};

INSTANTIATE_TEST_SUITE_P(
    All, ResumeTest,
    testing::Values(
        Kept{Strategy::kDepthFirst, StoreKind::kFingerprints64, 1},
        Kept{Strategy::kDepthFirst, StoreKind::kFingerprints64, 2},
        Kept{Strategy::kDepthFirst, StoreKind::kExact, 2},
        Kept{Strategy::kDepthFirst, StoreKind::kBits, 2},
        Kept{Strategy::kBreadthFirst, StoreKind::kFingerprints64, 1},
        Kept{Strategy::kBreadthFirst, StoreKind::kFingerprints128, 2},
        Kept{Strategy::kBreadthFirst, StoreKind::kExact, 2}),
    [](const auto& info) {
      return absl::StrCat(StrategyName(info.param.strategy), "_",
                          StoreKindName(info.param.store), "_",
                          info.param.jobs);
    });

TEST_P(ResumeTest, KilledThreeTimesItEndsWithTheSameCounts) {
  ASSERT_TRUE(WasKilled(Fork(250, 0)));
  // At least what the checkpoint of its 200th tick has.
  ASSERT_TRUE(WasKilled(Fork(250, 2'000)));
  ASSERT_TRUE(WasKilled(Fork(250, 10'000)));
  const int status = Fork(0, 20'000);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), kOk);
  // It has its answer: nothing is left to go on from.
  EXPECT_FALSE(CheckpointReader::Open(folder_).ok());
}

TEST_P(ResumeTest, KilledAtAnyMomentItEndsWithTheSameCounts) {
  int status = 0;
  for (useconds_t micros = 5'000;; micros += micros / 4) {
    status = Fork(0, 0, micros);
    if (!WasKilled(status)) break;
  }
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), kOk);
}

TEST_P(ResumeTest, ABudgetThatIsUsedUpCanBeRaised) {
  BrmRunOptions options = Options();
  options.explore.max_states = 30'000;
  const BrmParams params = ParseBrmParams(kSizeA).value();
  const ExploreResult first = RunBrm(params, options).value();
  EXPECT_EQ(first.stop_reason, StopReason::kMaxStates);
  EXPECT_GE(first.states, 30'000u);
  EXPECT_TRUE(Right(RunBrm(params, Options()).value()));
}

TEST_P(ResumeTest, OnlyTheSameSearchGoesOn) {
  ASSERT_TRUE(WasKilled(Fork(250, 0)));
  const BrmParams params = ParseBrmParams(kSizeA).value();
  const auto refusal = [&](const BrmRunOptions& options) {
    return std::string(RunBrm(params, options).status().message());
  };
  BrmRunOptions other = Options();
  other.explore.checkpoint.identity = "test=another\n";
  EXPECT_NE(
      refusal(other).find("it has test=resume, this one has test=another"),
      std::string::npos)
      << refusal(other);
  other = Options();
  other.explore.max_depth = 30;
  EXPECT_NE(refusal(other).find("max_depth=none"), std::string::npos);
  other = Options();
  other.explore.checkpoint.resume = false;
  EXPECT_NE(refusal(other).find("--resume"), std::string::npos);
  EXPECT_TRUE(Right(RunBrm(params, Options()).value()));
}

}  // namespace
}  // namespace bindery::model
