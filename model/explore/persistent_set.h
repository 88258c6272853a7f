// Whose choices are enough in a state: sets of agents such that nothing the
// others may do conflicts with what the members are about to do.
//
//  1. For a member, an agent is active if it has choices and is no member, or
//     if what an active one may do writes what it waits for; all of this as
//     long as that member does not move.
//  2. A set is enough if no member's next choices conflict with what an agent
//     may do that is active for it.
//  3. If one conflicts, it becomes a member; if it has no choices, those become
//     members that may wake it.
//
// Not thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_PERSISTENT_SET_H_
#define BINDERY_MODEL_EXPLORE_PERSISTENT_SET_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/explore/footprints.h"

namespace bindery::model {

// What an agent can do in a state.
struct AgentView {
  uint32_t first = 0;  // its choices are these, without the end
  uint32_t end = 0;
  FootprintId guard = 0;  // what decides that
  FootprintId next = 0;   // what they read and write; known of those that have
                          // some, if several agents have
  uint64_t place = 0;
  bool chosen = false;    // a member
  bool explored = false;  // its choices were, or are being explored

  bool enabled() const { return first != end; }
};

class PersistentSets {
 public:
  explicit PersistentSets(Footprints& footprints) : seen_(footprints) {}

  // Adds members until the set is enough, given what agent q may do from here
  // on as long as member p does not move: future(p, q). True if there are more
  // than before.
  template <typename Future>
  bool Grow(std::vector<AgentView>* agents, Future&& future) {
    bool more = false;
    while (AddOne(agents, future)) more = true;
    return more;
  }

  // Makes a smallest set that is enough. REQUIRES: there are no members.
  template <typename Future>
  void Guess(std::vector<AgentView>* agents, Future&& future) {
    uint32_t best = 0;
    size_t least = agents->size() + 1;
    for (uint32_t i = 0; i < agents->size() && least > 1; ++i) {
      if (!(*agents)[i].enabled()) continue;
      trial_ = *agents;
      trial_[i].chosen = true;
      size_t size = 1;
      while (size < least && AddOne(&trial_, future)) size = Members(trial_);
      if (size >= least) continue;
      least = size;
      best = i;
    }
    (*agents)[best].chosen = true;
  }

 private:
  template <typename Future>
  void Ask(const std::vector<AgentView>& agents, uint32_t member,
           Future&& future) {
    may_.assign(agents.size(), 0);
    for (uint32_t i = 0; i < agents.size(); ++i) {
      const AgentView& agent = agents[i];
      if (agent.chosen) continue;
      may_[i] = seen_.Union(future(member, i), agent.guard);
      if (agent.enabled()) may_[i] = seen_.Union(may_[i], agent.next);
    }
  }

  // False if the set is enough.
  template <typename Future>
  bool AddOne(std::vector<AgentView>* agents, Future&& future) {
    for (uint32_t i = 0; i < agents->size(); ++i) {
      if (!(*agents)[i].chosen) continue;
      Ask(*agents, i, future);
      if (AddFor((*agents)[i].next, agents)) return true;
    }
    return false;
  }

  static size_t Members(const std::vector<AgentView>& agents);
  // The same for a member that is about to do `next`.
  bool AddFor(FootprintId next, std::vector<AgentView>* agents);
  void FindActive(const std::vector<AgentView>& agents);
  // The agent is active and conflicts.
  void Add(std::vector<AgentView>* agents, uint32_t agent);

  Footprints& seen_;
  std::vector<FootprintId> may_;  // by agent: what it may do
  std::vector<bool> active_;
  std::vector<AgentView> trial_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_PERSISTENT_SET_H_
