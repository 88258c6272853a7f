#ifndef BINDERY_TOOLS_AGENT_SETTLE_H_
#define BINDERY_TOOLS_AGENT_SETTLE_H_

// When a step is over: no actor of the scenario runs, and the driver has
// released what dead processes and closed descriptors left behind.
//
// 1. An actor is quiet when it waits for a call, is asleep inside one, or is
//    gone. All actors must be seen quiet in two passes in a row: one pass is
//    not a snapshot, except when no actor is inside a call, or when after it no
//    other thread of a machine with one CPU can run. Once all are quiet,
//    only the kernel's own threads and timers can wake one. Only then, or when
//    a pass failed, are deaths noticed.
// 2. The driver's deferred release is such a thread. After anything that can
//    start it, the counters of the driver must be read equal three times in a
//    row, with quiet passes between, for at least settle_ms. At the end of a
//    scenario it is enough that they are back where they were before it, and
//    only if they are not for 200 ms, something has leaked.
// 3. On one CPU the coordinator runs under SCHED_IDLE: a thread that it wakes
//    runs before it does, so that most passes find everything done; a step
//    that is slow nevertheless is watched under SCHED_OTHER. On more CPUs it
//    sleeps between passes. The rules above decide in all cases.
//
// Not covered: a release that the kernel delays by a timer, such as the last
// reference to a file dropped by a kernel thread, or by a grace period of RCU
// that is not expedited, which the release of a thread that has polled waits
// for. A scenario with such should ask for some milliseconds (`settle`).

#include <stdint.h>
#include <sys/types.h>

#include "tools/agent/devices.h"
#include "tools/agent/plan.h"

enum ActorStatus { kFree, kBusy, kGone };

// A scenario in execution.
struct Run {
  const struct Scenario* scenario;
  int step;            // that is being taken, counted from 0
  int steps_recorded;  // those that have records, or had nothing to say
  uint64_t settle_ms;
  pid_t pids[kMaxProcesses];   // 0: dead
  pid_t names[kMaxProcesses];  // the same, kept when they are
  int deaths[kMaxProcesses];   // wait status of those that died in this step
  int died[kMaxProcesses];
  int stats[kMaxActors];  // /proc/PID/task/TID/stat, or -1
  enum ActorStatus status[kMaxActors];
  int went[kMaxActors];  // gone in this step, its process alive
  int must_release;      // the step may have started a deferred release
};

// Once, before the first scenario.
void PrepareScheduling(void);

uint64_t NowMs(void);

// Lets everything else run.
void Pause(void);

// Waits for the end of the step. Returns 0 when the scenario's timeout passed
// first. `goal`: counters that tell that everything is released; may be null.
int Settle(struct Run* run, const struct Counters* goal);

// The letter that /proc/PID/stat gives for an actor; 0 when it is gone.
char TaskState(struct Run* run, int actor);

// Takes note of processes that have died. Returns how many.
int Reap(struct Run* run);

#endif  // BINDERY_TOOLS_AGENT_SETTLE_H_
