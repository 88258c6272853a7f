#include "sim/engine/run_queue.h"

#include <bit>
#include <utility>

#include "base/check.h"

namespace bindery::sim {

void ActorSet::Reset(uint32_t count) {
  words_.assign(count / 64 + 1, 0);
  size_ = 0;
}

void ActorSet::Set(uint32_t actor, bool member) {
  uint64_t& word = words_[actor / 64];
  const uint64_t bit = uint64_t{1} << actor % 64;
  if (((word & bit) != 0) == member) return;
  word ^= bit;
  member ? ++size_ : --size_;
}

uint32_t ActorSet::NextFrom(uint32_t actor) const {
  if (size_ == 0) return 0;
  size_t i = actor / 64;
  uint64_t word = words_[i] & (~uint64_t{0} << actor % 64);
  while (word == 0) {
    i = i + 1 == words_.size() ? 0 : i + 1;
    word = words_[i];
  }
  return static_cast<uint32_t>(i * 64) +
         static_cast<uint32_t>(std::countr_zero(word));
}

uint32_t ActorSet::Nth(uint32_t n) const {
  BINDERY_CHECK(n < size_);
  size_t i = 0;
  for (; n >= static_cast<uint32_t>(std::popcount(words_[i])); ++i) {
    n -= static_cast<uint32_t>(std::popcount(words_[i]));
  }
  uint64_t word = words_[i];
  while (n-- != 0) word &= word - 1;
  return static_cast<uint32_t>(i * 64) +
         static_cast<uint32_t>(std::countr_zero(word));
}

void RunQueue::Update(const Simulation& simulation) {
  const World& world = simulation.world();
  const bool same = world_ == &world && world.epoch() == epoch_;
  const bool next =
      world_ == &world && world.epoch() == epoch_ + 1 && world.runners_noted();
  world_ = &world;
  epoch_ = world.epoch();
  if (same) return;
  if (!next) return Rebuild(simulation);
  for (const World::Changed& changed : world.changed()) {
    const AnyId id = changed.id;
    if (id.table() == TableId::kTask) {
      Refresh(simulation, world.Peek(TaskId{id.value}).actor);
    } else if (id.table() == TableId::kVariable) {
      const VariableRow& variable = world.Peek(VariableId{id.value});
      if (variable.process) {
        Bound(simulation, world.Peek(variable.process).index);
      } else {
        Posted(simulation, variable.index);
      }
    }
  }
}

uint32_t RunQueue::NextOfFew(const Simulation& simulation, uint32_t from) {
  const uint32_t count = simulation.task_count();
  for (uint32_t i = 1; i < count; ++i) {
    const uint32_t actor = (from - 1 + i) % count + 1;
    if (simulation.TaskEnabled(actor)) return actor;
  }
  return 0;
}

void RunQueue::Rebuild(const Simulation& simulation) {
  const uint32_t count = simulation.task_count();
  runnable_.Reset(count);
  timed_.Reset(count);
  awaits_.assign(count + 1, 0);
  waiting_.assign(simulation.scenario().events.size() + 1, {});
  naming_.assign(simulation.scenario().processes.size() + 1, {});
  for (uint32_t actor = 1; actor <= count; ++actor) Refresh(simulation, actor);
}

void RunQueue::Refresh(const Simulation& simulation, uint32_t actor) {
  runnable_.Set(actor, simulation.TaskEnabled(actor));
  timed_.Set(actor, simulation.TimeoutEnabled(actor));
  const UserRuntime& runtime = simulation.runtime();
  if (runtime.AwaitsName(simulation.task(actor))) {
    naming_[simulation.scenario().tasks[actor - 1].process].push_back(actor);
  }
  const uint32_t event = runtime.Awaits(simulation.task(actor));
  if (event == awaits_[actor]) return;
  awaits_[actor] = event;
  if (event != 0) waiting_[event].push_back(actor);
}

void RunQueue::Posted(const Simulation& simulation, uint32_t event) {
  const std::vector<uint32_t> actors = std::exchange(waiting_[event], {});
  for (const uint32_t actor : actors) {
    if (awaits_[actor] != event) continue;
    awaits_[actor] = 0;
    Refresh(simulation, actor);
  }
}

// Whoever still waits is there again after it.
void RunQueue::Bound(const Simulation& simulation, uint32_t process) {
  const std::vector<uint32_t> actors = std::exchange(naming_[process], {});
  for (const uint32_t actor : actors) Refresh(simulation, actor);
}

}  // namespace bindery::sim
