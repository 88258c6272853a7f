// Two processes, a node, and steps made by hand, for tests of histories.
#ifndef BINDERY_SIM_HISTORY_TESTING_H_
#define BINDERY_SIM_HISTORY_TESTING_H_

#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/history/history.h"
#include "sim/kernel/object.h"
#include "sim/kernel/uapi.h"

namespace bindery::sim {

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

  HistoryTest() : history_(names_, features_) {
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
  Features features_;
  World w_;
  History history_;
  ContextId context_;
  Party owner_;
  Party client_;
  NodeId node_;
  NodeId other_;
};

inline bool Has(const Ids& ids, const char* id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

}  // namespace bindery::sim

#endif  // BINDERY_SIM_HISTORY_TESTING_H_
