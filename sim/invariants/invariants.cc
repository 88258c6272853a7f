#include "sim/invariants/invariants.h"

#include <iterator>

namespace bindery::sim {

namespace {

constexpr Invariant kInvariants[] = {
    {"E1", "Q",
     "a ref holds at least one reference; counts are never "
     "negative"},
    {"E2", "A",
     "a node's internal strong count is the number of its refs "
     "that are strong"},
    {"E3", "A", "a ref is on its node's list"},
    {"E4", "A", "no process has a ref to its own node"},
    {"E5", "A", "a ref does not cross devices"},
    {"E6", "A", "handle 0 was given to a context manager's node"},
    {"E9", "Q",
     "a node's local strong count is what holds it: manager, "
     "pending acknowledgement, buffers, objects"},
    {"E10", "Q",
     "a node's local weak count is what holds it: manager, "
     "pending acknowledgement, objects"},
    {"E11", "A", "a pending acknowledgement means has and a local count"},
    {"E12", "A", "a node known as strong is known as weak"},
    {"E13", "Q", "no temporary reference is left"},
    {"E14", "A",
     "a node has no proc exactly if it is on the dead list, or goes with a ref "
     "that is being freed, and then has no work"},
    {"E15", "Q", "a dead node has no local counts"},
    {"E16", "Q", "news for a node's owner is queued"},
    {"E17", "Q", "no unreachable node is left"},
    {"E18", "A", "a node's work is on a list of its own proc"},
    {"E28", "A",
     "offsets of delivered objects ascend, are aligned and do "
     "not overlap"},
    {"E30", "A",
     "memory that objects point to is in the buffer, in order, and so is what "
     "the driver writes into it"},
    {"E31", "Q",
     "a security context is the end of its buffer, and there if the node "
     "wants it"},
    {"E33", "A",
     "buffers and free chunks tile the mapping, and free chunks "
     "are merged"},
    {"E34", "A",
     "free one-way space is half the mapping less what one-way "
     "buffers take"},
    {"E35", "A", "what buffers and chunks take is what the driver counts"},
    {"E37", "Q", "a buffer and its transaction name each other"},
    {"E38", "A", "a one-way buffer has a target node"},
    {"E39", "Q",
     "no buffer is orphaned: it has a transaction or was "
     "delivered"},
    {"E43", "A",
     "a file is held by what its count says, a pipe and a memfd by the files "
     "that it counts; a reserved descriptor is on its way"},
    {"E48", "A",
     "every element of a thread's stack came in to it or went "
     "out of it, not both"},
    {"E49", "A", "outgoing and incoming elements of a stack alternate"},
    {"E50", "Q", "a transaction is on the stack of the thread that it names"},
    {"E54", "Q",
     "a proc's outstanding count is the number of transactions "
     "to it"},
    {"E55", "A", "a waiting thread has nothing to do and is alive"},
    {"E56", "A", "a thread's list has at most one call"},
    {"E57", "A", "a list that needs no wake-up has only deferred items"},
    {"E58", "Q", "an error is queued exactly if it is set"},
    {"E60", "A", "at most one looper is requested at a time"},
    {"E61", "Q",
     "a node has a one-way turn exactly if a one-way buffer "
     "owns it"},
    {"E65", "A", "a queued death is of a dead node"},
    {"E68", "A", "delivered deaths are deaths"},
    {"E69", "A",
     "a freeze listener that was sent something is on the list of delivered "
     "ones, and only then waits for an acknowledgement"},
    {"E70", "Q",
     "a freeze listener with nothing on its way was last told what is true"},
    {"E72", "A",
     "a dead proc is neither listed nor frozen and manages nothing"},
    {"E74", "A", "a context manager's node belongs to its context"},
    {"E76", "Q",
     "an instance counts its devices, those that are unlinked and open "
     "included"},
    {"E77", "Q", "a minor that is given out is of exactly one inode"},
    {"E78", "A",
     "a name is in a directory once, and binder-control as long as the "
     "instance "
     "is mounted"},
    {"E79", "Q",
     "a device in a binderfs has a context of its own, which lives as long as "
     "its inode or a proc"},
    {"E81", "A",
     "who watches with epoll is on the wait queue of a thread that is there, "
     "or of none"},
    {"E82", "Q",
     "a mount lives as long as it is attached or used, an instance as long as "
     "a "
     "mount, an inode as long as it is in its directory or open"},
};

}  // namespace

const std::vector<Invariant>& Invariants() {
  static const auto* const kAll = new std::vector<Invariant>(
      std::begin(kInvariants), std::end(kInvariants));
  return *kAll;
}

namespace {

// Nobody has a minor otherwise.
bool HasBinderfs(const World& w) {
  bool has = false;
  w.ForEach<MinorRow>([&has](MinorId, const MinorRow&) { has = true; });
  return has;
}

// What a changed row can break besides its own invariants.
class Scope {
 public:
  Scope(const World& w, Findings* findings) : w_(w), findings_(findings) {}

