// Ends of transactions: binder_free_transaction, binder_send_failed_reply.
#include "sim/kernel/freeze.h"
#include "sim/kernel/ops.h"
#include "sim/kernel/stack.h"
#include "sim/kernel/thread.h"
#include "sim/kernel/work.h"

namespace bindery::sim {
namespace {

void FindTarget(Op& op) {
  const TransactionRow& t = op.w.Get(op.f->t);
  op.f->target_proc = t.to_proc;
  op.f->target_thread = t.to_thread;
}

void PinTarget(Op& op) {
  if (op.f->target_proc) ++op.w.Edit(op.f->target_proc).tmp_ref;
  if (op.f->target_thread) ++op.w.Edit(op.f->target_thread).tmp_ref;
}

void LeaveTarget(Op& op) {
  --op.w.Edit(op.f->target_proc).outstanding_txns;
  WakeFreezers(op, op.f->target_proc);
  const BufferId buffer = op.w.Get(op.f->t).buffer;
  if (buffer) op.w.Edit(buffer).transaction = {};
}

void UnpinTarget(Op& op) {
  if (op.f->target_thread) DropThreadTmpRef(op, op.f->target_thread);
  DropProcTmpRef(op, op.f->target_proc);
}

void ForgetTarget(Op& op) {
  op.f->target_thread = {};
  op.f->target_proc = {};
}

}  // namespace

Operation BuildFreeTransaction() {
  return Builder(OpId::kFreeTransaction, "binder_free_transaction")
      .Lock("t.lock")
      .Do("t->to_proc, t->to_thread", FindTarget)
      .Pin("to_proc and to_thread", PinTarget)
      .Unlock("t.lock")
      .Branch(
          "the target has gone", [](Op& op) { return !op.f->target_proc; },
          "free")
      .Lock("to_proc.inner")
      .Do("outstanding_txns--, buffer->transaction = NULL", LeaveTarget)
      .Unpin("to_proc and to_thread", UnpinTarget)
      .Unlock("to_proc.inner")
      .Local("done with them", ForgetTarget)
      .Label("free")
      .Branch(
          "no descriptors", [](Op& op) { return !op.w.Get(op.f->t).fd_fixups; },
          "no_fixups")
      .Call(OpId::kFreeTxnFixups, [](Op& op) { op.callee().t = op.f->t; })
      .Label("no_fixups")
      .Undo("kfree(t)",
            [](Op& op) {
              op.w.Free(op.f->t);
              op.k.Deleted(Counted::kTransaction);
            })
      .Return()
      .Finish();
}

namespace {

void FindCaller(Op& op) { op.f->target_thread = op.w.Get(op.f->t).from; }

void PinCaller(Op& op) {
  const ThreadId from = op.f->target_thread;
  if (from) ++op.w.Edit(from).tmp_ref;
}

bool NoCaller(Op& op) { return !op.f->target_thread; }

// It may have died between the two locks.
bool CallerGone(Op& op) { return !op.w.Get(op.f->t).from; }

bool NoErrorYet(Op& op) {
  return !ErrorSet(op, op.w.Get(op.f->target_thread).reply_error);
}

void SetReplyError(Op& op) {
  QueueError(op, op.f->target_thread, op.w.Get(op.f->target_thread).reply_error,
             op.f->return_error);
}

void UnpinCaller(Op& op) { DropThreadTmpRef(op, op.f->target_thread); }

void MoveUp(Op& op) { op.f->in_reply_to = op.w.Get(op.f->t).from_parent; }

void NextInChain(Op& op) {
  op.f->target_thread = {};
  op.f->t = op.f->in_reply_to;
  op.f->in_reply_to = {};
}

void FreeArguments(Op& op) { op.callee().t = op.f->t; }

}  // namespace

Operation BuildSendFailedReply() {
  return Builder(OpId::kSendFailedReply, "binder_send_failed_reply")
      .Label("loop")
      .Lock("t.lock")
      .Do("t->from", FindCaller)
      .Pin("from->tmp_ref", PinCaller)
      .Unlock("t.lock")
      .Branch("the caller is dead", NoCaller, "dead")
      .Lock("from.proc.inner")
      .Branch("the caller has just died", CallerGone, "just_died")
      .Do("binder_pop_transaction_ilocked",
          [](Op& op) { PopTransaction(op, op.f->target_thread, op.f->t); })
      .Check("no earlier error waits to be read", NoErrorYet, "lost")
      .Do("target_thread->reply_error", SetReplyError)
      .Wake("the caller", [](Op& op) { WakeThread(op, op.f->target_thread); })
      .Goto("told")
      .Label("lost")
      .Local("unexpected reply error",
             [](Op& op) { op.UserError("unexpected reply error"); })
      .Label("told")
      .Unpin("from->tmp_ref", UnpinCaller)
      .Unlock("from.proc.inner")
      .Call(OpId::kFreeTransaction, FreeArguments)
      .Return()
      .Label("just_died")
      .Unpin("from->tmp_ref", UnpinCaller)
      .Unlock("from.proc.inner")
      .Label("dead")
      .Local("the caller's caller is next", MoveUp)
      .Call(OpId::kFreeTransaction, FreeArguments)
      .Branch(
          "nobody is left", [](Op& op) { return !op.f->in_reply_to; }, "out")
      .Local("up the chain", NextInChain)
      .Goto("loop")
      .Label("out")
      .Return()
      .Finish();
}

}  // namespace bindery::sim
