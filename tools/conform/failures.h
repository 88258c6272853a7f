// Failing allocations: every failure that the model has must happen on a kernel
// as the model says.
//
// In the model the Nth allocation of a scenario fails; on a kernel with fault
// injection that is some allocation or copy of the same system call, and which
// one is not for the model to know (a kernel also allocates what the model does
// not have: pages, page tables). So all of the call's are tried; one of them
// has to give the model's transcript, the driver's own state and nothing leaked
// included.
//
// Not said: that the model has every failure of the kernel.
#ifndef BINDERY_TOOLS_CONFORM_FAILURES_H_
#define BINDERY_TOOLS_CONFORM_FAILURES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/kernel/driver.h"
#include "sim/user/program.h"
#include "tools/conform/judge.h"

namespace bindery::conform {

struct AllocationVerdict {
  std::string allocation;  // "3 in binder_transaction, step 7"
  Verdict verdict;
};

// One for each allocation that the scenario's run makes behind its set-up, in
// order. Errors: of the machine; FailedPrecondition if the kernel cannot make
// allocations fail.
absl::StatusOr<std::vector<AllocationVerdict>> JudgeFailures(
    const sim::CompiledScenario& scenario, const sim::Driver& driver,
    const KernelSpec& kernel, const MachineOptions& options);

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_FAILURES_H_
