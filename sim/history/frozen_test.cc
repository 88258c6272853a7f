// E63 and E71, broken by hand.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/history/history.h"
#include "sim/kernel/atom.h"
#include "sim/kernel/uapi.h"
#include "sim/world/dump.h"
#include "sim/world/world.h"

namespace bindery::sim {
namespace {

constexpr uint32_t kUpdates = kTfOneWay | kTfUpdateTxn;

// A frozen process with a node, whose queue has one one-way that may be
// superseded.
class FrozenTest : public testing::Test {
 protected:
  FrozenTest() : history_(names_, features_) {
    w_.BeginStep(1);
    sender_ = w_.Create<ProcessRow>(1, 0);
    w_.Edit(sender_).index = 1;
    target_ = w_.Create<ProcRow>(2, 0);
    w_.Edit(target_).is_frozen = w_.Edit(target_).mapped = 1;
    node_ = w_.Create<NodeRow>();
    w_.Edit(node_).owner = w_.Edit(node_).proc = target_;
    old_ = Send(kUpdates, 1);
    w_.PushBack(Head::kAsyncTodo, node_.any(), old_.any());
    w_.Commit();
  }

  // A committed transaction to the node.
  TransactionId Send(uint32_t flags, uint32_t code) {
    const BufferId buffer = w_.Create<BufferRow>();
    const TransactionId id = w_.Create<TransactionRow>();
    w_.Edit(buffer).proc = target_;
    w_.Edit(buffer).target_node = node_;
    w_.Edit(buffer).transaction = id;
    w_.Edit(buffer).pid = sender_;
    TransactionRow& t = w_.Edit(id);
    t.work.type = WorkType::kTransaction;
    t.buffer = buffer;
    t.to_proc = target_;
    t.code = code;
    t.flags = flags;
    t.is_async = flags & kTfOneWay;
    t.committed = 1;
    return id;
  }

  // A one-way with these flags takes the place of the old one.
  std::string Supersede(uint32_t flags, uint32_t code, bool last = true) {
    return After([&] {
      w_.Remove(Head::kAsyncTodo, old_.any());
      const TransactionId t = Send(flags, code);
      w_.PushBack(Head::kAsyncTodo, node_.any(), t.any());
      if (!last) {
        const TransactionId behind = w_.Create<TransactionRow>();
        w_.PushBack(Head::kAsyncTodo, node_.any(), behind.any());
      }
    });
  }

  // The property of freezing that the step breaks, and how.
  template <typename Change>
  std::string After(Change&& change) {
    w_.BeginStep(1);
    change();
    history_.Observe(w_);
    w_.Commit();
    for (const BrokenProperty& one : history_.broken()) {
      const std::string id = one.id;
      if (id == "E63" || id == "E71") {
        return id + one.message.substr(one.message.rfind(':'));
      }
    }
    return "";
  }

  RowNames names_;
  Features features_;
  World w_;
  History history_;
  ProcessId sender_;
  ProcId target_;
  NodeId node_;
  TransactionId old_;
};

TEST_F(FrozenTest, E63Holds) { EXPECT_EQ(Supersede(kUpdates, 1), ""); }

TEST_F(FrozenTest, E63AnotherCode) {
  EXPECT_EQ(Supersede(kUpdates, 2),
            "E63: it is superseded by one that differs");
}

TEST_F(FrozenTest, E63WithoutTheFlag) {
  EXPECT_EQ(Supersede(kTfOneWay, 1),
            "E63: it is superseded by one that differs");
}

TEST_F(FrozenTest, E63NotFrozen) {
  w_.BeginStep(1);
  w_.Edit(target_).is_frozen = 0;
  w_.Commit();
  EXPECT_EQ(Supersede(kUpdates, 1),
            "E63: it is superseded, but its process is not frozen");
}

TEST_F(FrozenTest, E63NotTheLast) {
  EXPECT_EQ(Supersede(kUpdates, 1, /*last=*/false),
            "E63: it supersedes another one, but is not the last");
}

TEST_F(FrozenTest, E71AFrozenProcessGetsACall) {
  EXPECT_EQ(After([&] { Send(0, 1); }),
            "E71: it is handed over to a frozen process");
}

TEST_F(FrozenTest, E71ButOneWaysAndReplies) {
  EXPECT_EQ(After([&] { Send(kTfOneWay, 1); }), "");
  EXPECT_EQ(After([&] { w_.Edit(Send(0, 1)).is_reply = 1; }), "");
}

TEST_F(FrozenTest, E71WhatCameIsForgotten) {
  EXPECT_EQ(After([&] { w_.Edit(target_).sync_recv = 1; }), "");
  EXPECT_EQ(After([&] { w_.Edit(target_).sync_recv = 0; }),
            "E71: it forgets what came while it was frozen");
  EXPECT_EQ(After([&] { w_.Edit(target_).async_recv = 1; }), "");
  EXPECT_EQ(After([&] {
              w_.Edit(target_).async_recv = 0;
              const FrameId frame = w_.Create<FrameRow>();
              w_.Edit(frame).op = static_cast<uint16_t>(OpId::kFreezeProc);
            }),
            "");
}

TEST_F(FrozenTest, E71DeathForgetsToo) {
  EXPECT_EQ(After([&] { w_.Edit(target_).sync_recv = 1; }), "");
  EXPECT_EQ(After([&] {
              w_.Edit(target_).sync_recv = w_.Edit(target_).is_frozen = 0;
              w_.Edit(target_).is_dead = 1;
            }),
            "");
}

}  // namespace
}  // namespace bindery::sim
