// What the driver and the programs owe in a state: something has to happen to
// each of these objects, unless others hold it up. No state breaks such a
// property; a run does in which the same object waits for ever.
//
// The numbers are those of the project's list (docs/invariants.md). A key names
// a property and an object, canonically: it is the same in all states in which
// that object waits. `due` says that nothing but the driver holds it up in this
// state: a message is due while some thread reads, not while all are busy.
//
// Assumed: every thread that can run does at some time, the worker too, and
// sleeps with a timeout end. Nobody has to kill, interrupt or fail anything.
#ifndef BINDERY_SIM_LIVENESS_LIVENESS_H_
#define BINDERY_SIM_LIVENESS_LIVENESS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sim/engine/simulation.h"
#include "sim/invariants/invariants.h"

namespace bindery::sim {

// All of the driver's and programs', in order; their places number them in
// keys. Behind them come the scenario's `eventually` predicates: such a state
// owes them in which they do not hold.
const std::vector<Invariant>& LivenessProperties();

struct OwedThing {
  uint64_t key;  // the upper 8 bits: place of the property
  bool due;
};

// Appends what is owed in the present state, each key once. Needs the journal.
void AppendOwed(const Simulation& simulation, std::vector<OwedThing>* owed);

// The number of the property, as in keys; -1: there is none.
int NumberOfOwed(const Simulation& simulation, absl::string_view property);
// The property of a key: an identifier of the list, or a predicate's name.
std::string PropertyOfOwed(const Simulation& simulation, uint64_t key);
// The object of a key that is owed here and what it waits for, in a sentence.
std::string DescribeOwed(const Simulation& simulation, uint64_t key);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_LIVENESS_LIVENESS_H_
