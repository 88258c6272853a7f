#ifndef BINDERY_TOOLS_AGENT_PIPES_H_
#define BINDERY_TOOLS_AGENT_PIPES_H_

// The files that a plan gives to its processes: empty pipes.
//
// 1. There is one pipe for each name, and one open file description, whichever
//    processes have it under however many descriptors.
// 2. It is open for both directions, so nobody ever hangs up: poll() for POLLIN
//    does not return. ioctl() fails with ENOTTY (requests that every file or
//    pipe knows apart) and mmap() with ENODEV; on a mere write end mmap() would
//    fail with EACCES, as on any file that cannot be read.
// 3. The coordinator keeps it until the scenario ends.

#include "tools/agent/plan.h"

// Makes the pipes and names them for the records. Returns 0 or an errno.
int OpenPipes(const struct Scenario* scenario);

// In a new process: the descriptors that the plan gives it, besides those
// below first_fd on /dev/null, and no others.
void PrepareDescriptors(const struct Scenario* scenario, int process);

// Also after OpenPipes has failed.
void ClosePipes(void);

#endif  // BINDERY_TOOLS_AGENT_PIPES_H_
