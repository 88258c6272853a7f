#include "sim/kernel/stack.h"

namespace bindery::sim {

void PopTransaction(Op& op, ThreadId sender, TransactionId t) {
  ThreadRow& thread = op.w.Edit(sender);
  if (thread.transaction_stack != t) {
    op.w.RecordBug("BUG_ON(target_thread->transaction_stack != t)");
  }
  TransactionRow& row = op.w.Edit(t);
  if (row.from != sender) {
    op.w.RecordBug("BUG_ON(t->from != target_thread)");
  }
  thread.transaction_stack = row.from_parent;
  if (op.Does(Guard::kPopTransactionFrom)) row.from = {};
}

ThreadId WaitingInChain(Op& op, TransactionId top, ProcId target) {
  for (TransactionId t = top; t; t = op.w.Get(t).from_parent) {
    const ThreadId from = op.w.Get(t).from;
    if (from && op.w.Get(from).proc == target) return from;
    if (!op.w.Alive(t)) break;
  }
  return {};
}

}  // namespace bindery::sim
