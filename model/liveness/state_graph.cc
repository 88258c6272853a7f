#include "model/liveness/state_graph.h"

#include <algorithm>

#include "base/check.h"

namespace bindery::model {
namespace {

constexpr size_t kFirstSlots = 1024;

}  // namespace

uint32_t& StateGraph::SlotOf(Fingerprint fingerprint) {
  const size_t mask = slots_.size() - 1;
  // Fingerprints of small models are small numbers.
  const uint64_t mixed =
      (fingerprint.lo ^ fingerprint.hi) * 0x9e3779b97f4a7c15u;
  for (size_t i = (mixed >> 20) & mask;; i = (i + 1) & mask) {
    const uint32_t slot = slots_[i];
    if (slot == 0 || prints_[slot - 1] == fingerprint) return slots_[i];
  }
}

void StateGraph::Grow() {
  slots_.assign(std::max(kFirstSlots, slots_.size() * 2), 0);
  for (uint32_t state = 0; state < states(); ++state) {
    SlotOf(prints_[state]) = state + 1;
  }
}

uint32_t StateGraph::Number(Fingerprint fingerprint, bool* is_new) {
  if (prints_.size() * 3 >= slots_.size() * 2) Grow();
  uint32_t& slot = SlotOf(fingerprint);
  *is_new = slot == 0;
  if (slot != 0) return slot - 1;
  BINDERY_CHECK(states() < kMostStates);
  prints_.push_back(fingerprint);
  parents_.push_back({});
  slot = states();
  return slot - 1;
}

void StateGraph::CompleteState() {
  first_edge_.push_back(edges_.size());
  first_owed_.push_back(owed_.size());
}

std::vector<StateGraph::Step> StateGraph::PathTo(uint32_t state) const {
  std::vector<Step> path;
  for (; state != 0; state = parents_[state].state) {
    path.push_back(parents_[state]);
  }
  std::reverse(path.begin(), path.end());
  return path;
}

size_t StateGraph::bytes() const {
  return prints_.capacity() * sizeof(Fingerprint) +
         parents_.capacity() * sizeof(Step) +
         slots_.capacity() * sizeof(uint32_t) +
         edges_.capacity() * sizeof(Edge) +
         owed_.capacity() * sizeof(Obligation) +
         (first_edge_.capacity() + first_owed_.capacity()) * sizeof(size_t);
}

}  // namespace bindery::model
