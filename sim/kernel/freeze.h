// Frozen processes: what sending and the ends of transactions have to do with
// them. The requests are in freeze.cc, the notifications in
// freeze_notification.cc, what supersedes outdated one-ways in supersede.cc.
//
// Versions: BR_TRANSACTION_PENDING_FROZEN and the notifications as the
// profile's features say, and how a superseded one-way is released. Not
// covered: 6.1 looks at is_frozen again, without a lock, to choose between
// BR_FROZEN_REPLY and BR_DEAD_REPLY.
#ifndef BINDERY_SIM_KERNEL_FREEZE_H_
#define BINDERY_SIM_KERNEL_FREEZE_H_

#include "sim/kernel/op.h"

namespace bindery::sim {

// binder_proc_transaction: keeps in f.frozen whether the target is frozen, and
// then that a transaction came. Under the target's inner lock, as the next two.
void NoteFrozen(Op& op, bool one_way);
// Whether the target takes it.
bool FrozenTakes(Op& op, bool one_way);
// binder_find_outdated_transaction_ilocked: takes a one-way that the new one
// (f.t) updates off the node's list. None if there is no such one-way.
TransactionId TakeOutdated(Op& op);

// wake_up_interruptible_all(&proc->freeze_wait) if a frozen process has no
// transaction left.
void WakeFreezers(Op& op, ProcId proc);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_FREEZE_H_
