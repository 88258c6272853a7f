// Refs: binder_get_ref_olocked, binder_get_ref_for_node_olocked,
// binder_inc_ref_olocked, binder_dec_ref_olocked, binder_cleanup_ref_olocked.
//
// All run under proc.outer and take node.lock and node.proc.inner inside.
// Handle numbers are the lowest free ones, from 1; 0 is the context manager's
// (7.2: dbitmap.h, 6.1: a linear scan; the same numbers).
#ifndef BINDERY_SIM_KERNEL_REF_H_
#define BINDERY_SIM_KERNEL_REF_H_

#include "sim/kernel/op.h"

namespace bindery::sim {

// The proc's ref with handle `desc`; none if it lacks a strong reference that
// is asked for.
RefId FindRef(Op& op, ProcId proc, uint32_t desc, bool need_strong);
RefId FindRefForNode(Op& op, ProcId proc, NodeId node);
// Gives a node a handle in `proc`, without any count yet.
RefId NewRef(Op& op, ProcId proc, NodeId node);
Errno IncRef(Op& op, RefId ref, bool strong, ThreadId target_list);
// True: the ref is gone from the trees and the caller must free it.
bool DecRef(Op& op, RefId ref, bool strong);
// Takes the ref out of its trees and drops what it holds on the node.
void CleanupRef(Op& op, RefId ref);
// binder_free_ref: frees the ref, its death registration, and the node if the
// clean-up left it to the caller.
void FreeRef(Op& op, RefId ref);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_REF_H_