  void Visit(AnyId id) {
    binderfs_ |= IsOfBinderfs(id);
    switch (id.table()) {
      case TableId::kNode:
        CheckNode(w_, NodeId{id.value}, findings_);
        break;
      case TableId::kRef:
        CheckRef(w_, RefId{id.value}, findings_);
        Node(w_.Peek(RefId{id.value}).node);
        break;
      case TableId::kContext:
        CheckContext(w_, ContextId{id.value}, findings_);
        break;
      case TableId::kProc:
        CheckProc(w_, ProcId{id.value}, findings_);
        CheckFreezes(w_, findings_);
        break;
      case TableId::kFreeze:
        CheckFreeze(w_, FreezeId{id.value}, findings_);
        break;
      case TableId::kTask:
        // A request of BINDER_FREEZE may have ended.
        CheckFreezes(w_, findings_);
        break;
      case TableId::kThread:
        CheckThread(w_, ThreadId{id.value}, findings_);
        break;
      case TableId::kError:
        Thread(w_.Peek(ErrorId{id.value}).thread);
        break;
      case TableId::kTransaction:
        Transaction(TransactionId{id.value});
        break;
      case TableId::kDeath:
        CheckDeath(w_, DeathId{id.value}, findings_);
        break;
      case TableId::kChunk:
        CheckPlace(w_, id, findings_);
        CheckLayout(w_, w_.Peek(ChunkId{id.value}).proc, findings_);
        break;
      case TableId::kBuffer:
        CheckBuffer(w_, BufferId{id.value}, findings_);
        CheckPlace(w_, id, findings_);
        CheckLayout(w_, w_.Peek(BufferId{id.value}).proc, findings_);
        Node(w_.Peek(BufferId{id.value}).target_node);
        break;
      default:
        VisitFile(id);
    }
  }

  // The row is there no longer.
  void VisitGone(TableId table) {
    if (table == TableId::kThread) CheckEpItems(w_, findings_);
    ended_ |= table == TableId::kFrame;
  }

  // Of what several rows have together.
  void Finish() {
    // An operation that ended may have left nothing else behind.
    const bool left = ended_ && HasBinderfs(w_);
    if (binderfs_ || left) CheckBinderfs(w_, findings_);
  }

 private:
  void VisitFile(AnyId id) {
    switch (id.table()) {
      case TableId::kFile:
        CheckFile(w_, FileId{id.value}, findings_);
        break;
      case TableId::kFd:
        CheckFd(w_, FdId{id.value}, findings_);
        break;
      case TableId::kContents:
        CheckContents(w_, ContentsId{id.value}, findings_);
        break;
      case TableId::kEpItem:
        CheckEpItem(w_, EpItemId{id.value}, findings_);
        break;
      default:
        break;
    }
  }

  bool IsOfBinderfs(AnyId id) const {
    switch (id.table()) {
      case TableId::kSuperBlock:
      case TableId::kMount:
      case TableId::kInode:
      case TableId::kMinor:
        return true;
      default:
        return id.table() == TableId::kContext &&
               w_.Peek(ContextId{id.value}).ref != 0;
    }
  }
  void Node(NodeId node) {
    if (node && w_.Alive(node)) CheckNode(w_, node, findings_);
  }
  void Thread(ThreadId thread) {
    if (thread && w_.Alive(thread)) CheckThread(w_, thread, findings_);
  }
  void Transaction(TransactionId t) {
    CheckTransaction(w_, t, findings_);
    const ProcId proc = w_.Peek(t).to_proc;
    if (proc && w_.Alive(proc)) CheckProc(w_, proc, findings_);
  }

  const World& w_;
  Findings* findings_;
  bool binderfs_ = false;
  bool ended_ = false;  // an operation
};

}  // namespace

bool CheckChanged(const World& w, const Sums* sums,
                  std::vector<BrokenInvariant>* broken) {
  Findings findings(broken, sums);
  Scope scope(w, &findings);
  for (const World::Changed& changed : w.changed()) {
    if (w.MetaOf(changed.id).state == SlotState::kLive) {
      scope.Visit(changed.id);
    } else {
      scope.VisitGone(changed.id.table());
    }
    if (broken == nullptr && findings.broken()) return false;
  }
  scope.Finish();
  return !findings.broken();
}

bool CheckAll(const World& w, std::vector<BrokenInvariant>* broken) {
  Findings findings(broken);
  Findings* const f = &findings;
  w.ForEach<NodeRow>([&](NodeId id, const NodeRow&) { CheckNode(w, id, f); });
  w.ForEach<RefRow>([&](RefId id, const RefRow&) { CheckRef(w, id, f); });
  w.ForEach<FileRow>([&](FileId id, const FileRow&) { CheckFile(w, id, f); });
  w.ForEach<FdRow>([&](FdId id, const FdRow&) { CheckFd(w, id, f); });
  w.ForEach<ContentsRow>(
      [&](ContentsId id, const ContentsRow&) { CheckContents(w, id, f); });
  CheckEpItems(w, f);
  CheckBinderfs(w, f);
  w.ForEach<ContextRow>(
      [&](ContextId id, const ContextRow&) { CheckContext(w, id, f); });
  w.ForEach<ProcRow>([&](ProcId id, const ProcRow&) {
    CheckProc(w, id, f);
    CheckLayout(w, id, f);
  });
  CheckFreezes(w, f);
  w.ForEach<ThreadRow>(
      [&](ThreadId id, const ThreadRow&) { CheckThread(w, id, f); });
  w.ForEach<TransactionRow>([&](TransactionId id, const TransactionRow&) {
    CheckTransaction(w, id, f);
  });
  w.ForEach<DeathRow>(
      [&](DeathId id, const DeathRow&) { CheckDeath(w, id, f); });
  w.ForEach<ChunkRow>(
      [&](ChunkId id, const ChunkRow&) { CheckPlace(w, id.any(), f); });
  w.ForEach<BufferRow>([&](BufferId id, const BufferRow&) {
    CheckBuffer(w, id, f);
    CheckPlace(w, id.any(), f);
  });
  return !findings.broken();
}

}  // namespace bindery::sim
