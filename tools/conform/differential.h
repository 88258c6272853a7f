// Random differential testing: random scenarios in the model and on a kernel,
// until they differ; what differs is made small.
#ifndef BINDERY_TOOLS_CONFORM_DIFFERENTIAL_H_
#define BINDERY_TOOLS_CONFORM_DIFFERENTIAL_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/kernel/driver.h"
#include "tools/conform/generator.h"
#include "tools/conform/kernel/machine.h"
#include "tools/conform/transcript.h"

namespace bindery::conform {

struct DifferentialOptions {
  KernelSpec kernel;
  MachineOptions machine;
  Shape shape;
  uint64_t seed = 1;
  uint64_t count = 1000;
  size_t batch = 500;          // scenarios for each boot
  size_t max_mismatches = 10;  // stops behind the batch that reaches it
};

// A scenario on which model and kernel differ, as small as could be found.
struct Mismatch {
  uint64_t seed = 0;  // of the scenario that it was found with
  proto::Scenario scenario;
  std::string explanation;
};

struct DifferentialResult {
  bool complete = false;  // all scenarios, or as many mismatches as may be
  uint64_t scenarios = 0;
  uint64_t steps = 0;
  std::vector<Mismatch> mismatches;
  Stats stats;
};

// Scenarios of seed, seed + 1, ... `progress` is told how many are done, batch
// by batch; false ends the run. Errors: of the machine; Internal if a generated
// scenario cannot be run by the model.
absl::StatusOr<DifferentialResult> Differential(
    const DifferentialOptions& options, const sim::Driver& driver,
    const std::function<bool(uint64_t done)>& progress);

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_DIFFERENTIAL_H_
