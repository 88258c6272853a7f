// The initial state of a scenario.
#ifndef BINDERY_SIM_USER_BUILD_WORLD_H_
#define BINDERY_SIM_USER_BUILD_WORLD_H_

#include "sim/kernel/kernel.h"
#include "sim/user/program.h"
#include "sim/user/runtime.h"
#include "sim/world/world.h"

namespace bindery::sim {

// Fills an empty world: the global row (the first row of all), devices,
// processes with their files and names, tasks; attaches devices by system calls
// of each process's first task, run to their end; resumes the tasks that start
// by themselves; forgets the history, so that nothing of this can be undone.
//
// Natural keys: GlobalRow (1, 0), ProcessRow, ContextRow (number, 0), TaskRow
// (actor, 0), VariableRow (name of the process or 0 for events, number), FdRow
// (name of the process, descriptor).
//
// REQUIRES: the world is empty; `kernel` and `runtime` belong to it.
void BuildWorld(const CompiledScenario& scenario, Kernel& kernel,
                UserRuntime& runtime);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_USER_BUILD_WORLD_H_
