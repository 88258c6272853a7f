// Guards inside the driver's small helpers, which run to their end under the
// locks of their caller and are plain functions here. Each is a place for a
// mutation, as every atom of a table is, but for "branch": that is only
// counted (branches.h).
#ifndef BINDERY_SIM_KERNEL_GUARD_H_
#define BINDERY_SIM_KERNEL_GUARD_H_

#include <cstdint>

namespace bindery::sim {

enum class Guard : uint8_t {
  kIncNodeStrongAllowed,  // check
  kIncNodeMoveWork,       // dequeue
  kDecNodeStrongLeft,     // check
  kDecNodeWeakLeft,       // check
  kDecNodeTmpRefs,        // check
  kDecNodeRefsEmpty,      // check
  kDecNodeWake,           // wake
  kDecNodeDequeue,        // dequeue
  kEnqueueProcessTodo,    // wake
  kSelectThreadUnlist,    // dequeue
  kWakeupThread,          // wake
  kWakeupPollThreads,     // wake
  kCleanupRefStrong,      // undo
  kCleanupRefUnlink,      // dequeue
  kCleanupRefDeathWork,   // dequeue
  kCleanupRefFreezeWork,  // dequeue
  kPopTransactionFrom,    // undo
  kAllocAsyncSpace,       // check
  kAllocAsyncAccount,     // undo
  kSpamLowSpace,          // check
  kSpamForget,            // undo
  kSpamHoldsMuch,         // check
  kSpamOnce,              // check
  kFreeAsyncAccount,      // undo
  kFreeMerge,             // undo
  kPrepareToFreeAllowed,  // check
  kPrepareToFreeOnce,     // undo
  kThreadReleaseFrom,     // undo
  kThreadReleaseTo,       // undo
  kOneWayOverStack,       // branch
  kThreadInChain,         // branch
  kThreadForWork,         // branch
  kBufferFits,            // branch
  kBufferCut,             // branch
  kPageAbsent,            // branch
  kMergeNext,             // branch
  kMergePrevious,         // branch
  kFreedEarly,            // branch
  kReleaseUnsent,         // branch
  kCopySkipped,           // branch
  kOffsetsChanged,        // branch
  kSecurityTransaction,   // check
  kSetNiceAllowed,        // check
  kNiceOfCaller,          // check
  kNiceOfNode,            // check
  kNiceOfReplier,         // undo
  kNiceOfWaiter,          // undo
  kFrozenCall,            // check
  kSupersede,             // dequeue
  kWakeFreezer,           // wake
  kCount,
};

struct GuardInfo {
  Guard guard;
  const char* function;  // the kernel function
  const char* name;      // what it guards
  const char* kind;      // "check", "dequeue", "wake", "undo" or "branch"
};

// All of them, in order.
const GuardInfo& InfoOf(Guard guard);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_GUARD_H_
