// What reading the driver's logs does to the driver: print_binder_state,
// print_binder_transactions, print_next_binder_node_ilocked (6.1: inside
// print_binder_proc).
//
//  R1 A reader takes a reference on each node that it prints, and drops it when
//     it has the next one. A node that was kept for whoever looks at it next is
//     gone behind that, or queued for its owner.
//  R2 Nothing else of the driver is changed. The texts are not part of the
//     model's state: tools/export writes them.
//
// Not modelled: others that go on between two nodes. The driver holds
// binder_procs_lock all the while, so that nobody opens or is released.
#ifndef BINDERY_SIM_KERNEL_PRINT_STATE_H_
#define BINDERY_SIM_KERNEL_PRINT_STATE_H_

#include <vector>

#include "sim/binderfs/binderfs.h"
#include "sim/kernel/op.h"

namespace bindery::sim {

// binder_procs, the latest first.
std::vector<ProcId> Procs(const World& w);
// rb_first(&proc->nodes) and so on: in order of their pointers.
std::vector<NodeId> NodesByPtr(const World& w, ProcId proc);
// binder_dead_nodes, in order of owner and pointer: the model does not keep the
// list, whose order is of no consequence.
std::vector<NodeId> DeadNodes(const World& w);

// Locks: binder_procs_lock.
void PrintState(Op& op, Prints which);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_PRINT_STATE_H_
