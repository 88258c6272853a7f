// Nodes: binder_get_node, binder_new_node, binder_inc_node_nilocked,
// binder_dec_node_nilocked, binder_free_node.
//
// The helpers run under node.lock and node.proc.inner (or dead_nodes_lock).
// Versions: the same in 6.1, 6.12 and 7.2.
#ifndef BINDERY_SIM_KERNEL_NODE_H_
#define BINDERY_SIM_KERNEL_NODE_H_

#include "sim/kernel/atom.h"
#include "sim/kernel/op.h"

namespace bindery::sim {

// binder_get_node_ilocked without the reference: the proc's node with `ptr`.
NodeId FindNode(Op& op, ProcId proc, uint64_t ptr);
// binder_init_node_ilocked: inserts a new node, zero references.
NodeId InitNode(Op& op, ProcId proc, uint64_t ptr, uint64_t cookie,
                uint32_t flags);

// binder_inc_node_nilocked. `target_list` is the thread on whose list the
// node's work goes; none: the node's owner learns nothing now.
Errno IncNode(Op& op, NodeId node, bool strong, bool internal,
              ThreadId target_list);
// binder_dec_node_nilocked; true: the caller must free the node.
bool DecNode(Op& op, NodeId node, bool strong, bool internal);
// binder_dec_node: DecNode and the free.
void DecNodeAndFree(Op& op, NodeId node, bool strong, bool internal);
// binder_dec_node_tmpref's locked part.
void DropNodeTmpRef(Op& op, NodeId node);
// binder_free_node.
void FreeNode(Op& op, NodeId node);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_NODE_H_
