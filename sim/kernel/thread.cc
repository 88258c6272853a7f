#include "sim/kernel/thread.h"

#include "sim/kernel/alloc.h"
#include "sim/kernel/binderfs.h"
#include "sim/kernel/work.h"

namespace bindery::sim {
namespace {

ErrorId NewError(Op& op, ThreadId thread, bool reply) {
  const ErrorId id = op.w.Create<ErrorRow>(op.w.NameOf(thread), reply ? 1 : 0);
  ErrorRow& error = op.w.Edit(id);
  error.thread = thread;
  error.reply = reply ? 1 : 0;
  error.work.type = WorkType::kReturnError;
  return id;
}

ThreadId FindThread(Op& op) {
  ThreadId& guess = op.k.guess(op.f->task).thread;
  const ThreadRow& row = op.w.Peek(guess);
  if (op.w.Alive(guess) && row.proc == op.f->proc && row.task == op.f->task &&
      row.rb_node.linked()) {
    return guess;
  }
  return op.w.Remember(op.w.FindOn(&ThreadRow::rb_node, op.w.NameOf(op.f->proc),
                                   op.w.Get(op.f->task).actor),
                       &guess);
}

}  // namespace

ThreadId GetThread(Op& op) {
  const ThreadId existing = FindThread(op);
  if (existing) return existing;
  const ThreadId id = op.w.Create<ThreadRow>(op.w.NameOf(op.f->proc),
                                             op.w.Get(op.f->task).actor);
  ThreadRow& thread = op.w.Edit(id);
  thread.proc = op.f->proc;
  thread.task = op.f->task;
  thread.looper_need_return = 1;
  thread.ee_command = static_cast<uint32_t>(Br::kOk);
  thread.return_error = NewError(op, id, false);
  thread.reply_error = NewError(op, id, true);
  op.w.PushFront(Head::kSet, op.f->proc.any(), id.any());
  op.k.Created(Counted::kThread, id.any());
  return id;
}

void AppendGetThread(Builder& b, const char* failed) {
  b.Lock("proc.inner")
      .Do("binder_get_thread_ilocked",
          [](Op& op) { op.f->thread = FindThread(op); })
      .Unlock("proc.inner")
      .Branch(
          "the thread is known", [](Op& op) { return bool(op.f->thread); },
          "got_thread")
      .Local("allocate the thread",
             [](Op& op) {
               if (op.AllocationFails()) op.Ret(Errno::kEnomem);
             })
      .Check(
          "the thread could be allocated",
          [](Op& op) { return op.f->ret == 0; }, failed)
      .Lock("proc.inner")
      .Do("insert the thread", [](Op& op) { op.f->thread = GetThread(op); })
      .Unlock("proc.inner")
      .Label("got_thread");
}

bool ErrorSet(Op& op, ErrorId error) { return op.w.Get(error).cmd != 0; }

void QueueError(Op& op, ThreadId thread, ErrorId error, uint32_t cmd) {
  op.w.Edit(error).cmd = cmd;
  EnqueueThreadWork(op, thread, error.any());
}

namespace {

void FreeThread(Op& op, ThreadId id) {
  const ThreadRow thread = op.w.Get(id);
  if (thread.todo.size != 0)
    op.w.RecordBug("BUG_ON(!list_empty(&thread->todo))");
  op.w.Free(thread.return_error);
  op.w.Free(thread.reply_error);
  op.w.Free(id);
  op.k.Deleted(Counted::kThread);
  DropProcTmpRef(op, thread.proc);
}

}  // namespace

void DropThreadTmpRef(Op& op, ThreadId id) {
  ThreadRow& thread = op.w.Edit(id);
  if (--thread.tmp_ref < 0) op.w.RecordBug("thread->tmp_ref underflow");
  if (thread.is_dead != 0 && thread.tmp_ref == 0) FreeThread(op, id);
}

void DropProcTmpRef(Op& op, ProcId id) {
  ProcRow& proc = op.w.Edit(id);
  if (--proc.tmp_ref < 0) op.w.RecordBug("proc->tmp_ref underflow");
  if (proc.is_dead != 0 && proc.threads.size == 0 && proc.tmp_ref == 0) {
    FreeProc(op, id);
  }
}

void FreeProc(Op& op, ProcId id) {
  const ProcRow& proc = op.w.Get(id);
  if (proc.todo.size != 0) op.w.RecordBug("BUG_ON(!list_empty(&proc->todo))");
  if (proc.delivered_death.size != 0) {
    op.w.RecordBug("BUG_ON(!list_empty(&proc->delivered_death))");
  }
  AllocRelease(op, id);
  const ContextId device = proc.context;
  if (proc.proc_node.linked()) op.w.Remove(Head::kSet, id.any());
  op.w.Free(id);
  PutDevice(op, device);
  op.k.Deleted(Counted::kProc);
}

}  // namespace bindery::sim
