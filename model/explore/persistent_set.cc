#include "model/explore/persistent_set.h"

#include "base/check.h"

namespace bindery::model {

size_t PersistentSets::Members(const std::vector<AgentView>& agents) {
  size_t count = 0;
  for (const AgentView& agent : agents) count += agent.chosen ? 1 : 0;
  return count;
}

void PersistentSets::FindActive(const std::vector<AgentView>& agents) {
  active_.assign(agents.size(), false);
  std::vector<uint32_t> fresh;
  for (uint32_t i = 0; i < agents.size(); ++i) {
    if (!agents[i].enabled() || agents[i].chosen) continue;
    active_[i] = true;
    fresh.push_back(i);
  }
  while (!fresh.empty()) {
    const uint32_t waker = fresh.back();
    fresh.pop_back();
    for (uint32_t i = 0; i < agents.size(); ++i) {
      if (active_[i] || agents[i].enabled()) continue;
      if (!seen_.WritesInto(may_[waker], agents[i].guard)) continue;
      active_[i] = true;
      fresh.push_back(i);
    }
  }
}

bool PersistentSets::AddFor(FootprintId next, std::vector<AgentView>* agents) {
  FindActive(*agents);
  for (uint32_t i = 0; i < agents->size(); ++i) {
    if (!active_[i] || !seen_.Conflict(next, may_[i])) continue;
    Add(agents, i);
    return true;
  }
  return false;
}

void PersistentSets::Add(std::vector<AgentView>* agents, uint32_t agent) {
  if ((*agents)[agent].enabled()) {
    (*agents)[agent].chosen = true;
    return;
  }
  // Backwards from it to those who can move at once.
  std::vector<bool> met(agents->size(), false);
  std::vector<uint32_t> sleepers = {agent};
  met[agent] = true;
  while (!sleepers.empty()) {
    const FootprintId guard = (*agents)[sleepers.back()].guard;
    sleepers.pop_back();
    for (uint32_t i = 0; i < agents->size(); ++i) {
      if (met[i] || !active_[i] || !seen_.WritesInto(may_[i], guard)) continue;
      met[i] = true;
      if ((*agents)[i].enabled()) {
        (*agents)[i].chosen = true;
      } else {
        sleepers.push_back(i);
      }
    }
  }
}

}  // namespace bindery::model
