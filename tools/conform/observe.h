// The kernel's side of conformance: an agent's records as a transcript.
#ifndef BINDERY_TOOLS_CONFORM_OBSERVE_H_
#define BINDERY_TOOLS_CONFORM_OBSERVE_H_

#include "tools/conform/kernel/record.h"
#include "tools/conform/lockstep.h"
#include "tools/conform/transcript.h"

namespace bindery::conform {

// What the kernel did with `run.plan`. Has a step for each that the kernel
// finished. Words of a kind that nothing here knows are shown as numbers.
Transcript Observe(const LockstepRun& run, const ScenarioRecord& record);

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_OBSERVE_H_
