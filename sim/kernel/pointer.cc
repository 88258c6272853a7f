// PTR objects: their place in the target's buffer, the copy that is put off,
// and binder_fixup_parent.
#include <string>

#include "base/bytes.h"
#include "sim/kernel/object.h"
#include "sim/kernel/op.h"
#include "sim/kernel/ops.h"
#include "sim/kernel/scatter_gather.h"
#include "sim/kernel/transaction.h"
#include "sim/kernel/user_memory.h"

namespace bindery::sim {
namespace {

BufferObject Object(Op& op) {
  const BlobId data = op.w.Get(op.f->buffer).data;
  return ReadBufferObject(op.w.blobs().Bytes(data), op.f->offset);
}

bool HasNoParent(Op& op) {
  return (Object(op).flags & kBufferFlagHasParent) == 0;
}

uint64_t ParentPlace(Op& op) {
  return ValidatePtr(op.w, op.f->buffer, Object(op).parent, op.f->i);
}

BufferObject Parent(Op& op) {
  const BufferRow& buffer = op.w.Get(op.f->buffer);
  return ReadBufferObject(op.w.blobs().Bytes(buffer.data), ParentPlace(op));
}

bool InOrder(Op& op) {
  return ValidateFixup(op.w, op.f->buffer, LoadScatterGather(op),
                       ParentPlace(op), Object(op).parent_offset);
}

bool PointerFits(Op& op) {
  const uint64_t length = Parent(op).length;
  return length >= 8 && Object(op).parent_offset <= length - 8;
}

// ptr: the object's own new address.
void AddFixup(Op& op) {
  ScatterGather sg = LoadScatterGather(op);
  sg.AddFixup({Object(op).parent_offset + Parent(op).buffer, 0, op.f->ptr});
  StoreScatterGather(op, sg);
}

constexpr char kTooLong[] = "got transaction with too large buffer";
constexpr char kBadOffset[] = "got transaction with invalid parent offset";

void PatchParent(Op& op) {
  const uint64_t place = Object(op).parent_offset + Parent(op).buffer;
  std::string bytes;
  AppendNumber<uint64_t>(&bytes, op.f->ptr);
  WriteExtra(op, place, bytes);
}

}  // namespace

// offset: the object's in the payload; ptr: its memory's in the buffer.
Operation BuildFixupParent(const Features& features) {
  const bool at_once = !features.objects_copied_one_by_one;
  Builder b(OpId::kFixupParent, "binder_fixup_parent");
  b.Branch("no parent", HasNoParent, "done")
      .Check(
          "the parent is a buffer object before it",
          [](Op& op) { return ParentPlace(op) != kNoObject; }, "bad_parent")
      .Check("fixups come in order", InOrder, "out_of_order")
      .Check("the pointer fits into the parent", PointerFits, "bad_offset");
  if (at_once) {
    b.Do("the parent's pointer", PatchParent);
  } else {
    b.Check(
         "the fixup could be allocated",
         [](Op& op) { return !op.AllocationFails(); }, "no_memory")
        .Local("binder_add_fixup", AddFixup);
  }
  b.Label("done")
      .Return([](Op& op) { op.caller().sg = op.f->sg; })
      .Label("bad_parent")
      .Local("-EINVAL", RefuseWith<Errno::kEinval, kBadParent>)
      .Return()
      .Label("out_of_order")
      .Local("-EINVAL", RefuseWith<Errno::kEinval, kOutOfOrder>)
      .Return()
      .Label("bad_offset")
      .Local("-EINVAL", RefuseWith<Errno::kEinval, kBadOffset>)
      .Return();
  if (!at_once) b.ReturnErrno<Errno::kEnomem>("no_memory");
  return b.Finish();
}

namespace {

bool TooLong(Op& op) {
  const ScatterGather sg = LoadScatterGather(op);
  return Object(op).length > sg.sg_buf_end_offset - sg.sg_buf_offset;
}

void DeferCopy(Op& op) {
  ScatterGather sg = LoadScatterGather(op);
  const BufferObject object = Object(op);
  sg.sgc.push_back({sg.sg_buf_offset, object.buffer, object.length});
  op.f->ptr = sg.sg_buf_offset;
  sg.sg_buf_offset += (object.length + 7) & ~uint64_t{7};
  StoreScatterGather(op, sg);
}

// Takes its place among the extra buffers, and copies at once.
void CopyNow(Op& op) {
  ScatterGather sg = LoadScatterGather(op);
  const BufferObject object = Object(op);
  std::string bytes;
  if (!CopyMemory(op.w, Tr(op), object.buffer, object.length, &bytes)) {
    op.UserError("got transaction with invalid offsets ptr");
    op.Fail(Br::kFailedReply, Errno::kEfault);
    return;
  }
  op.f->ptr = sg.sg_buf_offset;
  WriteExtra(op, sg.sg_buf_offset, bytes);
  sg.sg_buf_offset += (object.length + 7) & ~uint64_t{7};
  StoreScatterGather(op, sg);
}

void AppendDeferCopy(Builder& b) {
  b.Check(
       "the copy could be allocated",
       [](Op& op) { return !op.AllocationFails(); }, "err_no_memory_sg")
      .Local("binder_defer_copy", DeferCopy);
}

void AppendCopyNow(Builder& b) {
  b.Do("copy_from_user(buffer)", CopyNow)
      .Branch(
          "it is unreadable", [](Op& op) { return op.f->return_error != 0; },
          "err_translate_failed");
}

void ParentArguments(Op& op) {
  FrameRow& callee = op.callee();
  callee.buffer = op.f->buffer;
  callee.offset = op.f->offset;
  callee.ptr = op.f->ptr;
  callee.i = op.f->i;
  callee.sg = op.f->sg;
}

void WasLast(Op& op) {
  ScatterGather sg = LoadScatterGather(op);
  sg.last_fixup_obj_off = op.f->offset;
  sg.last_fixup_min_off = 0;
  StoreScatterGather(op, sg);
}

}  // namespace

void AppendPointer(Builder& b, const Features& features) {
  b.Label("ptr").Check(
      "there is room for what it points to",
      [](Op& op) { return !TooLong(op); }, "err_too_long");
  if (features.objects_copied_one_by_one) {
    AppendDeferCopy(b);
  } else {
    AppendCopyNow(b);
  }
  b.Call(OpId::kFixupParent, ParentArguments)
      .Check(
          "its pointer could be put into the parent",
          [](Op& op) { return op.f->ret == 0; }, "err_translate")
      .Local("last_fixup_obj_off", WasLast)
      .Goto("store");
}

void AppendPointerErrors(Builder& b, const Features& features) {
  b.Label("err_too_long")
      .Local("-EINVAL", FailWith<Errno::kEinval, kTooLong>)
      .Goto("err_translate_failed");
  if (!features.objects_copied_one_by_one) return;
  b.Label("err_no_memory_sg")
      .Local("-ENOMEM",
             [](Op& op) { op.Fail(Br::kFailedReply, Errno::kEnomem); })
      .Goto("err_translate_failed");
}

}  // namespace bindery::sim
