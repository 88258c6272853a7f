// Who can run, kept up to date from what each step changed, so that picking the
// next actor costs the same however many there are.
#ifndef BINDERY_SIM_ENGINE_RUN_QUEUE_H_
#define BINDERY_SIM_ENGINE_RUN_QUEUE_H_

#include <cstdint>
#include <vector>

#include "sim/engine/simulation.h"

namespace bindery::sim {

// A set of actors, in order of their numbers (from 1).
class ActorSet {
 public:
  // Empties it, and makes room for `count` actors.
  void Reset(uint32_t count);
  void Set(uint32_t actor, bool member);
  uint32_t size() const { return size_; }
  // The first member from `actor` on, around in a circle; 0: it is empty.
  uint32_t NextFrom(uint32_t actor) const;
  // REQUIRES: n < size(), counted from 0.
  uint32_t Nth(uint32_t n) const;

 private:
  std::vector<uint64_t> words_;
  uint32_t size_ = 0;
};

class RunQueue {
 public:
  // Looks at what changed since the latest call; at everything if that was not
  // exactly one step ago, or the world does not note it (World::runners_noted).
  void Update(const Simulation& simulation);

  // runnable().NextFrom(from) of now, whether updated or not: where there are
  // few tasks, looking at them costs less than keeping up.
  uint32_t NextRunnable(const Simulation& simulation, uint32_t from) {
    if (simulation.task_count() <= Simulation::kFewTasks) [[likely]] {
      if (simulation.TaskEnabled(from)) [[likely]]
        return from;
      return NextOfFew(simulation, from);
    }
    Update(simulation);
    return runnable_.NextFrom(from);
  }

  // Simulation::TaskEnabled().
  const ActorSet& runnable() const { return runnable_; }
  // Simulation::TimeoutEnabled().
  const ActorSet& timed() const { return timed_; }

 private:
  static uint32_t NextOfFew(const Simulation& simulation, uint32_t from);
  void Rebuild(const Simulation& simulation);
  void Refresh(const Simulation& simulation, uint32_t actor);
  void Posted(const Simulation& simulation, uint32_t event);
  void Bound(const Simulation& simulation, uint32_t process);

  const World* world_ = nullptr;
  uint64_t epoch_ = 0;
  ActorSet runnable_;
  ActorSet timed_;
  std::vector<uint32_t> awaits_;                // by actor: event; 0: none
  std::vector<std::vector<uint32_t>> waiting_;  // by event: actors, perhaps not
                                                // any more
  std::vector<std::vector<uint32_t>> naming_;   // by process: actors that wait
                                                // for a name, or did
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_ENGINE_RUN_QUEUE_H_
