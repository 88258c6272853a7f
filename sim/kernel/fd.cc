// Descriptors in transactions: binder_translate_fd and
// binder_translate_fd_array in the sender, binder_apply_fd_fixups in the
// reader, binder_free_txn_fixups wherever a transaction ends before.
#include <string>

#include "sim/kernel/object.h"
#include "sim/kernel/op.h"
#include "sim/kernel/ops.h"
#include "sim/kernel/process.h"
#include "sim/kernel/scatter_gather.h"
#include "sim/kernel/user_memory.h"

namespace bindery::sim {
namespace {

// A reply may bring descriptors if the call said so, a call if the node did.
bool TargetAllowsFds(Op& op) {
  if (op.f->in_reply_to) {
    return (op.w.Get(op.f->in_reply_to).flags & kTfAcceptFds) != 0;
  }
  const NodeId node = op.w.Get(op.f->buffer).target_node;
  return (op.w.Get(node).flags & kFlatAcceptsFds) != 0;
}

void AppendFixup(Op& op) {
  FixupId id;
  FixupRow& fixup = op.w.New<FixupRow>(&id);
  fixup.file = op.f->file;
  fixup.offset = op.f->offset;
  fixup.target_fd = -1;
  op.w.PushBack(Head::kFdFixups, op.f->t.any(), id.any());
  op.f->file = {};
}

}  // namespace

// handle: the descriptor; offset: where in the buffer its number goes.
Operation BuildTranslateFd() {
  return Builder(OpId::kTranslateFd, "binder_translate_fd")
      .Check("the target accepts descriptors", TargetAllowsFds, "not_accepted")
      .Do("fget", FdGet)
      .Check(
          "the descriptor is open", [](Op& op) { return bool(op.f->file); },
          "bad_fd")
      .Check(
          "the fixup could be allocated",
          [](Op& op) { return !op.AllocationFails(); }, "no_memory")
      .Local("t->fd_fixups", AppendFixup)
      .Return()
      .Label("no_memory")
      .Undo("fput",
            [](Op& op) {
              PutFile(op, op.f->file);
              op.f->file = {};
            })
      .ReturnErrno<Errno::kEnomem>("out_of_memory")
      .Label("not_accepted")
      .Local("-EPERM",
             [](Op& op) {
               op.UserError("got fd, but target does not allow fds");
               op.Ret(Errno::kEperm);
             })
      .Return()
      .Label("bad_fd")
      .Local("-EBADF",
             [](Op& op) {
               op.UserError("got transaction with invalid fd");
               op.Ret(Errno::kEbadf);
             })
      .Return()
      .Finish();
}

namespace {

const CommandRow& Tr(Op& op) { return op.w.Get(op.f->command); }

// The array, at `offset` of the payload.
FdArrayObject Array(Op& op) {
  return ReadFdArrayObject(op.w.blobs().Bytes(Tr(op).data), op.f->offset);
}

// Its parent: as translated, and as the sender has it.
BufferObject Parent(Op& op, BlobId data) {
  const BufferRow& buffer = op.w.Get(op.f->buffer);
  const uint64_t place =
      ReadWord64(op.w.blobs().Bytes(buffer.offsets), Array(op).parent * 8);
  return ReadBufferObject(op.w.blobs().Bytes(data), place);
}
BufferObject TargetParent(Op& op) {
  return Parent(op, op.w.Get(op.f->buffer).data);
}
BufferObject SenderParent(Op& op) { return Parent(op, Tr(op).data); }

bool CountIsSane(Op& op) { return Array(op).num_fds < ~uint64_t{0} / 4; }

bool ArrayFits(Op& op) {
  const FdArrayObject array = Array(op);
  const uint64_t length = TargetParent(op).length;
  const uint64_t size = array.num_fds * 4;
  return size <= length && array.parent_offset <= length - size;
}

// In the buffer, and in the sender's memory.
uint64_t ArrayOffset(Op& op) {
  return TargetParent(op).buffer + Array(op).parent_offset;
}
uint64_t ArrayAddress(Op& op) {
  return SenderParent(op).buffer + Array(op).parent_offset;
}

bool Aligned(Op& op) {
  return ArrayOffset(op) % 4 == 0 && ArrayAddress(op) % 4 == 0;
}

void SkipInCopy(Op& op) {
  ScatterGather sg = DecodeScatterGather(op.w.blobs().Bytes(op.f->sg));
  sg.AddFixup({ArrayOffset(op), Array(op).num_fds * 4, 0});
  op.f->sg = op.w.blobs().Intern(Encode(sg));
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

template <const char* kMessage>
void Invalid(Op& op) {
  op.UserError(kMessage);
  op.Ret(Errno::kEinval);
}

constexpr char kBadCount[] = "got transaction with invalid number of fds";
constexpr char kNoRoom[] = "not enough space to store fds in buffer";
constexpr char kUnaligned[] = "parent offset not aligned correctly";

}  // namespace

// offset: the array's in the payload.
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
      .Local("-EINVAL", Invalid<kBadCount>)
      .Return()
      .Label("no_room")
      .Local("-EINVAL", Invalid<kNoRoom>)
      .Return()
      .Label("unaligned")
      .Local("-EINVAL", Invalid<kUnaligned>)
      .Return()
      .ReturnErrno<Errno::kEnomem>("no_memory")
      .Label("done")
      .Local("all translated", [](Op& op) { op.f->ret = 0; })
      .Label("out")
      .Return([](Op& op) { op.caller().sg = op.f->sg; })
      .Finish();
}

namespace {

FixupId Current(Op& op) { return FixupId{op.f->w.value}; }

void FirstFixup(Op& op) {
  op.f->w = op.w.First(Head::kFdFixups, op.f->t.any());
}

bool NoFixup(Op& op) { return !op.f->w; }

void ReserveFd(Op& op) {
  const int32_t fd = GetUnusedFd(op.w, CurrentProcess(op), /*cloexec=*/true);
  if (fd < 0) {
    op.Ret(Errno::kEnomem);
  } else {
    op.w.Edit(Current(op)).target_fd = fd;
  }
}

// The number goes to an FD object or into the memory of an array's parent.
void StoreFd(Op& op) {
  const FixupRow& fixup = op.w.Get(Current(op));
  BufferRow& buffer = op.w.Edit(op.w.Get(op.f->t).buffer);
  const uint64_t extra = ExtraOffset(buffer);
  const bool in_data = fixup.offset < extra;
  BlobId& blob = in_data ? buffer.data : buffer.extra;
  std::string bytes(op.w.blobs().Bytes(blob));
  const uint64_t at = in_data ? fixup.offset : fixup.offset - extra;
  if (at + 4 <= bytes.size()) {
    WriteWord32(static_cast<uint32_t>(fixup.target_fd), at, &bytes);
  }
  blob = op.w.blobs().Intern(bytes);
  op.f->w = op.w.Next(Head::kFdFixups, op.f->w);
}

void FreeFixup(Op& op) {
  op.w.Remove(Head::kFdFixups, op.f->w);
  op.w.Free(Current(op));
  FirstFixup(op);
}

void InstallFd(Op& op) {
  const FixupRow& fixup = op.w.Get(Current(op));
  FdInstall(op.w, CurrentProcess(op), static_cast<uint32_t>(fixup.target_fd),
            fixup.file);
  FreeFixup(op);
}

}  // namespace

// In the reading task: first all numbers, then all files.
Operation BuildApplyFdFixups() {
  return Builder(OpId::kApplyFdFixups, "binder_apply_fd_fixups")
      .Local("the first fixup", FirstFixup)
      .Label("reserve")
      .Branch("every number is known", NoFixup, "install")
      .Do("get_unused_fd_flags", ReserveFd)
      .Check(
          "a descriptor is free", [](Op& op) { return op.f->ret == 0; }, "err")
      .Local("write its number into the buffer", StoreFd)
      .Goto("reserve")
      .Label("install")
      .Local("the first fixup", FirstFixup)
      .Label("next")
      .Branch("every file is installed", NoFixup, "done")
      .Do("fd_install", InstallFd)
      .Goto("next")
      .Label("err")
      .Local("not this one", [](Op& op) { op.f->w = {}; })
      .Call(OpId::kFreeTxnFixups, [](Op& op) { op.callee().t = op.f->t; })
      .Local("-ENOMEM", SetRet<Errno::kEnomem>)
      .Label("done")
      .Return()
      .Finish();
}

namespace {

void PutFixup(Op& op) {
  const FixupRow& fixup = op.w.Get(Current(op));
  PutFile(op, fixup.file);
  if (fixup.target_fd >= 0) {
    PutUnusedFd(op.w, CurrentProcess(op),
                static_cast<uint32_t>(fixup.target_fd));
  }
  FreeFixup(op);
}

}  // namespace

Operation BuildFreeTxnFixups() {
  return Builder(OpId::kFreeTxnFixups, "binder_free_txn_fixups")
      .Local("the first fixup", FirstFixup)
      .Label("next")
      .Branch("none is left", NoFixup, "done")
      .Undo("fput", PutFixup)
      .Goto("next")
      .Label("done")
      .Return()
      .Finish();
}

}  // namespace bindery::sim
