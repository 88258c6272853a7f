// Who picks the next choice of a run.
//
// A scheduler sees the simulation and keeps its own place; none of it is state
// of the world, so that whatever it picks can be replayed from the choices
// alone. Kinds: as written (the scenario's schedule), random (a seed), replay
// (a list of choices).
#ifndef BINDERY_SIM_ENGINE_SCHEDULER_H_
#define BINDERY_SIM_ENGINE_SCHEDULER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/engine/prng.h"
#include "sim/engine/run_queue.h"
#include "sim/engine/simulation.h"

namespace bindery::sim {

class Scheduler {
 public:
  virtual ~Scheduler() = default;
  // An enabled choice, or 0 for none.
  virtual uint64_t Next(const Simulation& simulation) = 0;
  // Why the latest Next() gave none although the schedule wants one; "" if that
  // is not so.
  const std::string& divergence() const { return divergence_; }

 protected:
  std::string divergence_;
};

// The scenario's schedule, turn by turn; behind its end, or without one, a task
// runs until it blocks, then the next runnable one in order of declaration,
// around in a circle; the worker runs when no task can, and when nothing can
// the first task that sleeps for some time at most is over with that. The
// environment does nothing else. A turn of N steps diverges if its actor cannot
// make all of them; a turn without a number ends when the actor cannot run.
class AsWrittenScheduler : public Scheduler {
 public:
  uint64_t Next(const Simulation& simulation) override;

 private:
  uint64_t NextInTurn(const Simulation& simulation);
  uint64_t NextInCircle(const Simulation& simulation);

  RunQueue queue_;
  size_t turn_ = 0;
  uint32_t done_ = 0;     // transitions of this turn
  uint32_t current_ = 1;  // actor that ran last
};

// Picks among the enabled choices, each task and the worker as likely as the
// others, the environment once in sixteen if it can do anything. It acts only
// while a task or the worker can run, but that time passes also then.
class RandomScheduler : public Scheduler {
 public:
  explicit RandomScheduler(uint64_t seed) : prng_(seed) {}
  uint64_t Next(const Simulation& simulation) override;

 private:
  RunQueue queue_;
  Prng prng_;
  std::vector<uint64_t> acts_;  // of the environment
};

// A list of choices. Diverges at the first that is not enabled.
class ReplayScheduler : public Scheduler {
 public:
  explicit ReplayScheduler(std::vector<uint64_t> choices)
      : choices_(std::move(choices)) {}
  uint64_t Next(const Simulation& simulation) override;
  // How many choices have been handed out.
  size_t position() const { return position_; }

 private:
  const std::vector<uint64_t> choices_;
  size_t position_ = 0;
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_ENGINE_SCHEDULER_H_
