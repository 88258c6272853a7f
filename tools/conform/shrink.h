// Makes a scenario on which model and kernel differ as small as it gets.
#ifndef BINDERY_TOOLS_CONFORM_SHRINK_H_
#define BINDERY_TOOLS_CONFORM_SHRINK_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/kernel/driver.h"
#include "tools/conform/generator.h"
#include "tools/conform/judge.h"

namespace bindery::conform {

// Runs a scenario in the model. Errors: what the model says of it.
absl::StatusOr<LockstepRun> RunProto(const proto::Scenario& scenario,
                                     const sim::Driver& driver);

// Leaves out steps, then commands, then pieces of payload, in ever smaller
// portions, as long as some difference is left. All candidates of a round are
// run in one boot. Returns the explanation that belongs to what is left.
absl::StatusOr<std::string> Shrink(const KernelSpec& kernel,
                                   const MachineOptions& options,
                                   const sim::Driver& driver,
                                   RandomScenario* scenario);

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_SHRINK_H_
