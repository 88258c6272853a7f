// binder_ioctl_get_node_debug_info, binder_ioctl_get_node_info_for_ref: what
// user space may ask about nodes. The callers' frames get what is to be copied
// out: ptr, cookie, and in `i` the flags or the count of weak references.
//
// Versions: the same in 6.1, 6.12 and 7.2.
#include "sim/kernel/node.h"
#include "sim/kernel/ops.h"
#include "sim/kernel/ref.h"

namespace bindery::sim {
namespace {

// The node with the smallest pointer above the one that is asked for; none:
// everything that is copied out is zero.
void FindNextNode(Op& op) {
  const uint64_t above = op.f->ptr;
  NodeId next;
  for (AnyId i = op.w.Get(op.f->proc).nodes.first; i;
       i = op.w.Next(Head::kSet, i)) {
    const uint64_t ptr = op.w.Get(NodeId{i.value}).ptr;
    if (ptr <= above || (next && ptr >= op.w.Get(next).ptr)) continue;
    next = NodeId{i.value};
  }
  op.f->ptr = op.f->cookie = 0;
  op.f->i = 0;
  if (!next) return;
  const NodeRow& node = op.w.Get(next);
  op.f->ptr = node.ptr;
  op.f->cookie = node.cookie;
  op.f->i = uint32_t{node.has_strong_ref} | uint32_t{node.has_weak_ref} << 1;
}

void ReturnInfo(Op& op) {
  op.caller().ptr = op.f->ptr;
  op.caller().cookie = op.f->cookie;
  op.caller().i = op.f->i;
}

}  // namespace

Operation BuildGetNodeDebugInfo() {
  return Builder(OpId::kGetNodeDebugInfo, "binder_ioctl_get_node_debug_info")
      .Lock("proc.inner")
      .Do("the first node above ptr", FindNextNode)
      .Unlock("proc.inner")
      .Return(ReturnInfo)
      .Finish();
}

namespace {

constexpr char kOnlyTheHandle[] =
    "BINDER_GET_NODE_INFO_FOR_REF: a field besides the handle is not zero";

bool IsManager(Op& op) {
  const NodeId manager = op.w.Get(op.w.Get(op.f->proc).context).mgr_node;
  return manager && op.w.Get(manager).proc == op.f->proc;
}

void FindNodeOfHandle(Op& op) {
  const RefId ref = FindRef(op, op.f->proc, static_cast<uint32_t>(op.f->ptr),
                            /*need_strong=*/true);
  if (ref) op.f->node = op.w.Get(ref).node;
}

void ReadCounts(Op& op) {
  const NodeRow& node = op.w.Get(op.f->node);
  op.f->ptr =
      static_cast<uint32_t>(node.local_strong_refs + node.internal_strong_refs);
  op.f->i = static_cast<uint32_t>(node.local_weak_refs);
}

}  // namespace

Operation BuildGetNodeInfoForRef() {
  return Builder(OpId::kGetNodeInfoForRef, "binder_ioctl_get_node_info_for_ref")
      .Check(
          "only the handle is set",
          [](Op& op) { return op.f->cookie == 0 && op.f->i == 0; }, "not_zero")
      .Lock("context_mgr_node_lock")
      .Check("the caller is the context manager", IsManager, "not_permitted")
      .Unlock("context_mgr_node_lock")
      .Lock("proc.outer")
      .Do("binder_get_node_from_ref", FindNodeOfHandle)
      .Check(
          "it has a strong reference of that handle",
          [](Op& op) { return bool(op.f->node); }, "no_ref")
      .Pin("node->tmp_refs", [](Op& op) { ++op.w.Edit(op.f->node).tmp_refs; })
      .Unlock("proc.outer")
      .Do("read the counts", ReadCounts)
      .Lock("node.lock + proc.inner")
      .Unpin("node->tmp_refs", [](Op& op) { DropNodeTmpRef(op, op.f->node); })
      .Unlock("node.lock + proc.inner")
      .Return(ReturnInfo)
      .Label("not_zero")
      .Local("refuse it", RefuseWith<Errno::kEinval, kOnlyTheHandle>)
      .Return()
      .ReturnErrno<Errno::kEperm>("not_permitted", "context_mgr_node_lock")
      .ReturnErrno<Errno::kEinval>("no_ref", "proc.outer")
      .Finish();
}

}  // namespace bindery::sim
