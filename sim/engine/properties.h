// The scenario's predicates, compiled: what must always hold, what must hold
// somewhere or again and again, and what `check` steps ask.
//
// Immutable and shared by every simulation of the scenario.
#ifndef BINDERY_SIM_ENGINE_PROPERTIES_H_
#define BINDERY_SIM_ENGINE_PROPERTIES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/predicate/predicate.h"
#include "sim/user/program.h"

namespace bindery::sim {

// A compiled predicate with what reports say about it.
struct Property {
  std::string name;
  std::string expr;
  Predicate predicate;
};

struct Properties {
  std::vector<Property> always;
  std::vector<Property> sometimes;   // at most 64
  std::vector<Property> eventually;  // at most 64
  std::vector<Property> checks;      // by index of CompiledScenario::checks

  // Errors: InvalidArgument "file:line:column: ..." for the first predicate
  // that cannot be compiled, or for the 65th `sometimes` or
  // `eventually`.
  static absl::StatusOr<Properties> Compile(const CompiledScenario& scenario);
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_ENGINE_PROPERTIES_H_
