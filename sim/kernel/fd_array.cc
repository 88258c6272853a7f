// FDA objects: binder_translate_fd_array, and what binder_transaction does
// around it.
#include <string>

#include "base/bytes.h"
#include "sim/kernel/object.h"
#include "sim/kernel/op.h"
#include "sim/kernel/ops.h"
#include "sim/kernel/process.h"
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

// Where the memory behind the parent is in the target already.
void ReadFdInTarget(Op& op) {
  const BufferRow& buffer = op.w.Get(op.f->buffer);
  const uint64_t at =
      ArrayOffset(op) + uint64_t{op.f->i} * 4 - ExtraOffset(buffer);
  const absl::string_view extra = op.w.blobs().Bytes(buffer.extra);
  op.f->handle = at + 4 <= extra.size() ? ReadWord32(extra, at) : 0;
}

void StoreTargetFd(Op& op) {
  std::string bytes;
  AppendNumber<uint32_t>(&bytes, op.f->handle);
  WriteExtra(op, ArrayOffset(op) + uint64_t{op.f->i} * 4, bytes);
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

void NextFd(Op& op) { ++op.f->i; }
bool NoFdLeft(Op& op) { return op.f->i >= Array(op).num_fds; }
bool FdFailed(Op& op) { return op.f->ret != 0; }

// The array is skipped in the copy; each number comes from the sender.
void AppendFdsOfSender(Builder& b) {
  b.Check("they are aligned here and there", Aligned, "unaligned")
      .Check(
          "the fixup could be allocated",
          [](Op& op) { return !op.AllocationFails(); }, "no_memory")
      .Local("binder_add_fixup", SkipInCopy)
      .Label("next")
      .Branch("no descriptor left", NoFdLeft, "done")
      .Local("copy_from_user(fd)", ReadFd)
      .Branch("unreadable", FdFailed, "out")
      .Call(OpId::kTranslateFd, FdArguments)
      .Branch("not translated", FdFailed, "out")
      .Local("next", NextFd)
      .Goto("next");
}

void CloseLatest(Op& op) {
  --op.f->i;
  ReadFdInTarget(op);
  const ProcId target = op.w.Get(op.f->buffer).proc;
  CloseFd(op, op.w.Get(target).process, op.f->handle);
}

// The array is translated where it is in the target. Of files that are
// installed at once, those that were are closed again if a later one fails.
void AppendFdsOfTarget(Builder& b, const Features& features) {
  b.Check(
       "they are aligned", [](Op& op) { return ArrayOffset(op) % 4 == 0; },
       "unaligned")
      .Label("next")
      .Branch("no descriptor left", NoFdLeft, "done")
      .Local("the sender's number", ReadFdInTarget)
      .Call(OpId::kTranslateFd, FdArguments)
      .Branch("not translated", FdFailed, "failed");
  if (!features.fd_deferred) b.Do("store the target's number", StoreTargetFd);
  b.Local("next", NextFd).Goto("next").Label("failed");
  if (features.fd_deferred) {
    b.Goto("out");
    return;
  }
  b.Branch(
       "none is left to close", [](Op& op) { return op.f->i == 0; }, "out")
      .Undo("task_close_fd", CloseLatest)
      .Goto("failed");
}

}  // namespace

// offset: the array's in the payload; ptr: the address that its parent has in
// the sender's memory.
Operation BuildTranslateFdArray(const Features& features) {
  const bool one_by_one = features.objects_copied_one_by_one;
  Builder b(OpId::kTranslateFdArray, "binder_translate_fd_array");
  if (one_by_one) {
    b.Branch(
        "no descriptors", [](Op& op) { return Array(op).num_fds == 0; },
        "done");
  }
  b.Check("their number is sane", CountIsSane, "bad_count")
      .Check("they fit into the parent", ArrayFits, "no_room");
  if (one_by_one) {
    AppendFdsOfSender(b);
  } else {
    AppendFdsOfTarget(b, features);
  }
  b.Label("bad_count")
      .Local("-EINVAL", RefuseWith<Errno::kEinval, kBadCount>)
      .Return()
      .Label("no_room")
      .Local("-EINVAL", RefuseWith<Errno::kEinval, kNoRoom>)
      .Return()
      .Label("unaligned")
      .Local("-EINVAL", RefuseWith<Errno::kEinval, kUnaligned>)
      .Return();
  if (one_by_one) b.ReturnErrno<Errno::kEnomem>("no_memory");
  return b.Label("done")
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

void AppendFdArray(Builder& b, const Features& features) {
  b.Label("fda")
      .Check(
          "the parent is a buffer object before it",
          [](Op& op) { return ParentPlace(op) != kNoObject; }, "err_bad_parent")
      .Check("fixups come in order", InOrder, "err_out_of_order");
  if (features.objects_copied_one_by_one) {
    b.Check("the sender still has a buffer object there", SenderHasParent,
            "err_parent_changed");
  }
  b.Call(OpId::kTranslateFdArray, ArrayArguments)
      .Check(
          "the descriptors could be translated",
          [](Op& op) { return op.f->ret == 0; }, "err_translate")
      .Local("last_fixup_obj_off", ParentWasLast)
      .Goto("store");
}

void AppendFdArrayErrors(Builder& b, const Features& features) {
  b.Label("err_bad_parent")
      .Local("-EINVAL", FailWith<Errno::kEinval, kBadParent>)
      .Goto("err_translate_failed");
  if (features.objects_copied_one_by_one) {
    b.Label("err_parent_changed")
        .Local("-EINVAL", FailWith<Errno::kEinval, kParentChanged>)
        .Goto("err_translate_failed");
  }
  b.Label("err_out_of_order")
      .Local("-EINVAL", FailWith<Errno::kEinval, kOutOfOrder>)
      .Goto("err_translate_failed");
}

}  // namespace bindery::sim
