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

// Fills *reason (unless it is null) with who waits for what; "" if finished.
// REQUIRES: simulation.Quiet().
Ending Classify(const Simulation& simulation, std::string* reason);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_ENGINE_ENDING_H_
