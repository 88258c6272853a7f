// Random payloads of transactions and replies, well-formed and not.
#ifndef BINDERY_TOOLS_CONFORM_RANDOM_PAYLOAD_H_
#define BINDERY_TOOLS_CONFORM_RANDOM_PAYLOAD_H_

#include <cstdint>

#include "proto/scenario.pb.h"
#include "tools/conform/dice.h"
#include "tools/conform/view.h"

namespace bindery::conform {

// Nodes that every process declares: "n0", "n1", ...
inline constexpr uint32_t kNodes = 3;

// Mostly a handle that the process has, sometimes any small number.
uint32_t AnyHandle(Dice& dice, const OpeningView& opening, bool strong);

// Code, flags and payload. `opening` is the sender's.
void FillPayload(Dice& dice, const OpeningView& opening, bool reply,
                 proto::Transaction* t);

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_RANDOM_PAYLOAD_H_
