// The parts of binder_transaction that have a file of their own.
#ifndef BINDERY_SIM_KERNEL_TRANSACTION_H_
#define BINDERY_SIM_KERNEL_TRANSACTION_H_

#include "sim/kernel/atom.h"

namespace bindery::sim {

// Copies the payload into the buffer and translates its objects; goes to
// err_translate_failed when that fails (payload.cc).
void AppendPayload(Builder& b);
void AppendPayloadErrors(Builder& b);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_TRANSACTION_H_
