// E63 A one-way leaves its node's queue for a later one only if its process is
//     frozen and both are alike: TF_UPDATE_TXN, process, code, flags, sender,
//     node. The later one is then the last of the queue.
// E71 No call is handed over to a process that is frozen. What is noted about
//     sends to it is forgotten only when it is frozen again, unfrozen, or dies.
#include "sim/history/watch.h"

namespace bindery::sim {
namespace {

// --- E63 ---------------------------------------------------------------------

bool Unqueued(const Change<TransactionRow>& t) {
  return t.before.work.entry.head == Head::kAsyncTodo &&
         !t.after.work.entry.linked();
}

// What the driver compares.
bool Alike(const Watch& h, const TransactionRow& old, const TransactionRow& t) {
  constexpr uint32_t kBoth = kTfOneWay | kTfUpdateTxn;
  const BufferRow a = h.s.Before(old.buffer);
  const BufferRow& b = h.w.Peek(t.buffer);
  return (t.flags & kBoth) == kBoth && old.flags == t.flags &&
         old.code == t.code && a.pid == b.pid &&
         a.target_node == b.target_node && old.to_proc == t.to_proc;
}

void CheckSuperseded(Watch& h, const Change<TransactionRow>& old,
                     const Change<TransactionRow>& t) {
  h.Expect(h.s.Before(old.before.to_proc).is_frozen != 0, "E63", old.id.any(),
           [] { return "it is superseded, but its process is not frozen"; });
  h.Expect(Alike(h, old.before, t.after), "E63", old.id.any(),
           [] { return "it is superseded by one that differs"; });
  const NodeId node = h.w.Peek(t.after.buffer).target_node;
  h.Expect(h.w.Peek(node).async_todo.last == t.id.any(), "E63", t.id.any(),
           [] { return "it supersedes another one, but is not the last"; });
}

// --- E71 ---------------------------------------------------------------------

void CheckCommit(Watch& h, const Change<TransactionRow>& t) {
  if (t.after.is_async != 0 || t.after.is_reply != 0 || !t.after.to_proc) {
    return;
  }
  h.Expect(h.s.Before(t.after.to_proc).is_frozen == 0, "E71", t.id.any(),
           [] { return "it is handed over to a frozen process"; });
}

// A step of BINDER_FREEZE.
bool Freezes(const Watch& h) {
  for (const Change<FrameRow>& frame : h.s.changes<FrameRow>()) {
    if (static_cast<OpId>(frame.after.op) == OpId::kFreezeProc) return true;
  }
  return false;
}

void CheckNotes(Watch& h, const Change<ProcRow>& proc) {
  const bool forgotten = proc.before.sync_recv > proc.after.sync_recv ||
                         proc.before.async_recv > proc.after.async_recv;
  h.Expect(!forgotten || proc.after.is_dead != 0 || Freezes(h), "E71",
           proc.id.any(),
           [] { return "it forgets what came while it was frozen"; });
}

}  // namespace

void WatchFrozen(Watch& h) {
  const auto& transactions = h.s.changes<TransactionRow>();
  for (const Change<TransactionRow>& t : transactions) {
    if (t.before.committed != 0 || t.after.committed == 0) continue;
    CheckCommit(h, t);
    for (const Change<TransactionRow>& old : transactions) {
      if (Unqueued(old)) CheckSuperseded(h, old, t);
    }
  }
  for (const Change<ProcRow>& proc : h.s.changes<ProcRow>()) {
    CheckNotes(h, proc);
  }
}

}  // namespace bindery::sim
