#ifndef BINDERY_TOOLS_CONFORM_KERNEL_MACHINE_H_
#define BINDERY_TOOLS_CONFORM_KERNEL_MACHINE_H_

// Runs plans on a kernel: boots it with the agent and the plans as its first
// root file system, and reads what the agent records.
//
// 1. The result has one record for each plan, in their order.
// 2. A kernel that stops (it is told to on every WARN, BUG, oops and KASAN
//    report) or falls silent costs the scenario that was running, which gets
//    the outcome and the kernel's last words; the scenarios behind it are run
//    in a new boot. So are those behind one that leaked.
// 3. Plans are split over `jobs` machines, a row of neighbours each. A scenario
//    has a binderfs instance and processes of its own, so that its record does
//    not depend on its neighbours, but for numbers that the kernel counts up.
//
// Errors: InvalidArgument for plans that are not one scenario each, or whose
// name is not theirs; Unavailable, with the kernel's last words, when a machine
// does not come as far as its first scenario.

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "tools/conform/kernel/kernel_spec.h"
#include "tools/conform/kernel/record.h"

namespace bindery::conform {

// One scenario for the agent: "scenario NAME" to "end", see
// tools/agent/plan.md.
struct Plan {
  std::string name;
  std::string text;
};

struct MachineOptions {
  int jobs = 1;
  int memory_mb = 256;
  // How long the machine may say nothing. More than a scenario's `timeout`.
  std::chrono::milliseconds silence_limit{20000};
  // For KernelSpec "this": the folder with the devices; empty: a fresh mount.
  std::string device_folder;
  // Gets what a kernel that counts its code has counted, once for each boot
  // that came to the end of its plans, from the thread of that boot. May be
  // empty. What a kernel counted that stopped is lost.
  std::function<void(const CodeCounters&)> counters;
};

absl::StatusOr<std::vector<ScenarioRecord>> RunPlans(
    const KernelSpec& kernel, absl::Span<const Plan> plans,
    const MachineOptions& options);

// Splits a text with any number of scenarios.
absl::StatusOr<std::vector<Plan>> SplitPlans(const std::string& text);

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_KERNEL_MACHINE_H_
