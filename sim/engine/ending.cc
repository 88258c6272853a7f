#include "sim/engine/ending.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/vfs/epoll.h"
#include "sim/world/dump.h"

namespace bindery::sim {

bool AvailableForProcWork(const ThreadRow& thread) {
  return !thread.transaction_stack && thread.todo.size == 0 &&
         (thread.looper & (kLooperEntered | kLooperRegistered)) != 0;
}

namespace {

// Why the thread that sleeps on its queue should be awake; "" if it rightly
// sleeps.
std::string LostWakeup(const World& world, const ThreadRow& thread) {
  if (thread.process_todo != 0 && thread.todo.size != 0) {
    return "work is queued in its thread";
  }
  if (thread.process_todo != 0 || thread.looper_need_return != 0) {
    return "its wake-up condition holds";
  }
  const ProcRow& proc = world.Peek(thread.proc);
  if (proc.todo.size == 0) return "";
  if (thread.waiting_thread_node.linked()) {
    return "work is queued in its process and it waits for work";
  }
  if ((thread.looper & kLooperPoll) != 0 && AvailableForProcWork(thread)) {
    return "work is queued in its process and it polls for work";
  }
  return "";
}

// The task that adds an item is told when there is work for it, unless it was
// told already, or asked to be told once. A flush tells nobody.
std::string LostEvent(const World& world, ThreadId id, const TaskRow& task) {
  const EventPollId ep = world.Peek(world.Peek(task.frame).file).eventpoll;
  std::string why;
  world.ForEach<EpItemRow>([&](EpItemId, const EpItemRow& item) {
    if (item.ep != ep || item.whead != id || item.ready != 0) return;
    if ((item.events & (kEpollOneShot | kEpollEt)) != 0) return;
    ThreadRow thread = world.Peek(id);
    thread.looper_need_return = 0;
    if ((item.events & kEpollIn) != 0) why = LostWakeup(world, thread);
  });
  return why;
}

}  // namespace

std::string WhyAwake(const World& world, ThreadId id, const ThreadRow& thread) {
  const TaskRow& task = world.Peek(thread.task);
  if (task.state != TaskState::kRunning) return "";
  if (task.asleep == kAsleepInEpoll) return LostEvent(world, id, task);
  const bool here = world.Peek(task.frame).thread == id;
  return task.asleep == kAsleep && here ? LostWakeup(world, thread) : "";
}

namespace {

std::vector<std::string> LostWork(const Simulation& simulation) {
  const World& world = simulation.world();
  std::vector<std::string> lines;
  world.ForEach<ThreadRow>([&](ThreadId id, const ThreadRow& thread) {
    if (!thread.task || !world.Alive(thread.task)) return;
    const TaskRow& task = world.Peek(thread.task);
    const std::string why = WhyAwake(world, id, thread);
    if (why.empty()) return;
    lines.push_back(absl::StrCat(simulation.names().Actor(task.actor),
                                 " sleeps although ", why));
  });
  return lines;
}

std::vector<std::string> StuckPrograms(const Simulation& simulation) {
  std::vector<std::string> lines;
  // Who has no program cannot be stuck in it.
  if (simulation.scenario().open) return lines;
  for (uint32_t actor = 1; actor <= simulation.task_count(); ++actor) {
    const TaskId task = simulation.task(actor);
    if (simulation.world().Peek(task).state != TaskState::kRunning) continue;
    const UserRuntime& runtime = simulation.runtime();
    if (runtime.Finished(task) || runtime.Idle(task)) continue;
    lines.push_back(absl::StrCat(simulation.names().Actor(actor), " ",
                                 runtime.WaitingFor(task)));
  }
  return lines;
}

}  // namespace

Ending Classify(const Simulation& simulation, std::string* reason) {
  const std::vector<std::string> lost = LostWork(simulation);
  const std::vector<std::string> stuck =
      lost.empty() ? StuckPrograms(simulation) : std::vector<std::string>();
  if (reason != nullptr)
    *reason = absl::StrJoin(lost.empty() ? stuck : lost, "; ");
  if (!lost.empty()) return Ending::kLostWork;
  return stuck.empty() ? Ending::kFinished : Ending::kUserDeadlock;
}

}  // namespace bindery::sim
