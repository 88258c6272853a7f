#include "tools/export/state_log.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sim/kernel/print_state.h"
#include "sim/kernel/uapi.h"

namespace bindery::tools {

using sim::AnyId;
using sim::Head;
using sim::NodeId;
using sim::ProcId;
using sim::ThreadId;
using sim::TransactionId;
using sim::World;

std::vector<AnyId> Members(const World& world, Head head, AnyId first) {
  std::vector<AnyId> members;
  for (AnyId id = first; id; id = world.PeekLink(head, id).next) {
    members.push_back(id);
  }
  return members;
}

std::vector<AnyId> BuffersOf(const World& world, const sim::ProcRow& proc) {
  std::vector<AnyId> buffers =
      Members(world, Head::kBuffers, proc.buffers.first);
  std::erase_if(buffers,
                [](AnyId id) { return id.table() != sim::TableId::kBuffer; });
  return buffers;
}

namespace {

uint32_t PidOf(const World& world, const LogNumbers& numbers, ProcId proc) {
  return numbers.Pid(world.Peek(world.Peek(proc).process).index);
}

}  // namespace

std::string ProcHead(const World& world, const LogNumbers& numbers,
                     ProcId proc) {
  const uint32_t device = world.Peek(world.Peek(proc).context).index;
  return absl::StrCat("proc ", PidOf(world, numbers, proc), "\ncontext ",
                      numbers.Device(device), "\n");
}

uint32_t ErrorNumber(uint32_t cmd) {
  const uint32_t number = cmd == 0 ? uint32_t{1} : cmd - 1;
  const bool has_operand = number == static_cast<uint32_t>(sim::Br::kError);
  return (has_operand ? 0x80047200u : 0x7200u) | number;
}

namespace {

// What %pK prints before the kernel has a key to hash with.
constexpr char kPointer[] = "(____ptrval____)";
constexpr char kNullPointer[] = "0000000000000000";
// %p prints these as they are: NULL and what may be an errno.
constexpr uint64_t kMaxErrno = 4095;

std::vector<sim::RefId> RefsByDesc(const World& world,
                                   const sim::ProcRow& proc) {
  std::vector<sim::RefId> refs;
  for (const AnyId id : Members(world, Head::kSet, proc.refs.first)) {
    refs.push_back({id.value});
  }
  std::sort(refs.begin(), refs.end(), [&](sim::RefId a, sim::RefId b) {
    return world.Peek(a).desc < world.Peek(b).desc;
  });
  return refs;
}

std::vector<ThreadId> ThreadsOf(const World& world, const sim::ProcRow& proc) {
  std::vector<ThreadId> threads;
  for (const AnyId id : Members(world, Head::kSet, proc.threads.first)) {
    threads.push_back({id.value});
  }
  const auto actor = [&](ThreadId id) {
    return world.Peek(world.Peek(id).task).actor;
  };
  std::sort(threads.begin(), threads.end(),
            [&](auto a, auto b) { return actor(a) < actor(b); });
  return threads;
}

class StateWriter {
 public:
  StateWriter(const World& world, const LogDialect& dialect,
              LogNumbers& numbers, const StateLog& which)
      : w_(world), dialect_(dialect), numbers_(numbers), which_(which) {}

  // seq_read: the buffer begins as one page and doubles.
  std::string Read() {
    for (size_t room = 4096;; room *= 2) {
      out_.clear();
      Show();
      if (out_.size() < room) return std::move(out_);
    }
  }

 private:
  void Show();
  void ShowDeadNodes();
  bool IsShown(ProcId id) const;
  void Proc(ProcId id);
  std::vector<NodeId> NodesOf(ProcId id) const;
  void Thread(ThreadId id);
  void Stack(ThreadId id);
  void Nodes(const std::vector<NodeId>& nodes);
  void Node(NodeId id);
  void Drop(NodeId id);
  void Refs(const sim::ProcRow& proc);
  void Buffers(const sim::ProcRow& proc);
  void Todo(ProcId id);
  void Work(ProcId reader, absl::string_view prefix,
            absl::string_view transaction_prefix, AnyId item);
  void Complete(absl::string_view prefix, sim::WorkType type);
  void Death(absl::string_view prefix, sim::WorkType type);
  void Freeze(absl::string_view prefix, sim::WorkType type);
  void NodeWork(absl::string_view prefix, NodeId id);
  std::string Identity(NodeId id) const;
  std::string Pointer(uint64_t pointer) const;
  void Transaction(ProcId reader, absl::string_view prefix, TransactionId id);
  void Parties(TransactionId id);
  void Kind(const sim::TransactionRow& row);
  void BufferOf(const sim::TransactionRow& row);

