// Death notifications: requesting, clearing, acknowledging.
#include "sim/kernel/ops.h"
#include "sim/kernel/ref.h"
#include "sim/kernel/thread.h"
#include "sim/kernel/work.h"

namespace bindery::sim {
namespace {

void FindWatchedRef(Op& op) {
  const CommandRow& row = op.w.Get(op.f->command);
  op.f->cookie = row.cookie;
  op.f->ref = FindRef(op, op.f->proc, row.handle, /*need_strong=*/false);
}

void RegisterDeath(Op& op) {
  const DeathId id = op.w.Create<DeathRow>();
  DeathRow& death = op.w.Edit(id);
  death.cookie = op.f->cookie;
  death.proc = op.f->proc;
  op.k.Created(Counted::kDeath, id.any());
  op.w.Edit(op.f->ref).death = id;
  op.f->death = id;
}

bool NodeIsDead(Op& op) { return !op.w.Get(op.w.Get(op.f->ref).node).proc; }

void QueueDeadBinder(Op& op) {
  op.w.Edit(op.f->death).work.type = WorkType::kDeadBinder;
  EnqueueProcWork(op, op.f->proc, op.f->death.any());
}

void QueueOutOfMemory(Op& op) {
  QueueError(op, op.f->thread, op.w.Get(op.f->thread).return_error,
             static_cast<uint32_t>(Br::kError) + 1);
}

}  // namespace

Operation BuildRequestDeath() {
  return Builder(OpId::kRequestDeath, "binder_thread_write")
      .Check(
          "the registration could be allocated",
          [](Op& op) { return !op.AllocationFails(); }, "no_memory")
      .Lock("proc.outer")
      .Do("binder_get_ref_olocked", FindWatchedRef)
      .Check(
          "the ref exists", [](Op& op) { return bool(op.f->ref); },
          "invalid_ref")
      .Lock("node.lock")
      .Check(
          "none is registered",
          [](Op& op) { return !op.w.Get(op.f->ref).death; }, "already_set")
      .Do("ref->death", RegisterDeath)
      .Branch(
          "the node is alive", [](Op& op) { return !NodeIsDead(op); }, "out")
      .Lock("proc.inner")
      .Do("BINDER_WORK_DEAD_BINDER", QueueDeadBinder)
      .Wake("binder_wakeup_proc_ilocked",
            [](Op& op) { WakeupProc(op, op.f->proc); })
      .Unlock("proc.inner")
      .Label("out")
      .Unlock("node.lock")
      .Unlock("proc.outer")
      .Return()
      .Label("already_set")
      .Unlock("node.lock")
      .Label("invalid_ref")
      .Unlock("proc.outer")
      .Local("user error",
             [](Op& op) {
               op.UserError(op.f->ref ? "death notification already set"
                                      : "BC_REQUEST_DEATH_NOTIFICATION "
                                        "invalid ref");
             })
      .Return()
      .Label("no_memory")
      .Lock("proc.inner")
      .Do("BR_ERROR", QueueOutOfMemory)
      .Unlock("proc.inner")
      .Return()
      .Finish();
}

namespace {

bool IsLooper(Op& op) {
  return (op.w.Get(op.f->thread).looper &
          (kLooperRegistered | kLooperEntered)) != 0;
}

// BR_CLEAR_DEATH_NOTIFICATION_DONE: to the caller if it is a looper.
void QueueCleared(Op& op) {
  op.w.Edit(op.f->death).work.type = WorkType::kClearDeathNotification;
  if (IsLooper(op)) {
    EnqueueThreadWork(op, op.f->thread, op.f->death.any());
    op.f->has_work = 0;
  } else {
    EnqueueProcWork(op, op.f->proc, op.f->death.any());
    op.f->has_work = 1;
  }
}

void WakeIfQueuedForAll(Op& op) {
  if (op.f->has_work != 0) WakeupProc(op, op.f->proc);
}

bool CookieMatches(Op& op) {
  return op.w.Get(op.w.Get(op.f->ref).death).cookie == op.f->cookie;
}

void TakeRegistration(Op& op) {
  op.f->death = op.w.Get(op.f->ref).death;
  op.w.Edit(op.f->ref).death = {};
}

void ClearWhenDelivered(Op& op) {
  DeathRow& death = op.w.Edit(op.f->death);
  if (death.work.type != WorkType::kDeadBinder) {
    op.w.RecordBug("BUG_ON(death->work.type != BINDER_WORK_DEAD_BINDER)");
  }
  death.work.type = WorkType::kDeadBinderAndClear;
}

}  // namespace

Operation BuildClearDeath() {
  return Builder(OpId::kClearDeath, "binder_thread_write")
      .Lock("proc.outer")
      .Do("binder_get_ref_olocked", FindWatchedRef)
      .Check(
          "the ref exists", [](Op& op) { return bool(op.f->ref); },
          "invalid_ref")
      .Lock("node.lock")
      .Check(
          "one is registered",
          [](Op& op) { return bool(op.w.Get(op.f->ref).death); }, "not_active")
      .Check("the cookie matches", CookieMatches, "not_active")
      .Do("ref->death = NULL", TakeRegistration)
      .Lock("proc.inner")
      .Branch(
          "its work is queued or delivered",
          [](Op& op) { return !WorkIdle(op, op.f->death.any()); }, "later")
      .Do("BINDER_WORK_CLEAR_DEATH_NOTIFICATION", QueueCleared)
      .Wake("binder_wakeup_proc_ilocked", WakeIfQueuedForAll)
      .Goto("unlock")
      .Label("later")
      .Do("BINDER_WORK_DEAD_BINDER_AND_CLEAR", ClearWhenDelivered)
      .Label("unlock")
      .Unlock("proc.inner")
      .Unlock("node.lock")
      .Unlock("proc.outer")
      .Return()
      .Label("not_active")
      .Unlock("node.lock")
      .Label("invalid_ref")
      .Unlock("proc.outer")
      .Local("user error",
             [](Op& op) {
               op.UserError(
                   "BC_CLEAR_DEATH_NOTIFICATION without a matching "
                   "registration");
             })
      .Return()
      .Finish();
}

namespace {

void FindDelivered(Op& op) {
  op.f->cookie = op.w.Get(op.f->command).cookie;
  for (AnyId i = op.w.First(Head::kDeliveredDeath, op.f->proc.any()); i;
       i = op.w.Next(Head::kDeliveredDeath, i)) {
    if (op.w.Get(DeathId{i.value}).cookie != op.f->cookie) continue;
    op.f->death = DeathId{i.value};
    return;
  }
}

bool ToBeCleared(Op& op) {
  return op.w.Get(op.f->death).work.type == WorkType::kDeadBinderAndClear;
}

}  // namespace

Operation BuildDeadBinderDone() {
  return Builder(OpId::kDeadBinderDone, "binder_thread_write")
      .Lock("proc.inner")
      .Do("search delivered_death", FindDelivered)
      .Check(
          "one has this cookie", [](Op& op) { return bool(op.f->death); },
          "not_found")
      .Dequeue("from delivered_death",
               [](Op& op) { DequeueWork(op, op.f->death.any()); })
      .Branch(
          "it stays registered", [](Op& op) { return !ToBeCleared(op); }, "out")
      .Do("BINDER_WORK_CLEAR_DEATH_NOTIFICATION", QueueCleared)
      .Wake("binder_wakeup_proc_ilocked", WakeIfQueuedForAll)
      .Label("out")
      .Unlock("proc.inner")
      .Return()
      .Label("not_found")
      .Unlock("proc.inner")
      .Local("user error",
             [](Op& op) { op.UserError("BC_DEAD_BINDER_DONE not found"); })
      .Return()
      .Finish();
}

}  // namespace bindery::sim
