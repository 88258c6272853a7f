// BINDER_FREEZE and BINDER_GET_FROZEN_INFO, and what a frozen process means for
// transactions to it.
//
// A request names a process: all of its openings, of whatever device, are
// frozen one after the other, the latest first. They are noted when the request
// begins, by the numbers of their openings; those that are opened later stay as
// they are.
#include "sim/kernel/freeze.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "sim/kernel/ops.h"
#include "sim/kernel/process.h"
#include "sim/kernel/thread.h"
#include "sim/kernel/work.h"

namespace bindery::sim {

void NoteFrozen(Op& op, bool one_way) {
  const ProcId target = op.f->target_proc;
  op.f->frozen = op.w.Get(target).is_frozen;
  if (op.f->frozen == 0) return;
  ProcRow& proc = op.w.Edit(target);
  (one_way ? proc.async_recv : proc.sync_recv) = 1;
}

bool FrozenTakes(Op& op, bool one_way) {
  return op.f->frozen == 0 || op.Check(Guard::kFrozenCall, one_way);
}

void WakeFreezers(Op& op, ProcId id) {
  const ProcRow& proc = op.w.Get(id);
  if (proc.is_frozen == 0 || proc.outstanding_txns != 0) return;
  if (!op.Does(Guard::kWakeFreezer)) return;
  std::vector<std::pair<uint32_t, TaskId>> sleepers;
  op.w.ForEach<TaskRow>([&](TaskId task, const TaskRow& row) {
    if (row.asleep != kAsleepForATime) return;
    const FrameRow& frame = op.w.Peek(row.frame);
    if (frame.target_proc == id) sleepers.emplace_back(row.actor, task);
  });
  std::sort(sleepers.begin(), sleepers.end());
  for (const auto& [actor, task] : sleepers) {
    op.w.Edit(task).asleep = 0;
    op.k.Woken(task);
  }
}

namespace {

bool ArgumentReadable(Op& op) { return op.f->null_argument == 0; }

FreezeArgument Argument(Op& op) { return UnpackFreeze(op.f->ptr); }

// The openings of the process that are on binder_procs, the latest first.
std::vector<ProcId> OpeningsOf(Op& op) {
  const uint32_t index = Argument(op).process;
  std::vector<ProcId> procs;
  op.w.ForEach<ProcRow>([&](ProcId id, const ProcRow& proc) {
    if (proc.in_procs != 0 && op.w.Peek(proc.process).index == index) {
      procs.push_back(id);
    }
  });
  std::sort(procs.begin(), procs.end(), [&](ProcId a, ProcId b) {
    return op.w.Peek(a).opening > op.w.Peek(b).opening;
  });
  return procs;
}

// --- BINDER_FREEZE -----------------------------------------------------------

// f.sg: the numbers of the openings; f.i: how many of them are done.
void FindTargets(Op& op) {
  std::string openings;
  for (const ProcId proc : OpeningsOf(op)) {
    AppendNumber<uint32_t>(&openings, op.w.Get(proc).opening);
  }
  op.f->sg = op.w.blobs().Intern(openings);
}

void PinTargets(Op& op) {
  for (const ProcId proc : OpeningsOf(op)) ++op.w.Edit(proc).tmp_ref;
}

bool NoTargetLeft(Op& op) {
  return size_t{op.f->i} * 4 == op.w.blobs().Bytes(op.f->sg).size();
}

// It may have left binder_procs since.
void NextTarget(Op& op) {
  const uint32_t index = Argument(op).process;
  const auto opening =
      LoadNumber<uint32_t>(op.w.blobs().Bytes(op.f->sg), size_t{op.f->i++} * 4);
  op.w.ForEach<ProcRow>([&](ProcId id, const ProcRow& proc) {
    if (op.w.Peek(proc.process).index == index && proc.opening == opening) {
      op.f->target_proc = id;
    }
  });
}

void OneTarget(Op& op) {
  op.callee().target_proc = op.f->target_proc;
  op.callee().increment = Argument(op).enable ? 1 : 0;
  op.callee().nonblock = Argument(op).timeout_ms == 0 ? 1 : 0;
}

}  // namespace

Operation BuildFreeze() {
  return Builder(OpId::kFreeze, "binder_ioctl")
      .Check("the argument is readable", ArgumentReadable, "fault")
      .Lock("binder_procs_lock")
      .Do("the process's openings", FindTargets)
      .Check(
          "there is one", [](Op& op) { return bool(op.f->sg); }, "unknown")
      .Check(
          "the array could be allocated",
          [](Op& op) { return !op.AllocationFails(); }, "no_memory")
      .Pin("target_proc->tmp_ref", PinTargets)
      .Unlock("binder_procs_lock")
      .Label("next")
      .Branch("no target is left", NoTargetLeft, "out")
      .Local("the next target", NextTarget)
      .Branch(
          "one before it failed", [](Op& op) { return op.f->ret < 0; }, "unpin")
      .Call(OpId::kFreezeProc, OneTarget)
      .Label("unpin")
      .Lock("target_proc.inner")
      .Unpin("target_proc->tmp_ref",
             [](Op& op) { DropProcTmpRef(op, op.f->target_proc); })
      .Unlock("target_proc.inner")
      .Local("done with it", [](Op& op) { op.f->target_proc = {}; })
      .Goto("next")
      .Label("out")
      .Return()
      .ReturnErrno<Errno::kEfault>("fault")
      .ReturnErrno<Errno::kEinval>("unknown", "binder_procs_lock")
      .ReturnErrno<Errno::kEnomem>("no_memory", "binder_procs_lock")
      .Finish();
}

namespace {

// --- binder_ioctl_freeze -----------------------------------------------------

template <bool kFrozen>
void SetFrozen(Op& op) {
  ProcRow& proc = op.w.Edit(op.f->target_proc);
  proc.sync_recv = proc.async_recv = 0;
  proc.is_frozen = kFrozen ? 1 : 0;
}

// prepare_to_wait_event() and the condition. f.has_work: the wait is over.
void WaitForLast(Op& op) {
  if (op.w.Get(op.f->target_proc).outstanding_txns == 0) op.f->has_work = 1;
  if (op.f->has_work == 0) SleepForATime(op);
}

// binder_txns_pending_ilocked.
bool Pending(Op& op, ProcId proc) {
  if (op.w.Get(proc).outstanding_txns > 0) return true;
  const auto has_stack = [&op](ThreadId thread) {
    return bool(op.w.Get(thread).transaction_stack);
  };
  return bool(NextThread(op, proc, {}, has_stack));
}

bool NobodyListens(Op& op) {
  return !op.driver.features().freeze_notifications;
}

void WorkArguments(Op& op) {
  op.callee().target_proc = op.f->target_proc;
  op.callee().frozen = op.f->increment;
}

void AppendDrained(Builder& b) {
  b.Label("drained")
      .Lock("target_proc.inner")
      .Check(
          "no transaction is pending",
          [](Op& op) { return !Pending(op, op.f->target_proc); }, "pending")
      .Unlock("target_proc.inner")
      .Label("tell")
      .Branch("there are no freeze notifications", NobodyListens, "out")
      .Call(OpId::kAddFreezeWork, WorkArguments)
      .Label("out")
      .Local("done", [](Op& op) { op.f->ret = 0; })
      .Return()
      .Label("pending")
      .Unlock("target_proc.inner")
      .Local("-EAGAIN", SetRet<Errno::kEagain>)
      .Goto("failed")
      .Label("interrupted")
      .Do("take the signal", TakeSignal)
      .Label("failed")
      .Lock("target_proc.inner")
      .Undo("is_frozen = false",
            [](Op& op) { op.w.Edit(op.f->target_proc).is_frozen = 0; })
      .Unlock("target_proc.inner")
      .Return();
}

}  // namespace

Operation BuildFreezeProc() {
  Builder b(OpId::kFreezeProc, "binder_ioctl_freeze");
  b.Branch(
       "unfreeze", [](Op& op) { return op.f->increment == 0; }, "unfreeze")
      .Lock("target_proc.inner")
      .Do("is_frozen = true", SetFrozen<true>)
      .Unlock("target_proc.inner")
      .Branch(
          "no timeout", [](Op& op) { return op.f->nonblock != 0; }, "drained")
      .Label("wait")
      .Do("wait until nothing is outstanding", WaitForLast)
      .Branch(
          "the wait is over", [](Op& op) { return op.f->has_work != 0; },
          "drained")
      .Branch("signal_pending", SignalPending, "interrupted")
      .Sleep()
      .Goto("wait")
      .Label("unfreeze")
      .Lock("target_proc.inner")
      .Do("is_frozen = false, sync_recv, async_recv", SetFrozen<false>)
      .Unlock("target_proc.inner")
      .Goto("tell");
  AppendDrained(b);
  return b.Finish();
}

namespace {

// --- binder_ioctl_get_freezer_info -------------------------------------------

// Of all openings together. A call that waits for its reply counts, too.
void CollectFrozenInfo(Op& op) {
  uint32_t sync = 0;
  int32_t async = 0;
  const std::vector<ProcId> procs = OpeningsOf(op);
  for (const ProcId id : procs) {
    const ProcRow& proc = op.w.Get(id);
    sync |= proc.sync_recv | (Pending(op, id) ? 2u : 0u);
    async |= proc.async_recv;
  }
  op.f->has_work = procs.empty() ? 0 : 1;
  TaskRow& task = op.w.Edit(op.f->task);
  task.value = sync;
  task.value2 = async;
}

}  // namespace

Operation BuildGetFrozenInfo() {
  return Builder(OpId::kGetFrozenInfo, "binder_ioctl_get_freezer_info")
      .Check("the argument is readable", ArgumentReadable, "fault")
      .Lock("binder_procs_lock")
      .Do("sync_recv, async_recv", CollectFrozenInfo)
      .Check(
          "there is one", [](Op& op) { return op.f->has_work != 0; }, "unknown")
      .Unlock("binder_procs_lock")
      .Return()
      .ReturnErrno<Errno::kEfault>("fault")
      .ReturnErrno<Errno::kEinval>("unknown", "binder_procs_lock")
      .Finish();
}

}  // namespace bindery::sim
