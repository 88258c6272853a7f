// The parts of binder_transaction that have a file of their own.
#ifndef BINDERY_SIM_KERNEL_TRANSACTION_H_
#define BINDERY_SIM_KERNEL_TRANSACTION_H_

#include "sim/kernel/atom.h"
#include "sim/kernel/features.h"
#include "sim/kernel/op.h"
#include "sim/kernel/uapi.h"

namespace bindery::sim {

// Copies the payload into the buffer and translates its objects; goes to
// err_translate_failed when that fails (payload.cc).
void AppendPayload(Builder& b, const Features& features);
void AppendPayloadErrors(Builder& b, const Features& features);

// Objects of type PTR and FDA, as part of it; they go on at `store`, or to
// err_translate with an errno (pointer.cc, fd_array.cc).
void AppendPointer(Builder& b, const Features& features);
void AppendPointerErrors(Builder& b, const Features& features);
void AppendFdArray(Builder& b, const Features& features);
void AppendFdArrayErrors(Builder& b, const Features& features);

// Ends a failed one: tells its sender and who waits for it
// (transaction_report.cc).
void AppendReport(Builder& b);
// binder_netlink_report: tells whoever listens. The transaction itself may be
// gone.
void NetlinkReport(Op& op, Br error, ProcId to_proc, ThreadId to_thread);

// binder_alloc_clear_buf for f.buffer, if its sender asked for it (buffer.cc).
void AppendClearBuffer(Builder& b);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_TRANSACTION_H_
