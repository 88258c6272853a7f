#ifndef BINDERY_TOOLS_AGENT_WORKERS_H_
#define BINDERY_TOOLS_AGENT_WORKERS_H_

// The kernel's own threads that release what dead processes leave.
//
// A kernel that preempts itself lets an actor run as soon as the release wakes
// it, in the middle of the release: actors run under SCHED_FIFO, the kernel's
// workers do not. Others finish the release first, as the model does. To have
// one answer from both, workers get the policy and priority of actors.

// Before each scenario, as workers come and go. Does nothing except as the
// first process of a machine whose kernel preempts itself.
void RaiseWorkers(void);

#endif  // BINDERY_TOOLS_AGENT_WORKERS_H_
