// Invariants of freeze listeners, broken by hand.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/invariants/invariants.h"
#include "sim/kernel/atom.h"

namespace bindery::sim {
namespace {

// A process that listens to another one's node, and has been told that it is
// not frozen.
class FreezeTest : public testing::Test {
 protected:
  FreezeTest() {
    w_.BeginStep(1);
    owner_ = w_.Create<ProcRow>(1, 0);
    listener_ = w_.Create<ProcRow>(2, 0);
    w_.Edit(owner_).in_procs = w_.Edit(listener_).in_procs = 1;
    node_ = w_.Create<NodeRow>();
    w_.Edit(node_).owner = w_.Edit(node_).proc = owner_;
    freeze_ = w_.Create<FreezeRow>();
    FreezeRow& freeze = w_.Edit(freeze_);
    freeze.proc = listener_;
    freeze.work.type = WorkType::kFrozenBinder;
    freeze.told = 1;
    ref_ = w_.Create<RefRow>();
    RefRow& ref = w_.Edit(ref_);
    ref.proc = listener_;
    ref.node = node_;
    ref.freeze = freeze_;
    w_.PushFront(Head::kSet, listener_.any(), ref_.any());
    w_.Commit();
  }

  // What is broken after `change`, found by who looks at the listener.
  template <typename Change>
  std::string After(Change&& change) {
    w_.BeginStep(1);
    change();
    w_.Commit();
    std::vector<BrokenInvariant> broken;
    Findings findings(&broken);
    CheckFreezes(w_, &findings);
    return broken.empty() ? "" : broken[0].id;
  }

  World w_;
  ProcId owner_;
  ProcId listener_;
  NodeId node_;
  RefId ref_;
  FreezeId freeze_;
};

TEST_F(FreezeTest, AllHold) {
  EXPECT_EQ(After([] {}), "");
  EXPECT_EQ(After([&] {
              FreezeRow& freeze = w_.Edit(freeze_);
              freeze.sent = freeze.resend = 1;
              w_.PushBack(Head::kDeliveredFreeze, listener_.any(),
                          freeze_.any());
            }),
            "");
}

TEST_F(FreezeTest, E69SentButNotDelivered) {
  EXPECT_EQ(After([&] { w_.Edit(freeze_).sent = 1; }), "E69");
}

TEST_F(FreezeTest, E69DeliveredButNotSent) {
  EXPECT_EQ(After([&] {
              w_.PushBack(Head::kDeliveredFreeze, listener_.any(),
                          freeze_.any());
            }),
            "E69");
}

TEST_F(FreezeTest, E69NewsWaitsForNothing) {
  EXPECT_EQ(After([&] { w_.Edit(freeze_).resend = 1; }), "E69");
}

TEST_F(FreezeTest, E69ADyingListenersListIsEmptiedFirst) {
  EXPECT_EQ(After([&] {
              w_.Edit(freeze_).sent = 1;
              w_.Edit(listener_).is_dead = 1;
            }),
            "");
}

// bindery explore --open=procs:2,threads:1,commands:3 --granularity=lock
TEST_F(FreezeTest, E69ARefThatIsBeingFreedTakesItsListenerAlong) {
  EXPECT_EQ(After([&] {
              w_.Edit(freeze_).sent = 1;
              w_.Remove(Head::kSet, ref_.any());
            }),
            "");
}
TEST_F(FreezeTest, E70TheProcessIsFrozenAndNobodySaysSo) {
  EXPECT_EQ(After([&] { w_.Edit(owner_).is_frozen = 1; }), "E70");
}

TEST_F(FreezeTest, E70TheProcessIsNotFrozenAndWasSaidToBe) {
  EXPECT_EQ(After([&] { w_.Edit(freeze_).told = 2; }), "E70");
}

TEST_F(FreezeTest, E70NothingWasToldAtAll) {
  EXPECT_EQ(After([&] { w_.Edit(freeze_).told = 0; }), "E70");
}

TEST_F(FreezeTest, E70NewsIsOnItsWay) {
  EXPECT_EQ(After([&] {
              w_.Edit(owner_).is_frozen = 1;
              w_.PushBack(Head::kProcTodo, listener_.any(), freeze_.any());
            }),
            "");
}

TEST_F(FreezeTest, E70SomebodyIsAboutToTell) {
  EXPECT_EQ(After([&] {
              w_.Edit(owner_).is_frozen = 1;
              FrameRow& frame = w_.Edit(w_.Create<FrameRow>());
              frame.op = static_cast<uint16_t>(OpId::kFreezeProc);
              frame.target_proc = owner_;
            }),
            "");
}

// bindery explore --open=procs:2,threads:1,commands:2 --granularity=lock
TEST_F(FreezeTest, E70NobodyTellsAListenerThatIsBeingFreed) {
  EXPECT_EQ(After([&] {
              w_.Edit(freeze_).told = 0;
              w_.Remove(Head::kSet, ref_.any());
            }),
            "");
}
TEST_F(FreezeTest, E70NobodyTellsOfTheDead) {
  EXPECT_EQ(After([&] {
              w_.Edit(freeze_).told = 2;
              w_.Edit(node_).proc = {};
            }),
            "");
}

TEST_F(FreezeTest, E70IsLookedAtWhenTheProcessChanges) {
  w_.BeginStep(1);
  w_.Edit(owner_).is_frozen = 1;
  w_.Commit();
  std::vector<BrokenInvariant> broken;
  EXPECT_FALSE(CheckChanged(w_, nullptr, &broken));
  ASSERT_FALSE(broken.empty());
  EXPECT_STREQ(broken[0].id, "E70");
}

TEST_F(FreezeTest, E72TheDeadAreNotFrozen) {
  w_.BeginStep(1);
  w_.Edit(owner_).in_procs = 0;
  w_.Edit(owner_).is_dead = 1;
  w_.Edit(owner_).is_frozen = 1;
  w_.Commit();
  std::vector<BrokenInvariant> broken;
  Findings findings(&broken);
  CheckProc(w_, owner_, &findings);
  ASSERT_EQ(broken.size(), 1u);
  EXPECT_STREQ(broken[0].id, "E72");
  EXPECT_EQ(broken[0].detail, "dead, but frozen");
}

}  // namespace
}  // namespace bindery::sim
