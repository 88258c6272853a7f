#ifndef BINDERY_TOOLS_AGENT_POLICY_H_
#define BINDERY_TOOLS_AGENT_POLICY_H_

// The kernel's security module, SELinux: a scenario can bring a policy, and its
// processes domains. Without a policy the module allows everything.

#include "tools/agent/plan.h"

// Loads a policy in the kernel's binary form (hexadecimal) and enforces it.
// Returns 0 or an errno: ENODEV from kernels without SELinux.
int EnforcePolicy(struct Text hex);

// From here on the policy decides nothing. There is no way to unload one.
void StopEnforcing(void);

// The calling process, which has one thread, enters the domain `context`, such
// as u:r:client_t. Returns 0 or an errno.
int EnterContext(struct Text context);

#endif  // BINDERY_TOOLS_AGENT_POLICY_H_
