// From the scenario language to the code that the user runtime executes.
#ifndef BINDERY_SIM_USER_COMPILE_H_
#define BINDERY_SIM_USER_COMPILE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/user/program.h"
#include "sim/user/source.h"

namespace bindery::sim {

// Errors: InvalidArgument with a line "file:line:column: what is wrong; why or
// what to do" for each mistake. `tree` may be null: places are then 1:1.
// Predicates stay text; their syntax is not looked at.
absl::StatusOr<CompiledScenario> Compile(const proto::Scenario& scenario,
                                         const ParseTree* tree,
                                         absl::string_view filename);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_USER_COMPILE_H_
