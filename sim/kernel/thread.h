// binder_get_thread and small helpers about a thread.
#ifndef BINDERY_SIM_KERNEL_THREAD_H_
#define BINDERY_SIM_KERNEL_THREAD_H_

#include "sim/kernel/op.h"

namespace bindery::sim {

// The caller's binder_thread in the frame's proc; creates it if there is none.
// Runs under proc.inner.
ThreadId GetThread(Op& op);

// Appends "find or create the calling thread" to a table; goes to `failed`
// with -ENOMEM.
void AppendGetThread(Builder& b, const char* failed);

// The walk of proc->threads in the order of the tree, by tid: the first wanted
// thread behind `after`, or of all if there is none.
template <typename Wanted>
ThreadId NextThread(Op& op, ProcId proc, ThreadId after, Wanted&& wanted) {
  const auto tid = [&op](ThreadId thread) {
    return thread ? op.w.Get(op.w.Get(thread).task).actor : 0;
  };
  ThreadId best;
  for (AnyId i = op.w.Get(proc).threads.first; i;
       i = op.w.Next(Head::kSet, i)) {
    const ThreadId thread{i.value};
    if (!wanted(thread) || tid(thread) <= tid(after)) continue;
    if (!best || tid(thread) < tid(best)) best = thread;
  }
  return best;
}

// A binder_error: 0 for BR_OK, else the word plus 1.
bool ErrorSet(Op& op, ErrorId error);
// Sets return_error or reply_error and queues it.
void QueueError(Op& op, ThreadId thread, ErrorId error, uint32_t cmd);

// thread->tmp_ref--, freeing the thread if it is dead and unreferenced
// (binder_thread_dec_tmpref).
void DropThreadTmpRef(Op& op, ThreadId thread);
// proc->tmp_ref--, freeing the proc likewise (binder_proc_dec_tmpref).
void DropProcTmpRef(Op& op, ProcId proc);
// binder_free_proc.
void FreeProc(Op& op, ProcId proc);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_THREAD_H_
