// Synchronous calls: who waits, who serves, and what each thread is told.
//
// E52 An accepted call ends in the thread that made it with exactly one word,
//     BR_REPLY, BR_DEAD_REPLY or BR_FAILED_REPLY, after the completion of its
//     send; there is one completion for each accepted send. Of a thread that
//     calls again before it reads the answer, only the latest call's order is
//     looked at. The driver keeps one such failure for a thread: a second one,
//     which takes a thread that sends again without reading, is lost, and that
//     is allowed.
// E53 A reply goes to the thread that made the latest call that the replying
//     thread serves, and that call is the latest which its thread waits for. A
//     call made while serving goes to the nearest thread of the target that
//     waits in the same chain, if there is one, and only to that thread.
// E75 When a thread leaves, the caller of the call on top of its stack gets
//     BR_DEAD_REPLY, and the thread's next life gets no reply to its old calls.
//
// The nesting of calls is kept here a second time, as numbers: how deep a call
// is in its caller and in the thread that serves it.
#include "sim/history/watch.h"

namespace bindery::sim {
namespace {

constexpr uint32_t kDeadReply = static_cast<uint32_t>(Br::kDeadReply) + 1;
constexpr uint32_t kCompleted =
    static_cast<uint32_t>(Br::kTransactionComplete) + 1;

HistoryThreadRow& Record(Watch& h, ProcId proc, uint32_t actor) {
  const uint64_t name = h.w.NameOf(proc);
  HistoryThreadId id = h.w.Find<HistoryThreadRow>(name, actor);
  if (!id) {
    id = h.w.Create<HistoryThreadRow>(name, actor);
    h.w.Edit(id).proc = proc;
    h.w.Edit(id).actor = actor;
  }
  return h.w.Edit(id);
}

HistoryThreadRow& Record(Watch& h, ThreadId thread) {
  const ThreadRow& row = h.w.Peek(thread);
  return Record(h, row.proc, h.w.Peek(row.task).actor);
}

HistoryCallId CallOf(const Watch& h, TransactionId t) {
  return h.FindWhere<HistoryCallRow>(
      [&](const HistoryCallRow& call) { return call.t == t; });
}

// The call that the thread serves, if that is the latest thing it is in.
HistoryCallId ServedBy(Watch& h, ThreadId thread) {
  const HistoryThreadRow& record = Record(h, thread);
  return h.FindWhere<HistoryCallRow>([&](const HistoryCallRow& call) {
    return call.to_proc == record.proc && call.to_actor == record.actor &&
           call.to_depth == record.depth;
  });
}

void StopServing(Watch& h, HistoryCallId id) {
  HistoryCallRow& call = h.w.Edit(id);
  --Record(h, call.to_proc, call.to_actor).depth;
  call.to_proc = {};
  call.to_actor = call.to_depth = 0;
}

void StopWaiting(HistoryCallRow& call) {
  call.from_proc = {};
  call.from_actor = call.from_depth = 0;
}

// --- Threads that leave ------------------------------------------------------

void OweAnswer(Watch& h, const Change<ThreadRow>& thread) {
  const TransactionId top = thread.before.transaction_stack;
  if (!top) return;
  const TransactionRow before = h.s.Before(top);
  const HistoryCallId call = CallOf(h, top);
  if (!call || before.to_thread != thread.id || !before.from) return;
  h.w.Edit(call).owed = thread.id;
}

void NoteDeaths(Watch& h) {
  for (const Change<ThreadRow>& thread : h.s.changes<ThreadRow>()) {
    if (!Died(thread)) continue;
    OweAnswer(h, thread);
    const ProcId proc = thread.after.proc;
    const uint32_t actor = h.w.Peek(thread.after.task).actor;
    h.EditWhere<HistoryCallRow>(
        [&](const HistoryCallRow& call) {
          return call.from_proc == proc && call.from_actor == actor;
        },
        StopWaiting);
    h.EditWhere<HistoryCallRow>(
        [&](const HistoryCallRow& call) {
          return call.to_proc == proc && call.to_actor == actor;
        },
        [](HistoryCallRow& call) {
          call.to_proc = {};
          call.to_actor = call.to_depth = 0;
        });
    h.FreeWhere<HistoryThreadRow>([&](const HistoryThreadRow& row) {
      return row.proc == proc && row.actor == actor;
    });
  }
}

// --- Sends -------------------------------------------------------------------

// The nearest thread of the target that waits in the chain which `t` continues.
ThreadId WaitingInChain(const Watch& h, const TransactionRow& t) {
  for (TransactionId i = t.from_parent; i; i = h.w.Peek(i).from_parent) {
    const ThreadId from = h.w.Peek(i).from;
    if (from && h.w.Peek(from).proc == t.to_proc) return from;
  }
  return {};
}

void Call(Watch& h, const Change<TransactionRow>& t) {
  const ThreadId expected = WaitingInChain(h, t.after);
  h.Expect(t.after.to_thread == expected, "E53", t.id.any(), [&] {
    return absl::StrCat("it is for ", h.Name(t.after.to_thread.any()),
                        ", but in its chain waits ", h.Name(expected.any()));
  });
  HistoryThreadRow& caller = Record(h, h.s.thread());
  ++caller.depth;
  ++caller.open;
  caller.ahead = ++caller.due;
  const HistoryCallId id = h.w.Create<HistoryCallRow>(h.w.NameOf(t.id), 0);
  HistoryCallRow& call = h.w.Edit(id);
  call.t = t.id;
  call.from_proc = caller.proc;
  call.from_actor = caller.actor;
  call.from_depth = caller.depth;
}

void Reply(Watch& h, const Change<TransactionRow>& reply) {
  ++Record(h, h.s.thread()).due;
  const HistoryCallId id = ServedBy(h, h.s.thread());
  h.Expect(bool(id), "E53", reply.id.any(), [] {
    return "it replies to a call that its thread does not serve";
  });
  if (!id) return;
  const HistoryCallRow& call = h.w.Peek(id);
  const ThreadRow& receiver = h.w.Peek(reply.after.to_thread);
  h.Expect(reply.after.to_thread && receiver.proc == call.from_proc &&
               h.w.Peek(receiver.task).actor == call.from_actor,
           "E53", reply.id.any(), [&] {
             return absl::StrCat("it goes to ",
                                 h.Name(reply.after.to_thread.any()),
                                 ", which did not make the latest call that "
                                 "its thread serves");
           });
  StopServing(h, id);
}

void NoteSends(Watch& h) {
  for (const Change<TransactionRow>& t : h.s.changes<TransactionRow>()) {
    if (t.before.committed != 0 || t.after.committed == 0 || !h.s.thread()) {
      continue;
    }
    if (t.after.is_reply != 0) {
      Reply(h, t);
    } else if (t.after.is_async != 0) {
      ++Record(h, h.s.thread()).due;
    } else {
      Call(h, t);
    }
  }
}

// A reply that fails counts as given: its thread gets a completion.
void NoteFailedReplies(Watch& h) {
  for (const Change<ErrorRow>& error : h.s.changes<ErrorRow>()) {
    const ThreadId thread = error.after.thread;
    if (error.after.reply != 0 || error.before.cmd != 0 ||
        error.after.cmd != kCompleted || h.w.Peek(thread).is_dead != 0) {
      continue;
    }
    ++Record(h, thread).due;
    if (const HistoryCallId id = ServedBy(h, thread)) StopServing(h, id);
  }
}

// --- Calls that end ----------------------------------------------------------

bool RepliedInThisStep(const Watch& h, ThreadId caller) {
  for (const Change<TransactionRow>& t : h.s.changes<TransactionRow>()) {
    if (t.after.is_reply != 0 && t.before.committed == 0 &&
        t.after.committed != 0 && t.after.to_thread == caller) {
      return true;
    }
  }
  return false;
}

void EndByFailure(Watch& h, HistoryCallId id, ThreadId caller) {
  const ErrorId slot = h.w.Peek(caller).reply_error;
  if (h.s.Before(slot).cmd != 0) {
    HistoryThreadRow& record = Record(h, caller);
    record.open -= record.open != 0 ? 1 : 0;  // lost: the slot is taken
    record.ahead = 0;                         // of an outcome that never comes
    return;
  }
  const uint32_t outcome = h.w.Peek(slot).cmd;
  const TransactionId t = h.w.Peek(id).t;
  h.Expect(outcome != 0, "E52", t.any(),
           [] { return "it ends, but its caller is not told"; });
  h.Expect(!h.w.Peek(id).owed || outcome == kDeadReply, "E75", t.any(), [] {
    return "the thread that served it left, but its caller is not told "
           "BR_DEAD_REPLY";
  });
}

void NotePops(Watch& h) {
  for (const Change<TransactionRow>& t : h.s.changes<TransactionRow>()) {
    const ThreadId caller = t.before.from;
    if (!caller || t.after.from || h.w.Peek(caller).is_dead != 0) continue;
    const HistoryCallId id = CallOf(h, t.id);
    if (!id || !h.w.Peek(id).from_proc) continue;
    HistoryThreadRow& record = Record(h, caller);
    h.Expect(h.w.Peek(id).from_depth == record.depth, "E53", t.id.any(), [&] {
      return absl::StrCat("it ends before a later call of ",
                          h.Name(caller.any()));
    });
    record.depth = h.w.Peek(id).from_depth - 1;
    if (!RepliedInThisStep(h, caller)) EndByFailure(h, id, caller);
    StopWaiting(h.w.Edit(id));
    h.w.Edit(id).owed = {};
  }
}

void NoteServed(Watch& h) {
  for (const Change<ThreadRow>& thread : h.s.changes<ThreadRow>()) {
    const TransactionId top = thread.after.transaction_stack;
    if (!top || top == thread.before.transaction_stack ||
        thread.after.is_dead != 0 || h.w.Peek(top).from == thread.id ||
        h.w.Peek(top).to_thread != thread.id) {
      continue;
    }
    const HistoryCallId id = CallOf(h, top);
    if (!id || h.w.Peek(id).to_proc) continue;
    HistoryThreadRow& server = Record(h, thread.id);
    HistoryCallRow& call = h.w.Edit(id);
    call.to_proc = server.proc;
    call.to_actor = server.actor;
    call.to_depth = ++server.depth;
  }
}

void NoteFreed(Watch& h) {
  for (const Change<TransactionRow>& t : h.s.changes<TransactionRow>()) {
    const HistoryCallId id = t.freed ? CallOf(h, t.id) : HistoryCallId{};
    if (!id) continue;
    const HistoryCallRow& call = h.w.Peek(id);
    h.Expect(!call.from_proc, call.owed ? "E75" : "E52", t.id.any(),
             [] { return "it ends, but its caller still waits"; });
    if (call.to_proc) StopServing(h, id);
    h.w.Free(id);
  }
  for (const Change<ThreadRow>& thread : h.s.changes<ThreadRow>()) {
    if (!thread.freed) continue;
    const HistoryCallId id = h.FindWhere<HistoryCallRow>(
        [&](const HistoryCallRow& call) { return call.owed == thread.id; });
    if (!id) continue;
    h.Expect(!h.w.Peek(id).from_proc, "E75", h.w.Peek(id).t.any(), [] {
      return "the thread that served it has left, but its caller still waits";
    });
    h.w.Edit(id).owed = {};
  }
}

// --- Words -------------------------------------------------------------------

// BR_DEAD_REPLY and BR_FAILED_REPLY end a call if they come from reply_error,
// else a send that was not accepted.
bool EndsCall(const Watch& h, const ReturnRow& word) {
  const Br br = WordOf(word);
  if (br == Br::kReply) return true;
  if (br != Br::kDeadReply && br != Br::kFailedReply) return false;
  for (const Change<ErrorRow>& error : h.s.changes<ErrorRow>()) {
    if (error.after.thread == h.s.thread() && error.before.cmd != 0 &&
        error.after.cmd == 0) {
      return error.after.reply != 0;
    }
  }
  return false;
}

void CheckReceiver(Watch& h, const ReturnRow& word) {
  if (!word.buffer) return;
  const TransactionId t = h.s.Before(word.buffer).transaction;
  const ThreadId meant = t ? h.s.Before(t).to_thread : ThreadId{};
  if (!meant || meant == h.s.thread()) return;
  const bool reply = WordOf(word) == Br::kReply;
  const bool old = reply && h.w.Peek(meant).task == h.s.task();
  h.Expect(false,
           old     ? "E75"
           : reply ? "E52"
                   : "E53",
           word.buffer.any(), [&] {
             return absl::StrCat("it is for ", h.Name(meant.any()),
                                 ", but goes to ", h.Name(h.s.thread().any()));
           });
}

void Outcome(Watch& h) {
  HistoryThreadRow& record = Record(h, h.s.thread());
  const AnyId name = h.s.thread().any();
  h.Expect(record.open != 0, "E52", name,
           [] { return "it gets the outcome of a call that it did not make"; });
  h.Expect(record.ahead == 0 || record.open > 1, "E52", name, [] {
    return "it gets the outcome of its call before the call's completion";
  });
  record.open -= record.open != 0 ? 1 : 0;
}

void Completion(Watch& h) {
  HistoryThreadRow& record = Record(h, h.s.thread());
  h.Expect(record.due != 0, "E52", h.s.thread().any(), [] {
    return "it gets a completion of a send that it did not make";
  });
  record.due -= record.due != 0 ? 1 : 0;
  record.ahead -= record.ahead != 0 ? 1 : 0;
}

void TakeWords(Watch& h) {
  if (!h.Living(h.s.proc()) || !h.s.thread()) return;
  for (const ReturnRow& word : h.s.words()) {
    CheckReceiver(h, word);
    if (WordOf(word) == Br::kTransactionComplete ||
        WordOf(word) == Br::kOnewaySpamSuspect ||
        WordOf(word) == Br::kTransactionPendingFrozen) {
      Completion(h);
    }
    if (EndsCall(h, word)) Outcome(h);
  }
}

}  // namespace

void WatchCalls(Watch& h) {
  NoteDeaths(h);
  NoteSends(h);
  NoteFailedReplies(h);
  NotePops(h);
  NoteServed(h);
  TakeWords(h);
  NoteFreed(h);
  h.FreeWhere<HistoryThreadRow>([](const HistoryThreadRow& row) {
    return row.depth == 0 && row.open == 0 && row.due == 0;
  });
}

}  // namespace bindery::sim
