// Each property is broken by hand: rows change as no driver may change them,
// and the monitor must say so. What the faithful driver does is explored
// elsewhere (//adapter:history_test, //scenarios/tutorial).
#include "sim/history/history.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/kernel/object.h"
#include "sim/kernel/uapi.h"

namespace bindery::sim {
namespace {

using Ids = std::vector<std::string>;

constexpr uint32_t kOwner = 1;   // actor of the process that has the nodes
constexpr uint32_t kClient = 2;  // actor of the other one
constexpr uint64_t kPtr = 0x1000;
constexpr uint64_t kCookie = 0x1001;

// Two processes, each with one thread inside BINDER_WRITE_READ, and a node.
class HistoryTest : public testing::Test {
 protected:
  struct Party {
    ProcessId process;
    TaskId task;
    ProcId proc;
    ThreadId thread;
    FrameId frame;
  };

  HistoryTest() : history_(names_) {
    w_.BeginStep(kOwner);
    context_ = w_.Create<ContextRow>(1, 0);
    owner_ = MakeParty(kOwner);
    client_ = MakeParty(kClient);
    node_ = MakeNode(kPtr);
    other_ = MakeNode(kPtr + 1);
    w_.Commit();
  }

  Party MakeParty(uint32_t actor) {
    Party p;
    p.process = w_.Create<ProcessRow>(actor, 0);
    w_.Edit(p.process).index = actor;
    w_.Edit(p.process).uid = 1000 + actor;
    p.task = w_.Create<TaskRow>(actor, 0);
    w_.Edit(p.task).process = p.process;
    w_.Edit(p.task).actor = actor;
    p.proc = w_.Create<ProcRow>(w_.NameOf(p.process), 0);
    ProcRow& proc = w_.Edit(p.proc);
    proc.process = p.process;
    proc.context = context_;
    proc.in_procs = proc.mapped = 1;
    proc.buffer_size = 4096;
    p.thread = w_.Create<ThreadRow>(w_.NameOf(p.proc), actor);
    ThreadRow& thread = w_.Edit(p.thread);
    thread.proc = p.proc;
    thread.task = p.task;
    thread.return_error = MakeError(p.thread, 0);
    thread.reply_error = MakeError(p.thread, 1);
    p.frame = w_.Create<FrameRow>();
    FrameRow& frame = w_.Edit(p.frame);
    frame.op = static_cast<uint16_t>(OpId::kWriteRead);
    frame.task = p.task;
    frame.proc = p.proc;
    frame.thread = p.thread;
    w_.Edit(p.task).frame = p.frame;
    return p;
  }

  ErrorId MakeError(ThreadId thread, uint8_t reply) {
    const ErrorId id = w_.Create<ErrorRow>(w_.NameOf(thread), reply);
    w_.Edit(id).thread = thread;
    w_.Edit(id).reply = reply;
    return id;
  }

  NodeId MakeNode(uint64_t ptr) {
    const NodeId id = w_.Create<NodeRow>(w_.NameOf(owner_.proc), ptr);
    NodeRow& node = w_.Edit(id);
    node.owner = node.proc = owner_.proc;
    node.context = context_;
    node.ptr = ptr;
    node.cookie = ptr + 1;
    w_.PushFront(Head::kSet, owner_.proc.any(), id.any());
    return id;
  }

  // A step in which `actor` executes the driver; what it broke.
  template <typename F>
  Ids Step(uint32_t actor, F&& f) {
    w_.BeginStep(actor);
    w_.Edit((actor == kOwner ? owner_ : client_).frame);
    f();
    history_.Observe(w_);
    w_.Commit();
    Ids ids;
    for (const BrokenProperty& one : history_.broken()) ids.push_back(one.id);
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
  }

  ReturnRow& Word(const Party& party, Br br) {
    ReturnRow& word = w_.Edit(w_.Create<ReturnRow>());
    word.task = party.task;
    word.br = static_cast<uint32_t>(br);
    return word;
  }
  Ids NodeWord(Br br, uint64_t ptr = kPtr) {
    return Step(kOwner, [&] {
      ReturnRow& word = Word(owner_, br);
      word.ptr = ptr;
      word.cookie = ptr + 1;
    });
  }

