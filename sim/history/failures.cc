// E24 A send that fails changes nothing but what tells of it: the thread's
//     errors, ids, on which list a node's work is, the one-way turn of a dead
//     node, that a frozen process was called, and, for a reply, the transaction
//     that it was to answer.
//
// Checked for sends that are one transition (at command granularity): before
// and after are then those of the send alone.
#include "sim/history/watch.h"

namespace bindery::sim {
namespace {

// The command began and failed in this step.
bool SendFailed(const Watch& h) {
  if (!h.s.sends() || !h.s.consumed()) return false;
  bool whole = false;
  for (const Change<FrameRow>& frame : h.s.changes<FrameRow>()) {
    whole |= frame.created && frame.freed && frame.after.task == h.s.task() &&
             static_cast<OpId>(frame.after.op) == OpId::kTransaction;
  }
  if (!whole) return false;
  for (const Change<ErrorRow>& error : h.s.changes<ErrorRow>()) {
    if (error.after.thread == h.s.thread() && error.after.reply == 0 &&
        error.before.cmd == 0 && error.after.cmd != 0) {
      return true;
    }
  }
  return false;
}

template <typename Row, typename Same>
void CheckSame(Watch& h, Same&& same) {
  for (const Change<Row>& row : h.s.changes<Row>()) {
    if (row.created && row.freed) continue;
    h.Expect(!row.created && !row.freed && same(row.before, row.after), "E24",
             row.id.any(), [&] {
               return row.created ? "a failed send leaves it behind"
                      : row.freed ? "a failed send takes it away"
                                  : "a failed send changes it";
             });
  }
}

bool SameNode(const NodeRow& a, const NodeRow& b) {
  return a.internal_strong_refs == b.internal_strong_refs &&
         a.local_strong_refs == b.local_strong_refs &&
         a.local_weak_refs == b.local_weak_refs && a.tmp_refs == b.tmp_refs &&
         a.refs.size == b.refs.size && a.async_todo.size == b.async_todo.size &&
         (a.has_async_transaction == b.has_async_transaction || !b.proc);
}

bool SameProc(const ProcRow& a, const ProcRow& b) {
  return a.free_async_space == b.free_async_space &&
         a.allocated == b.allocated && a.free_total == b.free_total &&
         a.nodes.size == b.nodes.size && a.refs.size == b.refs.size &&
         a.tmp_ref == b.tmp_ref;
}

}  // namespace

void WatchFailures(Watch& h) {
  if (!SendFailed(h)) return;
  CheckSame<RefRow>(h, [](const RefRow& a, const RefRow& b) {
    return a.strong == b.strong && a.weak == b.weak && a.death == b.death;
  });
  CheckSame<NodeRow>(h, SameNode);
  CheckSame<ProcRow>(h, SameProc);
  CheckSame<FdRow>(
      h, [](const FdRow& a, const FdRow& b) { return a.file == b.file; });
  // The descriptor of the call itself is held and let go meanwhile.
  CheckSame<FileRow>(h, [](const FileRow& a, const FileRow& b) {
    return a.proc || a.count == b.count;
  });
  for (const Change<BufferRow>& buffer : h.s.changes<BufferRow>()) {
    h.Expect(!buffer.created || buffer.freed, "E24", buffer.id.any(),
             [] { return "a failed send leaves it behind"; });
  }
  const ThreadRow before = h.s.Before(h.s.thread());
  const Bc bc = h.s.bc();
  const bool reply = bc == Bc::kReply || bc == Bc::kReplySg;
  h.Expect(reply || before.transaction_stack ==
                        h.w.Peek(h.s.thread()).transaction_stack,
           "E24", h.s.thread().any(),
           [] { return "a failed call leaves its stack changed"; });
}

}  // namespace bindery::sim
