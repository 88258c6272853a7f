// Who is told that a transaction failed: its sender, the caller that waits for
// it, and whoever listens to the driver's reports.
#include "sim/kernel/ops.h"
#include "sim/kernel/statistics.h"
#include "sim/kernel/thread.h"
#include "sim/kernel/transaction.h"

namespace bindery::sim {

void NetlinkReport(Op& op, Br error, ProcId to_proc, ThreadId to_thread) {
  if (!op.k.watched() || !op.driver.features().reports) return;
  Report report;
  report.error = error;
  report.device = op.w.Get(op.w.Get(op.f->proc).context).index;
  report.from = op.f->thread;
  report.to_proc = to_proc;
  report.to_thread = to_thread;
  report.is_reply = op.f->reply != 0;
  report.flags = Tr(op).flags;
  report.code = Tr(op).code;
  report.data_size = static_cast<uint32_t>(Tr(op).data_size);
  op.k.Reported(report);
}

namespace {

void SetExtendedError(Op& op, ThreadId id) {
  if (!op.k.extended_errors()) return;
  ThreadRow& thread = op.w.Edit(id);
  thread.ee_command = op.f->return_error - 1;
  thread.ee_param = op.f->param;
}

void ReportFailure(Op& op) {
  if (Statistics* s = op.k.statistics()) s->End(*op.f);
  const ErrorId error = op.w.Get(op.f->thread).return_error;
  if (ErrorSet(op, error)) {
    op.w.RecordBug("BUG_ON(thread->return_error.cmd != BR_OK)");
  }
  if (op.f->in_reply_to) {
    QueueError(op, op.f->thread, error,
               static_cast<uint32_t>(Br::kTransactionComplete) + 1);
    return;
  }
  SetExtendedError(op, op.f->thread);
  QueueError(op, op.f->thread, error, op.f->return_error);
}

// binder_set_txn_from_error: an error that the caller has not read stays.
void TellCaller(Op& op) {
  const ThreadId from = op.w.Get(op.f->in_reply_to).from;
  if (!from) return;
  if (op.w.Get(from).ee_command == static_cast<uint32_t>(Br::kOk)) {
    SetExtendedError(op, from);
  }
}

}  // namespace

void AppendReport(Builder& b) {
  b.Branch(
       "not a reply", [](Op& op) { return !op.f->in_reply_to; }, "report")
      .Lock("from.proc.inner")
      .Do("binder_set_txn_from_error", TellCaller)
      .Unlock("from.proc.inner")
      .Label("report")
      .Lock("proc.inner")
      .Do("thread->return_error", ReportFailure)
      .Unlock("proc.inner")
      .Branch(
          "no caller to fail", [](Op& op) { return !op.f->in_reply_to; }, "out")
      .Call(OpId::kSendFailedReply,
            [](Op& op) {
              op.callee().t = op.f->in_reply_to;
              op.callee().return_error = op.f->return_error;
            })
      .Label("out")
      .Local("the write goes on", [](Op& op) { op.f->ret = 0; })
      .Return();
}

}  // namespace bindery::sim
