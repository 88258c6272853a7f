// Each property is broken by hand: rows change as no driver may change them,
// and the monitor must say so. What the faithful driver does is explored
// elsewhere (//adapter:history_test, //scenarios/tutorial).
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/history/testing.h"
#include "sim/kernel/object.h"
#include "sim/kernel/uapi.h"

namespace bindery::sim {
namespace {

// --- Nodes -------------------------------------------------------------------

TEST_F(HistoryTest, E19AGoodLifeOfANodeIsForgotten) {
  EXPECT_EQ(NodeWord(Br::kIncrefs), Ids());
  EXPECT_EQ(Count<HistoryNodeRow>(), 1);
  Step(kOwner, [&] { w_.Edit(node_).pending_weak_ref = 1; });
  CommandRow done = Bare(Bc::kIncrefsDone);
  done.ptr = kPtr;
  done.cookie = kCookie;
  EXPECT_EQ(Execute(owner_, done, [&] { w_.Edit(node_).pending_weak_ref = 0; }),
            Ids());
  EXPECT_EQ(Step(kOwner,
                 [&] {
                   w_.Remove(Head::kSet, node_.any());
                   ReturnRow& word = Word(owner_, Br::kDecrefs);
                   word.ptr = kPtr;
                   word.cookie = kCookie;
                 }),
            Ids());
  EXPECT_EQ(Count<HistoryNodeRow>(), 0);
}

TEST_F(HistoryTest, E19ToldTwice) {
  EXPECT_EQ(NodeWord(Br::kIncrefs), Ids());
  EXPECT_EQ(NodeWord(Br::kIncrefs), Ids({"E19"}));
}

TEST_F(HistoryTest, E19AcquireNeedsIncrefs) {
  EXPECT_EQ(NodeWord(Br::kAcquire), Ids({"E19"}));
}

TEST_F(HistoryTest, E19ReleaseNeedsTheAcknowledgement) {
  NodeWord(Br::kIncrefs);
  NodeWord(Br::kAcquire);
  EXPECT_EQ(NodeWord(Br::kRelease), Ids({"E19"}));
}

TEST_F(HistoryTest, E20TheSendEndsBeforeTheNews) {
  Execute(owner_, Send(kTypeBinder, kPtr), [&] { MakeRef(1, node_, 1); });
  const Ids broken =
      Step(kOwner, [&] { Word(owner_, Br::kTransactionComplete); });
  EXPECT_NE(std::find(broken.begin(), broken.end(), "E20"), broken.end());
}

TEST_F(HistoryTest, E21CallAfterDecrefs) {
  NodeWord(Br::kIncrefs);
  NodeWord(Br::kDecrefs);
  EXPECT_EQ(NodeWord(Br::kTransaction), Ids({"E21"}));
}

TEST_F(HistoryTest, E22HeldButNotTold) {
  const Ids broken = Step(kClient, [&] { MakeRef(1, node_, 1); });
  EXPECT_NE(std::find(broken.begin(), broken.end(), "E22"), broken.end());
}

TEST_F(HistoryTest, E23ACookieChanges) {
  EXPECT_EQ(Step(kOwner, [&] { w_.Edit(node_).cookie = 5; }), Ids({"E23"}));
}

TEST_F(HistoryTest, E23APointerTwice) {
  EXPECT_EQ(Step(kOwner, [&] { MakeNode(kPtr); }), Ids({"E23"}));
}

// --- Refs --------------------------------------------------------------------

TEST_F(HistoryTest, E7ANumberIsLeftOut) {
  EXPECT_EQ(Step(kClient, [&] { MakeRef(2, node_, 0); }), Ids({"E7"}));
}

TEST_F(HistoryTest, E8AnAcquireWithoutEffect) {
  Step(kOwner, [&] { w_.Edit(context_).mgr_node = node_; });
  EXPECT_EQ(Execute(client_, Bare(Bc::kAcquire), [&] { MakeRef(0, node_, 1); }),
            Ids());
  EXPECT_EQ(Execute(client_, Bare(Bc::kAcquire), [] {}), Ids({"E8"}));
}

TEST_F(HistoryTest, E8NotForWhoGivesBackTooMuch) {
  Step(kOwner, [&] { w_.Edit(context_).mgr_node = node_; });
  RefId ref;
  Step(kClient, [&] { ref = MakeRef(0, node_, 2); });
  EXPECT_EQ(
      Execute(client_, Bare(Bc::kRelease), [&] { w_.Edit(ref).strong = 1; }),
      Ids());
  EXPECT_EQ(Count<HistoryProcRow>(), 1);
}

// --- Translation -------------------------------------------------------------

TEST_F(HistoryTest, E25AnotherNodeAtDelivery) {
  BufferId buffer;
  RefId ref;
  EXPECT_EQ(Execute(owner_, Send(kTypeWeakBinder, kPtr),
                    [&] {
                      ref = MakeRef(1, node_, 0);
                      w_.Edit(ref).weak = 1;
                      buffer = Buffer(client_.proc, {});
                      Store(buffer, Payload(kTypeWeakHandle, 1, 0));
                      Commit(buffer, false, {});
                    }),
            Ids());
  const Ids broken = Step(kClient, [&] {
    w_.Edit(ref).node = other_;
    Word(client_, Br::kReply).buffer = buffer;
  });
  EXPECT_NE(std::find(broken.begin(), broken.end(), "E25"), broken.end());
}

TEST_F(HistoryTest, E26ABinderForAnotherProc) {
  BufferId buffer;
  Execute(owner_, Send(kTypeWeakBinder, kPtr), [&] {
    buffer = Buffer(client_.proc, {});
    Store(buffer, Payload(kTypeWeakBinder, kPtr, kCookie));
    Commit(buffer, false, {});
  });
  const Ids broken =
      Step(kClient, [&] { Word(client_, Br::kReply).buffer = buffer; });
  EXPECT_NE(std::find(broken.begin(), broken.end(), "E26"), broken.end());
}

TEST_F(HistoryTest, E27StrongFromNothing) {
  RefId ref;
  Step(kClient, [&] {
    ref = MakeRef(1, node_, 0);
    w_.Edit(ref).weak = 1;
  });
  const Ids broken = Step(kClient, [&] { w_.Edit(ref).strong = 1; });
  EXPECT_NE(std::find(broken.begin(), broken.end(), "E27"), broken.end());
}

TEST_F(HistoryTest, E29TheSendersPointerIsStored) {
  EXPECT_EQ(Execute(owner_, Send(kTypeWeakBinder, kPtr),
                    [&] {
                      Store(Buffer(client_.proc, {}),
                            Payload(kTypeWeakBinder, kPtr, kCookie));
                    }),
            Ids({"E29"}));
}

// --- Messages ----------------------------------------------------------------

TEST_F(HistoryTest, OneWaysInOrderAreForgotten) {
  const BufferId first = OneWay();
  const BufferId second = OneWay();
  EXPECT_EQ(Delivered(first), Ids());
  EXPECT_EQ(FreeAccepted(first), Ids());
  EXPECT_EQ(Delivered(second), Ids());
  EXPECT_EQ(FreeAccepted(second), Ids());
  Step(kOwner, [&] {
    w_.Free(first);
    w_.Free(second);
  });
  EXPECT_EQ(Count<HistoryMessageRow>(), 0);
}

TEST_F(HistoryTest, E32AnotherNodeIsNamed) {
  EXPECT_EQ(Delivered(OneWay(), kPtr + 1), Ids({"E32"}));
}

TEST_F(HistoryTest, E36FreedBeforeDelivery) {
  EXPECT_EQ(FreeAccepted(OneWay()), Ids({"E36"}));
}

TEST_F(HistoryTest, E36FreedTwice) {
  const BufferId buffer = OneWay();
  Delivered(buffer);
  EXPECT_EQ(FreeAccepted(buffer), Ids());
  EXPECT_EQ(FreeAccepted(buffer), Ids({"E36"}));
}

TEST_F(HistoryTest, E40AMappingChangesItsSize) {
  EXPECT_EQ(Step(kOwner, [&] { w_.Edit(owner_.proc).buffer_size = 8192; }),
            Ids({"E40"}));
}

TEST_F(HistoryTest, E40AMessageWithoutAMapping) {
  Step(kOwner, [&] { w_.Edit(owner_.proc).mapped = 0; });
  EXPECT_EQ(
      Step(kClient, [&] { Commit(Buffer(owner_.proc, node_), true, {}); }),
      Ids({"E40"}));
}

TEST_F(HistoryTest, E62Overtaken) {
  OneWay();
  EXPECT_EQ(Delivered(OneWay()), Ids({"E62"}));
}

TEST_F(HistoryTest, E62TwoAtATime) {
  const BufferId first = OneWay();
  const BufferId second = OneWay();
  Delivered(first);
  EXPECT_EQ(Delivered(second), Ids({"E62"}));
}

TEST_F(HistoryTest, E64NeverCommitted) {
  BufferId buffer;
  Step(kClient, [&] { buffer = Buffer(owner_.proc, node_); });
  EXPECT_EQ(Delivered(buffer), Ids({"E64"}));
}

TEST_F(HistoryTest, E64DeliveredTwice) {
  const BufferId buffer = OneWay();
  Delivered(buffer);
  const Ids broken = Delivered(buffer);
  EXPECT_NE(std::find(broken.begin(), broken.end(), "E64"), broken.end());
}

TEST_F(HistoryTest, E64Cancelled) {
  const BufferId buffer = OneWay();
  Step(kOwner, [&] {
    w_.Free(w_.Peek(buffer).transaction);
    w_.Edit(buffer).transaction = {};
  });
  EXPECT_EQ(Delivered(buffer), Ids({"E64"}));
}

// --- Calls -------------------------------------------------------------------

TEST_F(HistoryTest, E52AReplyWithoutACall) {
  EXPECT_EQ(Step(kClient, [&] { Word(client_, Br::kReply); }), Ids({"E52"}));
}

TEST_F(HistoryTest, E52TheReplyOvertakesTheCompletion) {
  Served();
  EXPECT_EQ(Step(kClient, [&] { Word(client_, Br::kReply); }), Ids({"E52"}));
}

TEST_F(HistoryTest, E52ACallVanishes) {
  const TransactionId t = Served();
  EXPECT_EQ(Step(kOwner, [&] { w_.Free(t); }), Ids({"E52"}));
}

TEST_F(HistoryTest, E53AReplyThatAnswersNothing) {
  EXPECT_EQ(Step(kOwner,
                 [&] {
                   const TransactionId reply =
                       Commit(Buffer(client_.proc, {}), false, {});
                   w_.Edit(reply).is_reply = 1;
                   w_.Edit(reply).to_thread = client_.thread;
                 }),
            Ids({"E53"}));
}

TEST_F(HistoryTest, E53TheWaitingThreadIsPassedBy) {
  const TransactionId call = Served();
  EXPECT_EQ(Step(kOwner,
                 [&] {
                   const TransactionId back = Commit(
                       Buffer(client_.proc, other_), false, owner_.thread);
                   w_.Edit(back).from_parent = call;
                   w_.Edit(owner_.thread).transaction_stack = back;
                 }),
            Ids({"E53"}));
}

// The frames of a command that binder_thread_write takes, in one step.
class CommandsTest : public HistoryTest {
 protected:
  Ids Take(const CommandRow& command, TransactionId in_reply_to = {}) {
    CommandId id;
    Step(kOwner, [&] {
      id = w_.Create<CommandRow>();
      w_.Edit(id) = command;
      w_.Edit(id).task = owner_.task;
    });
    return Step(kOwner, [&] {
      const FrameId write = MakeFrame(OpId::kThreadWrite, id, owner_.frame);
      const FrameId send = MakeFrame(OpId::kTransaction, id, write);
      w_.Edit(send).in_reply_to = in_reply_to;
      if (in_reply_to) w_.Edit(client_.thread).transaction_stack = {};
      w_.Free(send);
      w_.Free(write);
      w_.Free(id);
    });
  }

