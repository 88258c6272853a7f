#include "sim/kernel/work.h"

#include "sim/kernel/poll.h"
#include "sim/kernel/thread.h"

namespace bindery::sim {

bool WorkIdle(Op& op, AnyId work) { return !op.w.WorkOf(work).entry.linked(); }

void DequeueWork(Op& op, AnyId work) {
  const Link link = op.w.WorkOf(work).entry;
  if (link.linked()) op.w.Remove(link.head, work);
}

void EnqueueProcWork(Op& op, ProcId proc, AnyId work) {
  op.w.PushBack(Head::kProcTodo, proc.any(), work);
}

void EnqueueDeferredThreadWork(Op& op, ThreadId thread, AnyId work) {
  if (op.w.Get(thread).waiting_thread_node.linked()) {
    op.w.RecordWarning("work for a thread that waits for its process's work");
  }
  op.w.PushBack(Head::kThreadTodo, thread.any(), work);
}

void EnqueueThreadWork(Op& op, ThreadId thread, AnyId work) {
  EnqueueDeferredThreadWork(op, thread, work);
  const ThreadRow& row = op.w.Get(thread);
  // A thread that polls must learn of work that it queues for itself.
  if ((row.looper & kLooperPoll) != 0 && op.f->task == row.task &&
      row.process_todo == 0 && op.driver.features().poller_wakes_itself) {
    WakeThread(op, thread);
  }
  if (op.Does(Guard::kEnqueueProcessTodo)) op.w.Edit(thread).process_todo = 1;
}

void FreeComplete(Op& op, CompleteId id) {
  op.w.Free(id);
  op.k.Deleted(Counted::kTransactionComplete);
}

void FreeDeath(Op& op, DeathId id) {
  op.w.Free(id);
  op.k.Deleted(Counted::kDeath);
}

void FreeListener(Op& op, FreezeId id) {
  op.w.Free(id);
  op.k.Deleted(Counted::kFreeze);
}

bool AvailableForProcWork(Op& op, ThreadId thread) {
  const ThreadRow& row = op.w.Get(thread);
  if (row.transaction_stack || row.todo.size != 0) return false;
  return op.driver.features().any_reader_serves ||
         (row.looper & (kLooperRegistered | kLooperEntered)) != 0;
}

bool HasWork(Op& op, ThreadId thread, bool do_proc_work) {
  const ThreadRow& row = op.w.Get(thread);
  const bool own = op.driver.features().process_todo ? row.process_todo != 0
                                                     : row.todo.size != 0;
  return own || row.looper_need_return != 0 ||
         (do_proc_work && op.w.Get(row.proc).todo.size != 0);
}

ThreadId SelectThread(Op& op, ProcId proc) {
  const AnyId first = op.w.First(Head::kWaitingThreads, proc.any());
  if (first && op.Does(Guard::kSelectThreadUnlist)) {
    op.w.Remove(Head::kWaitingThreads, first);
  }
  return ThreadId{first.value};
}

namespace {

// thread->wait is one thread's: a task that sleeps in another opening of the
// device sleeps on.
void WakeTask(Op& op, ThreadId thread) {
  const TaskId task = op.w.Get(thread).task;
  const TaskRow& row = op.w.Get(task);
  if (row.asleep != kAsleep) return;
  if (op.w.Get(row.frame).thread != thread) return;
  op.w.Edit(task).asleep = 0;
  op.k.Woken(task);
  if (proto::Event* event = op.Event(proto::Event::WAKE, "wake")) {
    if (op.k.names() != nullptr) {
      AddArg(event, "task", op.k.names()->Task(op.w, task));
    }
  }
}

}  // namespace

void WakeThread(Op& op, ThreadId thread) {
  WakeTask(op, thread);
  if (op.w.Get(thread).wait) NotifyWatchers(op, thread);
}

void SleepInterruptibly(Op& op) {
  TaskRow& task = op.w.Edit(op.f->task);
  task.asleep = task.signal_pending != 0 ? 0 : 1;
}

bool SignalPending(Op& op) { return op.w.Get(op.f->task).signal_pending != 0; }

void TakeSignal(Op& op) {
  op.w.Edit(op.f->task).signal_pending = 0;
  op.Ret(Errno::kEintr);
}

void SleepForATime(Op& op) {
  SleepInterruptibly(op);
  TaskRow& task = op.w.Edit(op.f->task);
  if (task.asleep != 0) task.asleep = kAsleepForATime;
}

void WakeupThread(Op& op, ProcId proc, ThreadId thread) {
  if (thread) {
    if (op.Does(Guard::kWakeupThread)) WakeThread(op, thread);
    return;
  }
  // Nobody waits: every polling thread that could take the work is told.
  if (!op.Does(Guard::kWakeupPollThreads)) return;
  const auto polls = [&op](ThreadId candidate) {
    return (op.w.Get(candidate).looper & kLooperPoll) != 0 &&
           AvailableForProcWork(op, candidate);
  };
  for (ThreadId poller = NextThread(op, proc, {}, polls); poller;
       poller = NextThread(op, proc, poller, polls)) {
    WakeThread(op, poller);
  }
}

void WakeupProc(Op& op, ProcId proc) {
  WakeupThread(op, proc, SelectThread(op, proc));
}

}  // namespace bindery::sim
