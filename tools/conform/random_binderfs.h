// One random step of one thread about binderfs.
#ifndef BINDERY_TOOLS_CONFORM_RANDOM_BINDERFS_H_
#define BINDERY_TOOLS_CONFORM_RANDOM_BINDERFS_H_

#include "proto/scenario.pb.h"
#include "sim/user/growing_scenario.h"
#include "tools/conform/dice.h"
#include "tools/conform/view.h"

namespace bindery::conform {

// Gives a process namespaces of its own, now and then.
void AddNamespaces(Dice& dice, proto::Process* process);

// Adds what steps need: descriptors of binder-control and of what is opened
// again, and mount points.
void AddNames(sim::LaterNames* names);

// Fills in the action of a step: about few mount points and few names, so that
// it often meets what another one did. Devices are opened under names that
// other steps use (OpenedFds()).
void FillBinderfsStep(Dice& dice, const ProcessView& process,
                      proto::Step* step);

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_RANDOM_BINDERFS_H_
