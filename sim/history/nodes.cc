// What owners are told about their nodes.
//
// E19 For each node and kind: BR_INCREFS, then (BR_ACQUIRE, BR_RELEASE) any
//     number of times, then BR_DECREFS; no BR_RELEASE or BR_DECREFS before the
//     acknowledgement of its opposite. The order is that of each thread: when
//     the last words about a node are put, another thread may already have got
//     the first ones about its successor of the same pointer.
// E20 When a share takes a ref from no strong count to the first one and the
//     owner does not know yet, the BR_ACQUIRE comes to the sharing thread
//     before the word that ends the send. Exceptions: the thread exits, the
//     need is gone by then, the node is shared again, by any thread, which
//     moves the news behind the later send, even one that fails; a send that
//     fails takes its share back, and nobody has a reference then.
// E21 After BR_DECREFS no BR_TRANSACTION names the pointer until its owner
//     sends it again. BR_TRANSACTION may come before BR_INCREFS.
// E22 While another proc has a strong ref to a live node, the owner was told
//     BR_ACQUIRE and not BR_RELEASE, or the node's work is queued. Not for the
//     context manager's node, of which its owner is never told, nor once the
//     release of the owner has begun.
// E23 Among the nodes in a proc's tree a pointer is unique; the owner, pointer,
//     cookie and flags of a node never change.
#include "sim/history/watch.h"

