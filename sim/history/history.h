// Properties of histories: what may follow what. A state does not show the
// past, so each is a finite monitor that keeps what it needs in rows of its own
// (sim/world/rows_history.h), which undo, fingerprint, encoding and dumps treat
// like all others.
//
//  H1 A monitor looks at a transition from outside: it reads rows before and
//     after (step.h) and never changes one of the driver's or user space's.
//  H2 What it remembers is bounded by live objects and forgotten when it can no
//     longer matter, so that explorations end.
//  H3 A violation is about the latest transition, like a fault.
//
// Properties about a single transition that need no memory (E7, E23, E29, E40,
// E73) are here too: they compare a row with what it was.
//
// What is not covered: properties of parts that are not modelled (see
// docs/invariants.md).
#ifndef BINDERY_SIM_HISTORY_HISTORY_H_
#define BINDERY_SIM_HISTORY_HISTORY_H_

#include <string>
#include <vector>

#include "sim/history/step.h"
#include "sim/invariants/invariants.h"
#include "sim/kernel/features.h"
#include "sim/world/dump.h"
#include "sim/world/world.h"

namespace bindery::sim {

// All of them, in order of their numbers.
const std::vector<Invariant>& HistoryProperties();

// A property that the latest transition broke.
struct BrokenProperty {
  const char* id;       // "E19"
  std::string message;  // one sentence, with the names of objects
};

class History {
 public:
  // Both outlive the history. `features` are the driver's: what is a rule of
  // later kernels only is not asked of earlier ones.
  History(const RowNames& names, const Features& features)
      : names_(names), features_(features) {}

  // Looks at the step that is under way and brings the history up to date.
  // Does nothing if the driver committed a fault in it.
  // REQUIRES: between BeginStep() and Commit(), with a journal; every step
  // since the set-up was observed.
  void Observe(World& world);

  // What the latest observed step broke.
  const std::vector<BrokenProperty>& broken() const { return broken_; }
  // Forgets what was broken; what the world remembers stays.
  void Clear() { broken_.clear(); }

 private:
  const RowNames& names_;
  const Features& features_;
  Step step_;
  std::vector<BrokenProperty> broken_;
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_HISTORY_HISTORY_H_