  // The party executes a command, and `effect` is what that does.
  template <typename F>
  Ids Execute(const Party& party, const CommandRow& command, F&& effect) {
    const uint32_t actor = w_.Peek(party.task).actor;
    CommandId id;
    Step(actor, [&] {
      id = w_.Create<CommandRow>();
      w_.Edit(id) = command;
      w_.Edit(id).task = party.task;
    });
    return Step(actor, [&] {
      const FrameId frame = w_.Create<FrameRow>();
      w_.Edit(frame).task = party.task;
      w_.Edit(frame).op = static_cast<uint16_t>(OpId::kRefCommand);
      w_.Edit(frame).command = id;
      w_.Edit(frame).caller = party.frame;
      w_.Free(frame);
      effect();
      w_.Free(id);
    });
  }
  static CommandRow Bare(Bc bc, uint32_t handle = 0) {
    CommandRow command{};
    command.bc = static_cast<uint32_t>(bc);
    command.handle = handle;
    return command;
  }

  RefId MakeRef(uint32_t desc, NodeId node, int32_t strong) {
    const RefId id = w_.Create<RefRow>(w_.NameOf(client_.proc), desc);
    RefRow& ref = w_.Edit(id);
    ref.proc = client_.proc;
    ref.node = node;
    ref.desc = desc;
    ref.strong = strong;
    ref.was_manager = desc == 0 ? 1 : 0;
    w_.PushFront(Head::kSet, client_.proc.any(), id.any());
    w_.PushFront(Head::kNodeRefs, node.any(), id.any());
    w_.Edit(node).internal_strong_refs += strong > 0 ? 1 : 0;
    return id;
  }

  BlobId Payload(uint32_t type, uint64_t binder, uint64_t cookie) {
    std::string bytes(kFlatObjectSize, '\0');
    WriteObject({type, 0, binder, cookie}, 0, &bytes);
    return w_.blobs().Intern(bytes);
  }
  // The owner sends one object; the driver stores it as `stored`.
  CommandRow Send(uint32_t type, uint64_t binder) {
    CommandRow command = Bare(Bc::kTransaction);
    command.data = Payload(type, binder, kCookie);
    command.offsets = w_.blobs().Intern(std::string(8, '\0'));
    command.offsets_size = 8;
    return command;
  }
  BufferId Buffer(ProcId proc, NodeId target) {
    const BufferId id = w_.Create<BufferRow>();
    w_.Edit(id).proc = proc;
    w_.Edit(id).target_node = target;
    return id;
  }
  void Store(BufferId id, BlobId data) {
    BufferRow& buffer = w_.Edit(id);
    buffer.data = data;
    buffer.offsets = w_.blobs().Intern(std::string(8, '\0'));
    buffer.objects = 1;
  }

  // A committed message; its transaction is for `proc`.
  TransactionId Commit(BufferId buffer, bool one_way, ThreadId from) {
    const TransactionId id = w_.Create<TransactionRow>();
    TransactionRow& t = w_.Edit(id);
    t.buffer = buffer;
    t.committed = 1;
    t.is_async = one_way ? 1 : 0;
    t.from = from;
    t.to_proc = w_.Peek(buffer).proc;
    w_.Edit(buffer).transaction = id;
    w_.Edit(buffer).async_transaction = one_way ? 1 : 0;
    return id;
  }
  BufferId OneWay() {
    BufferId buffer;
    EXPECT_EQ(Step(kClient,
                   [&] {
                     buffer = Buffer(owner_.proc, node_);
                     Commit(buffer, true, {});
                   }),
              Ids());
    return buffer;
  }
  Ids Delivered(BufferId buffer, uint64_t ptr = kPtr) {
    return Step(kOwner, [&] {
      ReturnRow& word = Word(owner_, Br::kTransaction);
      word.buffer = buffer;
      word.ptr = ptr;
      word.cookie = ptr + 1;
      word.sender_euid = 1000 + kClient;
    });
  }
  Ids FreeAccepted(BufferId buffer) {
    return Step(kOwner, [&] {
      const FrameId frame = w_.Create<FrameRow>();
      w_.Edit(frame).task = owner_.task;
      w_.Edit(frame).op = static_cast<uint16_t>(OpId::kFreeBuffer);
      w_.Edit(frame).buffer = buffer;
      w_.Free(frame);
    });
  }
  // The client calls the owner, whose thread takes the call.
  TransactionId Served() {
    TransactionId t;
    EXPECT_EQ(Step(kClient,
                   [&] {
                     t = Commit(Buffer(owner_.proc, node_), false,
                                client_.thread);
                     w_.Edit(client_.thread).transaction_stack = t;
                   }),
              Ids());
    EXPECT_EQ(Step(kOwner,
                   [&] {
                     w_.Edit(t).to_thread = owner_.thread;
                     w_.Edit(owner_.thread).transaction_stack = t;
                   }),
              Ids());
    return t;
  }

