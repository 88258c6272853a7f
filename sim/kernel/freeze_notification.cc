// Freeze notifications: requesting, clearing, acknowledging, and who is told of
// a change.
//
// A listener's item is queued, or delivered and not acknowledged, or neither.
// News for one that is not acknowledged waits for that (`resend`); news for one
// that is still queued replaces what is queued.
#include "sim/kernel/node.h"
#include "sim/kernel/ops.h"
#include "sim/kernel/ref.h"
#include "sim/kernel/work.h"

namespace bindery::sim {
namespace {

void FindListenedRef(Op& op) {
  const CommandRow& row = op.w.Get(op.f->command);
  op.f->cookie = row.cookie;
  op.f->ref = FindRef(op, op.f->proc, row.handle, /*need_strong=*/false);
}

bool RefExists(Op& op) { return bool(op.f->ref); }

bool Listens(Op& op) { return bool(op.w.Get(op.f->ref).freeze); }

void Register(Op& op) {
  const FreezeId id = op.w.Create<FreezeRow>();
  FreezeRow& freeze = op.w.Edit(id);
  freeze.cookie = op.f->cookie;
  freeze.proc = op.f->proc;
  freeze.work.type = WorkType::kFrozenBinder;
  op.k.Created(Counted::kFreeze, id.any());
  op.w.Edit(op.f->ref).freeze = id;
  op.f->freeze = id;
}

ProcId OwnerOf(Op& op) { return op.w.Get(op.w.Get(op.f->ref).node).proc; }

void TakeState(Op& op) {
  op.w.Edit(op.f->freeze).is_frozen = op.w.Get(OwnerOf(op)).is_frozen;
}

void Queue(Op& op) { EnqueueProcWork(op, op.f->proc, op.f->freeze.any()); }

void WakeOwn(Op& op) { WakeupProc(op, op.f->proc); }

constexpr char kRequestInvalid[] = "BC_REQUEST_FREEZE_NOTIFICATION invalid ref";
constexpr char kRequestSet[] = "BC_REQUEST_FREEZE_NOTIFICATION already set";

}  // namespace

Operation BuildRequestFreeze() {
  return Builder(OpId::kRequestFreeze, "binder_request_freeze_notification")
      .Check(
          "the listener could be allocated",
          [](Op& op) { return !op.AllocationFails(); }, "no_memory")
      .Lock("proc.outer")
      .Do("binder_get_ref_olocked", FindListenedRef)
      .Check("the ref exists", RefExists, "invalid_ref")
      .Lock("node.lock")
      .Check(
          "nobody listens", [](Op& op) { return !Listens(op); }, "already_set")
      .Do("ref->freeze", Register)
      .Branch(
          "the node is dead", [](Op& op) { return !OwnerOf(op); }, "out")
      .Lock("node.proc.inner")
      .Do("freeze->is_frozen", TakeState)
      .Unlock("node.proc.inner")
      .Lock("proc.inner")
      .Do("BINDER_WORK_FROZEN_BINDER", Queue)
      .Wake("binder_wakeup_proc_ilocked", WakeOwn)
      .Unlock("proc.inner")
      .Label("out")
      .Unlock("node.lock")
      .Unlock("proc.outer")
      .Return()
      .Label("already_set")
      .Unlock("node.lock")
      .Unlock("proc.outer")
      .Local("already set", RefuseWith<Errno::kEinval, kRequestSet>)
      .Return()
      .Label("invalid_ref")
      .Unlock("proc.outer")
      .Local("invalid ref", RefuseWith<Errno::kEinval, kRequestInvalid>)
      .Return()
      .ReturnErrno<Errno::kEnomem>("no_memory")
      .Finish();
}

namespace {

bool CookieMatches(Op& op) {
  return op.w.Get(op.w.Get(op.f->ref).freeze).cookie == op.f->cookie;
}

void TakeListener(Op& op) {
  op.f->freeze = op.w.Get(op.f->ref).freeze;
  op.w.Edit(op.f->ref).freeze = {};
  op.w.Edit(op.f->freeze).work.type = WorkType::kClearFreezeNotification;
}

// Of what is queued already only the type changes.
void ResendIfSent(Op& op) {
  if (op.w.Get(op.f->freeze).sent != 0) op.w.Edit(op.f->freeze).resend = 1;
}

constexpr char kClearInvalid[] = "BC_CLEAR_FREEZE_NOTIFICATION invalid ref";
constexpr char kClearUnmatched[] =
    "BC_CLEAR_FREEZE_NOTIFICATION without a matching listener";

}  // namespace

Operation BuildClearFreeze() {
  return Builder(OpId::kClearFreeze, "binder_clear_freeze_notification")
      .Lock("proc.outer")
      .Do("binder_get_ref_olocked", FindListenedRef)
      .Check("the ref exists", RefExists, "invalid_ref")
      .Lock("node.lock")
      .Check("somebody listens", Listens, "not_active")
      .Lock("proc.inner")
      .Check("the cookie matches", CookieMatches, "mismatch")
      .Do("ref->freeze = NULL, BINDER_WORK_CLEAR_FREEZE_NOTIFICATION",
          TakeListener)
      .Branch(
          "it is queued or delivered",
          [](Op& op) { return !WorkIdle(op, op.f->freeze.any()); }, "later")
      .Do("binder_enqueue_work_ilocked", Queue)
      .Wake("binder_wakeup_proc_ilocked", WakeOwn)
      .Goto("unlock")
      .Label("later")
      .Do("freeze->resend", ResendIfSent)
      .Label("unlock")
      .Unlock("proc.inner")
      .Unlock("node.lock")
      .Unlock("proc.outer")
      .Return()
      .Label("mismatch")
      .Unlock("proc.inner")
      .Label("not_active")
      .Unlock("node.lock")
      .Unlock("proc.outer")
      .Local("no match", RefuseWith<Errno::kEinval, kClearUnmatched>)
      .Return()
      .Label("invalid_ref")
      .Unlock("proc.outer")
      .Local("invalid ref", RefuseWith<Errno::kEinval, kClearInvalid>)
      .Return()
      .Finish();
}

namespace {

void FindDelivered(Op& op) {
  op.f->cookie = op.w.Get(op.f->command).cookie;
  for (AnyId i = op.w.First(Head::kDeliveredFreeze, op.f->proc.any()); i;
       i = op.w.Next(Head::kDeliveredFreeze, i)) {
    if (op.w.Get(FreezeId{i.value}).cookie != op.f->cookie) continue;
    op.f->freeze = FreezeId{i.value};
    return;
  }
}

void NoteAcknowledged(Op& op) {
  FreezeRow& freeze = op.w.Edit(op.f->freeze);
  op.f->has_work = freeze.resend;
  freeze.sent = freeze.resend = 0;
}

constexpr char kDoneNotFound[] = "BC_FREEZE_NOTIFICATION_DONE not found";

}  // namespace

Operation BuildFreezeDone() {
  return Builder(OpId::kFreezeDone, "binder_freeze_notification_done")
      .Lock("proc.inner")
      .Do("search delivered_freeze", FindDelivered)
      .Check(
          "one has this cookie", [](Op& op) { return bool(op.f->freeze); },
          "not_found")
      .Dequeue("from delivered_freeze",
               [](Op& op) { DequeueWork(op, op.f->freeze.any()); })
      .Do("freeze->sent = false", NoteAcknowledged)
      .Branch(
          "there is no news", [](Op& op) { return op.f->has_work == 0; }, "out")
      .Do("binder_enqueue_work_ilocked", Queue)
      .Wake("binder_wakeup_proc_ilocked", WakeOwn)
      .Label("out")
      .Unlock("proc.inner")
      .Return()
      .Label("not_found")
      .Unlock("proc.inner")
      .Local("not found", RefuseWith<Errno::kEinval, kDoneNotFound>)
      .Return()
      .Finish();
}

namespace {

// --- binder_add_freeze_work: f.target_node is the node before f.node ---------

// rb_first(), rb_next(): in the order of the pointers.
void NextNode(Op& op) {
  const NodeId before = op.f->node;
  NodeId next;
  for (AnyId i = op.w.Get(op.f->target_proc).nodes.first; i;
       i = op.w.Next(Head::kSet, i)) {
    const NodeId node{i.value};
    const uint64_t ptr = op.w.Get(node).ptr;
    if (before && ptr <= op.w.Get(before).ptr) continue;
    if (!next || ptr < op.w.Get(next).ptr) next = node;
  }
  op.f->target_node = before;
  op.f->node = next;
}

void PinNode(Op& op) { ++op.w.Edit(op.f->node).tmp_refs; }

void UnpinBefore(Op& op) { DropNodeTmpRef(op, op.f->target_node); }

bool NoNodeBefore(Op& op) { return !op.f->target_node; }

void FirstRef(Op& op) {
  op.f->ref = RefId{op.w.First(Head::kNodeRefs, op.f->node.any()).value};
}

void NextRef(Op& op) {
  op.f->ref = RefId{op.w.Next(Head::kNodeRefs, op.f->ref.any()).value};
}

void NoteChange(Op& op) {
  op.f->freeze = op.w.Get(op.f->ref).freeze;
  FreezeRow& freeze = op.w.Edit(op.f->freeze);
  freeze.work.type = WorkType::kFrozenBinder;
  op.f->has_work = WorkIdle(op, op.f->freeze.any()) ? 1 : 0;
  if (freeze.sent != 0 && freeze.is_frozen != op.f->frozen) freeze.resend = 1;
  freeze.is_frozen = op.f->frozen;
}

void AppendListeners(Builder& b) {
  b.Lock("node.lock")
      .Do("the first ref", FirstRef)
      .Label("ref")
      .Branch(
          "no ref is left", [](Op& op) { return !op.f->ref; }, "told")
      .Branch(
          "nobody listens", [](Op& op) { return !Listens(op); }, "next_ref")
      .Lock("ref->proc.inner")
      .Do("BINDER_WORK_FROZEN_BINDER, freeze->is_frozen", NoteChange)
      .Branch(
          "it is queued or delivered",
          [](Op& op) { return op.f->has_work == 0; }, "noted")
      .Do("binder_enqueue_work_ilocked",
          [](Op& op) {
            EnqueueProcWork(op, op.w.Get(op.f->ref).proc, op.f->freeze.any());
          })
      .Wake("binder_wakeup_proc_ilocked",
            [](Op& op) { WakeupProc(op, op.w.Get(op.f->ref).proc); })
      .Label("noted")
      .Unlock("ref->proc.inner")
      .Label("next_ref")
      .Do("the next ref", NextRef)
      .Goto("ref")
      .Label("told")
      .Local("done with them", [](Op& op) { op.f->freeze = {}; })
      .Unlock("node.lock");
}

}  // namespace

Operation BuildAddFreezeWork() {
  Builder b(OpId::kAddFreezeWork, "binder_add_freeze_work");
  b.Lock("target_proc.inner")
      .Label("next")
      .Do("rb_next(&proc->nodes)", NextNode)
      .Branch(
          "no node is left", [](Op& op) { return !op.f->node; }, "done")
      .Pin("node->tmp_refs", PinNode)
      .Unlock("target_proc.inner")
      .Branch("it is the first node", NoNodeBefore, "refs")
      .Lock("node.lock + target_proc.inner")
      .Unpin("prev->tmp_refs", UnpinBefore)
      .Unlock("node.lock + target_proc.inner")
      .Local("done with it", [](Op& op) { op.f->target_node = {}; })
      .Label("refs");
  AppendListeners(b);
  return b.Lock("target_proc.inner")
      .Branch(
          "the target is alive",
          [](Op& op) { return op.w.Get(op.f->target_proc).is_dead == 0; },
          "next")
      .Local("that was the last",
             [](Op& op) {
               op.f->target_node = op.f->node;
               op.f->node = {};
             })
      .Label("done")
      .Unlock("target_proc.inner")
      .Branch("there was no node", NoNodeBefore, "out")
      .Lock("node.lock + target_proc.inner")
      .Unpin("prev->tmp_refs", UnpinBefore)
      .Unlock("node.lock + target_proc.inner")
      .Label("out")
      .Return()
      .Finish();
}

}  // namespace bindery::sim
