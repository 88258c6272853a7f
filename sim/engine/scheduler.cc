#include "sim/engine/scheduler.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"

namespace bindery::sim {
namespace {

// One act of the environment in this many transitions.
constexpr uint32_t kEnvironmentShare = 16;

bool ActorEnabled(const Simulation& simulation, uint32_t actor) {
  return actor <= simulation.task_count() ? simulation.TaskEnabled(actor)
                                          : simulation.WorkerEnabled();
}

uint64_t RunActor(const Simulation& simulation, uint32_t actor) {
  const bool task = actor <= simulation.task_count();
  return MakeChoice(task ? ChoiceKind::kTask : ChoiceKind::kWorker, actor);
}

// 0 if nobody waits for time to pass.
uint64_t FirstTimeout(const Simulation& simulation, const RunQueue& queue) {
  const uint32_t actor = queue.timed().NextFrom(1);
  if (actor == 0) return 0;
  return MakeChoice(ChoiceKind::kTimeout,
                    simulation.scenario().environment_actor(), actor);
}

}  // namespace

uint64_t AsWrittenScheduler::Next(const Simulation& simulation) {
  divergence_.clear();
  const uint64_t choice = NextInTurn(simulation);
  if (choice != 0 || !divergence_.empty()) return choice;
  return NextInCircle(simulation);
}

uint64_t AsWrittenScheduler::NextInTurn(const Simulation& simulation) {
  const std::vector<TurnSpec>& schedule = simulation.scenario().schedule;
  while (turn_ < schedule.size()) {
    const TurnSpec& turn = schedule[turn_];
    const bool full = turn.steps != 0 && done_ == turn.steps;
    if (!full && ActorEnabled(simulation, turn.actor)) {
      ++done_;
      current_ = std::min(turn.actor, simulation.task_count());
      return RunActor(simulation, turn.actor);
    }
    if (!full && turn.steps != 0) {
      divergence_ = absl::StrCat(
          "turn ", turn_ + 1, " of the schedule (line ", turn.place.line,
          ") gives ", simulation.scenario().ActorName(turn.actor), " ",
          turn.steps, " steps, but it cannot run after ", done_);
      return 0;
    }
    ++turn_;
    done_ = 0;
  }
  return 0;
}

uint64_t AsWrittenScheduler::NextInCircle(const Simulation& simulation) {
  if (const uint32_t actor = queue_.NextRunnable(simulation, current_)) {
    current_ = actor;
    return MakeChoice(ChoiceKind::kTask, actor);
  }
  if (!simulation.WorkerEnabled()) {
    queue_.Update(simulation);
    return FirstTimeout(simulation, queue_);
  }
  return RunActor(simulation, simulation.scenario().worker_actor());
}

uint64_t RandomScheduler::Next(const Simulation& simulation) {
  queue_.Update(simulation);
  const uint32_t tasks = queue_.runnable().size();
  const uint32_t actors = tasks + (simulation.WorkerEnabled() ? 1 : 0);
  if (actors == 0) return FirstTimeout(simulation, queue_);
  acts_.clear();
  simulation.EnvironmentEnabled(queue_.timed().size() != 0, &acts_);
  if (!acts_.empty() && prng_.Below(kEnvironmentShare) == 0) {
    return acts_[prng_.Below(static_cast<uint32_t>(acts_.size()))];
  }
  const uint32_t picked = prng_.Below(actors);
  if (picked == tasks) {
    return RunActor(simulation, simulation.scenario().worker_actor());
  }
  return MakeChoice(ChoiceKind::kTask, queue_.runnable().Nth(picked));
}

uint64_t ReplayScheduler::Next(const Simulation& simulation) {
  divergence_.clear();
  if (position_ == choices_.size()) return 0;
  const uint64_t choice = choices_[position_];
  if (!simulation.IsEnabled(choice)) {
    divergence_ = absl::StrCat("step ", position_ + 1, ": \"",
                               ChoiceText(simulation.scenario(), choice),
                               "\" is not possible");
    return 0;
  }
  ++position_;
  return choice;
}

}  // namespace bindery::sim
