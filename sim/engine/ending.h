// What it means that neither a task nor the worker can run.
//
//  finished   every program ended or is an idle looper
//  deadlock   a program waits for something that nobody will do; the driver
//             has done its part
//  lost work  the driver holds work that a sleeping thread should have been
//             woken for: for this thread, or for its process while it waits
//             for any work
#ifndef BINDERY_SIM_ENGINE_ENDING_H_
#define BINDERY_SIM_ENGINE_ENDING_H_

#include <string>

#include "sim/engine/simulation.h"

namespace bindery::sim {

enum class Ending { kFinished, kUserDeadlock, kLostWork };

// binder_available_for_proc_work_ilocked, for a thread at rest.
bool AvailableForProcWork(const ThreadRow& thread);
// Why a thread that sleeps should be awake; "" if it is awake, rightly sleeps,
// or sleeps elsewhere: in a poll() of another file, or in another opening.
// REQUIRES: its task is there.
std::string WhyAwake(const World& world, ThreadId id, const ThreadRow& thread);

// Fills *reason (unless it is null) with who waits for what; "" if finished.
// REQUIRES: simulation.Quiet().
Ending Classify(const Simulation& simulation, std::string* reason);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_ENGINE_ENDING_H_
