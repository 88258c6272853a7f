// A scenario's policy for a kernel with SELinux: the binary form that it loads
// (version 31, without levels), with the classes `binder`, `fd` and `process`
// and a type for each security context. Everything of other classes is allowed.
#ifndef BINDERY_TOOLS_CONFORM_SELINUX_POLICY_H_
#define BINDERY_TOOLS_CONFORM_SELINUX_POLICY_H_

#include <string>

#include "absl/status/statusor.h"
#include "sim/user/program.h"

namespace bindery::conform {

// Errors: FailedPrecondition if a security context is not "USER:ROLE:TYPE".
// REQUIRES: the scenario has a policy.
absl::StatusOr<std::string> SelinuxPolicy(
    const sim::CompiledScenario& scenario);

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_SELINUX_POLICY_H_
