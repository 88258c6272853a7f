// One random step of one thread.
#ifndef BINDERY_TOOLS_CONFORM_RANDOM_STEP_H_
#define BINDERY_TOOLS_CONFORM_RANDOM_STEP_H_

#include <string>
#include <vector>

#include "proto/scenario.pb.h"
#include "tools/conform/dice.h"
#include "tools/conform/view.h"

namespace bindery::conform {

// The descriptors that steps open, besides "binder_fd" of `attach`.
std::vector<std::string> OpenedFds();

// Fills in the action of a step of thread `actor` (from 0), which is free.
void FillStep(Dice& dice, const View& view, size_t actor, proto::Step* step);

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_RANDOM_STEP_H_
