// Reads a scenario file.
#ifndef BINDERY_SIM_IO_SCENARIO_LOADER_H_
#define BINDERY_SIM_IO_SCENARIO_LOADER_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/scenario.pb.h"
#include "sim/user/program.h"

namespace bindery::sim {

struct LoadedScenario {
  proto::Scenario proto;
  CompiledScenario compiled;
};

// Parses, checks and compiles a scenario in text format. `filename` is used in
// messages, and for the default name.
//
// Errors: InvalidArgument, a line for each of the first twenty mistakes:
//   file:line:column: what is wrong; why, or what to do
// Lines and columns count from 1. No input makes it crash or print anything.
// Predicates stay text; sim/predicate judges them.
absl::StatusOr<LoadedScenario> LoadScenario(absl::string_view text,
                                            absl::string_view filename);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_IO_SCENARIO_LOADER_H_
