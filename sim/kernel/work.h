// Work lists and wake-ups: binder_enqueue_*, binder_select_thread_ilocked,
// binder_wakeup_*, binder_has_work_ilocked. All run under proc.inner.
//
// Versions: features.h, under work and waiting.
#ifndef BINDERY_SIM_KERNEL_WORK_H_
#define BINDERY_SIM_KERNEL_WORK_H_

#include "sim/kernel/op.h"

namespace bindery::sim {

bool WorkIdle(Op& op, AnyId work);
// binder_dequeue_work_ilocked: does nothing if the work is on no list.
void DequeueWork(Op& op, AnyId work);
// binder_enqueue_work_ilocked onto proc.todo.
void EnqueueProcWork(Op& op, ProcId proc, AnyId work);
// binder_enqueue_deferred_thread_work_ilocked: the thread need not wake for it.
void EnqueueDeferredThreadWork(Op& op, ThreadId thread, AnyId work);
// binder_enqueue_thread_work_ilocked: the thread must process its list.
void EnqueueThreadWork(Op& op, ThreadId thread, AnyId work);

// kfree() of an item that is on no list.
void FreeComplete(Op& op, CompleteId id);
void FreeDeath(Op& op, DeathId id);
void FreeListener(Op& op, FreezeId id);

// binder_available_for_proc_work_ilocked.
bool AvailableForProcWork(Op& op, ThreadId thread);
// binder_has_work_ilocked.
bool HasWork(Op& op, ThreadId thread, bool do_proc_work);

// binder_select_thread_ilocked: takes the first waiting thread, if any.
ThreadId SelectThread(Op& op, ProcId proc);
// binder_wakeup_thread_ilocked: the thread, or all polling threads if none.
void WakeupThread(Op& op, ProcId proc, ThreadId thread);
// binder_wakeup_proc_ilocked.
void WakeupProc(Op& op, ProcId proc);
// wake_up_interruptible(&thread->wait): its task, if that sleeps on the queue,
// and who watches it with epoll.
void WakeThread(Op& op, ThreadId thread);
// schedule() in an interruptible wait: the task sleeps until it is woken, but
// not while a signal is pending.
void SleepInterruptibly(Op& op);
// signal_pending(current); and user space gets EINTR for it.
bool SignalPending(Op& op);
void TakeSignal(Op& op);
// schedule_timeout() in such a wait: it also ends when Kernel::Expire() says
// so.
void SleepForATime(Op& op);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_WORK_H_
