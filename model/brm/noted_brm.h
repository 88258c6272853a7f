// BRM-1 with what its choices read and write, for partial-order reduction.
//
// A process is an agent, and so is its death. Cells are resources: a choice
// reads what it looked at or wrote, and the cells of each node of which it
// changed something, since the invariants are about one node each. It writes
// what it changed. Not thread-safe.
#ifndef BINDERY_MODEL_BRM_NOTED_BRM_H_
#define BINDERY_MODEL_BRM_NOTED_BRM_H_

#include <cstdint>
#include <vector>

#include "model/brm/brm.h"
#include "model/concept.h"

namespace bindery::model {

class NotedBrm : public BasicBrm<BrmUse::kFootprints> {
 public:
  using BasicBrm::BasicBrm;

  uint32_t Agents() const { return 2 * Processes(); }
  uint32_t AgentOf(Choice choice) const;
  void ApplyNoting(Choice choice, Accesses* accesses);
  void Guards(uint32_t agent, std::vector<uint64_t>* reads) const;
  Fingerprint Carried(Fingerprint here, Fingerprint from,
                      Fingerprint to) const {
    return {here.hi ^ from.hi ^ to.hi, here.lo ^ from.lo ^ to.lo};
  }
  uint64_t PlaceOf(uint32_t agent) const;

 private:
  uint32_t Processes() const {
    return static_cast<uint32_t>(params_.processes);
  }
  BrmCellSet ReadByJudges(BrmCellSet written) const;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_BRM_NOTED_BRM_H_
