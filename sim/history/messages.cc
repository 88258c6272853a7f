// Messages and their buffers, from the commit to the buffer's end.
//
// E32 The pointer and cookie of a BR_TRANSACTION are those of a node of the
//     receiver, the one that the call was sent to; sender_euid is the sender's;
//     sender_pid is the sender's process, or 0 if nobody waits for a reply or
//     the calling thread is gone.
// E36 The driver accepts BC_FREE_BUFFER for a buffer at most once, and only
//     after the word that delivers it.
// E40 A buffer that is taken after the receiver's mapping is gone never gets a
//     transaction. (Taking it is allowed: the driver looks again before it uses
//     the pages.)
// E62 One-way calls to a node are delivered in the order of their commits, each
//     only after user space gave back the buffer of the one before. Those that
//     end without delivery leave the queue.
// E64 A buffer is delivered only if its message was committed, once, was not
//     delivered before, and its transaction did not end in the meantime.
#include "sim/history/watch.h"
#include "sim/kernel/process.h"

namespace bindery::sim {
namespace {

HistoryMessageId Find(const Watch& h, BufferId buffer) {
  return h.FindWhere<HistoryMessageRow>(
      [&](const HistoryMessageRow& row) { return row.buffer == buffer; });
}

HistoryMessageId Record(Watch& h, BufferId buffer) {
  if (const HistoryMessageId found = Find(h, buffer)) return found;
  const HistoryMessageId id =
      h.w.Create<HistoryMessageRow>(h.w.NameOf(buffer), 0);
  h.w.Edit(id).buffer = buffer;
  return id;
}

bool Waits(const HistoryMessageRow& row) { return row.order != 0; }

// --- Mappings ----------------------------------------------------------------

void NoteUnmapped(Watch& h) {
  for (const Change<BufferRow>& buffer : h.s.changes<BufferRow>()) {
    if (buffer.freed) continue;
    const bool gone = h.w.Peek(buffer.after.proc).mapped == 0;
    if (buffer.created && gone) h.w.Edit(Record(h, buffer.id)).unmapped = 1;
    if (buffer.before.transaction || !buffer.after.transaction) continue;
    const HistoryMessageId id = Find(h, buffer.id);
    h.Expect(!id || h.w.Peek(id).unmapped == 0, "E40", buffer.id.any(),
             [] { return "it carries a message, but its mapping is gone"; });
  }
}

// --- Commits -----------------------------------------------------------------

uint32_t NextPlace(const Watch& h, NodeId node) {
  uint32_t place = 1;
  h.w.ForEach<HistoryMessageRow>(
      [&](HistoryMessageId, const HistoryMessageRow& row) {
        if (row.node == node && Waits(row)) ++place;
      });
  return place;
}

void NoteCommits(Watch& h) {
  for (const Change<TransactionRow>& t : h.s.changes<TransactionRow>()) {
    if (t.before.committed != 0 || t.after.committed == 0) continue;
    const BufferId buffer = t.after.buffer;
    if (!buffer) continue;
    const HistoryMessageId id = Record(h, buffer);
    h.Expect(h.w.Peek(id).committed == 0, "E64", buffer.any(),
             [] { return "its message is committed twice"; });
    const NodeId node = h.w.Peek(buffer).target_node;
    const uint32_t place = t.after.is_async != 0 ? NextPlace(h, node) : 0;
    HistoryMessageRow& row = h.w.Edit(id);
    row.committed = 1;
    row.node = node;
    row.order = place;
    if (h.s.task()) row.sender = h.w.Peek(h.s.task()).process;
  }
}

// The message leaves the queue of one-ways to its node.
void LeaveQueue(Watch& h, HistoryMessageId id) {
  const NodeId node = h.w.Peek(id).node;
  const uint32_t order = h.w.Peek(id).order;
  if (order == 0) return;
  h.w.Edit(id).order = 0;
  h.EditWhere<HistoryMessageRow>(
      [&](const HistoryMessageRow& row) {
        return row.node == node && row.order > order;
      },
      [](HistoryMessageRow& row) { --row.order; });
}

// --- Delivery ----------------------------------------------------------------

void CheckCommitted(Watch& h, BufferId buffer, HistoryMessageId id) {
  const bool committed = id && h.w.Peek(id).committed != 0;
  h.Expect(committed, "E64", buffer.any(),
           [] { return "it is delivered, but was never committed"; });
  if (!committed) return;
  h.Expect(h.w.Peek(id).delivered == 0, "E64", buffer.any(),
           [] { return "it is delivered twice"; });
  h.Expect(h.w.Peek(id).cancelled == 0, "E64", buffer.any(),
           [] { return "it is delivered after its transaction ended"; });
}

// The thread that sent the call and waits for its reply, if it does. Whoever
// reads may have looked in an earlier step, and holds the thread since.
ThreadId Waiting(const Watch& h, BufferId buffer) {
  const TransactionId t = h.s.Before(buffer).transaction;
  for (const Change<FrameRow>& frame : h.s.changes<FrameRow>()) {
    const bool reads = frame.before.task == h.s.task() &&
                       static_cast<OpId>(frame.before.op) == OpId::kThreadRead;
    if (reads && t && frame.before.t == t) return frame.before.target_thread;
  }
  return t ? h.s.Before(t).from : ThreadId{};
}

// Who borrows an opening sends as the process that opened it, which has no pid
// when it is dead and others have the opening.
ProcessId SenderPid(const Watch& h, ThreadId from, ProcessId sender) {
  if (!from) return {};
  const ProcRow proc = h.s.Before(h.s.Before(from).proc);
  const bool released =
      proc.is_dead != 0 || (proc.deferred_work & kDeferredRelease) != 0;
  const bool dead = h.w.Peek(proc.process).dead != 0 && !released;
  if (proc.process == sender && !dead) return sender;
  return dead ? ProcessId{} : proc.process;
}

void CheckNamed(Watch& h, const ReturnRow& word, const HistoryMessageRow& row) {
  const NodeRow& node = h.w.Peek(row.node);
  h.Expect(row.node && node.owner == h.s.proc() && word.ptr == node.ptr &&
               word.cookie == node.cookie,
           "E32", word.buffer.any(), [&] {
             return absl::StrCat("the call to ", h.Name(row.node.any()),
                                 " is delivered as one to 0x",
                                 absl::Hex(word.ptr));
           });
  const bool uid = row.sender && word.sender_euid == h.w.Peek(row.sender).uid;
  h.Expect(uid, "E32", word.buffer.any(), [&] {
    return absl::StrCat("sender_euid is ", word.sender_euid,
                        ", which is not the sender's");
  });
  const ProcessId sender = SenderPid(h, Waiting(h, word.buffer), row.sender);
  h.Expect(word.sender == sender, "E32", word.buffer.any(), [&] {
    return absl::StrCat("sender_pid is that of ", h.Name(word.sender.any()),
                        ", but must be that of ", h.Name(sender.any()));
  });
}

void CheckOrder(Watch& h, HistoryMessageId id) {
  const HistoryMessageRow& row = h.w.Peek(id);
  if (!Waits(row)) return;
  h.Expect(row.order == 1, "E62", row.buffer.any(), [&] {
    return absl::StrCat("it overtakes ", row.order - 1,
                        " one-way calls to the same node");
  });
  const HistoryMessageId earlier =
      h.FindWhere<HistoryMessageRow>([&](const HistoryMessageRow& other) {
        return other.buffer != row.buffer && other.node == row.node &&
               other.delivered != 0 && other.freed == 0 &&
               h.w.Peek(other.buffer).async_transaction != 0;
      });
  h.Expect(!earlier, "E62", row.buffer.any(), [&] {
    return absl::StrCat("it is delivered while user space still has ",
                        h.Name(h.w.Peek(earlier).buffer.any()));
  });
}

void NoteDelivered(Watch& h) {
  for (const ReturnRow& word : h.s.words()) {
    if (!word.buffer) continue;
    const HistoryMessageId id = Find(h, word.buffer);
    CheckCommitted(h, word.buffer, id);
    if (!id) continue;
    if (WordOf(word) == Br::kTransaction && h.w.Peek(id).delivered == 0) {
      CheckNamed(h, word, h.w.Peek(id));
      CheckOrder(h, id);
    }
    const bool one_way = h.w.Peek(id).order != 0;
    LeaveQueue(h, id);
    HistoryMessageRow& row = h.w.Edit(id);
    row.delivered = 1;
    row.sender = {};
    if (!one_way) row.node = {};
  }
}

// It is on its way to be freed, and nothing on the way delivers it.
bool Superseded(const Change<TransactionRow>& t) {
  return t.before.work.entry.head == Head::kAsyncTodo &&
         !t.after.work.entry.linked();
}

void NoteEnded(Watch& h) {
  for (const Change<TransactionRow>& t : h.s.changes<TransactionRow>()) {
    const BufferId buffer = t.before.buffer ? t.before.buffer : t.after.buffer;
    if (!(t.freed || Superseded(t)) || !buffer) continue;
    const HistoryMessageId id = Find(h, buffer);
    if (!id || h.w.Peek(id).committed == 0 || h.w.Peek(id).delivered != 0) {
      continue;
    }
    LeaveQueue(h, id);
    h.w.Edit(id).cancelled = 1;
  }
}

// --- The end of the buffer ---------------------------------------------------

void NoteFreed(Watch& h) {
  for (const Change<FrameRow>& frame : h.s.changes<FrameRow>()) {
    const BufferId buffer = frame.after.buffer;
    if (static_cast<OpId>(frame.after.op) != OpId::kFreeBuffer || !buffer ||
        frame.before.buffer) {
      continue;
    }
    const HistoryMessageId id = Find(h, buffer);
    h.Expect(id && h.w.Peek(id).delivered != 0, "E36", buffer.any(), [] {
      return "BC_FREE_BUFFER is accepted before it is delivered";
    });
    if (!id) continue;
    h.Expect(h.w.Peek(id).freed == 0, "E36", buffer.any(),
             [] { return "BC_FREE_BUFFER is accepted twice"; });
    h.w.Edit(id).freed = 1;
  }
}

void ForgetFreed(Watch& h) {
  for (const Change<BufferRow>& buffer : h.s.changes<BufferRow>()) {
    if (!buffer.freed) continue;
    const HistoryMessageId id = Find(h, buffer.id);
    if (!id) continue;
    LeaveQueue(h, id);
    h.w.Free(id);
  }
}

}  // namespace

void WatchMessages(Watch& h) {
  NoteUnmapped(h);
  NoteCommits(h);
  NoteDelivered(h);
  NoteEnded(h);
  NoteFreed(h);
  ForgetFreed(h);
}

}  // namespace bindery::sim
