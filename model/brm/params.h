// The parameters of BRM-1, the abstract binder reference model.
//
// BRM-1 has one thread in each process and executes one command, or the death
// of one process, at a time. Node n belongs to process n; node 0 is the
// context manager, to which every other process holds a strong reference at
// the start.
#ifndef BINDERY_MODEL_BRM_PARAMS_H_
#define BINDERY_MODEL_BRM_PARAMS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace bindery::model {

struct BrmParams {
  static constexpr int kMaxProcesses = 4;

  int processes = 3;           // P: 1 to kMaxProcesses
  int nodes = 1;               // N: 1 to P
  int max_strong = 1;          // S: strong count of a reference, 1 to 3
  int max_weak = 0;            // W: weak count of a reference, 0 to 3
  int inbox_capacity = 1;      // Q: transactions that wait, 1 to 3
  bool one_way = false;        // OW: one-way calls are possible
  bool death_notices = false;  // DN: death notifications are possible
  int mortal = 0;              // DIE: bit p: process p may die

  friend bool operator==(const BrmParams&, const BrmParams&) = default;
};

// Reads "P,N,S,W,Q,OW,DN,DIE", such as "3,2,1,0,1,1,1,7". The error names the
// parameter, what was found and what is allowed.
absl::StatusOr<BrmParams> ParseBrmParams(absl::string_view text);

// The inverse of ParseBrmParams().
std::string BrmParamsText(const BrmParams& params);

}  // namespace bindery::model

#endif  // BINDERY_MODEL_BRM_PARAMS_H_
