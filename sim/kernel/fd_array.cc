// FDA objects: binder_translate_fd_array, and what binder_transaction does
// around it.
#include <string>

#include "sim/kernel/object.h"
#include "sim/kernel/op.h"
#include "sim/kernel/ops.h"
#include "sim/kernel/scatter_gather.h"
#include "sim/kernel/transaction.h"
#include "sim/kernel/user_memory.h"

namespace bindery::sim {
namespace {

// The array, at `offset` of the payload.
FdArrayObject Array(Op& op) {
  const BlobId data = op.w.Get(op.f->buffer).data;
  return ReadFdArrayObject(op.w.blobs().Bytes(data), op.f->offset);
}

// Where its parent is in the payload.
uint64_t PlaceOfParent(Op& op) {
  const BufferRow& buffer = op.w.Get(op.f->buffer);
  return ReadWord64(op.w.blobs().Bytes(buffer.offsets), Array(op).parent * 8);
}
BufferObject TargetParent(Op& op) {
  const BlobId data = op.w.Get(op.f->buffer).data;
  return ReadBufferObject(op.w.blobs().Bytes(data), PlaceOfParent(op));
}

bool CountIsSane(Op& op) { return Array(op).num_fds < ~uint64_t{0} / 4; }

bool ArrayFits(Op& op) {
  const FdArrayObject array = Array(op);
  const uint64_t length = TargetParent(op).length;
  const uint64_t size = array.num_fds * 4;
  return size <= length && array.parent_offset <= length - size;
}

// In the buffer, and in the sender's memory. ptr: where that has the parent's.
uint64_t ArrayOffset(Op& op) {
  return TargetParent(op).buffer + Array(op).parent_offset;
}
uint64_t ArrayAddress(Op& op) { return op.f->ptr + Array(op).parent_offset; }

bool Aligned(Op& op) {
  return ArrayOffset(op) % 4 == 0 && ArrayAddress(op) % 4 == 0;
}

void SkipInCopy(Op& op) {
  ScatterGather sg = LoadScatterGather(op);
  sg.AddFixup({ArrayOffset(op), Array(op).num_fds * 4, 0});
  StoreScatterGather(op, sg);
}

void ReadFd(Op& op) {
  std::string bytes;
  const uint64_t address = ArrayAddress(op) + uint64_t{op.f->i} * 4;
  if (CopyMemory(op.w, Tr(op), address, 4, &bytes)) {
    op.f->handle = ReadWord32(bytes, 0);
  } else {
    op.Ret(Errno::kEinval);
  }
}

void FdArguments(Op& op) {
  FrameRow& callee = op.callee();
  callee.t = op.f->t;
  callee.in_reply_to = op.f->in_reply_to;
  callee.buffer = op.f->buffer;
  callee.handle = op.f->handle;
  callee.offset = ArrayOffset(op) + uint64_t{op.f->i} * 4;
}

constexpr char kBadCount[] = "got transaction with invalid number of fds";
constexpr char kNoRoom[] = "not enough space to store fds in buffer";
constexpr char kParentChanged[] = "invalid ptr object size";
constexpr char kUnaligned[] = "parent offset not aligned correctly";

}  // namespace

// offset: the array's in the payload; ptr: the address that its parent has in
// the sender's memory.
Operation BuildTranslateFdArray() {
  return Builder(OpId::kTranslateFdArray, "binder_translate_fd_array")
      .Branch(
          "no descriptors", [](Op& op) { return Array(op).num_fds == 0; },
          "done")
      .Check("their number is sane", CountIsSane, "bad_count")
      .Check("they fit into the parent", ArrayFits, "no_room")
      .Check("they are aligned here and there", Aligned, "unaligned")
      .Check(
          "the fixup could be allocated",
          [](Op& op) { return !op.AllocationFails(); }, "no_memory")
      .Local("binder_add_fixup", SkipInCopy)
      .Label("next")
      .Branch(
          "no descriptor left",
          [](Op& op) { return op.f->i >= Array(op).num_fds; }, "done")
      .Local("copy_from_user(fd)", ReadFd)
      .Branch(
          "unreadable", [](Op& op) { return op.f->ret != 0; }, "out")
      .Call(OpId::kTranslateFd, FdArguments)
      .Branch(
          "not translated", [](Op& op) { return op.f->ret != 0; }, "out")
      .Local("next", [](Op& op) { ++op.f->i; })
      .Goto("next")
      .Label("bad_count")
      .Local("-EINVAL", RefuseWith<Errno::kEinval, kBadCount>)
      .Return()
      .Label("no_room")
      .Local("-EINVAL", RefuseWith<Errno::kEinval, kNoRoom>)
      .Return()
      .Label("unaligned")
      .Local("-EINVAL", RefuseWith<Errno::kEinval, kUnaligned>)
      .Return()
      .ReturnErrno<Errno::kEnomem>("no_memory")
      .Label("done")
      .Local("all translated", [](Op& op) { op.f->ret = 0; })
      .Label("out")
      .Return([](Op& op) { op.caller().sg = op.f->sg; })
      .Finish();
}

namespace {

uint64_t ParentPlace(Op& op) {
  return ValidatePtr(op.w, op.f->buffer, Array(op).parent, op.f->i);
}

bool InOrder(Op& op) {
  return ValidateFixup(op.w, op.f->buffer, LoadScatterGather(op),
                       ParentPlace(op), Array(op).parent_offset);
}

void ArrayArguments(Op& op) {
  FrameRow& callee = op.callee();
  callee.t = op.f->t;
  callee.in_reply_to = op.f->in_reply_to;
  callee.buffer = op.f->buffer;
  callee.offset = op.f->offset;
  callee.ptr = op.f->ptr;
  callee.sg = op.f->sg;
}

// Its address is taken from the sender's memory, which may have changed since
// the parent was translated.
bool SenderHasParent(Op& op) {
  std::string bytes;
  const uint64_t place = PlaceOfParent(op);
  if (!CopyPayload(op.w, Tr(op), place, kMaxObjectSize, &bytes)) return false;
  op.f->ptr = ReadBufferObject(bytes, 0).buffer;
  return ReadWord32(bytes, 0) == kTypePtr;
}

void ParentWasLast(Op& op) {
  ScatterGather sg = LoadScatterGather(op);
  const FdArrayObject array = Array(op);
  sg.last_fixup_obj_off = ParentPlace(op);
  sg.last_fixup_min_off = array.parent_offset + array.num_fds * 4;
  StoreScatterGather(op, sg);
}

}  // namespace

void AppendFdArray(Builder& b) {
  b.Label("fda")
      .Check(
          "the parent is a buffer object before it",
          [](Op& op) { return ParentPlace(op) != kNoObject; }, "err_bad_parent")
      .Check("fixups come in order", InOrder, "err_out_of_order")
      .Check("the sender still has a buffer object there", SenderHasParent,
             "err_parent_changed")
      .Call(OpId::kTranslateFdArray, ArrayArguments)
      .Check(
          "the descriptors could be translated",
          [](Op& op) { return op.f->ret == 0; }, "err_translate")
      .Local("last_fixup_obj_off", ParentWasLast)
      .Goto("store");
}

void AppendFdArrayErrors(Builder& b) {
  b.Label("err_bad_parent")
      .Local("-EINVAL", FailWith<Errno::kEinval, kBadParent>)
      .Goto("err_translate_failed")
      .Label("err_parent_changed")
      .Local("-EINVAL", FailWith<Errno::kEinval, kParentChanged>)
      .Goto("err_translate_failed")
      .Label("err_out_of_order")
      .Local("-EINVAL", FailWith<Errno::kEinval, kOutOfOrder>)
      .Goto("err_translate_failed");
}

}  // namespace bindery::sim
