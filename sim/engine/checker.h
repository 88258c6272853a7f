// Whether everything holds in the present state of a simulation: what the
// driver may not do, what programs expect, the invariants of the protocol, the
// scenario's predicates.
//
// Stable identifiers of what is neither an invariant nor a predicate:
//   null-pointer, use-after-free, kernel-bug, kernel-warning   faults
//   expectation                                                a program's
#ifndef BINDERY_SIM_ENGINE_CHECKER_H_
#define BINDERY_SIM_ENGINE_CHECKER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sim/engine/simulation.h"

namespace bindery::sim {

// A property that does not hold.
struct PropertyViolation {
  std::string property;  // stable identifier
  std::string message;   // one sentence
};

// Faults and unmet expectations of the latest transition. Appends them unless
// `violations` is null; true if there are none. Works without a journal.
bool CheckStep(const Simulation& simulation,
               std::vector<PropertyViolation>* violations);

// The same and every invariant, property of histories (if the simulation
// watches them) and `always` predicate but those that the simulation is to pass
// over, given that all held before the latest transition. Needs the journal.
bool Check(const Simulation& simulation,
           std::vector<PropertyViolation>* violations);

// Judges the latest transition as Check() and Sometimes() do, so that the
// world's footprint, opened before the transition, has what they read. A
// predicate that the transition cannot have changed is left out: it was judged
// where it changed. REQUIRES: footprints are on.
void NoteJudged(const Simulation& simulation, std::vector<Resource>* reads,
                std::vector<Resource>* writes, std::vector<Resource>* makes);

// Bit i: the i-th `sometimes` predicate holds now.
uint64_t Sometimes(const Simulation& simulation);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_ENGINE_CHECKER_H_