 private:
  FrameId MakeFrame(OpId op, CommandId command, FrameId caller) {
    const FrameId id = w_.Create<FrameRow>();
    FrameRow& frame = w_.Edit(id);
    frame.task = owner_.task;
    frame.op = static_cast<uint16_t>(op);
    frame.command = command;
    frame.caller = caller;
    return id;
  }
};

bool Has(const Ids& ids, const std::string& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

TEST_F(CommandsTest, E51TheCallIsNotOnTop) {
  const TransactionId call = Served();
  EXPECT_FALSE(Has(Take(Bare(Bc::kReply), call), "E51"));
  const TransactionId again = Served();
  Step(kClient, [&] {
    const TransactionId other = w_.Create<TransactionRow>();
    w_.Edit(other).from_parent = again;
    w_.Edit(client_.thread).transaction_stack = other;
  });
  EXPECT_TRUE(Has(Take(Bare(Bc::kReply), again), "E51"));
}

TEST_F(CommandsTest, E59ACommandBehindAnUnreadError) {
  EXPECT_FALSE(Has(Take(Bare(Bc::kEnterLooper)), "E59"));
  Step(kOwner, [&] { w_.Edit(w_.Peek(owner_.thread).return_error).cmd = 1; });
  EXPECT_TRUE(Has(Take(Bare(Bc::kEnterLooper)), "E59"));
}

TEST_F(HistoryTest, E75TheCallerIsNotTold) {
  const TransactionId call = Served();
  Step(kOwner, [&] { w_.Edit(owner_.thread).is_dead = 1; });
  EXPECT_EQ(Step(kOwner,
                 [&] {
                   w_.Edit(call).to_thread = {};
                   w_.Free(owner_.thread);
                 }),
            Ids({"E75"}));
}

TEST_F(HistoryTest, E75TheCallerIsToldDeadReply) {
  const TransactionId call = Served();
  Step(kOwner, [&] { w_.Edit(owner_.thread).is_dead = 1; });
  EXPECT_EQ(Step(kOwner,
                 [&] {
                   w_.Edit(client_.thread).transaction_stack = {};
                   w_.Edit(w_.Peek(client_.thread).reply_error).cmd =
                       static_cast<uint32_t>(Br::kDeadReply) + 1;
                   w_.Edit(call).from = {};
                   w_.Free(call);
                   w_.Free(owner_.thread);
                 }),
            Ids());
  EXPECT_EQ(Count<HistoryCallRow>(), 0);
}

// --- Loopers, deaths, procs --------------------------------------------------

TEST_F(HistoryTest, E60ALooperThatNobodyAskedFor) {
  EXPECT_EQ(
      Execute(owner_, Bare(Bc::kRegisterLooper),
              [&] { w_.Edit(owner_.proc).requested_threads_started = 1; }),
      Ids({"E60"}));
}

TEST_F(HistoryTest, E60MoreLoopersThanAllowed) {
  Step(kOwner, [&] {
    w_.Edit(owner_.proc).requested_threads = 1;
    Word(owner_, Br::kSpawnLooper);
  });
  EXPECT_EQ(
      Execute(owner_, Bare(Bc::kRegisterLooper),
              [&] { w_.Edit(owner_.proc).requested_threads_started = 1; }),
      Ids({"E60"}));
}

TEST_F(HistoryTest, E66ADeathThatNobodyAskedFor) {
  EXPECT_EQ(Step(kClient, [&] { Word(client_, Br::kDeadBinder); }),
            Ids({"E66"}));
}

TEST_F(HistoryTest, E66TheOwnerLives) {
  RefId ref;
  DeathId death;
  Step(kClient, [&] {
    ref = MakeRef(1, node_, 0);
    w_.Edit(ref).weak = 1;
  });
  CommandRow request = Bare(Bc::kRequestDeathNotification, 1);
  Execute(client_, request, [&] {
    death = w_.Create<DeathRow>();
    w_.Edit(death).proc = client_.proc;
    w_.Edit(ref).death = death;
  });
  EXPECT_EQ(Step(kClient, [&] { Word(client_, Br::kDeadBinder); }),
            Ids({"E66"}));
  EXPECT_EQ(Step(kClient, [&] { Word(client_, Br::kDeadBinder); }),
            Ids({"E66"}));
}

TEST_F(HistoryTest, E67ConfirmedWithoutBeingCleared) {
  EXPECT_EQ(
      Step(kClient, [&] { Word(client_, Br::kClearDeathNotificationDone); }),
      Ids({"E67"}));
}

TEST_F(HistoryTest, E73AThreadNamesAFreedProc) {
  Step(kClient, [&] {
    w_.Free(client_.frame);
    w_.Edit(client_.task).frame = {};
  });
  EXPECT_EQ(Step(kOwner, [&] { w_.Free(client_.proc); }), Ids({"E73"}));
}

// --- The past as part of the state -------------------------------------------

TEST_F(HistoryTest, UndoForgetsAndFingerprintsRemember) {
  const Hash128 before = w_.fingerprint();
  OneWay();
  w_.Undo();
  EXPECT_EQ(w_.fingerprint(), before);
  EXPECT_EQ(Count<HistoryMessageRow>(), 0);
  OneWay();
  EXPECT_EQ(Count<HistoryMessageRow>(), 1);
  EXPECT_EQ(w_.fingerprint(), w_.ComputeFingerprint());
}

TEST_F(HistoryTest, AMessageNamesObjects) {
  NodeWord(Br::kIncrefs);
  NodeWord(Br::kIncrefs);
  ASSERT_EQ(history_.broken().size(), 1u);
  EXPECT_EQ(history_.broken().front().message,
            "node process1:0x1000: BR_INCREFS comes twice");
}

// --- Failed sends, files -----------------------------------------------------

}  // namespace
}  // namespace bindery::sim
