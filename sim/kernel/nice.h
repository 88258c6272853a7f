// Nice values: binder_set_nice and where the driver calls it. A receiving
// thread sets its own, and nobody else's.
//
// As long as every thread has the nice value 0 none of this changes anything,
// whatever nodes ask for: so the kernel is told whether to look (set_nice()).
// Versions: 7.2 notes a reply's own priority before it restores the thread's
// nice value, 6.1 and 6.12 behind it; only binder_logs show it.
#ifndef BINDERY_SIM_KERNEL_NICE_H_
#define BINDERY_SIM_KERNEL_NICE_H_

#include <cstdint>

#include "sim/kernel/op.h"

namespace bindery::sim {

inline constexpr int32_t kMostNice = 19;
inline constexpr int32_t kLeastNice = -20;

// binder_set_nice, for the current task: as far as RLIMIT_NICE lets it.
void SetNice(Op& op, int32_t nice);

// At delivery of the frame's transaction, if it is a call or one-way.
void TakeOverNice(Op& op);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_NICE_H_
