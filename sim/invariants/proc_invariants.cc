// Invariants of procs, threads, transactions and buffers.
#include "absl/strings/str_cat.h"
#include "sim/invariants/invariants.h"
#include "sim/kernel/object.h"

namespace bindery::sim {
namespace {

constexpr int kMaxStack = 4096;

void CheckWaiting(const World& w, ProcId id, const ProcRow& proc, Findings* f) {
  for (AnyId i = proc.waiting_threads.first; i;
       i = w.PeekLink(Head::kWaitingThreads, i).next) {
    const ThreadRow& thread = w.Peek(ThreadId{i.value});
    f->Expect(!thread.transaction_stack && thread.todo.size == 0 &&
                  thread.is_dead == 0 && thread.proc == id,
              "E55", i,
              [] { return std::string("it has a stack or work, or is dead"); });
  }
}

ProcSums WalkTransactions(const World& w, ProcId id) {
  ProcSums sums;
  w.ForEachHolder(&TransactionRow::to_proc, id,
                  [&](TransactionId t, const TransactionRow& row) {
                    sums.moving_transactions += w.Quiescent(t.any()) ? 0 : 1;
                    sums.committed += row.committed;
                  });
  return sums;
}

void CheckOutstanding(const World& w, ProcId id, const ProcRow& proc,
                      Findings* f) {
  const ProcSums sums =
      f->sums() != nullptr ? f->sums()->proc(id) : WalkTransactions(w, id);
  if (sums.moving_transactions != 0) return;
  f->Expect(proc.outstanding_txns == sums.committed, "E54", id.any(), [&] {
    return absl::StrCat("outstanding_txns is ", proc.outstanding_txns, ", but ",
                        sums.committed, " transactions are to it");
  });
}

}  // namespace

void CheckProc(const World& w, ProcId id, Findings* f) {
  const ProcRow& proc = w.Peek(id);
  CheckWaiting(w, id, proc, f);
  f->Expect(proc.requested_threads <= 1, "E60", id.any(), [&] {
    return absl::StrCat("requested_threads is ", proc.requested_threads);
  });
  f->Expect(proc.is_dead == 0 || proc.in_procs == 0, "E72", id.any(),
            [] { return std::string("dead, but on binder_procs"); });
  f->Expect(proc.is_dead == 0 || proc.is_frozen == 0, "E72", id.any(),
            [] { return std::string("dead, but frozen"); });
  CheckOutstanding(w, id, proc, f);
}

void CheckDeath(const World& w, DeathId id, Findings* f) {
  const Work& work = w.Peek(id).work;
  f->Expect(work.entry.head != Head::kDeliveredDeath ||
                work.type == WorkType::kDeadBinder ||
                work.type == WorkType::kDeadBinderAndClear,
            "E68", id.any(), [] { return std::string("not a death"); });
}

namespace {

bool Outgoing(const World& w, TransactionId t, ThreadId thread) {
  return w.Peek(t).from == thread;
}

void CheckStack(const World& w, ThreadId id, TransactionId top, Findings* f) {
  int depth = 0;
  bool first = true;
  bool last_outgoing = false;
  for (TransactionId t = top; t && depth < kMaxStack; ++depth) {
    const TransactionRow& row = w.Peek(t);
    const bool outgoing = Outgoing(w, t, id);
    const bool incoming = row.to_thread == id;
    f->Expect(w.Alive(t) && outgoing != incoming, "E48", id.any(), [&] {
      return std::string(outgoing ? "an element is outgoing and incoming"
                                  : "an element is not the thread's");
    });
    if (outgoing == incoming) return;
    f->Expect(first || outgoing != last_outgoing, "E49", id.any(), [&] {
      return std::string(outgoing ? "two outgoing elements are adjacent"
                                  : "two incoming elements are adjacent");
    });
    last_outgoing = outgoing;
    first = false;
    t = outgoing ? row.from_parent : row.to_parent;
  }
  f->Expect(depth < kMaxStack, "E48", id.any(),
            [] { return std::string("the stack does not end"); });
}

bool Deferred(WorkType type) {
  return type == WorkType::kTransactionComplete || type == WorkType::kNode;
}

void CheckTodo(const World& w, ThreadId id, const ThreadRow& thread,
               Findings* f) {
  int calls = 0;
  bool deferred = true;
  for (AnyId i = thread.todo.first; i;
       i = w.PeekLink(Head::kThreadTodo, i).next) {
    // Whoever judges must not make a fault: the list may hold what is freed.
    const WorkType type = w.PeekWork(i).type;
    // A caller that does not read may call again: its answers pile up.
    calls += type == WorkType::kTransaction &&
                     w.Peek(TransactionId{i.value}).is_reply == 0
                 ? 1
                 : 0;
    deferred &= Deferred(type);
  }
  f->Expect(calls <= 1, "E56", id.any(),
            [&] { return absl::StrCat(calls, " calls are on its list"); });
  f->Expect(thread.process_todo != 0 || deferred, "E57", id.any(), [] {
    return std::string("its list needs a wake-up that it will not get");
  });
}

void CheckError(const World& w, ThreadId id, ErrorId error, Findings* f) {
  // A reader takes it off its list before it says that there is none.
  if (!w.Quiescent(error.any())) return;
  const ErrorRow& row = w.Peek(error);
  f->Expect((row.cmd != 0) == row.work.entry.linked(), "E58", id.any(), [&] {
    return absl::StrCat(
        row.reply != 0 ? "reply_error" : "return_error",
        row.cmd != 0 ? " is set, but not queued" : " is queued, but not set");
  });
}

}  // namespace

void CheckThread(const World& w, ThreadId id, Findings* f) {
  const ThreadRow& thread = w.Peek(id);
  if (thread.is_dead != 0) return;
  CheckStack(w, id, thread.transaction_stack, f);
  CheckTodo(w, id, thread, f);
  CheckError(w, id, thread.return_error, f);
  CheckError(w, id, thread.reply_error, f);
}

namespace {

bool OnStackOf(const World& w, ThreadId thread, TransactionId wanted) {
  int depth = 0;
  for (TransactionId t = w.Peek(thread).transaction_stack;
       t && depth < kMaxStack; ++depth) {
    if (t == wanted) return true;
    t = Outgoing(w, t, thread) ? w.Peek(t).from_parent : w.Peek(t).to_parent;
  }
  return false;
}

}  // namespace

void CheckTransaction(const World& w, TransactionId id, Findings* f) {
  const TransactionRow& t = w.Peek(id);
  if (!w.Quiescent(id.any())) return;
  f->Expect(!t.buffer || w.Peek(t.buffer).transaction == id, "E37", id.any(),
            [] { return std::string("its buffer names another one"); });
  f->Expect(!t.from || OnStackOf(w, t.from, id), "E50", id.any(),
            [] { return std::string("it is not on its sender's stack"); });
  // Before delivery to_thread is where it is queued, not whose stack it is on.
  const bool delivered = !t.work.entry.linked() && t.is_reply == 0;
  f->Expect(!delivered || !t.to_thread || OnStackOf(w, t.to_thread, id), "E50",
            id.any(),
            [] { return std::string("it is not on its receiver's stack"); });
}

}  // namespace bindery::sim
