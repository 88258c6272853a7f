// binder_translate_binder, binder_translate_handle. The caller's frame holds
// the object: type, ptr (binder or handle), cookie, strong; afterwards type,
// ptr and cookie are those of the translated object.
#include "sim/kernel/node.h"
#include "sim/kernel/ops.h"
#include "sim/kernel/ref.h"
#include "sim/kernel/security.h"

namespace bindery::sim {
namespace {

void FindOwnNode(Op& op) { op.f->node = FindNode(op, op.f->proc, op.f->ptr); }

// `i` carries the object's flags, which a new node keeps.
void NewOwnNode(Op& op) {
  op.f->node = InitNode(op, op.f->proc, op.f->ptr, op.f->cookie, op.f->i);
}

void PinNode(Op& op) { ++op.w.Edit(op.f->node).tmp_refs; }
void UnpinNode(Op& op) { DropNodeTmpRef(op, op.f->node); }

void ShareArguments(Op& op) {
  op.callee().target_proc = op.f->target_proc;
  op.callee().node = op.f->node;
  op.callee().strong = op.f->strong;
  // The owner learns of the reference in this thread's next read.
  op.callee().target_thread = op.f->thread;
}

void BecomeHandle(Op& op) {
  op.f->type = op.f->strong != 0 ? kTypeHandle : kTypeWeakHandle;
  op.f->ptr = op.f->handle;
  op.f->cookie = 0;
}

void ReturnObject(Op& op) {
  op.caller().type = op.f->type;
  op.caller().ptr = op.f->ptr;
  op.caller().cookie = op.f->cookie;
}

void AppendPutNode(Builder& b) {
  b.Label("denied")
      .Local("-EPERM", SetRet<Errno::kEperm>)
      .Label("put")
      .Lock("node.lock + proc.inner")
      .Unpin("node->tmp_refs", UnpinNode)
      .Unlock("node.lock + proc.inner")
      .Return(ReturnObject);
}

}  // namespace

Operation BuildTranslateBinder() {
  Builder b(OpId::kTranslateBinder, "binder_translate_binder");
  b.Lock("proc.inner")
      .Do("binder_get_node", FindOwnNode)
      .Branch(
          "there is none", [](Op& op) { return !op.f->node; }, "new")
      .Pin("node->tmp_refs", PinNode)
      .Unlock("proc.inner")
      .Goto("have")
      .Label("new")
      .Unlock("proc.inner")
      .Check(
          "the node could be allocated",
          [](Op& op) { return !op.AllocationFails(); }, "no_memory")
      .Lock("proc.inner")
      .Do("binder_init_node_ilocked", NewOwnNode)
      .Pin("node->tmp_refs", PinNode)
      .Unlock("proc.inner")
      .Label("have")
      .Check(
          "the cookie matches",
          [](Op& op) { return op.w.Get(op.f->node).cookie == op.f->cookie; },
          "mismatch")
      .Check("the security module allows it", MayTransferBinder, "denied")
      .Call(OpId::kIncRefForNode, ShareArguments)
      .Branch(
          "no reference", [](Op& op) { return op.f->ret != 0; }, "put")
      .Local("it becomes a handle", BecomeHandle)
      .Goto("put")
      .Label("mismatch")
      .Local("cookie mismatch",
             [](Op& op) {
               op.UserError("sending a node with the wrong cookie");
               op.Ret(Errno::kEinval);
             })
      .Goto("put")
      .ReturnErrno<Errno::kEnomem>("no_memory");
  AppendPutNode(b);
  return b.Finish();
}

namespace {

void FindNodeOfRef(Op& op) {
  const RefId ref = FindRef(op, op.f->proc, op.f->handle, op.f->strong != 0);
  if (ref) op.f->node = op.w.Get(ref).node;
}

bool ComesHome(Op& op) {
  return op.w.Get(op.f->node).proc == op.f->target_proc;
}

void BecomeBinder(Op& op) {
  const NodeRow& node = op.w.Get(op.f->node);
  op.f->type = op.f->strong != 0 ? kTypeBinder : kTypeWeakBinder;
  op.f->ptr = node.ptr;
  op.f->cookie = node.cookie;
  IncNode(op, op.f->node, op.f->strong != 0, /*internal=*/false, {});
}

void PassOnArguments(Op& op) {
  op.callee().target_proc = op.f->target_proc;
  op.callee().node = op.f->node;
  op.callee().strong = op.f->strong;
}

}  // namespace

Operation BuildTranslateHandle() {
  Builder b(OpId::kTranslateHandle, "binder_translate_handle");
  b.Lock("proc.outer")
      .Do("binder_get_ref_olocked", FindNodeOfRef)
      .Check(
          "the handle is valid", [](Op& op) { return bool(op.f->node); },
          "invalid")
      .Pin("node->tmp_refs", PinNode)
      .Unlock("proc.outer")
      .Check("the security module allows it", MayTransferBinder, "denied")
      .Lock("node.lock + proc.inner")
      .Branch(
          "the target does not own it", [](Op& op) { return !ComesHome(op); },
          "pass_on")
      .Do("it becomes the owner's binder", BecomeBinder)
      .Unlock("node.lock + proc.inner")
      .Goto("put")
      .Label("pass_on")
      .Unlock("node.lock + proc.inner")
      .Call(OpId::kIncRefForNode, PassOnArguments)
      .Branch(
          "no reference", [](Op& op) { return op.f->ret != 0; }, "put")
      .Local("it becomes the target's handle", BecomeHandle)
      .Goto("put")
      .ReturnErrno<Errno::kEinval>("invalid", "proc.outer");
  AppendPutNode(b);
  return b.Finish();
}

}  // namespace bindery::sim
