#ifndef BINDERY_TOOLS_AGENT_SLOW_PAGES_H_
#define BINDERY_TOOLS_AGENT_SLOW_PAGES_H_

// Pages of user memory that are not there until the plan supplies them: who
// touches one sleeps, also inside of the driver's copy from or to it.
//
// 1. Each process watches its slow areas with a userfaultfd of its own, which
//    it hands to the coordinator before it has any other descriptor.
// 2. The coordinator's own mapping is not watched. A page is supplied by
// writing
//    it there, then waking whoever sleeps on it, in all processes.
// 3. A sleeper sleeps interruptibly, so it counts as inside its call.
//
// Not covered: a signal to a sleeper. What becomes of it is the architecture's
// choice: a failed copy, or another attempt without end.

#include <sys/types.h>

#include "tools/agent/plan.h"

// Once, before the first process. Returns 0 or an errno.
int PrepareSlowPages(void);

// In the process, on its main thread: watches the areas and waits until the
// coordinator has taken the descriptor. Without a slow area it does nothing.
void HandOverSlowPages(const struct Scenario* scenario, int process);

// In the coordinator, for a process that was just forked: the other side of
// HandOverSlowPages. Returns 0, or the errno of what failed on either side,
// ENOSYS or EPERM where the kernel has no userfaultfd for it.
int TakeSlowPages(const struct Scenario* scenario, int process, pid_t pid);

// Writes the bytes (hexadecimal) at the address, which brings in the pages
// that they are on, at least the first, and wakes who waits for these.
void SupplyPages(uint64_t address, struct Text hex);

// Once all processes of the scenario are dead.
void ForgetSlowPages(void);

#endif  // BINDERY_TOOLS_AGENT_SLOW_PAGES_H_
