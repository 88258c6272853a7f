#include "sim/kernel/node.h"

#include "sim/kernel/work.h"

namespace bindery::sim {

NodeId FindNode(Op& op, ProcId proc, uint64_t ptr) {
  return op.w.FindOn(&NodeRow::rb_node, op.w.NameOf(proc), ptr);
}

NodeId InitNode(Op& op, ProcId proc, uint64_t ptr, uint64_t cookie,
                uint32_t flags) {
  const NodeId existing = FindNode(op, proc, ptr);
  if (existing) return existing;
  const NodeId id = op.w.Create<NodeRow>(op.w.NameOf(proc), ptr);
  NodeRow& node = op.w.Edit(id);
  node.owner = proc;
  node.proc = proc;
  node.context = op.w.Get(proc).context;
  node.ptr = ptr;
  node.cookie = cookie;
  node.flags = flags;
  node.work.type = WorkType::kNode;
  op.w.PushFront(Head::kSet, proc.any(), id.any());
  op.k.Created(Counted::kNode, id.any());
  return id;
}

namespace {

// Strong increments from outside need proof that the node is strongly held, or
// a list on which its owner is told.
bool StrongIncrementAllowed(Op& op, NodeId id, ThreadId target_list) {
  const NodeRow& node = op.w.Get(id);
  if (target_list || node.internal_strong_refs != 0) return true;
  return node.has_strong_ref != 0 && node.proc &&
         op.w.Get(op.w.Get(node.proc).context).mgr_node == id;
}

Errno IncStrong(Op& op, NodeId id, bool internal, ThreadId target_list) {
  if (internal) {
    if (!op.Check(Guard::kIncNodeStrongAllowed,
                  StrongIncrementAllowed(op, id, target_list))) {
      return Errno::kEinval;
    }
    ++op.w.Edit(id).internal_strong_refs;
  } else {
    ++op.w.Edit(id).local_strong_refs;
  }
  if (op.w.Get(id).has_strong_ref == 0 && target_list) {
    if (op.Does(Guard::kIncNodeMoveWork)) DequeueWork(op, id.any());
    EnqueueDeferredThreadWork(op, target_list, id.any());
  }
  return Errno::kOk;
}

}  // namespace

Errno IncNode(Op& op, NodeId id, bool strong, bool internal,
              ThreadId target_list) {
  if (strong) return IncStrong(op, id, internal, target_list);
  if (!internal) ++op.w.Edit(id).local_weak_refs;
  if (op.w.Get(id).has_weak_ref != 0 || !WorkIdle(op, id.any())) {
    return Errno::kOk;
  }
  if (target_list) {
    op.w.PushBack(Head::kThreadTodo, target_list.any(), id.any());
  } else if (!op.driver.features().weak_without_list) {
    return Errno::kEinval;
  }
  return Errno::kOk;
}

namespace {

// Counts down; true if nothing of that kind is left.
bool CountDown(Op& op, NodeId id, bool strong, bool internal) {
  NodeRow& node = op.w.Edit(id);
  if (strong) {
    --(internal ? node.internal_strong_refs : node.local_strong_refs);
    return op.Check(
        Guard::kDecNodeStrongLeft,
        node.local_strong_refs == 0 && node.internal_strong_refs == 0);
  }
  if (!internal) --node.local_weak_refs;
  return op.Check(Guard::kDecNodeWeakLeft, node.local_weak_refs == 0) &&
         op.Check(Guard::kDecNodeTmpRefs, node.tmp_refs == 0) &&
         op.Check(Guard::kDecNodeRefsEmpty, node.refs.size == 0);
}

bool Unreferenced(Op& op, NodeId id) {
  const NodeRow& node = op.w.Get(id);
  return op.Check(Guard::kDecNodeRefsEmpty, node.refs.size == 0) &&
         node.local_strong_refs == 0 && node.local_weak_refs == 0 &&
         op.Check(Guard::kDecNodeTmpRefs, node.tmp_refs == 0);
}

void UnlinkNode(Op& op, NodeId id) {
  const NodeRow& node = op.w.Get(id);
  if (node.proc) {
    if (op.Does(Guard::kDecNodeDequeue)) DequeueWork(op, id.any());
    if (node.rb_node.linked()) op.w.Remove(Head::kSet, id.any());
    return;
  }
  if (!WorkIdle(op, id.any())) {
    op.w.RecordBug("BUG_ON(!list_empty(&node->work.entry))");
  }
  op.w.Edit(id).in_dead_nodes = 0;
}

}  // namespace

bool DecNode(Op& op, NodeId id, bool strong, bool internal) {
  if (!CountDown(op, id, strong, internal)) return false;
  const NodeRow& node = op.w.Get(id);
  if (node.proc && (node.has_strong_ref != 0 || node.has_weak_ref != 0)) {
    if (WorkIdle(op, id.any())) {
      EnqueueProcWork(op, node.proc, id.any());
      if (op.Does(Guard::kDecNodeWake)) WakeupProc(op, node.proc);
    }
    return false;
  }
  if (!Unreferenced(op, id)) return false;
  UnlinkNode(op, id);
  return true;
}

void DecNodeAndFree(Op& op, NodeId id, bool strong, bool internal) {
  if (DecNode(op, id, strong, internal)) FreeNode(op, id);
}

void DropNodeTmpRef(Op& op, NodeId id) {
  NodeRow& node = op.w.Edit(id);
  --node.tmp_refs;
  if (node.tmp_refs < 0) op.w.RecordBug("BUG_ON(node->tmp_refs < 0)");
  DecNodeAndFree(op, id, /*strong=*/false, /*internal=*/true);
}

void FreeNode(Op& op, NodeId id) {
  op.w.Free(id);
  op.k.Deleted(Counted::kNode);
}

}  // namespace bindery::sim
