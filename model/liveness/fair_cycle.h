// Runs that break a promise for ever: fair cycles of the explicit graph along
// which one obligation stays open.
//
// Weak fairness: an actor that can act in every state of a cycle acts in it. A
// state in which no actor can act that has to is a cycle too, of no steps: the
// run may rest there. Weak fairness needs no more than strongly connected
// components of the states where the key is owed, since what makes a component
// unfair makes each of its parts unfair.
#ifndef BINDERY_MODEL_LIVENESS_FAIR_CYCLE_H_
#define BINDERY_MODEL_LIVENESS_FAIR_CYCLE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/liveness/state_graph.h"

namespace bindery::model {

// A run: the stem once, then the loop for ever. Empty: it rests.
struct Lasso {
  uint64_t key = 0;
  std::vector<StateGraph::Step> stem;
  std::vector<StateGraph::Step> loop;
};

// For each property that a fair run breaks one such run, in order of their
// numbers; the first alone unless `all`. The stem is a shortest path to the
// component. REQUIRES: all states are complete.
std::vector<Lasso> FindFairCycles(const StateGraph& graph, bool all);

// What that takes beside the graph, in bytes.
size_t FairCycleBytes(const StateGraph& graph);

}  // namespace bindery::model

#endif  // BINDERY_MODEL_LIVENESS_FAIR_CYCLE_H_
