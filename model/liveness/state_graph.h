// The explicit graph of a model: states numbered in the order of a
// breadth-first search, with edges and with what is owed in each.
//
//  1. The k-th edge of a state is the k-th choice that is enabled in it.
//  2. States are completed in the order of their numbers.
//  3. The parents lead to state 0 on a shortest path.
//
// Not thread-safe.
#ifndef BINDERY_MODEL_LIVENESS_STATE_GRAPH_H_
#define BINDERY_MODEL_LIVENESS_STATE_GRAPH_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/concept.h"

namespace bindery::model {

class StateGraph {
 public:
  struct Edge {
    uint32_t to;
    uint32_t actor;  // who has to take it if it can for ever; 0: nobody
  };
  // The `rank`-th choice of a state.
  struct Step {
    uint32_t state;
    uint32_t rank;
  };
  static constexpr uint32_t kMostStates = 0xfffffffe;

  StateGraph() = default;
  StateGraph(const StateGraph&) = delete;
  StateGraph& operator=(const StateGraph&) = delete;

  // The number of a state; the next one, and *is_new, if it has none.
  uint32_t Number(Fingerprint fingerprint, bool* is_new);
  // The choice that led to a new state for the first time.
  void SetParent(uint32_t state, Step step) { parents_[state] = step; }
  // What belongs to the first state that is not complete.
  void AddEdge(Edge edge) { edges_.push_back(edge); }
  void AddObligation(Obligation owed) { owed_.push_back(owed); }
  void CompleteState();

  uint32_t states() const { return static_cast<uint32_t>(prints_.size()); }
  size_t edge_count() const { return edges_.size(); }
  Fingerprint fingerprint(uint32_t state) const { return prints_[state]; }
  uint32_t degree(uint32_t state) const {
    return static_cast<uint32_t>(first_edge_[state + 1] - first_edge_[state]);
  }
  const Edge& edge(uint32_t state, uint32_t rank) const {
    return edges_[first_edge_[state] + rank];
  }
  // Obligations of all states, and where those of a state begin.
  const std::vector<Obligation>& owed() const { return owed_; }
  size_t first_owed(uint32_t state) const { return first_owed_[state]; }
  // The steps from state 0.
  std::vector<Step> PathTo(uint32_t state) const;
  size_t bytes() const;

 private:
  void Grow();
  uint32_t& SlotOf(Fingerprint fingerprint);

  std::vector<Fingerprint> prints_;
  std::vector<Step> parents_;
  std::vector<uint32_t> slots_;  // number of a state plus 1; 0: free
  std::vector<Edge> edges_;
  std::vector<size_t> first_edge_ = {0};
  std::vector<Obligation> owed_;
  std::vector<size_t> first_owed_ = {0};
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_LIVENESS_STATE_GRAPH_H_
