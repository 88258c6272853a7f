// Random steps over a world, for tests: what they do depends only on the seed
// and on the canonical state, never on slots.
#ifndef BINDERY_SIM_WORLD_RANDOM_STEPS_H_
#define BINDERY_SIM_WORLD_RANDOM_STEPS_H_

#include <cstdint>

#include "sim/world/world.h"

namespace bindery::sim {

// A small generator with a fixed sequence for each seed (splitmix64).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t Next();
  // From 0 to bound - 1.
  uint64_t Below(uint64_t bound) { return Next() % bound; }

 private:
  uint64_t state_;
};

// Rows that every driver has: two processes with a proc, a thread and a task
// each. Leaves no history.
void BuildSmallWorld(World& world);

// Applies one step of a few operations: rows are created, edited, put on lists,
// taken off them and freed, often while something still names them; stale ids
// are kept, cleared and used. May record faults.
void RandomStep(World& world, uint64_t seed);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_RANDOM_STEPS_H_
