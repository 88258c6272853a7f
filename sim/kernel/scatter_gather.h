// What binder_transaction keeps while it goes through a payload with PTR and
// FDA objects: sgc_head, pf_head, and the cursors beside them.
//
// Memory that objects point to is copied last, together with the pointers and
// descriptors that replace parts of it, so that nothing of the sender's is ever
// in the target's buffer where a translated value belongs. All offsets count
// from the start of the buffer.
#ifndef BINDERY_SIM_KERNEL_SCATTER_GATHER_H_
#define BINDERY_SIM_KERNEL_SCATTER_GATHER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sim/kernel/op.h"
#include "sim/world/world.h"

namespace bindery::sim {

// struct binder_sg_copy.
struct SgCopy {
  uint64_t offset = 0;
  uint64_t sender_uaddr = 0;
  uint64_t length = 0;
};

// struct binder_ptr_fixup. `skip_size` bytes are left out; if that is 0,
// `fixup_data` is written instead of 8 bytes.
struct PtrFixup {
  uint64_t offset = 0;
  uint64_t skip_size = 0;
  uint64_t fixup_data = 0;
};

// last_fixup_obj_off: `none` before the first, which an object at that place
// cannot be told from.
struct ScatterGather {
  uint64_t sg_buf_offset = 0;
  uint64_t sg_buf_end_offset = 0;
  uint64_t last_fixup_obj_off = 0;
  uint64_t last_fixup_min_off = 0;
  uint64_t none = 0;
  std::vector<SgCopy> sgc;
  std::vector<PtrFixup> pf;  // by offset

  // binder_add_fixup.
  void AddFixup(const PtrFixup& fixup);
};

// The form of FrameRow.sg.
std::string Encode(const ScatterGather& sg);
ScatterGather DecodeScatterGather(absl::string_view bytes);

// binder_do_deferred_txn_copies: puts what the objects of `tr` point to into
// `extra`, which begins at `extra_offset` of the buffer. False is a fault.
bool DoDeferredCopies(const World& w, const CommandRow& tr,
                      const ScatterGather& sg, uint64_t extra_offset,
                      std::string* extra);

// The one of the running operation. The first object that needs it finds all of
// the extra buffers free, but for a security context (f.size bytes).
ScatterGather LoadScatterGather(Op& op);
void StoreScatterGather(Op& op, const ScatterGather& sg);

// Puts bytes among the extra buffers of f.buffer, at an offset of the buffer.
// What is not inside is left out: a check that a mutation dropped.
void WriteExtra(Op& op, uint64_t offset, absl::string_view bytes);

// Why the two below refuse.
inline constexpr char kBadParent[] =
    "got transaction with invalid parent offset or type";
inline constexpr char kOutOfOrder[] =
    "got transaction with out-of-order buffer fixup";

// binder_validate_ptr: the place of the buffer object of entry `index`, of
// which the first `num_valid` are translated; kNoObject: it is none.
inline constexpr uint64_t kNoObject = ~uint64_t{0};
uint64_t ValidatePtr(const World& w, BufferId buffer, uint64_t index,
                     uint64_t num_valid);
// binder_validate_fixup: whether a part of the parent at `parent_object` may be
// replaced at `fixup_offset`. Parts are replaced in increasing order, in the
// object that was last worked on or one of its parents.
bool ValidateFixup(const World& w, BufferId buffer, const ScatterGather& sg,
                   uint64_t parent_object, uint64_t fixup_offset);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_SCATTER_GATHER_H_