  template <typename Row>
  int Count() const {
    int count = 0;
    w_.ForEach<Row>([&](Id<Row>, const Row&) { ++count; });
    return count;
  }

  RowNames names_;
  World w_;
  History history_;
  ContextId context_;
  Party owner_;
  Party client_;
  NodeId node_;
  NodeId other_;
};

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

bool Has(const Ids& ids, const char* id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

class HistoryFilesTest : public HistoryTest {
 protected:
  // The client's call begins and fails in one step, in which `effect` happens.
  template <typename F>
  Ids FailedSend(F&& effect) {
    CommandId command;
    Step(kClient, [&] {
      command = w_.Create<CommandRow>();
      w_.Edit(command) = Bare(Bc::kTransaction, 1);
      w_.Edit(command).task = client_.task;
    });
    return Step(kClient, [&] {
      const FrameId frame = Went(client_, OpId::kTransaction);
      w_.Edit(frame).command = command;
      w_.Free(frame);
      w_.Edit(w_.Peek(client_.thread).return_error).cmd = 18;
      effect();
      w_.Free(command);
    });
  }
  // An activation of the party that ends in this step, once it is freed.
  FrameId Went(const Party& party, OpId op) {
    const FrameId id = w_.Create<FrameRow>();
    w_.Edit(id).task = party.task;
    w_.Edit(id).op = static_cast<uint16_t>(op);
    w_.Edit(id).caller = party.frame;
    return id;
  }
  FdId Fd(const Party& party, uint32_t number, bool cloexec) {
    const FileId file = w_.Create<FileRow>(1, number);
    w_.Edit(file).name = 1;
    w_.Edit(file).count = 1;
    const FdId id = w_.Create<FdRow>(w_.NameOf(party.process), number);
    FdRow& fd = w_.Edit(id);
    fd.process = party.process;
    fd.number = number;
    fd.file = file;
    fd.cloexec = cloexec ? 1 : 0;
    return id;
  }
  FixupId Attach(TransactionId t) {
    const FixupId id = w_.Create<FixupRow>();
    w_.Edit(id).file = w_.Create<FileRow>(1, 9);
    w_.Edit(id).t = t;
    w_.Edit(t).fd_fixups = id;
    return id;
  }
};

TEST_F(HistoryFilesTest, E24AFailedSendChangesNothing) {
  EXPECT_FALSE(Has(FailedSend([] {}), "E24"));
}

TEST_F(HistoryFilesTest, E24AFailedSendLeavesARef) {
  EXPECT_TRUE(Has(FailedSend([&] { MakeRef(1, node_, 0); }), "E24"));
}

TEST_F(HistoryFilesTest, E24AFailedSendTakesSpace) {
  EXPECT_TRUE(Has(
      FailedSend([&] { w_.Edit(owner_.proc).free_async_space = 8; }), "E24"));
}

TEST_F(HistoryFilesTest, E41SpaceIsFreeButNotCleared) {
  BufferId buffer;
  Step(kClient, [&] {
    buffer = Buffer(owner_.proc, node_);
    w_.Edit(buffer).clear_on_free = 1;
  });
  EXPECT_TRUE(Has(Step(kOwner, [&] { w_.Free(buffer); }), "E41"));
}

TEST_F(HistoryFilesTest, E41ClearedButForTheOffsets) {
  BufferId buffer;
  Step(kClient, [&] {
    buffer = Buffer(owner_.proc, node_);
    w_.Edit(buffer).clear_on_free = 1;
    w_.Edit(buffer).offsets = w_.blobs().Intern("offsets.");
  });
  EXPECT_TRUE(
      Has(Step(kOwner, [&] { w_.Edit(buffer).clear_on_free = 0; }), "E41"));
}

TEST_F(HistoryFilesTest, E44OneReaderInstallsWell) {
  EXPECT_EQ(Step(kOwner, [&] { Fd(owner_, 0, true); }), Ids());
}

TEST_F(HistoryFilesTest, E44ItStaysOpenOnExec) {
  EXPECT_EQ(Step(kOwner, [&] { Fd(owner_, 0, false); }), Ids({"E44"}));
}

TEST_F(HistoryFilesTest, E44ALowerNumberIsFree) {
  EXPECT_EQ(Step(kOwner, [&] { Fd(owner_, 3, true); }), Ids({"E44"}));
}

TEST_F(HistoryFilesTest, E44InAnotherProcess) {
  EXPECT_EQ(Step(kClient, [&] { Fd(owner_, 0, true); }), Ids({"E44"}));
}

TEST_F(HistoryFilesTest, E44DeliveredWithAClosedDescriptor) {
  const BufferId buffer = OneWay();
  Step(kClient, [&] { Store(buffer, Payload(kTypeFd, 5, 0)); });
  EXPECT_TRUE(Has(Delivered(buffer), "E44"));
}

// A mapping of 4000 bytes, of which `left` are left for one-ways, and a one-way
// of `size` bytes that is suspect.
TEST_F(HistoryFilesTest, E42WhoIsSuspect) {
  const auto suspect = [&](uint64_t left, uint64_t size, bool before) {
    w_.BeginStep(kOwner);
    w_.Edit(owner_.proc).buffer_size = 4000;
    w_.Edit(owner_.proc).oneway_spam_detected = before ? 1 : 0;
    w_.Commit();
    return Has(Step(kClient,
                    [&] {
                      const BufferId id = Buffer(owner_.proc, node_);
                      w_.Edit(id).size = size;
                      w_.Edit(id).async_transaction = 1;
                      w_.Edit(id).oneway_spam_suspect = 1;
                      w_.Edit(owner_.proc).free_async_space = left;
                    }),
               "E42");
  };
  EXPECT_TRUE(suspect(399, 1000, false));
  EXPECT_TRUE(suspect(400, 1001, false));
  EXPECT_TRUE(suspect(399, 1001, true));
  EXPECT_FALSE(suspect(399, 1001, false));
}

TEST_F(HistoryFilesTest, E42WhoDidNotAskIsTold) {
  const auto told = [&] {
    return Has(Step(kOwner, [&] { Word(owner_, Br::kOnewaySpamSuspect); }),
               "E42");
  };
  EXPECT_TRUE(told());
  Step(kOwner, [&] { w_.Edit(owner_.proc).oneway_spam_detection_enabled = 1; });
  EXPECT_FALSE(told());
}

TEST_F(HistoryFilesTest, E45NobodyAcceptsTheFile) {
  EXPECT_TRUE(Has(Step(kClient,
                       [&] {
                         const TransactionId t =
                             Commit(Buffer(owner_.proc, node_), true, {});
                         Attach(t);
                       }),
                  "E45"));
}

TEST_F(HistoryFilesTest, E45TheNodeAcceptsTheFile) {
  const NodeId accepts = [&] {
    w_.BeginStep(kOwner);
    const NodeId id = MakeNode(kPtr + 2);
    w_.Edit(id).flags = kFlatAcceptsFds;
    w_.Commit();
    return id;
  }();
  EXPECT_FALSE(
      Has(Step(kClient,
               [&] { Attach(Commit(Buffer(owner_.proc, accepts), true, {})); }),
          "E45"));
}

TEST_F(HistoryFilesTest, E46AReadClosesADescriptor) {
  FdId fd;
  Step(kOwner, [&] { fd = Fd(owner_, 0, true); });
  EXPECT_EQ(Step(kOwner, [&] { w_.Free(fd); }), Ids({"E46"}));
}

TEST_F(HistoryFilesTest, E46CloseMay) {
  FdId fd;
  Step(kOwner, [&] { fd = Fd(owner_, 0, true); });
  EXPECT_EQ(Step(kOwner,
                 [&] {
                   w_.Free(Went(owner_, OpId::kClose));
                   w_.Free(fd);
                 }),
            Ids());
}

TEST_F(HistoryFilesTest, E47TheCallerIsNotTold) {
  const TransactionId t = Served();
  const Ids broken = Step(kOwner, [&] {
    const FrameId frame = Went(owner_, OpId::kApplyFdFixups);
    w_.Edit(frame).t = t;
    w_.Edit(frame).ret = -12;
    w_.Free(frame);
    w_.Free(t);
  });
  EXPECT_TRUE(Has(broken, "E47"));
}

}  // namespace
}  // namespace bindery::sim
