// Descriptors in transactions: binder_translate_fd in the sender,
// binder_apply_fd_fixups in the reader, binder_free_txn_fixups wherever a
// transaction ends before.
#include <string>

#include "sim/kernel/object.h"
#include "sim/kernel/op.h"
#include "sim/kernel/ops.h"
#include "sim/kernel/process.h"
#include "sim/kernel/security.h"

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
  fixup.t = op.f->t;
  op.f->file = {};
  FixupId last = op.w.Get(op.f->t).fd_fixups;
  if (!last) {
    op.w.Edit(op.f->t).fd_fixups = id;
    return;
  }
  while (op.w.Get(last).next) last = op.w.Get(last).next;
  op.w.Edit(last).next = id;
}

void PutFileBack(Op& op) {
  PutFile(op, op.f->file);
  op.f->file = {};
}

constexpr char kNotAccepted[] = "got fd, but target does not allow fds";
constexpr char kBadFd[] = "got transaction with invalid fd";

void AppendDefer(Builder& b) {
  b.Check(
       "the fixup could be allocated",
       [](Op& op) { return !op.AllocationFails(); }, "no_memory")
      .Local("t->fd_fixups", AppendFixup)
      .Return();
}

ProcId TargetOf(Op& op) { return op.w.Get(op.f->buffer).proc; }

ProcessId TargetProcess(Op& op) { return op.w.Get(TargetOf(op)).process; }

void ReserveInTarget(Op& op) {
  const int32_t fd = GetUnusedFd(op.w, TargetProcess(op), /*cloexec=*/true);
  if (fd < 0) {
    op.Ret(Errno::kEnomem);
  } else {
    op.f->i = static_cast<uint32_t>(fd);
  }
}

void InstallInTarget(Op& op) {
  FdInstall(op.w, TargetProcess(op), op.f->i, op.f->file);
  op.f->file = {};
}

// proc->files is there from mmap() until the mapping goes.
void AppendInstallAtOnce(Builder& b) {
  b.Check(
       "the target has its table of descriptors",
       [](Op& op) { return op.w.Get(TargetOf(op)).mapped != 0; }, "no_memory")
      .Do("task_get_unused_fd_flags", ReserveInTarget)
      .Check(
          "a descriptor is free", [](Op& op) { return op.f->ret == 0; },
          "no_memory")
      .Do("task_fd_install", InstallInTarget)
      .Return([](Op& op) { op.caller().handle = op.f->i; });
}

}  // namespace

// handle: the descriptor; offset: where in the buffer its number goes. Where
// files are installed at once, the number goes back in the caller's `handle`.
Operation BuildTranslateFd(const Features& features) {
  Builder b(OpId::kTranslateFd, "binder_translate_fd");
  b.Check("the target accepts descriptors", TargetAllowsFds, "not_accepted")
      .Do("fget", FdGet)
      .Check(
          "the descriptor is open", [](Op& op) { return bool(op.f->file); },
          "bad_fd")
      .Check("the security module allows it", MayTransferFile, "denied");
  if (features.fd_deferred) {
    AppendDefer(b);
  } else {
    AppendInstallAtOnce(b);
  }
  return b.Label("no_memory")
      .Undo("fput", PutFileBack)
      .ReturnErrno<Errno::kEnomem>("out_of_memory")
      .Label("not_accepted")
      .Local("-EPERM", RefuseWith<Errno::kEperm, kNotAccepted>)
      .Return()
      .Label("bad_fd")
      .Local("-EBADF", RefuseWith<Errno::kEbadf, kBadFd>)
      .Return()
      .Label("denied")
      .Undo("fput", PutFileBack)
      .Local("-EPERM", SetRet<Errno::kEperm>)
      .Return()
      .Finish();
}

namespace {

FixupId Current(Op& op) { return FixupId{op.f->w.value}; }

void FirstFixup(Op& op) { op.f->w = op.w.Get(op.f->t).fd_fixups.any(); }

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
  op.f->w = fixup.next.any();
}

// It is the first one.
void FreeFixup(Op& op) {
  op.w.Edit(op.f->t).fd_fixups = op.w.Get(Current(op)).next;
  op.w.Free(Current(op));
  FirstFixup(op);
}

void InstallFd(Op& op) {
  const FixupRow& fixup = op.w.Get(Current(op));
  FdInstall(op.w, CurrentProcess(op), static_cast<uint32_t>(fixup.target_fd),
            fixup.file);
  FreeFixup(op);
}

// A file that is installed is none of the fixup's any more.
void InstallAtOnce(Op& op) {
  FixupRow& fixup = op.w.Edit(Current(op));
  FdInstall(op.w, CurrentProcess(op), static_cast<uint32_t>(fixup.target_fd),
            fixup.file);
  fixup.file = {};
}

void PutOrClose(Op& op) {
  const FixupRow& fixup = op.w.Get(Current(op));
  if (fixup.file) {
    PutFile(op, fixup.file);
  } else {
    CloseFd(op, CurrentProcess(op), static_cast<uint32_t>(fixup.target_fd));
  }
  FreeFixup(op);
}

Operation BuildApplyOneByOne() {
  return Builder(OpId::kApplyFdFixups, "binder_apply_fd_fixups")
      .Local("the first fixup", FirstFixup)
      .Label("next")
      .Branch("every file is installed", NoFixup, "installed")
      .Do("get_unused_fd_flags", ReserveFd)
      .Check(
          "a descriptor is free", [](Op& op) { return op.f->ret == 0; }, "err")
      .Do("fd_install", InstallAtOnce)
      .Local("write its number into the buffer", StoreFd)
      .Goto("next")
      .Label("installed")
      .Local("the first fixup", FirstFixup)
      .Label("free")
      .Branch("no fixup is left", NoFixup, "done")
      .Local("kfree(fixup)", FreeFixup)
      .Goto("free")
      .Label("err")
      .Local("the first fixup", FirstFixup)
      .Label("undo")
      .Branch("nothing is left to undo", NoFixup, "failed")
      .Undo("fput, or binder_deferred_fd_close", PutOrClose)
      .Goto("undo")
      .Label("failed")
      .Local("-ENOMEM", SetRet<Errno::kEnomem>)
      .Label("done")
      .Return()
      .Finish();
}

}  // namespace

// In the reading task: first all numbers, then all files.
Operation BuildApplyFdFixups(const Features& features) {
  if (!features.fixups_all_or_none) return BuildApplyOneByOne();
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
