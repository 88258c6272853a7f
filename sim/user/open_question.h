// An open question: processes without programs, whose threads may issue any
// command of an alphabet at any time. "Is there any sequence that breaks an
// invariant?"
//
// It is a scenario like any other: processes p0, p1, ... with the device open
// and mapped, p0 the context manager, each with a file as descriptor 0 and with
// nodes; threads t0, t1, ... have no steps. What they may do is compiled
// beforehand, a step for each letter and each value of its object.
#ifndef BINDERY_SIM_USER_OPEN_QUESTION_H_
#define BINDERY_SIM_USER_OPEN_QUESTION_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/scenario.pb.h"
#include "sim/user/program.h"

namespace bindery::sim {

struct OpenQuestion {
  uint32_t procs = 0;
  uint32_t threads = 1;   // of each process
  uint32_t commands = 0;  // in all; reads are free
  uint32_t deaths = 0;    // processes that may be killed
  uint32_t signals = 0;
  uint32_t faults = 0;  // allocations that may fail
  std::string alphabet = "core";

  // All of it, in this order: "procs:2,threads:1,commands:6,...".
  std::string ToText() const;
};

// Of "procs:2,threads:1,commands:6[,alphabet:core][,deaths:N][,signals:N]
// [,faults:N]", in any order. Errors: InvalidArgument with what is wrong, at
// which character, and what is possible.
absl::StatusOr<OpenQuestion> ParseOpenQuestion(absl::string_view text);

// The processes, as a scenario.
proto::Scenario ScenarioOf(const OpenQuestion& question);

// The same compiled, with what its threads may do.
absl::StatusOr<CompiledScenario> CompileOpen(const OpenQuestion& question);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_USER_OPEN_QUESTION_H_
