// Transaction stacks: binder_pop_transaction_ilocked and the search for the
// thread that waits in the same chain.
#ifndef BINDERY_SIM_KERNEL_STACK_H_
#define BINDERY_SIM_KERNEL_STACK_H_

#include "sim/kernel/op.h"

namespace bindery::sim {

// Takes `t`, which must be on top, off its sender's stack. Under inner lock.
void PopTransaction(Op& op, ThreadId sender, TransactionId t);

// The thread of `target` that waits further up the chain of `top`, if any.
ThreadId WaitingInChain(Op& op, TransactionId top, ProcId target);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_STACK_H_
