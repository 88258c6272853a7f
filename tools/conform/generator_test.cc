#include "tools/conform/generator.h"

#include <set>
#include <string>

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

// What is compared with a kernel is what the printed file does.
TEST_F(GeneratorTest, TheFileDoesTheSame) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    const auto made = Make(seed);
    ASSERT_TRUE(made.ok()) << made.status();
    const auto run = RunProto(made->scenario.Build(), driver_);
    ASSERT_TRUE(run.ok()) << run.status();
    EXPECT_EQ(run->failure, "") << seed;
    ASSERT_EQ(made->run.plan, run->plan) << seed;
    ASSERT_EQ(Write(made->run.transcript, 0), Write(run->transcript, 0))
        << seed;
    // The set-up has steps of its own.
    EXPECT_GT(run->transcript.steps.size(), made->scenario.steps.size())
        << seed;
  }
}

// Every command and return word that the model knows, and most errors.
TEST_F(GeneratorTest, ReachesWhatIsModelled) {
  std::string all;
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    const auto made = Make(seed);
    ASSERT_TRUE(made.ok()) << made.status();
    all += Write(made->run.transcript, 0);
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
