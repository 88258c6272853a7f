// The end of threads and procs: binder_release_work, binder_thread_release,
// binder_deferred_func with binder_deferred_flush, binder_deferred_release and
// binder_node_release.
#include "sim/kernel/node.h"
#include "sim/kernel/ops.h"
#include "sim/kernel/poll.h"
#include "sim/kernel/process.h"
#include "sim/kernel/ref.h"
#include "sim/kernel/thread.h"
#include "sim/kernel/work.h"

namespace bindery::sim {
namespace {

// --- binder_release_work: `w` is the owner of the list, `handle` its kind ----

void TakeFirst(Op& op) {
  const Head head = static_cast<Head>(op.f->handle);
  const AnyId item = op.w.First(head, op.f->w);
  op.f->type = 0;
  op.f->t = {};
  op.f->tcomplete = {};
  op.f->death = {};
  op.f->freeze = {};
  if (!item) return;
  op.f->type = static_cast<uint32_t>(op.w.WorkOf(item).type);
  const TableId table = item.table();
  if (table == TableId::kTransaction) op.f->t = TransactionId{item.value};
  if (table == TableId::kComplete) op.f->tcomplete = CompleteId{item.value};
  if (table == TableId::kDeath) op.f->death = DeathId{item.value};
  if (table == TableId::kFreeze) op.f->freeze = FreezeId{item.value};
}

void DequeueFirst(Op& op) {
  const Head head = static_cast<Head>(op.f->handle);
  const AnyId item = op.w.First(head, op.f->w);
  if (item) op.w.Remove(head, item);
}

bool TypeIs(Op& op, WorkType type) {
  return op.f->type == static_cast<uint32_t>(type);
}

bool CallerWaits(Op& op) {
  const TransactionRow& t = op.w.Get(op.f->t);
  return (t.flags & kTfOneWay) == 0 && op.w.Get(t.buffer).target_node;
}

void DeadReplyArguments(Op& op) {
  op.callee().t = op.f->t;
  op.callee().return_error = static_cast<uint32_t>(Br::kDeadReply) + 1;
}

void FreeArguments(Op& op) { op.callee().t = op.f->t; }

void FreeDeathOfWork(Op& op) {
  if (TypeIs(op, WorkType::kDeadBinder)) {
    op.w.RecordWarning("unexpected work type in binder_release_work");
  } else {
    FreeDeath(op, op.f->death);
  }
  op.f->death = {};
}

void FreeListenerOfWork(Op& op) {
  if (TypeIs(op, WorkType::kFrozenBinder)) {
    op.w.RecordWarning("unexpected work type in binder_release_work");
  } else {
    FreeListener(op, op.f->freeze);
  }
  op.f->freeze = {};
}

}  // namespace

Operation BuildReleaseWork() {
  return Builder(OpId::kReleaseWork, "binder_release_work")
      .Label("next")
      .Lock("proc.inner")
      .Do("the first item", TakeFirst)
      .Dequeue("binder_dequeue_work_head_ilocked", DequeueFirst)
      .Unlock("proc.inner")
      .Branch(
          "the list is empty", [](Op& op) { return op.f->type == 0; }, "out")
      .Branch(
          "BINDER_WORK_TRANSACTION",
          [](Op& op) { return TypeIs(op, WorkType::kTransaction); },
          "transaction")
      .Branch(
          "a completion", [](Op& op) { return bool(op.f->tcomplete); },
          "complete")
      .Branch(
          "a death", [](Op& op) { return bool(op.f->death); }, "death")
      .Branch(
          "no freeze", [](Op& op) { return !op.f->freeze; }, "next")
      .Undo("kfree(freeze)", FreeListenerOfWork)
      .Goto("next")
      .Label("transaction")
      .Branch(
          "nobody waits for a reply", [](Op& op) { return !CallerWaits(op); },
          "free")
      .Call(OpId::kSendFailedReply, DeadReplyArguments)
      .Goto("next")
      .Label("free")
      .Call(OpId::kFreeTransaction, FreeArguments)
      .Goto("next")
      .Label("complete")
      .Undo("kfree(w)", [](Op& op) { FreeComplete(op, op.f->tcomplete); })
      .Goto("next")
      .Label("death")
      .Undo("kfree(death)", FreeDeathOfWork)
      .Goto("next")
      .Label("out")
      .Return()
      .Finish();
}

namespace {

// --- binder_thread_release ---------------------------------------------------

void PinBoth(Op& op) {
  ++op.w.Edit(op.f->proc).tmp_ref;
  ++op.w.Edit(op.f->thread).tmp_ref;
}

void MarkThreadDead(Op& op) {
  op.w.Remove(Head::kSet, op.f->thread.any());
  const TransactionId top = op.w.Get(op.f->thread).transaction_stack;
  op.f->t = top;
  if (top && op.w.Get(top).to_thread == op.f->thread) op.f->in_reply_to = top;
  op.w.Edit(op.f->thread).is_dead = 1;
}

void ForgetIncoming(Op& op, TransactionRow& t) {
  --op.w.Edit(op.f->proc).outstanding_txns;
  if (t.buffer) op.w.Edit(t.buffer).transaction = {};
  t.to_proc = {};
  t.to_thread = {};
  t.buffer = {};
}

void ForgetTop(Op& op) {
  TransactionRow& t = op.w.Edit(op.f->t);
  if (t.to_thread == op.f->thread) {
    if (op.Does(Guard::kThreadReleaseTo)) ForgetIncoming(op, t);
    op.f->t = t.to_parent;
  } else if (t.from == op.f->thread) {
    if (op.Does(Guard::kThreadReleaseFrom)) t.from = {};
    op.f->t = t.from_parent;
  } else {
    op.w.RecordBug("BUG() in binder_thread_release");
    op.f->t = {};
  }
}

bool NeverPolled(Op& op) {
  return (op.w.Get(op.f->thread).looper & kLooperPoll) == 0;
}

void ThreadTodo(Op& op) {
  op.callee().handle = static_cast<uint32_t>(Head::kThreadTodo);
  op.callee().w = op.f->thread.any();
}

}  // namespace

Operation BuildThreadRelease() {
  return Builder(OpId::kThreadRelease, "binder_thread_release")
      .Lock("proc.inner")
      .Pin("proc->tmp_ref, thread->tmp_ref", PinBoth)
      .Do("is_dead = true, look at the top of the stack", MarkThreadDead)
      .Label("stack")
      .Branch(
          "the stack is done", [](Op& op) { return !op.f->t; }, "detached")
      .Do("the transaction forgets the thread", ForgetTop)
      .Goto("stack")
      .Label("detached")
      .Branch("it never polled", NeverPolled, "nobody_polls")
      .Wake("wake_up_pollfree",
            [](Op& op) { WakeUpPollFree(op, op.f->thread); })
      .Label("nobody_polls")
      .Unlock("proc.inner")
      .Branch(
          "nobody waits for this thread",
          [](Op& op) { return !op.f->in_reply_to; }, "work")
      .Call(OpId::kSendFailedReply,
            [](Op& op) {
              op.callee().t = op.f->in_reply_to;
              op.callee().return_error =
                  static_cast<uint32_t>(Br::kDeadReply) + 1;
            })
      .Label("work")
      .Call(OpId::kReleaseWork, ThreadTodo)
      .Lock("proc.inner")
      .Unpin("proc->tmp_ref, thread->tmp_ref",
             [](Op& op) { DropThreadTmpRef(op, op.f->thread); })
      .Unlock("proc.inner")
      .Return()
      .Finish();
}

namespace {

// --- binder_deferred_func ----------------------------------------------------

void PopDeferred(Op& op) {
  const AnyId first = op.w.First(Head::kDeferred, op.global().any());
  op.f->proc = ProcId{first.value};
  op.f->type = 0;
  if (!first) return;
  op.f->type = op.w.Get(op.f->proc).deferred_work;
  op.w.Edit(op.f->proc).deferred_work = 0;
  op.Event(proto::Event::WORKER, "deferred work");
}

void UnlinkDeferred(Op& op) {
  if (op.f->proc) op.w.Remove(Head::kDeferred, op.f->proc.any());
}

// binder_deferred_flush.
void FlushThreads(Op& op) {
  const auto all = [](ThreadId) { return true; };
  for (ThreadId thread = NextThread(op, op.f->proc, {}, all); thread;
       thread = NextThread(op, op.f->proc, thread, all)) {
    op.w.Edit(thread).looper_need_return = 1;
    if ((op.w.Get(thread).looper & kLooperWaiting) != 0) {
      WakeThread(op, thread);
    }
  }
}

}  // namespace

Operation BuildDeferredFunc() {
  return Builder(OpId::kDeferredFunc, "binder_deferred_func")
      .Label("next")
      .Lock("binder_deferred_lock")
      .Do("the latest proc of the list", PopDeferred)
      .Dequeue("hlist_del_init", UnlinkDeferred)
      .Unlock("binder_deferred_lock")
      .Branch(
          "the list is empty", [](Op& op) { return !op.f->proc; }, "out")
      .Branch(
          "no flush", [](Op& op) { return (op.f->type & kDeferredFlush) == 0; },
          "flushed")
      .Lock("proc.inner")
      .Wake("binder_deferred_flush", FlushThreads)
      .Unlock("proc.inner")
      .Label("flushed")
      .Branch(
          "no release",
          [](Op& op) { return (op.f->type & kDeferredRelease) == 0; },
          "released")
      .Step()
      .Call(OpId::kDeferredRelease, nullptr)
      .Label("released")
      .Local("done with it",
             [](Op& op) {
               op.f->proc = {};
               op.f->type = 0;
             })
      .Branch(
          "the list is empty",
          [](Op& op) { return op.w.Get(op.global()).deferred.size == 0; },
          "out")
      .Step()
      .Goto("next")
      .Label("out")
      .Return()
      .Finish();
}

namespace {

// --- binder_deferred_release -------------------------------------------------

void UnlinkProc(Op& op) {
  op.w.Remove(Head::kSet, op.f->proc.any());
  op.w.Edit(op.f->proc).in_procs = 0;
}

void ForgetManager(Op& op) {
  const ContextId context = op.w.Get(op.f->proc).context;
  const NodeId manager = op.w.Get(context).mgr_node;
  if (manager && op.w.Get(manager).proc == op.f->proc) {
    op.w.Edit(context).mgr_node = {};
  }
}

void MarkProcDead(Op& op) {
  ProcRow& proc = op.w.Edit(op.f->proc);
  proc.is_dead = 1;
  proc.is_frozen = proc.sync_recv = proc.async_recv = 0;
}

// The trees are walked in the order of their keys.
void FirstThread(Op& op) {
  op.f->target_thread =
      NextThread(op, op.f->proc, {}, [](ThreadId) { return true; });
}

void FirstNode(Op& op) {
  op.f->node = {};
  for (AnyId i = op.w.Get(op.f->proc).nodes.first; i;
       i = op.w.Next(Head::kSet, i)) {
    const NodeId node{i.value};
    if (op.f->node && op.w.Get(node).ptr >= op.w.Get(op.f->node).ptr) continue;
    op.f->node = node;
  }
}

void FirstRef(Op& op) {
  op.f->ref = {};
  for (AnyId i = op.w.Get(op.f->proc).refs.first; i;
       i = op.w.Next(Head::kSet, i)) {
    const RefId ref{i.value};
    if (op.f->ref && op.w.Get(ref).desc >= op.w.Get(op.f->ref).desc) continue;
    op.f->ref = ref;
  }
}

void AppendThreads(Builder& b) {
  b.Label("threads")
      .Lock("proc.inner")
      .Do("rb_first(&proc->threads)", FirstThread)
      .Unlock("proc.inner")
      .Branch(
          "no thread is left", [](Op& op) { return !op.f->target_thread; },
          "nodes")
      .Step()
      .Call(OpId::kThreadRelease,
            [](Op& op) { op.callee().thread = op.f->target_thread; })
      .Goto("threads");
}

void AppendNodes(Builder& b) {
  b.Label("nodes")
      .Lock("proc.inner")
      .Do("rb_first(&proc->nodes)", FirstNode)
      .Branch(
          "no node is left", [](Op& op) { return !op.f->node; }, "nodes_done")
      .Pin("node->tmp_refs", [](Op& op) { ++op.w.Edit(op.f->node).tmp_refs; })
      .Do("rb_erase", [](Op& op) { op.w.Remove(Head::kSet, op.f->node.any()); })
      .Unlock("proc.inner")
      .Step()
      .Call(OpId::kNodeRelease, [](Op& op) { op.callee().node = op.f->node; })
      .Goto("nodes")
      .Label("nodes_done")
      .Unlock("proc.inner");
}

void AppendRefs(Builder& b) {
  b.Label("refs")
      .Lock("proc.outer")
      .Do("rb_first(&proc->refs_by_desc)", FirstRef)
      .Branch(
          "no ref is left", [](Op& op) { return !op.f->ref; }, "refs_done")
      .Undo("binder_cleanup_ref_olocked",
            [](Op& op) { CleanupRef(op, op.f->ref); })
      .Unlock("proc.outer")
      .Undo("binder_free_ref", [](Op& op) { FreeRef(op, op.f->ref); })
      .Local("done with it", [](Op& op) { op.f->ref = {}; })
      .Step()
      .Goto("refs")
      .Label("refs_done")
      .Unlock("proc.outer");
}

}  // namespace

Operation BuildDeferredRelease() {
  Builder b(OpId::kDeferredRelease, "binder_deferred_release");
  b.Lock("binder_procs_lock")
      .Do("leave binder_procs", UnlinkProc)
      .Unlock("binder_procs_lock")
      .Lock("context_mgr_node_lock")
      .Undo("the context manager is gone", ForgetManager)
      .Unlock("context_mgr_node_lock")
      .Lock("proc.inner")
      .Pin("proc->tmp_ref", [](Op& op) { ++op.w.Edit(op.f->proc).tmp_ref; })
      .Do("is_dead = true", MarkProcDead)
      .Unlock("proc.inner");
  AppendThreads(b);
  AppendNodes(b);
  AppendRefs(b);
  b.Call(OpId::kReleaseWork,
         [](Op& op) {
           op.callee().handle = static_cast<uint32_t>(Head::kProcTodo);
           op.callee().w = op.f->proc.any();
         })
      .Call(OpId::kReleaseWork,
            [](Op& op) {
              op.callee().handle = static_cast<uint32_t>(Head::kDeliveredDeath);
              op.callee().w = op.f->proc.any();
            })
      .Call(OpId::kReleaseWork,
            [](Op& op) {
              op.callee().handle =
                  static_cast<uint32_t>(Head::kDeliveredFreeze);
              op.callee().w = op.f->proc.any();
            })
      .Lock("proc.inner")
      .Unpin("proc->tmp_ref", [](Op& op) { DropProcTmpRef(op, op.f->proc); })
      .Unlock("proc.inner")
      .Return();
  return b.Finish();
}

namespace {

// --- binder_node_release -----------------------------------------------------

bool NobodyHoldsIt(Op& op) {
  const NodeRow& node = op.w.Get(op.f->node);
  return node.refs.size == 0 && node.tmp_refs == 1;
}

void KillNode(Op& op) {
  NodeRow& node = op.w.Edit(op.f->node);
  node.proc = {};
  node.local_strong_refs = 0;
  node.local_weak_refs = 0;
  node.in_dead_nodes = 1;
  op.f->w = node.refs.first;
}

void NextDeath(Op& op) {
  const RefId ref{op.f->w.value};
  op.f->death = op.w.Get(ref).death;
  op.f->target_proc = op.w.Get(ref).proc;
  op.f->w = op.w.Next(Head::kNodeRefs, op.f->w);
}

void QueueDeath(Op& op) {
  if (!WorkIdle(op, op.f->death.any())) {
    op.w.RecordBug("BUG_ON(!list_empty(&ref->death->work.entry))");
    return;
  }
  op.w.Edit(op.f->death).work.type = WorkType::kDeadBinder;
  EnqueueProcWork(op, op.f->target_proc, op.f->death.any());
}

}  // namespace

Operation BuildNodeRelease() {
  return Builder(OpId::kNodeRelease, "binder_node_release")
      .Call(OpId::kReleaseWork,
            [](Op& op) {
              op.callee().handle = static_cast<uint32_t>(Head::kAsyncTodo);
              op.callee().w = op.f->node.any();
            })
      .Lock("node.lock")
      .Lock("proc.inner")
      .Dequeue("node->work", [](Op& op) { DequeueWork(op, op.f->node.any()); })
      .Branch("nobody holds it", NobodyHoldsIt, "free")
      .Do("node->proc = NULL, join binder_dead_nodes", KillNode)
      .Unlock("proc.inner")
      .Label("refs")
      .Branch(
          "no ref is left", [](Op& op) { return !op.f->w; }, "told")
      .Do("next ref", NextDeath)
      .Branch(
          "nobody asked to be told", [](Op& op) { return !op.f->death; },
          "refs")
      .Lock("ref->proc.inner")
      .Do("BINDER_WORK_DEAD_BINDER", QueueDeath)
      .Wake("binder_wakeup_proc_ilocked",
            [](Op& op) { WakeupProc(op, op.f->target_proc); })
      .Unlock("ref->proc.inner")
      .Goto("refs")
      .Label("told")
      .Unpin("node->tmp_refs", [](Op& op) { DropNodeTmpRef(op, op.f->node); })
      .Unlock("node.lock")
      .Return()
      .Label("free")
      .Unlock("proc.inner")
      .Unlock("node.lock")
      .Undo("binder_free_node", [](Op& op) { FreeNode(op, op.f->node); })
      .Return()
      .Finish();
}

}  // namespace bindery::sim
