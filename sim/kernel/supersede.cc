// One-ways that later ones supersede: TF_UPDATE_TXN at a frozen process.
#include "sim/kernel/alloc.h"
#include "sim/kernel/freeze.h"
#include "sim/kernel/ops.h"
#include "sim/kernel/transaction.h"

namespace bindery::sim {
namespace {

// binder_can_update_transaction.
bool CanUpdate(Op& op, const TransactionRow& old, const TransactionRow& t) {
  constexpr uint32_t kBoth = kTfOneWay | kTfUpdateTxn;
  if ((old.flags & t.flags & kBoth) != kBoth) return false;
  if (!old.to_proc || !t.to_proc) return false;
  const BufferRow& a = op.w.Get(old.buffer);
  const BufferRow& b = op.w.Get(t.buffer);
  const NodeRow& node = op.w.Get(a.target_node);
  const NodeRow& same = op.w.Get(b.target_node);
  return op.w.Get(old.to_proc).process == op.w.Get(t.to_proc).process &&
         old.code == t.code && old.flags == t.flags && a.pid == b.pid &&
         node.ptr == same.ptr && node.cookie == same.cookie;
}

TransactionId FindOutdated(Op& op) {
  const AnyId node = op.f->target_node.any();
  for (AnyId i = op.w.First(Head::kAsyncTodo, node); i;
       i = op.w.Next(Head::kAsyncTodo, i)) {
    const TransactionId old{i.value};
    if (CanUpdate(op, op.w.Get(old), op.w.Get(op.f->t))) return old;
  }
  return {};
}

}  // namespace

TransactionId TakeOutdated(Op& op) {
  if ((op.w.Get(op.f->t).flags & kTfUpdateTxn) == 0) return {};
  const TransactionId old = FindOutdated(op);
  if (!old || !op.Does(Guard::kSupersede)) return {};
  op.w.Remove(Head::kAsyncTodo, old.any());
  --op.w.Edit(op.f->target_proc).outstanding_txns;
  return old;
}

namespace {

void Detach(Op& op) {
  TransactionRow& t = op.w.Edit(op.f->t);
  op.f->buffer = t.buffer;
  t.buffer = {};
  op.w.Edit(op.f->buffer).transaction = {};
}

void FreeBuffer(Op& op) {
  AllocFreeBuf(op, op.f->buffer);
  op.f->buffer = {};
}

}  // namespace

Operation BuildReleaseOutdated() {
  Builder b(OpId::kReleaseOutdated, "binder_proc_transaction");
  b.Do("the outdated one and its buffer forget each other", Detach)
      .Call(OpId::kReleaseBuffer, [](Op& op) {
        op.callee().target_proc = op.f->target_proc;
        op.callee().buffer = op.f->buffer;
        op.callee().is_failure = op.driver.features().outdated_fails ? 1 : 0;
        op.callee().thread = {};
      });
  AppendClearBuffer(b);
  return b.Lock("target_proc.alloc.mutex")
      .Undo("binder_alloc_free_buf", FreeBuffer)
      .Unlock("target_proc.alloc.mutex")
      .Branch(
          "its files are forgotten",
          [](Op& op) { return !op.driver.features().outdated_fails; }, "free")
      .Call(OpId::kFreeTxnFixups, [](Op& op) { op.callee().t = op.f->t; })
      .Label("free")
      .Undo("kfree(t_outdated)",
            [](Op& op) {
              op.w.Free(op.f->t);
              op.k.Deleted(Counted::kTransaction);
            })
      .Return()
      .Finish();
}

}  // namespace bindery::sim