  const World& w_;
  const LogDialect& dialect_;
  LogNumbers& numbers_;
  const StateLog which_;
  std::string out_;
  // What the reader's references changed, by L1.
  std::set<NodeId> freed_;
  std::map<ProcId, std::vector<NodeId>> queued_;
};

void StateWriter::ShowDeadNodes() {
  std::vector<NodeId> nodes = sim::DeadNodes(w_);
  std::erase_if(nodes, [&](NodeId id) { return freed_.count(id) != 0; });
  if (!nodes.empty()) absl::StrAppend(&out_, "dead nodes:\n");
  Nodes(nodes);
}

void StateWriter::Show() {
  if (which_.process == 0) {
    out_ = which_.all ? "binder state:\n" : "binder transactions:\n";
  }
  if (which_.process == 0 && which_.all) ShowDeadNodes();
  for (const ProcId id : sim::Procs(w_)) {
    if (IsShown(id)) Proc(id);
  }
}

bool StateWriter::IsShown(ProcId id) const {
  return which_.process == 0 ||
         w_.Peek(w_.Peek(id).process).index == which_.process;
}

// What has nothing below its heading is left out, unless everything is shown.
void StateWriter::Proc(ProcId id) {
  const sim::ProcRow& proc = w_.Peek(id);
  const size_t start = out_.size();
  if (which_.process != 0) out_ += "binder proc state:\n";
  out_ += ProcHead(w_, numbers_, id);
  const size_t behind_head = out_.size();
  for (const ThreadId thread : ThreadsOf(w_, proc)) Thread(thread);
  Nodes(NodesOf(id));
  if (which_.all) Refs(proc);
  Buffers(proc);
  Todo(id);
  if (!which_.all && out_.size() == behind_head) out_.resize(start);
}

std::vector<NodeId> StateWriter::NodesOf(ProcId id) const {
  std::vector<NodeId> nodes = sim::NodesByPtr(w_, id);
  std::erase_if(nodes, [&](NodeId node) {
    return freed_.count(node) != 0 ||
           (!which_.all && w_.Peek(node).has_async_transaction == 0);
  });
  return nodes;
}

void StateWriter::Thread(ThreadId id) {
  const sim::ThreadRow& thread = w_.Peek(id);
  const size_t start = out_.size();
  absl::StrAppendFormat(&out_, "  thread %u: l %02x need_return %u tr %d\n",
                        numbers_.Tid(w_.Peek(thread.task).actor), thread.looper,
                        thread.looper_need_return, thread.tmp_ref);
  const size_t behind_head = out_.size();
  Stack(id);
  for (const AnyId item : Members(w_, Head::kThreadTodo, thread.todo.first)) {
    Work(thread.proc, "    ", "    pending transaction", item);
  }
  if (!which_.all && out_.size() == behind_head) out_.resize(start);
}

// A stack is a circle only if the driver is broken.
void StateWriter::Stack(ThreadId id) {
  const sim::ThreadRow& thread = w_.Peek(id);
  TransactionId t = thread.transaction_stack;
  for (uint32_t i = w_.table<sim::TransactionRow>().end(); t && i > 0; --i) {
    const sim::TransactionRow& row = w_.Peek(t);
    if (row.from == id) {
      Transaction(thread.proc, "    outgoing transaction", t);
      t = row.from_parent;
    } else if (row.to_thread == id) {
      Transaction(thread.proc, "    incoming transaction", t);
      t = row.to_parent;
    } else {
      Transaction(thread.proc, "    bad transaction", t);
      t = {};
    }
  }
}

// Each node is held until the next one is.
void StateWriter::Nodes(const std::vector<NodeId>& nodes) {
  NodeId last;
  for (const NodeId id : nodes) {
    if (last) Drop(last);
    Node(id);
    last = id;
  }
  if (last) Drop(last);
}

void StateWriter::Node(NodeId id) {
  const sim::NodeRow& node = w_.Peek(id);
  absl::StrAppendFormat(
      &out_, "  node %u: %s hs %u hw %u ls %d lw %d is %d iw %u tr %d",
      numbers_.DebugId(id.any()), Identity(id), node.has_strong_ref,
      node.has_weak_ref, node.local_strong_refs, node.local_weak_refs,
      node.internal_strong_refs, node.refs.size, node.tmp_refs + 1);
  if (node.refs.size != 0) absl::StrAppend(&out_, " proc");
  for (const AnyId ref : Members(w_, Head::kNodeRefs, node.refs.first)) {
    absl::StrAppend(&out_, " ",
                    PidOf(w_, numbers_, w_.Peek(sim::RefId{ref.value}).proc));
  }
  absl::StrAppend(&out_, "\n");
  if (!node.proc) return;
  for (const AnyId item :
       Members(w_, Head::kAsyncTodo, node.async_todo.first)) {
    Work(node.proc, "    ", "    pending async transaction", item);
  }
}

// binder_put_node.
void StateWriter::Drop(NodeId id) {
  const sim::NodeRow& node = w_.Peek(id);
  if (node.local_weak_refs != 0 || node.tmp_refs != 0 || node.refs.size != 0) {
    return;
  }
  if (node.proc && (node.has_strong_ref != 0 || node.has_weak_ref != 0)) {
    std::vector<NodeId>& queued = queued_[node.proc];
    const bool idle =
        !node.work.entry.linked() &&
        std::find(queued.begin(), queued.end(), id) == queued.end();
    if (idle) queued.push_back(id);
  } else if (node.local_strong_refs == 0) {
    freed_.insert(id);
  }
}

void StateWriter::Refs(const sim::ProcRow& proc) {
  for (const sim::RefId id : RefsByDesc(w_, proc)) {
    const sim::RefRow& ref = w_.Peek(id);
    absl::StrAppendFormat(&out_, "  ref %u: desc %u %snode %u s %d w %d d %s\n",
                          numbers_.DebugId(id.any()), ref.desc,
                          w_.Peek(ref.node).proc ? "" : "dead ",
                          numbers_.DebugId(ref.node.any()), ref.strong,
                          ref.weak, ref.death ? kPointer : kNullPointer);
  }
}

// A buffer has its transaction's debug id.
void StateWriter::Buffers(const sim::ProcRow& proc) {
  for (const AnyId id : BuffersOf(w_, proc)) {
    const sim::BufferRow& buffer = w_.Peek(sim::BufferId{id.value});
    absl::StrAppendFormat(
        &out_, "  buffer %u: %s size %u:%u:%u %s\n",
        numbers_.DebugIdOf(buffer.debug_id),
        dialect_.offsets ? absl::StrFormat("%x", buffer.offset) : kPointer,
        buffer.data_size, buffer.offsets_size, buffer.extra_buffers_size,
        buffer.transaction ? "active" : "delivered");
  }
}

void StateWriter::Todo(ProcId id) {
  const sim::ProcRow& proc = w_.Peek(id);
  for (const AnyId item : Members(w_, Head::kProcTodo, proc.todo.first)) {
    if (freed_.count(NodeId{item.value}) != 0) continue;
    Work(id, "  ", "  pending transaction", item);
  }
  for (const NodeId node : queued_[id]) NodeWork("  ", node);
  if (proc.delivered_death.size != 0) {
    absl::StrAppend(&out_, "  has delivered dead binder\n");
  }
  if (proc.delivered_freeze.size != 0) {
    absl::StrAppend(&out_, "  has delivered freeze binder\n");
  }
}

// -------------------------------------------------------------------- work --

void StateWriter::Work(ProcId reader, absl::string_view prefix,
                       absl::string_view transaction_prefix, AnyId item) {
  switch (item.table()) {
    case sim::TableId::kTransaction:
      return Transaction(reader, transaction_prefix, {item.value});
    case sim::TableId::kError:
      absl::StrAppend(&out_, prefix, "transaction error: ",
                      ErrorNumber(w_.Peek(sim::ErrorId{item.value}).cmd), "\n");
      return;
    case sim::TableId::kNode:
      return NodeWork(prefix, {item.value});
    case sim::TableId::kDeath:
      return Death(prefix, w_.Peek(sim::DeathId{item.value}).work.type);
    case sim::TableId::kFreeze:
      return Freeze(prefix, w_.Peek(sim::FreezeId{item.value}).work.type);
    default:
      return Complete(prefix, w_.Peek(sim::CompleteId{item.value}).work.type);
  }
}

void StateWriter::Complete(absl::string_view prefix, sim::WorkType type) {
  if (type == sim::WorkType::kTransactionComplete) {
    absl::StrAppend(&out_, prefix, "transaction complete\n");
  } else {
    // 6.1 has no type for one-ways that wait, and its driver no such work.
    const bool pending = type == sim::WorkType::kTransactionPending;
    absl::StrAppend(&out_, prefix, "unknown work: type ",
                    dialect_.spam_suspect - (pending ? 1 : 0), "\n");
  }
}

void StateWriter::Death(absl::string_view prefix, sim::WorkType type) {
  absl::string_view what = "dead binder";
  if (type == sim::WorkType::kDeadBinderAndClear) what = "cleared dead binder";
  if (type == sim::WorkType::kClearDeathNotification) {
    what = "cleared death notification";
  }
  absl::StrAppend(&out_, prefix, "has ", what, "\n");
}

void StateWriter::Freeze(absl::string_view prefix, sim::WorkType type) {
  absl::StrAppend(&out_, prefix, "has ",
                  type == sim::WorkType::kFrozenBinder
                      ? "frozen binder"
                      : "cleared freeze notification",
                  "\n");
}

void StateWriter::NodeWork(absl::string_view prefix, NodeId id) {
  absl::StrAppend(&out_, prefix, "node work ", numbers_.DebugId(id.any()), ": ",
                  Identity(id), "\n");
}

std::string StateWriter::Identity(NodeId id) const {
  const sim::NodeRow& node = w_.Peek(id);
  return absl::StrCat("u", Pointer(node.ptr), " c", Pointer(node.cookie));
}

std::string StateWriter::Pointer(uint64_t pointer) const {
  const bool plain = pointer == 0 || pointer >= ~uint64_t{0} - kMaxErrno + 1;
  if (which_.hashed && !plain) return kPointer;
  return absl::StrFormat("%016x", pointer);
}

// ------------------------------------------------------------- transaction --

void StateWriter::Transaction(ProcId reader, absl::string_view prefix,
                              TransactionId id) {
  const sim::TransactionRow& row = w_.Peek(id);
  absl::StrAppendFormat(&out_, "%s %u: %s", prefix,
                        numbers_.DebugIdOf(row.debug_id), kPointer);
  Parties(id);
  absl::StrAppendFormat(&out_, " code %x flags %x pri %d", row.code, row.flags,
                        row.priority);
  Kind(row);
  if (dialect_.elapsed) absl::StrAppend(&out_, " elapsed 0ms");
  // Only the target's own lock keeps the buffer.
  if (row.to_proc == reader) BufferOf(row);
  absl::StrAppend(&out_, "\n");
}

// The row is named after the task that sent it, maybe through the opening of
// another process.
void StateWriter::Parties(TransactionId id) {
  const sim::TransactionRow& row = w_.Peek(id);
  const auto actor = [&](ThreadId thread) {
    return thread ? w_.Peek(w_.Peek(thread).task).actor : 0;
  };
  const uint32_t from = dialect_.keeps_sender
                            ? static_cast<uint32_t>(w_.MetaOf(id.any()).key_b)
                            : actor(row.from);
  const bool known = dialect_.keeps_sender || row.from;
  absl::StrAppendFormat(
      &out_, " from %u:%u to %u:%u", known ? numbers_.Pid(row.from_pid) : 0,
      numbers_.Tid(from), row.to_proc ? PidOf(w_, numbers_, row.to_proc) : 0,
      numbers_.Tid(actor(row.to_thread)));
}

void StateWriter::Kind(const sim::TransactionRow& row) {
  if (dialect_.kinds) {
    absl::StrAppendFormat(&out_, " a%u r%u", row.is_async, row.is_reply);
  } else {
    const bool need_reply = row.is_async == 0 && row.is_reply == 0;
    absl::StrAppendFormat(&out_, " r%u", need_reply);
  }
}

void StateWriter::BufferOf(const sim::TransactionRow& row) {
  if (!row.buffer) {
    absl::StrAppend(&out_, " buffer free");
    return;
  }
  const sim::BufferRow& buffer = w_.Peek(row.buffer);
  if (buffer.target_node) {
    absl::StrAppend(&out_, " node ",
                    numbers_.DebugId(buffer.target_node.any()));
  }
  absl::StrAppend(&out_, " size ", buffer.data_size, ":", buffer.offsets_size);
  if (dialect_.offsets) {
    absl::StrAppendFormat(&out_, " offset %x", buffer.offset);
  } else {
    absl::StrAppend(&out_, " data ", kPointer);
  }
}

}  // namespace

std::string WriteStateLog(const World& world, const LogDialect& dialect,
                          LogNumbers& numbers, const StateLog& which) {
  return StateWriter(world, dialect, numbers, which).Read();
}

}  // namespace bindery::tools
