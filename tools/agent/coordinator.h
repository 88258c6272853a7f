#ifndef BINDERY_TOOLS_AGENT_COORDINATOR_H_
#define BINDERY_TOOLS_AGENT_COORDINATOR_H_

// Runs one scenario: starts its processes, hands out its steps one at a time,
// records what each step made return, and cleans up.
//
// 1. A scenario leaves nothing behind: its processes are dead, its mount is
//    detached and user memory is zero again.
// 2. A step that cannot be taken, because the actor is still inside a call or
//    gone, ends the scenario as `diverged`; one that does not settle in time
//    ends it as `hang`.

#include "tools/agent/plan.h"

enum Aftermath {
  kClean,
  kLeaked,  // the driver has objects left that nobody can free
  kUnfit,   // a process could not be killed: no scenario can follow
};

enum Aftermath RunScenario(int index, const struct Scenario* scenario);

#endif  // BINDERY_TOOLS_AGENT_COORDINATOR_H_
