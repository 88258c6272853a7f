// Refs and nodes that were erased from their trees are not found any more, even
// while they are still in memory.
//
// Regression: exploring the death of a server at lock granularity, a failing
// send looked its ref up between binder_cleanup_ref_olocked() and
// binder_free_ref() of the deferred release, and found it.
#include "sim/kernel/ref.h"

#include "gtest/gtest.h"
#include "sim/kernel/node.h"

namespace bindery::sim {
namespace {

class RefTest : public testing::Test {
 protected:
  RefTest()
      : driver_(*Driver::Create("c-7.2")), kernel_(driver_, w_), op_(kernel_) {
    w_.set_journal(false);
    w_.Create<GlobalRow>(1, 0);
    frame_ = w_.Create<FrameRow>();
    context_ = w_.Create<ContextRow>(1, 0);
    owner_ = NewProc(1);
    other_ = NewProc(2);
    node_ = InitNode(op_, owner_, 0x1000, 0x1001, 0);
  }

  ProcId NewProc(uint64_t key) {
    const ProcId id = w_.Create<ProcRow>(key, 0);
    w_.Edit(id).context = context_;
    return id;
  }

  World w_;
  Driver driver_;
  Kernel kernel_;
  Op op_;
  FrameId frame_;
  ContextId context_;
  ProcId owner_;
  ProcId other_;
  NodeId node_;
};

TEST_F(RefTest, HandlesAreTheLowestFreeOnes) {
  const RefId first = NewRef(op_, other_, node_);
  const NodeId second_node = InitNode(op_, owner_, 0x2000, 0x2001, 0);
  const RefId second = NewRef(op_, other_, second_node);
  EXPECT_EQ(w_.Get(first).desc, 1u);
  EXPECT_EQ(w_.Get(second).desc, 2u);
  CleanupRef(op_, first);
  EXPECT_EQ(w_.Get(NewRef(op_, other_, node_)).desc, 1u);
}

TEST_F(RefTest, AnErasedRefIsNotFound) {
  const RefId ref = NewRef(op_, other_, node_);
  EXPECT_EQ(FindRef(op_, other_, 1, false), ref);
  CleanupRef(op_, ref);
  ASSERT_TRUE(w_.Alive(ref));
  EXPECT_FALSE(FindRef(op_, other_, 1, false));
}

TEST_F(RefTest, AnErasedNodeIsNotFound) {
  EXPECT_EQ(FindNode(op_, owner_, 0x1000), node_);
  w_.Remove(Head::kSet, node_.any());
  ASSERT_TRUE(w_.Alive(node_));
  EXPECT_FALSE(FindNode(op_, owner_, 0x1000));
}

TEST_F(RefTest, AWeakRefIsNoStrongRef) {
  const RefId ref = NewRef(op_, other_, node_);
  ASSERT_EQ(IncRef(op_, ref, /*strong=*/false, {}), Errno::kOk);
  EXPECT_FALSE(FindRef(op_, other_, 1, /*need_strong=*/true));
  EXPECT_EQ(IncRef(op_, ref, /*strong=*/true, {}), Errno::kEinval);
}

}  // namespace
}  // namespace bindery::sim
