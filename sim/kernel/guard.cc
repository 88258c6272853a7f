#include "sim/kernel/guard.h"

#include <cstddef>

#include "base/check.h"

namespace bindery::sim {
namespace {

constexpr GuardInfo kGuards[] = {
    {Guard::kIncNodeStrongAllowed, "binder_inc_node_nilocked",
     "strong increment needs a strong reference or a list", "check"},
    {Guard::kIncNodeMoveWork, "binder_inc_node_nilocked",
     "node work leaves the list that it is on", "dequeue"},
    {Guard::kDecNodeStrongLeft, "binder_dec_node_nilocked",
     "strong references are left", "check"},
    {Guard::kDecNodeWeakLeft, "binder_dec_node_nilocked",
     "local weak references are left", "check"},
    {Guard::kDecNodeTmpRefs, "binder_dec_node_nilocked",
     "temporary references are left", "check"},
    {Guard::kDecNodeRefsEmpty, "binder_dec_node_nilocked",
     "refs of other processes are left", "check"},
    {Guard::kDecNodeWake, "binder_dec_node_nilocked",
     "wake a thread for the node's work", "wake"},
    {Guard::kDecNodeDequeue, "binder_dec_node_nilocked",
     "a freed node leaves the lists", "dequeue"},
    {Guard::kEnqueueProcessTodo, "binder_enqueue_thread_work_ilocked",
     "mark the thread's list as worth a wake-up", "wake"},
    {Guard::kSelectThreadUnlist, "binder_select_thread_ilocked",
     "the selected thread is no longer waiting", "dequeue"},
    {Guard::kWakeupThread, "binder_wakeup_thread_ilocked",
     "wake the selected thread", "wake"},
    {Guard::kWakeupPollThreads, "binder_wakeup_poll_threads_ilocked",
     "wake polling threads", "wake"},
    {Guard::kCleanupRefStrong, "binder_cleanup_ref_olocked",
     "a ref's strong reference is returned", "undo"},
    {Guard::kCleanupRefUnlink, "binder_cleanup_ref_olocked",
     "a dead ref leaves the node's list", "dequeue"},
    {Guard::kCleanupRefDeathWork, "binder_cleanup_ref_olocked",
     "a dead ref's notification is dequeued", "dequeue"},
    {Guard::kCleanupRefFreezeWork, "binder_cleanup_ref_olocked",
     "a dead ref's freeze notification is dequeued", "dequeue"},
    {Guard::kPopTransactionFrom, "binder_pop_transaction_ilocked",
     "a popped transaction forgets its sender", "undo"},
    {Guard::kAllocAsyncSpace, "binder_alloc_new_buf", "one-way space is left",
     "check"},
    {Guard::kAllocAsyncAccount, "binder_alloc_new_buf_locked",
     "one-way space is taken", "undo"},
    {Guard::kSpamLowSpace, "debug_low_async_space_locked",
     "little one-way space is left", "check"},
    {Guard::kSpamForget, "debug_low_async_space_locked",
     "with space back, the next spam is reported again", "undo"},
    {Guard::kSpamHoldsMuch, "debug_low_async_space_locked",
     "the sender holds much of it", "check"},
    {Guard::kSpamOnce, "debug_low_async_space_locked",
     "spam was not detected before", "check"},
    {Guard::kFreeAsyncAccount, "binder_free_buf_locked",
     "one-way space is given back", "undo"},
    {Guard::kFreeMerge, "binder_free_buf_locked", "free neighbours are merged",
     "undo"},
    {Guard::kPrepareToFreeAllowed, "binder_alloc_prepare_to_free",
     "only a delivered buffer may be freed", "check"},
    {Guard::kPrepareToFreeOnce, "binder_alloc_prepare_to_free",
     "a buffer may be freed once", "undo"},
    {Guard::kThreadReleaseFrom, "binder_thread_release",
     "outgoing transactions forget the thread", "undo"},
    {Guard::kThreadReleaseTo, "binder_thread_release",
     "incoming transactions forget the thread", "undo"},
    {Guard::kOneWayOverStack, "binder_transaction",
     "a one-way is sent past a call of the thread's own", "branch"},
    {Guard::kThreadInChain, "binder_transaction",
     "a thread of the target waits in the chain", "branch"},
    {Guard::kThreadForWork, "binder_proc_transaction",
     "a thread is there for it", "branch"},
    {Guard::kBufferFits, "binder_alloc_new_buf_locked",
     "a free buffer is large enough", "branch"},
    {Guard::kBufferCut, "binder_alloc_new_buf_locked",
     "the smallest of them is larger", "branch"},
    {Guard::kMergeNext, "binder_free_buf_locked", "the next one is free",
     "branch"},
    {Guard::kMergePrevious, "binder_free_buf_locked",
     "the previous one is free", "branch"},
    {Guard::kFreedEarly, "binder_free_buf", "its call is not answered yet",
     "branch"},
    {Guard::kReleaseUnsent, "binder_transaction_buffer_release",
     "an object of a send that failed", "branch"},
    {Guard::kCopySkipped, "binder_do_deferred_txn_copies",
     "an array is left out, no address put", "branch"},
    {Guard::kSecurityTransaction, "security_binder_transaction",
     "the security module allows the call", "check"},
    {Guard::kSetNiceAllowed, "binder_set_nice",
     "the nice value is within RLIMIT_NICE", "check"},
    {Guard::kNiceOfCaller, "binder_thread_read",
     "the caller's nice value is better than the node's", "check"},
    {Guard::kNiceOfNode, "binder_thread_read",
     "the node's nice value is what the thread gets", "check"},
    {Guard::kNiceOfReplier, "binder_transaction",
     "who replies has its nice value back", "undo"},
    {Guard::kNiceOfWaiter, "binder_thread_read",
     "who waits for the process has the process's nice value", "undo"},
    {Guard::kFrozenCall, "binder_proc_transaction",
     "a frozen process takes no calls", "check"},
    {Guard::kSupersede, "binder_proc_transaction",
     "what is outdated leaves the node's list", "dequeue"},
    {Guard::kWakeFreezer, "binder_free_transaction",
     "wake who waits for the last transaction", "wake"},
};
static_assert(sizeof(kGuards) / sizeof(kGuards[0]) ==
              static_cast<size_t>(Guard::kCount));

}  // namespace

const GuardInfo& InfoOf(Guard guard) {
  const GuardInfo& info = kGuards[static_cast<size_t>(guard)];
  BINDERY_CHECK(info.guard == guard);
  return info;
}

}  // namespace bindery::sim
