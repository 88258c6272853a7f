// The model's side of conformance: a scenario executed in lock-step, as a plan
// for an agent and as the transcript that a kernel is expected to give.
//
// In lock-step one task at a time makes a system call; then everything inside
// the driver goes on until nothing can: the calling task first, then others by
// number, then the deferred worker to its end, then whoever it woke. Programs
// do nothing in between. A real kernel that is driven in the same way has no
// choice left that matters. Who makes the next call: the task that made the
// latest one as long as it can, else the next one in order of declaration,
// around in a circle.
//
// The last step is none of the scenario's: it reads what the driver says of its
// own state (driver_log.h). It comes last because reading changes the state.
#ifndef BINDERY_TOOLS_CONFORM_LOCKSTEP_H_
#define BINDERY_TOOLS_CONFORM_LOCKSTEP_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/engine/properties.h"
#include "sim/engine/simulation.h"
#include "sim/kernel/driver.h"
#include "sim/user/program.h"
#include "tools/conform/transcript.h"

namespace bindery::conform {

struct LockstepRun {
  std::string plan;  // one scenario of tools/agent/plan.md
  Transcript transcript;
  // Results of the last step in the words of each of tools::kLogDialects; the
  // transcript has the latest.
  std::vector<std::vector<std::string>> states;
  // An expectation of the scenario that the model did not meet, or what it did
  // that no driver may do; the run ends there. "" if there is none.
  std::string failure;
  // By the agent's numbers: names of processes and of actors.
  std::vector<std::string> processes;
  std::vector<std::string> actors;
};

// Looks at the state in which a run ended; `inside` says, by actor - 1, who is
// in a system call.
using InspectEnd = std::function<void(const sim::Simulation& simulation,
                                      const std::vector<bool>& inside)>;

// `properties` may be null, `inspect` empty. Errors: FailedPrecondition if the
// scenario does something that the model leaves open, or that an agent cannot
// do; says which.
absl::StatusOr<LockstepRun> RunLockstep(const sim::CompiledScenario& scenario,
                                        const sim::Driver& driver,
                                        const sim::Properties* properties,
                                        const InspectEnd& inspect = {});

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_LOCKSTEP_H_
