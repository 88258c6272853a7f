// Reference commands and their acknowledgements, and the two operations on refs
// that may sleep: binder_inc_ref_for_node, binder_dec_ref_for_handle.
#include "sim/kernel/node.h"
#include "sim/kernel/ops.h"
#include "sim/kernel/ref.h"

namespace bindery::sim {
namespace {

void DecodeCommand(Op& op) {
  const CommandRow& row = op.w.Get(op.f->command);
  const Bc bc = static_cast<Bc>(row.bc);
  op.f->handle = row.handle;
  op.f->strong = bc == Bc::kAcquire || bc == Bc::kRelease ? 1 : 0;
  op.f->increment = bc == Bc::kAcquire || bc == Bc::kIncrefs ? 1 : 0;
}

NodeId ManagerNode(Op& op) {
  return op.w.Get(op.w.Get(op.f->proc).context).mgr_node;
}

void IncManagerArguments(Op& op) {
  op.callee().target_proc = op.f->proc;
  op.callee().node = op.f->node;
  op.callee().strong = op.f->strong;
}

void IncRefByHandle(Op& op) {
  const RefId ref = FindRef(op, op.f->proc, op.f->handle, op.f->strong != 0);
  if (!ref || IncRef(op, ref, op.f->strong != 0, {}) != Errno::kOk) {
    op.UserError("reference command on an invalid ref");
  }
}

void DecArguments(Op& op) {
  op.callee().handle = op.f->handle;
  op.callee().strong = op.f->strong;
}

}  // namespace

Operation BuildRefCommand(const Features& features) {
  Builder b(OpId::kRefCommand, "binder_thread_write");
  b.Local("get_user(target)", DecodeCommand)
      .Branch(
          "not an increment of handle 0",
          [](Op& op) { return op.f->increment == 0 || op.f->handle != 0; },
          "by_handle")
      .Lock("context_mgr_node_lock")
      .Do("the context manager's node",
          [](Op& op) { op.f->node = ManagerNode(op); })
      .Branch(
          "there is none", [](Op& op) { return !op.f->node; }, "no_manager");
  if (features.manager_not_its_own) {
    b.Check(
        "the caller is not the context manager",
        [](Op& op) { return op.w.Get(op.f->node).proc != op.f->proc; }, "self");
  }
  b.Call(OpId::kIncRefForNode, IncManagerArguments)
      .Unlock("context_mgr_node_lock")
      .Branch(
          "done", [](Op& op) { return op.f->ret == 0; }, "out")
      .Local("the handle is tried", [](Op& op) { op.f->ret = 0; })
      .Goto("by_handle")
      .Label("no_manager")
      .Unlock("context_mgr_node_lock")
      .Label("by_handle")
      .Branch(
          "a decrement", [](Op& op) { return op.f->increment == 0; },
          "decrement")
      .Lock("proc.outer")
      .Do("binder_update_ref_for_handle", IncRefByHandle)
      .Unlock("proc.outer")
      .Return()
      .Label("decrement")
      .Call(OpId::kDecRefForHandle, DecArguments)
      .Local("a user error aborts nothing", [](Op& op) { op.f->ret = 0; })
      .Label("out")
      .Return();
  if (features.manager_not_its_own) {
    b.ReturnErrno<Errno::kEinval>("self", "context_mgr_node_lock");
  }
  return b.Finish();
}

namespace {

void DropRef(Op& op) {
  const RefId ref = FindRef(op, op.f->proc, op.f->handle, op.f->strong != 0);
  if (!ref) {
    op.UserError("decrement of an invalid ref");
    op.Ret(Errno::kEinval);
    return;
  }
  if (DecRef(op, ref, op.f->strong != 0)) op.f->ref = ref;
}

}  // namespace

Operation BuildDecRefForHandle() {
  return Builder(OpId::kDecRefForHandle, "binder_dec_ref_for_handle")
      .Lock("proc.outer")
      .Do("binder_dec_ref_olocked", DropRef)
      .Unlock("proc.outer")
      .Branch(
          "the ref stays", [](Op& op) { return !op.f->ref; }, "out")
      .Undo("binder_free_ref", [](Op& op) { FreeRef(op, op.f->ref); })
      .Label("out")
      .Return()
      .Finish();
}

namespace {

void FindTargetRef(Op& op) {
  op.f->ref = FindRefForNode(op, op.f->target_proc, op.f->node);
}

// Another thread may have made the ref while the lock was dropped.
void InsertTargetRef(Op& op) {
  FindTargetRef(op);
  if (op.f->ref) return;
  op.f->ref = NewRef(op, op.f->target_proc, op.f->node);
  op.f->reply = 1;  // it is new
}

void IncTargetRef(Op& op) {
  op.Ret(IncRef(op, op.f->ref, op.f->strong != 0, op.f->target_thread));
  op.f->handle = op.w.Get(op.f->ref).desc;
}

bool NewRefFailed(Op& op) { return op.f->ret != 0 && op.f->reply != 0; }

}  // namespace

// The handle goes back in the caller's `handle`.
Operation BuildIncRefForNode(const Features& features) {
  Builder b(OpId::kIncRefForNode, "binder_inc_ref_for_node");
  b.Lock("target_proc.outer")
      .Do("binder_get_ref_for_node_olocked", FindTargetRef)
      .Branch(
          "there is one", [](Op& op) { return bool(op.f->ref); }, "increment")
      .Unlock("target_proc.outer")
      .Check(
          "the ref could be allocated",
          [](Op& op) { return !op.AllocationFails(); }, "no_memory")
      .Lock("target_proc.outer")
      .Do("look again, else insert it", InsertTargetRef)
      .Label("increment")
      .Do("binder_inc_ref_olocked", IncTargetRef);
  if (features.failed_ref_removed) {
    b.Branch("a new ref is of no use", NewRefFailed, "clean_up");
  }
  b.Unlock("target_proc.outer").Return([](Op& op) {
    op.caller().handle = op.f->handle;
  });
  if (features.failed_ref_removed) {
    b.Label("clean_up")
        .Undo("binder_cleanup_ref_olocked",
              [](Op& op) { CleanupRef(op, op.f->ref); })
        .Unlock("target_proc.outer")
        .Undo("binder_free_ref", [](Op& op) { FreeRef(op, op.f->ref); })
        .Return();
  }
  return b.ReturnErrno<Errno::kEnomem>("no_memory").Finish();
}

namespace {

void FindOwnNode(Op& op) {
  const CommandRow& row = op.w.Get(op.f->command);
  op.f->ptr = row.ptr;
  op.f->cookie = row.cookie;
  op.f->strong = static_cast<Bc>(row.bc) == Bc::kAcquireDone ? 1 : 0;
  op.f->node = FindNode(op, op.f->proc, row.ptr);
}

bool Pending(Op& op) {
  const NodeRow& node = op.w.Get(op.f->node);
  return (op.f->strong != 0 ? node.pending_strong_ref
                            : node.pending_weak_ref) != 0;
}

void ClearPending(Op& op) {
  NodeRow& node = op.w.Edit(op.f->node);
  (op.f->strong != 0 ? node.pending_strong_ref : node.pending_weak_ref) = 0;
}

void DropPendingRef(Op& op) {
  if (DecNode(op, op.f->node, op.f->strong != 0, /*internal=*/false)) {
    op.w.RecordWarning("WARN_ON(free_node) in BC_*_DONE");
  }
}

}  // namespace

Operation BuildNodeDone() {
  return Builder(OpId::kNodeDone, "binder_thread_write")
      .Lock("proc.inner")
      .Do("binder_get_node", FindOwnNode)
      .Check(
          "the node exists", [](Op& op) { return bool(op.f->node); }, "no_node")
      .Pin("node->tmp_refs", [](Op& op) { ++op.w.Edit(op.f->node).tmp_refs; })
      .Unlock("proc.inner")
      .Check(
          "the cookie matches",
          [](Op& op) { return op.w.Get(op.f->node).cookie == op.f->cookie; },
          "mismatch")
      .Lock("node.lock + proc.inner")
      .Check("the acknowledgement is pending", Pending, "not_pending")
      .Do("clear it", ClearPending)
      .Do("binder_dec_node_nilocked", DropPendingRef)
      .Label("done")
      .Unlock("node.lock + proc.inner")
      .Label("put")
      .Lock("node.lock + proc.inner")
      .Unpin("node->tmp_refs", [](Op& op) { DropNodeTmpRef(op, op.f->node); })
      .Unlock("node.lock + proc.inner")
      .Return()
      .Label("not_pending")
      .Local("user error",
             [](Op& op) { op.UserError("no pending acquire request"); })
      .Goto("done")
      .Label("mismatch")
      .Local("user error", [](Op& op) { op.UserError("cookie mismatch"); })
      .Goto("put")
      .Label("no_node")
      .Unlock("proc.inner")
      .Local("user error", [](Op& op) { op.UserError("no such node"); })
      .Return()
      .Finish();
}

}  // namespace bindery::sim
