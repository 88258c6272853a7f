#include "sim/liveness/survey.h"

#include "sim/engine/ending.h"
#include "sim/kernel/process.h"

namespace bindery::sim {
namespace {

bool IsClear(WorkType type) {
  return type == WorkType::kClearDeathNotification ||
         type == WorkType::kDeadBinderAndClear;
}

bool IsTodo(const Link& link) {
  return link.head == Head::kProcTodo || link.head == Head::kThreadTodo;
}

}  // namespace

void Survey::Run() {
  Transactions();
  Threads();
  Nodes();
  Deaths();
  Listeners();
  Procs();
  Errors();
  Programs();
}

// ------------------------------------------------------------------ readers --

bool Survey::IsIn(const TaskRow& task, OpId op, ThreadId thread) const {
  for (FrameId id = task.frame; id; id = w_.Peek(id).caller) {
    const FrameRow& frame = w_.Peek(id);
    if (static_cast<OpId>(frame.op) != op) continue;
    if (!thread || frame.thread == thread) return true;
  }
  return false;
}

// At command granularity a read that has work begins and ends in one step.
// Whoever is in the ioctl again and again reads again and again, since programs
// do nothing else for ever.
bool Survey::Reads(const ThreadRow& thread, ThreadId id) const {
  if (!thread.task || !w_.Alive(thread.task)) return false;
  const TaskRow& task = w_.Peek(thread.task);
  return task.state == TaskState::kRunning && IsIn(task, OpId::kWriteRead, id);
}

bool Survey::SomebodyReads(ProcId proc) const {
  bool found = false;
  w_.ForEach<ThreadRow>([&](ThreadId id, const ThreadRow& thread) {
    found |= thread.proc == proc && AvailableForProcWork(thread) &&
             Reads(thread, id);
  });
  return found;
}

// Work that needs no wake-up waits for work that does. What is sent to a frozen
// process waits until it is thawed.
bool Survey::Taken(const Link& link) const {
  if (link.head == Head::kProcTodo) {
    const ProcId proc{link.owner.value};
    return w_.Peek(proc).is_frozen == 0 && SomebodyReads(proc);
  }
  if (link.head != Head::kThreadTodo) return false;
  const ThreadId id{link.owner.value};
  const ThreadRow& thread = w_.Peek(id);
  return thread.process_todo != 0 && w_.Peek(thread.proc).is_frozen == 0 &&
         Reads(thread, id);
}

// ------------------------------------------------------------------ objects --

bool Survey::TurnIsTaken(NodeId node) const {
  bool found = false;
  w_.ForEach<BufferRow>([&](BufferId, const BufferRow& buffer) {
    if (buffer.target_node != node || buffer.async_transaction == 0) return;
    const TransactionId t = buffer.transaction;
    found |= !t || w_.Peek(t).work.entry.head != Head::kAsyncTodo;
  });
  return found;
}

// A call that a thread has taken is that thread's to answer.
void Survey::Transactions() {
  w_.ForEach<TransactionRow>([&](TransactionId id, const TransactionRow& t) {
    if (t.committed == 0 || t.is_reply != 0) return;
    const Link& link = t.work.entry;
    if (t.is_async == 0) {
      if (!t.from) return;
      const bool due = link.linked() ? Taken(link) : !t.to_thread;
      sink_(Owed::kAnswer, id.any(), 0, due);
      return;
    }
    if (!link.linked()) return;
    const bool waits = link.head == Head::kAsyncTodo;
    sink_(Owed::kDelivery, id.any(), 0,
          waits ? !TurnIsTaken(NodeId{link.owner.value}) : Taken(link));
  });
}

void Survey::Threads() {
  w_.ForEach<ThreadRow>([&](ThreadId id, const ThreadRow& thread) {
    if (!thread.task || !w_.Alive(thread.task)) return;
    if (WhyAwake(w_, id, thread).empty()) return;
    sink_(Owed::kWakeup, id.any(), 0, true);
  });
}

void Survey::Nodes() {
  w_.ForEach<NodeRow>([&](NodeId id, const NodeRow& node) {
    if (!node.proc) {
      const bool held = node.refs.size != 0 || node.local_strong_refs != 0 ||
                        node.local_weak_refs != 0;
      if (node.in_dead_nodes != 0 && !held) {
        sink_(Owed::kEnd, id.any(), 0, true);
      }
      return;
    }
    const bool strong =
        node.internal_strong_refs != 0 || node.local_strong_refs != 0;
    const bool weak = node.refs.size != 0 || node.local_weak_refs != 0 ||
                      node.tmp_refs != 0 || strong;
    if (strong == (node.has_strong_ref != 0) &&
        weak == (node.has_weak_ref != 0)) {
      return;
    }
    const Link& link = node.work.entry;
    sink_(Owed::kNodeNews, id.any(), 0, !link.linked() || Taken(link));
  });
}

void Survey::Death(DeathId id, const DeathRow& death) {
  if (!w_.Alive(death.proc) || w_.Peek(death.proc).is_dead != 0) return;
  const Link& link = death.work.entry;
  if (IsClear(death.work.type)) {
    const bool told = link.head == Head::kDeliveredDeath;
    sink_(Owed::kConfirmation, id.any(), 0, !told && Taken(link));
  } else if (IsTodo(link)) {
    sink_(Owed::kObituary, id.any(), 0, Taken(link));
  }
}

void Survey::Deaths() {
  w_.ForEach<DeathRow>(
      [&](DeathId id, const DeathRow& death) { Death(id, death); });
  w_.ForEach<RefRow>([&](RefId, const RefRow& ref) {
    if (!ref.death || !ref.node || w_.Peek(ref.node).proc) return;
    const DeathRow& death = w_.Peek(ref.death);
    if (death.work.entry.linked() || death.work.type != WorkType::kNone) return;
    sink_(Owed::kObituary, ref.death.any(), 0, true);
  });
}

void Survey::Listener(FreezeId id, const FreezeRow& freeze) {
  const Link& link = freeze.work.entry;
  if (freeze.work.type == WorkType::kClearFreezeNotification) {
    sink_(Owed::kConfirmation, id.any(), 0, Taken(link));
  }
}

void Survey::Listeners() {
  w_.ForEach<FreezeRow>(
      [&](FreezeId id, const FreezeRow& freeze) { Listener(id, freeze); });
  w_.ForEach<RefRow>([&](RefId, const RefRow& ref) {
    if (!ref.freeze || !ref.node) return;
    const ProcId target = w_.Peek(ref.node).proc;
    if (!target || w_.Peek(target).is_dead != 0) return;
    const FreezeRow& freeze = w_.Peek(ref.freeze);
    if (freeze.told == w_.Peek(target).is_frozen + 1) return;
    const Link& link = freeze.work.entry;
    sink_(Owed::kListener, ref.freeze.any(), 0, !link.linked() || Taken(link));
  });
}

// A thread more is asked for by the next looper that returns from a read.
void Survey::Procs() {
  w_.ForEach<ProcRow>([&](ProcId id, const ProcRow& proc) {
    if (proc.is_dead != 0 || (proc.deferred_work & kDeferredRelease) != 0) {
      sink_(Owed::kEnd, id.any(), 0, true);
      return;
    }
    if (proc.requested_threads_started < proc.max_threads &&
        proc.requested_threads == 0 && proc.waiting_threads.size == 0 &&
        proc.todo.size != 0) {
      sink_(Owed::kLooper, id.any(), 0, SomebodyReads(id));
    }
  });
}

void Survey::Errors() {
  w_.ForEach<ErrorRow>([&](ErrorId id, const ErrorRow& error) {
    if (error.cmd == 0 || !w_.Alive(error.thread)) return;
    sink_(Owed::kError, id.any(), 0,
          Reads(w_.Peek(error.thread), error.thread));
  });
}

void Survey::Programs() {
  const UserRuntime& runtime = s_.runtime();
  for (uint32_t actor = 1; actor <= s_.task_count(); ++actor) {
    const TaskId id = s_.task(actor);
    const TaskRow& task = w_.Peek(id);
    if (task.state != TaskState::kRunning) continue;
    if (IsIn(task, OpId::kFreezeProc) || IsIn(task, OpId::kFreeze)) {
      sink_(Owed::kFreeze, id.any(), 0, true);
    }
    if (runtime.Finished(id) || runtime.Idle(id)) continue;
    sink_(Owed::kProgram, id.any(), task.pc, true);
  }
}

}  // namespace bindery::sim