namespace bindery::sim {
namespace {

bool Empty(const HistoryNodeRow& row) {
  return row.told_weak == 0 && row.told_strong == 0 && row.unacked_weak == 0 &&
         row.unacked_strong == 0 && row.gone == 0 && row.sharer == 0;
}

HistoryNodeId Find(const Watch& h, ProcId proc, uint64_t ptr,
                   uint32_t leaving) {
  return h.FindWhere<HistoryNodeRow>([&](const HistoryNodeRow& row) {
    return row.proc == proc && row.ptr == ptr && row.leaving == leaving;
  });
}

// The record of the node that has the pointer now.
HistoryNodeRow& Record(Watch& h, ProcId proc, uint64_t ptr) {
  HistoryNodeId id = Find(h, proc, ptr, 0);
  if (!id) {
    id = h.w.Create<HistoryNodeRow>(h.w.NameOf(proc), ptr);
    HistoryNodeRow& row = h.w.Edit(id);
    row.proc = proc;
    row.ptr = ptr;
  }
  return h.w.Edit(id);
}

// The node with this pointer, or the record's own name if there is none.
NodeId NodeOf(const Watch& h, ProcId proc, uint64_t ptr) {
  return h.w.FindOn(&NodeRow::rb_node, h.w.NameOf(proc), ptr);
}
AnyId Named(const Watch& h, ProcId proc, uint64_t ptr) {
  const NodeId node = NodeOf(h, proc, ptr);
  return node ? node.any() : proc.any();
}

// --- What changes without a word ---------------------------------------------

// Words about a node that was erased come from whoever erased it, and may come
// after those about the next node of the pointer.
void NoteErased(Watch& h) {
  for (const Change<NodeRow>& node : h.s.changes<NodeRow>()) {
    const bool erased = node.before.rb_node.linked() &&
                        (node.freed || !node.after.rb_node.linked());
    if (!erased || !h.s.task()) continue;
    const HistoryNodeId id = Find(h, node.before.owner, node.before.ptr, 0);
    if (!id) continue;
    HistoryNodeRow& row = h.w.Edit(id);
    if (row.told_weak != 0 || row.told_strong != 0) row.leaving = h.s.actor();
  }
}

bool Acknowledges(const Step& s, Bc done, const NodeRow& node) {
  return s.bc() == done && s.command().ptr == node.ptr &&
         s.command().cookie == node.cookie && s.proc() == node.owner;
}

void NoteAcknowledged(Watch& h) {
  for (const Change<NodeRow>& node : h.s.changes<NodeRow>()) {
    const NodeRow& before = node.before;
    const NodeRow& after = node.after;
    const bool weak =
        before.pending_weak_ref != 0 && after.pending_weak_ref == 0;
    const bool strong =
        before.pending_strong_ref != 0 && after.pending_strong_ref == 0;
    if (!weak && !strong) continue;
    const HistoryNodeId id = Find(h, before.owner, before.ptr, 0);
    if (!id) continue;
    if (weak && Acknowledges(h.s, Bc::kIncrefsDone, before)) {
      h.w.Edit(id).unacked_weak = 0;
    }
    if (strong && Acknowledges(h.s, Bc::kAcquireDone, before)) {
      h.w.Edit(id).unacked_strong = 0;
    }
  }
}

// --- Shares ------------------------------------------------------------------

bool EndsASend(const Watch& h, AnyId item) {
  // Whoever watches must not make a fault: the item may be freed.
  const Work& work = h.w.PeekWork(item);
  switch (work.type) {
    case WorkType::kTransactionComplete:
    case WorkType::kTransactionOnewaySpamSuspect:
    case WorkType::kTransactionPending:
    case WorkType::kReturnError:
      return true;
    case WorkType::kTransaction:
      return h.w.Peek(TransactionId{item.value}).is_reply != 0;
    default:
      return false;
  }
}

// Words that will end earlier sends of the thread, before the node's news.
uint32_t EndsAhead(const Watch& h, ThreadId thread, NodeId node) {
  uint32_t ends = 0;
  if (h.w.Peek(node).work.entry.owner != thread.any()) return 0;
  for (AnyId i = h.w.Peek(thread).todo.first; i && i != node.any();
       i = h.w.PeekLink(Head::kThreadTodo, i).next) {
    ends += EndsASend(h, i) ? 1 : 0;
  }
  return ends;
}

bool ByOwner(const Watch& h, const Change<RefRow>& ref) {
  return !ref.freed && ref.after.node &&
         h.w.Peek(ref.after.node).proc == h.s.proc();
}

void NoteShares(Watch& h) {
  if (!h.s.sends() || !h.s.proc()) return;
  for (const Change<RefRow>& ref : h.s.changes<RefRow>()) {
    if (!ByOwner(h, ref)) continue;
    const NodeId node = ref.after.node;
    const NodeRow& row = h.w.Peek(node);
    if (const HistoryNodeId id = Find(h, row.owner, row.ptr, 0)) {
      if (h.w.Peek(id).gone != 0) h.w.Edit(id).gone = 0;
    }
    const bool first = ref.before.strong == 0 && ref.after.strong > 0;
    if (!first || row.has_strong_ref != 0) continue;
    HistoryNodeRow& record = Record(h, row.owner, row.ptr);
    record.sharer = h.s.actor();
    record.ahead = EndsAhead(h, h.s.thread(), node);
  }
}

// A later send of the node moves its news to the end of the list, even if it
// fails: then the news come before that one ends.
void NoteMoves(Watch& h) {
  if (!h.s.sends() || !h.s.thread()) return;
  for (const Change<NodeRow>& node : h.s.changes<NodeRow>()) {
    if (node.freed || node.after.work.entry.owner != h.s.thread().any()) {
      continue;
    }
    const HistoryNodeId id = Find(h, node.after.owner, node.after.ptr, 0);
    if (!id || h.w.Peek(id).sharer != h.s.actor()) continue;
    h.w.Edit(id).ahead = EndsAhead(h, h.s.thread(), node.id);
  }
}

// A send that fails takes its shares back. If nobody has a reference then, no
// news are due for it: who holds the node otherwise is E22's concern.
void NoteWithdrawals(Watch& h) {
  if (!h.s.sends()) return;
  for (const Change<RefRow>& ref : h.s.changes<RefRow>()) {
    const NodeId node = ref.before.node;
    if (ref.before.strong == 0 || ref.after.strong != 0 || !node) continue;
    const NodeRow& row = h.w.Peek(node);
    if (row.internal_strong_refs != 0) continue;
    const HistoryNodeId id = Find(h, row.owner, row.ptr, 0);
    if (!id || row.proc != h.s.proc()) continue;
    HistoryNodeRow& record = h.w.Edit(id);
    if (record.sharer == h.s.actor()) record.sharer = record.ahead = 0;
  }
}

void ForgetSharers(Watch& h) {
  for (const Change<ThreadRow>& thread : h.s.changes<ThreadRow>()) {
    if (!Died(thread)) continue;
    const uint32_t actor = h.w.Peek(thread.after.task).actor;
    h.EditWhere<HistoryNodeRow>(
        [&](const HistoryNodeRow& row) {
          return row.proc == thread.after.proc && row.sharer == actor;
        },
        [](HistoryNodeRow& row) { row.sharer = row.ahead = 0; });
  }
}

// --- Words -------------------------------------------------------------------

bool NeedsAcquire(const Watch& h, const HistoryNodeRow& row) {
  const NodeId id = NodeOf(h, row.proc, row.ptr);
  if (!id) return false;
  const NodeRow& node = h.w.Peek(id);
  return node.has_strong_ref == 0 &&
         (node.internal_strong_refs != 0 || node.local_strong_refs != 0);
}

void EndOfSend(Watch& h) {
  h.EditWhere<HistoryNodeRow>(
      [&](const HistoryNodeRow& row) {
        return row.proc == h.s.proc() && row.sharer == h.s.actor();
      },
      [&](HistoryNodeRow& row) {
        if (row.ahead != 0) {
          --row.ahead;
          return;
        }
        h.Expect(!NeedsAcquire(h, row), "E20", Named(h, row.proc, row.ptr), [] {
          return "the send that shared it ends, but its thread was "
                 "not told BR_ACQUIRE";
        });
        row.sharer = 0;
      });
}

void Increfs(Watch& h, const ReturnRow& word) {
  HistoryNodeRow& row = Record(h, h.s.proc(), word.ptr);
  h.Expect(row.told_weak == 0, "E19", Named(h, row.proc, row.ptr),
           [] { return "BR_INCREFS comes twice"; });
  row.told_weak = row.unacked_weak = 1;
  row.cookie = word.cookie;
  row.gone = 0;
}

void Acquire(Watch& h, const ReturnRow& word) {
  HistoryNodeRow& row = Record(h, h.s.proc(), word.ptr);
  const AnyId name = Named(h, row.proc, row.ptr);
  h.Expect(row.told_strong == 0, "E19", name,
           [] { return "BR_ACQUIRE comes twice"; });
  h.Expect(row.told_weak != 0, "E19", name,
           [] { return "BR_ACQUIRE comes without BR_INCREFS"; });
  h.Expect(row.sharer == 0 || row.sharer == h.s.actor(), "E20", name, [] {
    return "BR_ACQUIRE comes to another thread than the one that shared it";
  });
  row.told_strong = row.unacked_strong = 1;
  row.sharer = row.ahead = 0;
}

HistoryNodeRow& Leaving(Watch& h, const ReturnRow& word) {
  const HistoryNodeId id = Find(h, h.s.proc(), word.ptr, h.s.actor());
  return id ? h.w.Edit(id) : Record(h, h.s.proc(), word.ptr);
}

void Release(Watch& h, const ReturnRow& word) {
  HistoryNodeRow& row = Leaving(h, word);
  const AnyId name = Named(h, row.proc, row.ptr);
  h.Expect(row.told_strong != 0, "E19", name,
           [] { return "BR_RELEASE comes without BR_ACQUIRE"; });
  h.Expect(row.unacked_strong == 0, "E19", name,
           [] { return "BR_RELEASE comes before BC_ACQUIRE_DONE"; });
  row.told_strong = 0;
}

void Decrefs(Watch& h, const ReturnRow& word) {
  HistoryNodeRow& row = Leaving(h, word);
  const AnyId name = Named(h, row.proc, row.ptr);
  h.Expect(row.told_weak != 0 && row.told_strong == 0, "E19", name, [] {
    return "BR_DECREFS comes without BR_INCREFS, or before BR_RELEASE";
  });
  h.Expect(row.unacked_weak == 0, "E19", name,
           [] { return "BR_DECREFS comes before BC_INCREFS_DONE"; });
  row.told_weak = 0;
  row.gone = row.leaving == 0 && NodeOf(h, row.proc, row.ptr) ? 1 : 0;
}

void Called(Watch& h, const ReturnRow& word) {
  const HistoryNodeId id = Find(h, h.s.proc(), word.ptr, 0);
  h.Expect(!id || h.w.Peek(id).gone == 0, "E21", Named(h, h.s.proc(), word.ptr),
           [] { return "BR_TRANSACTION comes after BR_DECREFS"; });
}

void TakeWord(Watch& h, const ReturnRow& word) {
  switch (WordOf(word)) {
    case Br::kIncrefs:
      return Increfs(h, word);
    case Br::kAcquire:
      return Acquire(h, word);
    case Br::kRelease:
      return Release(h, word);
    case Br::kDecrefs:
      return Decrefs(h, word);
    case Br::kTransaction:
      return Called(h, word);
    case Br::kTransactionComplete:
    case Br::kOnewaySpamSuspect:
    case Br::kTransactionPendingFrozen:
    case Br::kFrozenReply:
    case Br::kReply:
    case Br::kDeadReply:
    case Br::kFailedReply:
      return EndOfSend(h);
    default:
      return;
  }
}

// --- At the end of the step --------------------------------------------------

bool HeldByOthers(const Watch& h, const NodeRow& node) {
  for (AnyId i = node.refs.first; i;
       i = h.w.PeekLink(Head::kNodeRefs, i).next) {
    if (h.w.Peek(RefId{i.value}).strong > 0) return true;
  }
  return false;
}

void CheckKnown(Watch& h, NodeId id) {
  if (!id || !h.w.Alive(id)) return;
  const NodeRow& node = h.w.Peek(id);
  if (!node.proc || node.work.entry.linked() || !HeldByOthers(h, node) ||
      h.w.Peek(node.proc).in_procs == 0 ||
      h.w.Peek(node.context).mgr_node == id) {
    return;
  }
  const HistoryNodeId record = Find(h, node.owner, node.ptr, 0);
  h.Expect(record && h.w.Peek(record).told_strong != 0, "E22", id.any(), [] {
    return "others hold it strongly, but its owner does not know and will not "
           "be told";
  });
}

void CheckSame(Watch& h, const Change<NodeRow>& node) {
  const NodeRow& a = node.before;
  const NodeRow& b = node.after;
  if (node.created) {
    int same = 0;
    h.w.ForEach<NodeRow>([&](NodeId, const NodeRow& other) {
      same += other.rb_node.linked() && other.owner == b.owner &&
              other.ptr == b.ptr;
    });
    h.Expect(same <= 1, "E23", node.id.any(),
             [&] { return absl::StrCat(same, " nodes have its pointer"); });
    return;
  }
  h.Expect(a.owner == b.owner && a.ptr == b.ptr && a.cookie == b.cookie &&
               a.flags == b.flags && a.context == b.context,
           "E23", node.id.any(),
           [] { return "its owner, pointer, cookie or flags change"; });
}

}  // namespace

void WatchNodes(Watch& h) {
  h.ForgetDeadProcs<HistoryNodeRow>();
  ForgetSharers(h);
  NoteErased(h);
  NoteAcknowledged(h);
  NoteShares(h);
  NoteMoves(h);
  NoteWithdrawals(h);
  if (h.Living(h.s.proc())) {
    for (const ReturnRow& word : h.s.words()) TakeWord(h, word);
  }
  for (const Change<NodeRow>& node : h.s.changes<NodeRow>()) {
    CheckSame(h, node);
    CheckKnown(h, node.id);
  }
  for (const Change<RefRow>& ref : h.s.changes<RefRow>()) {
    if (!ref.freed) CheckKnown(h, ref.after.node);
  }
  h.FreeWhere<HistoryNodeRow>(Empty);
}

}  // namespace bindery::sim
