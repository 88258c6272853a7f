// One random command of a write buffer.
#ifndef BINDERY_TOOLS_CONFORM_RANDOM_COMMAND_H_
#define BINDERY_TOOLS_CONFORM_RANDOM_COMMAND_H_

#include "proto/scenario.pb.h"
#include "tools/conform/dice.h"
#include "tools/conform/view.h"

namespace bindery::conform {

// Mostly what a thread in this role could write now. Nothing may follow a
// command that is raw.
void FillCommand(Dice& dice, const OpeningView& opening, const RoleView& role,
                 proto::Command* command);

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_RANDOM_COMMAND_H_
