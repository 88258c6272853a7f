#ifndef BINDERY_TOOLS_AGENT_ACTOR_H_
#define BINDERY_TOOLS_AGENT_ACTOR_H_

// The processes and threads that execute a scenario's calls.
//
// 0. The coordinator has /dev/null as its descriptors 0, 1 and 2.
// 1. A process starts with the descriptors 0 to first_fd-1 on /dev/null, the
//    files that the plan gives it (pipes.h) and no other, under the uid and the
//    limit on descriptors that the plan names, with the pages of user memory
//    protected as the plan says.
// 2. Its first task runs on the main thread; each further one on a thread that
//    is created before the first call.
// 3. SIGUSR1 interrupts a call and is never restarted (no SA_RESTART).
// 4. Actors run under SCHED_FIFO where that is allowed, all at one priority: a
//    thread that is woken runs behind the one that woke it. Under SCHED_OTHER
//    it may run before, which changes who takes work that both could take.
// 5. A process dies with the coordinator.
// 6. A process that another one forks starts with what that one has.

#include <stdint.h>
#include <sys/types.h>

#include "tools/agent/plan.h"

// Once, before the first process: handlers of signals, which processes
// inherit. Returns 0 or an errno.
int PrepareActors(void);

// Before a process starts, or is forked by another one.
void ForgetActors(const struct Scenario* scenario, int process);

// Forks the process. It is ready when each of its actors has a tid. Returns
// the pid, or -errno.
pid_t StartProcess(const struct Scenario* scenario, int process);

// Hands the call in the actor's mailbox to the actor.
void Post(int actor);

// The thread of an actor; 0 until it runs.
pid_t TidOf(int actor);

#endif  // BINDERY_TOOLS_AGENT_ACTOR_H_
