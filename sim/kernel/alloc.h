// The buffer allocator: binder_alloc.c, with the driver's exact offsets.
//
// Best fit over a red-black tree of free chunks (chunk_tree.h), half of the
// mapping for one-way transactions, detection of one-way spam. Sizes are bytes.
//
// Pages are told apart only if somebody looks at them (pages.h). If nobody
// does, every buffer may need one: the shrinker may have taken it.
//
// Locking: everything but AllocMap(), SanitizedSize() and AllocInstallPages()
// runs under alloc.mutex.
// Versions: 7.2; 6.1 checks in the same order under one lock.
#ifndef BINDERY_SIM_KERNEL_ALLOC_H_
#define BINDERY_SIM_KERNEL_ALLOC_H_

#include <cstdint>
#include <optional>

#include "sim/kernel/op.h"

namespace bindery::sim {

// Largest part of a mapping that counts.
inline constexpr uint64_t kMaxMapping = 4u << 20;

// binder_alloc_mmap_handler, after its checks: one free chunk of `size`.
void AllocMap(Op& op, ProcId proc, uint64_t size);

// sanitized_size: what a request takes, or nothing if the sum overflows.
std::optional<uint64_t> SanitizedSize(uint64_t data_size, uint64_t offsets_size,
                                      uint64_t extra_buffers_size);
// The same in 64 bits, for drivers that do not look whether it overflows.
uint64_t WrappedSize(uint64_t data_size, uint64_t offsets_size,
                     uint64_t extra_buffers_size);

// binder_alloc_new_buf_locked: reserves `size` bytes (a sanitized size). None:
// no space (-ENOSPC). The new row is named after the acting thread; the caller
// fills in what it is for.
BufferId AllocNewBuf(Op& op, ProcId proc, uint64_t size, bool is_async,
                     ProcessId sender);

// binder_install_buffer_pages: without it the buffer is only reserved. False: a
// page could not be had.
[[nodiscard]] bool AllocInstallPages(Op& op, BufferId buffer);

// binder_alloc_prepare_to_free_locked: the buffer at `offset` if user space may
// free it now, marking it as taken. kEperm: it may not; kEinval: no buffer.
Errno PrepareToFree(Op& op, ProcId proc, uint64_t offset, BufferId likely,
                    BufferId* buffer);

// binder_free_buf_locked: gives the space back and frees the row.
void AllocFreeBuf(Op& op, BufferId buffer);

// binder_alloc_deferred_release: frees every buffer of a proc that is gone.
void AllocRelease(Op& op, ProcId proc);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_ALLOC_H_
