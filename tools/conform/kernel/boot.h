#ifndef BINDERY_TOOLS_CONFORM_KERNEL_BOOT_H_
#define BINDERY_TOOLS_CONFORM_KERNEL_BOOT_H_

// One boot of one machine with one text of plans. See machine.h, which adds
// what must be done when a boot ends early.
//
// Records come on the child's standard output and the kernel's messages on its
// standard error: the two never mix.

#include <string>

#include "absl/status/statusor.h"
#include "tools/conform/kernel/child.h"
#include "tools/conform/kernel/machine.h"

namespace bindery::conform {

// `cpu`: as ChildOptions::cpu.
absl::StatusOr<ChildResult> Boot(const KernelSpec& kernel,
                                 const std::string& plan_text, int cpu,
                                 const MachineOptions& options);

// The last part of the kernel's messages; from the first sign of an error on,
// when there is one.
std::string LastWords(const std::string& messages);

// Whether the messages tell of an error of the kernel itself.
bool TellsOfOops(const std::string& messages);

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_KERNEL_BOOT_H_
