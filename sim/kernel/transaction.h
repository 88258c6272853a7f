// The parts of binder_transaction that have a file of their own.
#ifndef BINDERY_SIM_KERNEL_TRANSACTION_H_
#define BINDERY_SIM_KERNEL_TRANSACTION_H_

#include "sim/kernel/atom.h"

namespace bindery::sim {

// Copies the payload into the buffer and translates its objects; goes to
// err_translate_failed when that fails (payload.cc).
void AppendPayload(Builder& b);
void AppendPayloadErrors(Builder& b);

// Objects of type PTR and FDA, as part of it; they go on at `store`, or to
// err_translate with an errno (pointer.cc, fd_array.cc).
void AppendPointer(Builder& b);
void AppendPointerErrors(Builder& b);
void AppendFdArray(Builder& b);
void AppendFdArrayErrors(Builder& b);

// binder_alloc_clear_buf for f.buffer, if its sender asked for it (buffer.cc).
void AppendClearBuffer(Builder& b);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_TRANSACTION_H_
