#include "tools/conform/generator.h"

#include <set>
#include <string>

#include "gtest/gtest.h"
#include "tools/conform/shrink.h"

namespace bindery::conform {
namespace {

class GeneratorTest : public testing::Test {
 protected:
  absl::StatusOr<RandomScenario> Make(uint64_t seed) const {
    return Generate(seed, Shape(), driver_);
  }
  const sim::Driver driver_ = *sim::Driver::Create("c-7.2");
};

TEST_F(GeneratorTest, ASeedNamesAScenario) {
  const auto first = Make(3);
  const auto second = Make(3);
  const auto other = Make(4);
  ASSERT_TRUE(first.ok() && second.ok() && other.ok());
  EXPECT_EQ(ToText(first->Build()), ToText(second->Build()));
  EXPECT_NE(ToText(first->Build()), ToText(other->Build()));
}

TEST_F(GeneratorTest, EveryStepIsTaken) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const auto scenario = Make(seed);
    ASSERT_TRUE(scenario.ok()) << scenario.status();
    const auto run = RunProto(scenario->Build(), driver_);
    ASSERT_TRUE(run.ok()) << run.status();
    EXPECT_EQ(run->failure, "") << seed;
    // The set-up has steps of its own.
    EXPECT_GT(run->transcript.steps.size(), scenario->steps.size()) << seed;
  }
}

// Every command and return word that the model knows, and most errors.
TEST_F(GeneratorTest, ReachesWhatIsModelled) {
  std::string all;
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    const auto scenario = Make(seed);
    ASSERT_TRUE(scenario.ok()) << scenario.status();
    const auto run = RunProto(scenario->Build(), driver_);
    ASSERT_TRUE(run.ok()) << run.status();
    all += Write(run->transcript, 0);
  }
  for (const char* word : {"BC_TRANSACTION(",
                           "BC_REPLY(",
                           "BC_TRANSACTION_SG",
                           "BC_REPLY_SG",
                           "BC_FREE_BUFFER",
                           "BC_INCREFS(",
                           "BC_ACQUIRE(",
                           "BC_RELEASE(",
                           "BC_DECREFS(",
                           "BC_INCREFS_DONE",
                           "BC_ACQUIRE_DONE",
                           "BC_REGISTER_LOOPER",
                           "BC_ENTER_LOOPER",
                           "BC_EXIT_LOOPER",
                           "BC_REQUEST_DEATH_NOTIFICATION",
                           "BC_CLEAR_DEATH_NOTIFICATION",
                           "BC_DEAD_BINDER_DONE",
                           "BC_ATTEMPT_ACQUIRE",
                           "BC_ACQUIRE_RESULT",
                           "BC_UNKNOWN",
                           "BR_NOOP",
                           "BR_TRANSACTION ",
                           "BR_REPLY ",
                           "BR_TRANSACTION_COMPLETE",
                           "BR_DEAD_REPLY",
                           "BR_FAILED_REPLY",
                           "BR_INCREFS",
                           "BR_ACQUIRE",
                           "BR_RELEASE",
                           "BR_DECREFS",
                           "BR_SPAWN_LOOPER",
                           "BR_DEAD_BINDER",
                           "BR_CLEAR_DEATH_NOTIFICATION_DONE",
                           "EAGAIN",
                           "EBADF",
                           "EBUSY",
                           "EFAULT",
                           "EINVAL",
                           "poll(",
                           "munmap(",
                           "close(",
                           "kill "}) {
    EXPECT_NE(all.find(word), std::string::npos) << word;
  }
}

}  // namespace
}  // namespace bindery::conform
