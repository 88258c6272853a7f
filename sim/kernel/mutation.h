// Mutations of the driver: the five generic ways in which a guard is wrong.
//
//   drop-check     a check always passes
//   drop-section   a lock and its unlocks are left out
//   early-unlock   an unlock comes one atom earlier
//   drop-pin       a temporary reference is neither taken nor dropped
//   swap           two neighbouring atoms change places
//   drop           a dequeue, a wake-up or an undo is left out
//
// They are generated for every atom and guard that they fit, none omitted and
// none invented. An id reads KIND:FUNCTION:NAME, with #N if the function has
// several of that name; it stays the same while the atom's name does.
//
// A driver without mutations is not slower for them: they rewrite its tables
// once, before it runs.
#ifndef BINDERY_SIM_KERNEL_MUTATION_H_
#define BINDERY_SIM_KERNEL_MUTATION_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/kernel/driver.h"

namespace bindery::sim {

struct Mutation {
  std::string id;
  std::string kind;      // one of the list above
  std::string function;  // the kernel function that it changes
  std::string what;      // the atom or guard, in words
};

// Every mutation of a profile, in the order of the tables.
absl::StatusOr<std::vector<Mutation>> ListMutations(absl::string_view profile);

// Applies mutations by id. Errors: unknown id (with the nearest ones), an id
// given twice, two that change the same atom.
absl::Status Mutate(const std::vector<std::string>& ids, Driver* driver);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_MUTATION_H_
