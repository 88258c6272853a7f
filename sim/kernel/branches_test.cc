// Branches are counted when somebody asks, under names that last.
#include "sim/kernel/branches.h"

#include <set>
#include <string>

#include "gtest/gtest.h"
#include "sim/kernel/kernel.h"
#include "sim/kernel/node.h"

namespace bindery::sim {
namespace {

// One process with one thread, which opens a device.
class BranchesTest : public testing::Test {
 protected:
  BranchesTest()
      : driver_(*Driver::Create("c-7.2")),
        kernel_(driver_, w_),
        counts_(driver_) {
    w_.set_journal(false);
    w_.Create<GlobalRow>(1, 0);
    context_ = w_.Create<ContextRow>(1, 0);
    const ProcessId process = w_.Create<ProcessRow>(1, 0);
    w_.Edit(process).nofile = 8;
    task_ = w_.Create<TaskRow>(1, 0);
    w_.Edit(task_).process = process;
    w_.Edit(task_).state = TaskState::kRunning;
  }

  int32_t Open() {
    kernel_.SysOpen(task_, context_, false);
    kernel_.RunToReturn(task_);
    return w_.Get(task_).ret;
  }

  uint64_t Taken(const std::string& name) const {
    for (size_t i = 0; i < counts_.branches().size(); ++i) {
      if (counts_.branches()[i].Name() == name) return counts_.taken(i);
    }
    ADD_FAILURE() << "no branch " << name;
    return 0;
  }

  uint64_t TakenInAll() const {
    uint64_t sum = 0;
    for (size_t i = 0; i < counts_.branches().size(); ++i) {
      sum += counts_.taken(i);
    }
    return sum;
  }

  World w_;
  Driver driver_;
  Kernel kernel_;
  BranchCounts counts_;
  ContextId context_;
  TaskId task_;
};

TEST_F(BranchesTest, EveryNameIsThereOnce) {
  std::set<std::string> names;
  for (const Branch& branch : counts_.branches()) {
    EXPECT_TRUE(names.insert(branch.Name()).second) << branch.Name();
  }
  EXPECT_EQ(names.count("binder_translate_binder: the cookie matches: no"), 1u);
  EXPECT_EQ(names.count("binder_transaction: unreadable #2: yes"), 1u);
  EXPECT_EQ(names.count("binder_thread_read: sleep: reached"), 1u);
}

TEST_F(BranchesTest, NothingIsCountedUnlessAsked) {
  ASSERT_EQ(Open(), 0);
  EXPECT_EQ(TakenInAll(), 0u);
}

TEST_F(BranchesTest, AnswersAndReachedAtomsAreCounted) {
  kernel_.set_branches(&counts_);
  ASSERT_EQ(Open(), 0);
  ASSERT_EQ(Open(), 1);
  EXPECT_EQ(Taken("binder_open: a descriptor is free: yes"), 2u);
  EXPECT_EQ(Taken("binder_open: a descriptor is free: no"), 0u);
  EXPECT_EQ(Taken("binder_open: install the descriptor: reached"), 2u);
  EXPECT_EQ(TakenInAll(), 2 * 6u);
}

TEST_F(BranchesTest, TheOtherAnswerIsCountedWhereItLeads) {
  kernel_.set_branches(&counts_);
  w_.Edit(GlobalId{AnyId::Make(TableId::kGlobal, 1, 1).value}).fail_next = 1;
  ASSERT_EQ(Open(), Value(Errno::kEnomem));
  EXPECT_EQ(Taken("binder_open: the proc could be allocated: no"), 1u);
  EXPECT_EQ(Taken("binder_open: add it to binder_procs: reached"), 0u);
}

TEST_F(BranchesTest, GranularityDoesNotShow) {
  kernel_.set_branches(&counts_);
  kernel_.set_granularity(Granularity::kLock);
  ASSERT_EQ(Open(), 0);
  EXPECT_EQ(Taken("binder_open: a descriptor is free: yes"), 1u);
  EXPECT_EQ(Taken("binder_open: install the descriptor: reached"), 1u);
  EXPECT_EQ(TakenInAll(), 6u);
}

TEST_F(BranchesTest, GuardsOfHelpersAreCounted) {
  kernel_.set_branches(&counts_);
  const ProcId owner = w_.Create<ProcRow>(1, 0);
  w_.Edit(owner).context = context_;
  Op op(kernel_);
  const NodeId node = InitNode(op, owner, 0x1000, 0x1001, 0);
  IncNode(op, node, /*strong=*/true, /*internal=*/false, {});
  IncNode(op, node, /*strong=*/true, /*internal=*/false, {});
  EXPECT_FALSE(DecNode(op, node, /*strong=*/true, /*internal=*/false));
  EXPECT_EQ(IncNode(op, node, true, /*internal=*/true, {}), Errno::kEinval);
  const std::string left = "binder_dec_node_nilocked: strong references ";
  EXPECT_EQ(Taken(left + "are left: stops"), 1u);
  EXPECT_EQ(Taken(left + "are left: goes on"), 0u);
  EXPECT_EQ(Taken("binder_inc_node_nilocked: strong increment needs a strong "
                  "reference or a list: stops"),
            1u);
}

}  // namespace
}  // namespace bindery::sim
