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
uint64_t FirstTimeout(const Simulation& simulation) {
  for (uint32_t actor = 1; actor <= simulation.task_count(); ++actor) {
    if (!simulation.TimeoutEnabled(actor)) continue;
    return MakeChoice(ChoiceKind::kTimeout,
                      simulation.scenario().environment_actor(), actor);
  }
  return 0;
}

bool IsEnvironment(uint64_t choice) {
  return KindOf(choice) > ChoiceKind::kWorker;
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
  const uint32_t count = simulation.task_count();
  for (uint32_t i = 0; i < count; ++i) {
    if (simulation.TaskEnabled(current_)) {
      return MakeChoice(ChoiceKind::kTask, current_);
    }
    current_ = current_ % count + 1;
  }
  if (!simulation.WorkerEnabled()) return FirstTimeout(simulation);
  return RunActor(simulation, simulation.scenario().worker_actor());
}

uint64_t RandomScheduler::Next(const Simulation& simulation) {
  enabled_.clear();
  simulation.Enabled(&enabled_);
  const auto environment =
      std::find_if(enabled_.begin(), enabled_.end(), IsEnvironment);
  const auto actors = static_cast<uint32_t>(environment - enabled_.begin());
  const auto acts = static_cast<uint32_t>(enabled_.end() - environment);
  if (actors == 0) return FirstTimeout(simulation);
  if (acts != 0 && prng_.Below(kEnvironmentShare) == 0) {
    return enabled_[actors + prng_.Below(acts)];
  }
  return enabled_[prng_.Below(actors)];
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
