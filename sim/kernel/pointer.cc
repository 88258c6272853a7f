// PTR objects: their place in the target's buffer, the copy that is put off,
// and binder_fixup_parent.
#include "sim/kernel/object.h"
#include "sim/kernel/op.h"
#include "sim/kernel/ops.h"
#include "sim/kernel/scatter_gather.h"
#include "sim/kernel/transaction.h"

namespace bindery::sim {
namespace {

const CommandRow& Tr(Op& op) { return op.w.Get(op.f->command); }

BufferObject Object(Op& op) {
  return ReadBufferObject(op.w.blobs().Bytes(Tr(op).data), op.f->offset);
}

bool HasNoParent(Op& op) {
  return (Object(op).flags & kBufferFlagHasParent) == 0;
}

// The first such object finds all of the extra buffers free, but for the
// security context (of f.size bytes).
ScatterGather Load(Op& op) {
  if (op.f->sg) return DecodeScatterGather(op.w.blobs().Bytes(op.f->sg));
  const BufferRow& buffer = op.w.Get(op.f->buffer);
  ScatterGather sg;
  sg.sg_buf_offset = ExtraOffset(buffer);
  sg.sg_buf_end_offset =
      sg.sg_buf_offset + buffer.extra_buffers_size - op.f->size;
  return sg;
}

void Store(Op& op, const ScatterGather& sg) {
  op.f->sg = op.w.blobs().Intern(Encode(sg));
}

// The parent's place in the payload; ~0 if it is no buffer object before this
// one.
uint64_t ParentPlace(Op& op) {
  uint64_t place = 0;
  const bool found =
      ValidatePtr(op.w, op.f->buffer, Object(op).parent, op.f->i, &place);
  return found ? place : ~uint64_t{0};
}

BufferObject Parent(Op& op) {
  const BufferRow& buffer = op.w.Get(op.f->buffer);
  return ReadBufferObject(op.w.blobs().Bytes(buffer.data), ParentPlace(op));
}

bool InOrder(Op& op) {
  return ValidateFixup(op.w, op.f->buffer, Load(op), ParentPlace(op),
                       Object(op).parent_offset);
}

bool PointerFits(Op& op) {
  const uint64_t length = Parent(op).length;
  return length >= 8 && Object(op).parent_offset <= length - 8;
}

// ptr: the object's own new address.
void AddFixup(Op& op) {
  ScatterGather sg = Load(op);
  sg.AddFixup({Object(op).parent_offset + Parent(op).buffer, 0, op.f->ptr});
  Store(op, sg);
}

template <const char* kMessage>
void Invalid(Op& op) {
  op.UserError(kMessage);
  op.Ret(Errno::kEinval);
}

constexpr char kBadParent[] =
    "got transaction with invalid parent offset or type";
constexpr char kOutOfOrder[] = "got transaction with out-of-order buffer fixup";
constexpr char kBadOffset[] = "got transaction with invalid parent offset";

}  // namespace

// offset: the object's in the payload; ptr: its memory's in the buffer.
Operation BuildFixupParent() {
  return Builder(OpId::kFixupParent, "binder_fixup_parent")
      .Branch("no parent", HasNoParent, "done")
      .Check(
          "the parent is a buffer object before it",
          [](Op& op) { return ParentPlace(op) != ~uint64_t{0}; }, "bad_parent")
      .Check("fixups come in order", InOrder, "out_of_order")
      .Check("the pointer fits into the parent", PointerFits, "bad_offset")
      .Check(
          "the fixup could be allocated",
          [](Op& op) { return !op.AllocationFails(); }, "no_memory")
      .Local("binder_add_fixup", AddFixup)
      .Label("done")
      .Return([](Op& op) { op.caller().sg = op.f->sg; })
      .Label("bad_parent")
      .Local("-EINVAL", Invalid<kBadParent>)
      .Return()
      .Label("out_of_order")
      .Local("-EINVAL", Invalid<kOutOfOrder>)
      .Return()
      .Label("bad_offset")
      .Local("-EINVAL", Invalid<kBadOffset>)
      .Return()
      .ReturnErrno<Errno::kEnomem>("no_memory")
      .Finish();
}

namespace {

bool TooLong(Op& op) {
  const ScatterGather sg = Load(op);
  return Object(op).length > sg.sg_buf_end_offset - sg.sg_buf_offset;
}

void DeferCopy(Op& op) {
  ScatterGather sg = Load(op);
  const BufferObject object = Object(op);
  sg.sgc.push_back({sg.sg_buf_offset, object.buffer, object.length});
  op.f->ptr = sg.sg_buf_offset;
  sg.sg_buf_offset += (object.length + 7) & ~uint64_t{7};
  Store(op, sg);
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
  ScatterGather sg = Load(op);
  sg.last_fixup_obj_off = op.f->offset;
  sg.last_fixup_min_off = 0;
  Store(op, sg);
}

}  // namespace

void AppendPointer(Builder& b) {
  b.Label("ptr")
      .Check(
          "there is room for what it points to",
          [](Op& op) { return !TooLong(op); }, "err_too_long")
      .Check(
          "the copy could be allocated",
          [](Op& op) { return !op.AllocationFails(); }, "err_no_memory_sg")
      .Local("binder_defer_copy", DeferCopy)
      .Call(OpId::kFixupParent, ParentArguments)
      .Check(
          "its pointer could be put into the parent",
          [](Op& op) { return op.f->ret == 0; }, "err_translate")
      .Local("last_fixup_obj_off", WasLast)
      .Goto("store");
}

namespace {

FdArrayObject Array(Op& op) {
  return ReadFdArrayObject(op.w.blobs().Bytes(Tr(op).data), op.f->offset);
}

uint64_t ArrayParentPlace(Op& op) {
  uint64_t place = 0;
  const bool found =
      ValidatePtr(op.w, op.f->buffer, Array(op).parent, op.f->i, &place);
  return found ? place : ~uint64_t{0};
}

bool ArrayInOrder(Op& op) {
  return ValidateFixup(op.w, op.f->buffer, Load(op), ArrayParentPlace(op),
                       Array(op).parent_offset);
}

void ArrayArguments(Op& op) {
  FrameRow& callee = op.callee();
  callee.t = op.f->t;
  callee.in_reply_to = op.f->in_reply_to;
  callee.buffer = op.f->buffer;
  callee.offset = op.f->offset;
  callee.sg = op.f->sg;
}

void ParentWasLast(Op& op) {
  ScatterGather sg = Load(op);
  const FdArrayObject array = Array(op);
  sg.last_fixup_obj_off = ArrayParentPlace(op);
  sg.last_fixup_min_off = array.parent_offset + array.num_fds * 4;
  Store(op, sg);
}

}  // namespace

// The kernel reads the parent once more from the sender's memory, and checks
// that it still is one; here that memory does not change.
void AppendFdArray(Builder& b) {
  b.Label("fda")
      .Check(
          "the parent is a buffer object before it",
          [](Op& op) { return ArrayParentPlace(op) != ~uint64_t{0}; },
          "err_bad_parent")
      .Check("fixups come in order", ArrayInOrder, "err_out_of_order")
      .Call(OpId::kTranslateFdArray, ArrayArguments)
      .Check(
          "the descriptors could be translated",
          [](Op& op) { return op.f->ret == 0; }, "err_translate")
      .Local("last_fixup_obj_off", ParentWasLast)
      .Goto("store");
}

namespace {

template <const char* kMessage>
void Refuse(Op& op) {
  op.UserError(kMessage);
  op.Fail(Br::kFailedReply, Errno::kEinval);
}

constexpr char kTooLong[] = "got transaction with too large buffer";

}  // namespace

void AppendPointerErrors(Builder& b) {
  b.Label("err_too_long")
      .Local("-EINVAL", Refuse<kTooLong>)
      .Goto("err_translate_failed")
      .Label("err_no_memory_sg")
      .Local("-ENOMEM",
             [](Op& op) { op.Fail(Br::kFailedReply, Errno::kEnomem); })
      .Goto("err_translate_failed")
      .Label("err_bad_parent")
      .Local("-EINVAL", Refuse<kBadParent>)
      .Goto("err_translate_failed")
      .Label("err_out_of_order")
      .Local("-EINVAL", Refuse<kOutOfOrder>)
      .Goto("err_translate_failed");
}

}  // namespace bindery::sim
