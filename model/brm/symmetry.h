// The permutations of processes, and of the nodes they own, under which BRM-1
// does not change.
#ifndef BINDERY_MODEL_BRM_SYMMETRY_H_
#define BINDERY_MODEL_BRM_SYMMETRY_H_

#include <array>
#include <cstdint>
#include <vector>

#include "model/brm/params.h"
#include "model/brm/state.h"

namespace bindery::model {

struct BrmPermutation {
  // Process p becomes of[p], and so does its node.
  std::array<uint8_t, BrmParams::kMaxProcesses> of = {};
  BrmImage image;
};

// All but the identity; `layout` is any state with these parameters.
std::vector<BrmPermutation> BrmSymmetry(const BrmParams& params,
                                        const BrmLayout& layout);

}  // namespace bindery::model

#endif  // BINDERY_MODEL_BRM_SYMMETRY_H_
