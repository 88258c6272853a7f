// How processes come to share files: dup, fork, and SCM_RIGHTS; and bpf(),
// which makes files that a security module has a question of its own about.
//
// A child has its parent's descriptors, and none of its binder mappings
// (VM_DONTCOPY). The driver does not hear of a fork, nor of dup(); but it does
// of every close() (binder_flush).
#include "sim/kernel/ops.h"
#include "sim/kernel/process.h"

namespace bindery::sim {
namespace {

bool DescriptorIsOpen(Op& op) { return bool(op.f->file); }

ProcessId OtherProcess(Op& op) { return op.w.Find<ProcessRow>(op.f->i, 0); }

void NewDescriptor(Op& op, int32_t fd) {
  op.f->ret = fd < 0 ? Value(Errno::kEmfile) : fd;
}

// A file that finds no place is gone.
void ReceiveDescriptor(Op& op) {
  const FileId file = ReceiveFile(op.w, CurrentProcess(op));
  if (!file) return op.Ret(Errno::kEagain);
  const int32_t fd = GetUnusedFd(op.w, CurrentProcess(op), true);
  if (fd < 0) {
    PutFile(op, file);
  } else {
    FdInstall(op.w, CurrentProcess(op), static_cast<uint32_t>(fd), file);
  }
  NewDescriptor(op, fd);
}

}  // namespace

Operation BuildBpf() {
  Builder b(OpId::kBpf, "__sys_bpf");
  AppendNewDescriptor(b, [](Op& op) {
    const auto kind = static_cast<uint8_t>(op.f->i);
    InstallFile(op).bpf = kind;
  });
  return b.Return().Finish();
}

Operation BuildDup() {
  return Builder(OpId::kDup, "ksys_dup")
      .Local("fget", FdGet)
      .Check("the descriptor is open", DescriptorIsOpen, "bad_fd")
      .Do("fd_install",
          [](Op& op) {
            NewDescriptor(op, DupFd(op.w, CurrentProcess(op), op.f->handle));
          })
      .Return()
      .ReturnErrno<Errno::kEbadf>("bad_fd")
      .Finish();
}

// i: the child, which must not have been forked yet.
Operation BuildFork() {
  return Builder(OpId::kFork, "copy_process")
      .Do("copy_files, and no mapping",
          [](Op& op) {
            CopyFiles(op.w, CurrentProcess(op), OtherProcess(op));
            op.w.Edit(OtherProcess(op)).dead = 0;
          })
      .Return()
      .Finish();
}

// handle: the descriptor; i: the process that it is sent to.
Operation BuildSendFd() {
  return Builder(OpId::kSendFd, "scm_fp_copy")
      .Local("fget", FdGet)
      .Check("the descriptor is open", DescriptorIsOpen, "bad_fd")
      .Do("the message holds the file",
          [](Op& op) {
            ++op.w.Edit(op.f->file).count;
            SendFile(op.w, OtherProcess(op), op.f->file);
          })
      .Return()
      .ReturnErrno<Errno::kEbadf>("bad_fd")
      .Finish();
}

Operation BuildReceiveFd() {
  return Builder(OpId::kReceiveFd, "scm_detach_fds")
      .Do("the first message's file becomes a descriptor", ReceiveDescriptor)
      .Return()
      .Finish();
}

}  // namespace bindery::sim
