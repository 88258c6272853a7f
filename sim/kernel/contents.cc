// Files that have contents: do_pipe2, memfd_create, ksys_read, ksys_write and
// ksys_lseek. The driver passes their descriptors on and looks at none.
//
// In a frame: handle is the descriptor, size and offset as the call has them,
// sg the bytes to write, then those that were read.
#include "sim/vfs/contents.h"

#include <string>

#include "sim/kernel/ops.h"
#include "sim/kernel/process.h"

namespace bindery::sim {
namespace {

void OpenEnd(Op& op, ContentsId pipe, uint8_t mode, int32_t fd) {
  FileId id;
  NewFile(op, &id).nonblock = 1;
  OpenContents(op.w, id, pipe, mode);
  FdInstall(op.w, CurrentProcess(op), static_cast<uint32_t>(fd), id);
}

// The end for reading has the lower number. value: the other's above it.
void OpenPipe(Op& op) {
  const ProcessId process = CurrentProcess(op);
  const int32_t in = GetUnusedFd(op.w, process, /*cloexec=*/true);
  if (in < 0) return op.Ret(Errno::kEmfile);
  const int32_t out = GetUnusedFd(op.w, process, /*cloexec=*/true);
  if (out < 0) {
    PutUnusedFd(op.w, process, static_cast<uint32_t>(in));
    return op.Ret(Errno::kEmfile);
  }
  const ContentsId pipe = NewContents(op.w, /*is_pipe=*/true);
  OpenEnd(op, pipe, kMayReadFile, in);
  OpenEnd(op, pipe, kMayWriteFile, out);
  op.w.Edit(op.f->task).value =
      uint64_t{static_cast<uint32_t>(out)} << 32 | static_cast<uint32_t>(in);
}

void OpenMemfd(Op& op) {
  InstallFile(op);
  const FileId file = FileOfFd(op.w, CurrentProcess(op), op.f->handle);
  OpenContents(op.w, file, NewContents(op.w, /*is_pipe=*/false),
               kMayReadFile | kMayWriteFile);
}

bool IsOpen(Op& op) { return bool(op.f->file); }

// binder_fops knows neither read nor write. What is opened in a binderfs is
// open for reading.
void RefuseDevice(Op& op, bool readonly) {
  const OpId call = static_cast<OpId>(op.f->op);
  if (call == OpId::kSeek) return op.Ret(Errno::kEspipe);
  const bool denied = call == OpId::kWriteFd && readonly;
  op.Ret(denied ? Errno::kEbadf : Errno::kEinval);
}

bool HasNone(Op& op) {
  const FileRow& file = op.w.Get(op.f->file);
  if (file.contents) return false;
  if (file.proc) {
    RefuseDevice(op, bool(file.inode));
  } else {
    op.k.NoteUnmodelled("what is read or written is no pipe, memfd or device");
  }
  return true;
}

template <uint8_t kMode>
bool Allows(Op& op) {
  return (op.w.Get(op.f->file).mode & kMode) != 0;
}

void Note(Op& op, Transfer transfer, size_t size) {
  switch (transfer) {
    case Transfer::kDone:
      op.f->ret = static_cast<int32_t>(size);
      return;
    case Transfer::kNothingThere:
      return op.Ret(Errno::kEagain);
    case Transfer::kNoReader:
      return op.Ret(Errno::kEpipe);
    case Transfer::kFull:
      return op.k.NoteUnmodelled("a pipe is filled");
  }
}

void Read(Op& op) {
  std::string bytes;
  const Transfer transfer = ReadContents(op.w, op.f->file, op.f->size, &bytes);
  op.w.Edit(op.f->task).seen = op.w.blobs().Intern(bytes);
  Note(op, transfer, bytes.size());
}

void Write(Op& op) {
  const std::string bytes(op.w.blobs().Bytes(op.f->sg));
  Note(op, WriteContents(op.w, op.f->file, bytes), bytes.size());
}

void Seek(Op& op) {
  const FileRow file = op.w.Get(op.f->file);
  if (op.w.Get(file.contents).is_pipe != 0) return op.Ret(Errno::kEspipe);
  op.w.Edit(op.f->file).pos = static_cast<uint32_t>(op.f->offset);
  op.f->ret = static_cast<int32_t>(op.f->offset);
}

Builder Begin(OpId id, const char* function) {
  Builder b(id, function);
  b.Local("fdget", FdGet)
      .Check("the descriptor is open", IsOpen, "bad_fd")
      .Branch("it has no contents", HasNone, "out");
  return b;
}

Operation End(Builder& b, const char* name, void (*run)(Op&)) {
  return b.Lock("file's own")
      .Do(name, run)
      .Unlock("file's own")
      .Label("out")
      .Return()
      .ReturnErrno<Errno::kEbadf>("bad_fd")
      .Finish();
}

}  // namespace

Operation BuildPipe() {
  return Builder(OpId::kPipe, "do_pipe2")
      .Lock("files.lock")
      .Do("get_unused_fd_flags, fd_install", OpenPipe)
      .Unlock("files.lock")
      .Return()
      .Finish();
}

Operation BuildMemfd() {
  Builder b(OpId::kMemfd, "memfd_create");
  AppendNewDescriptor(b, OpenMemfd);
  return b.Return().Finish();
}

Operation BuildReadFd() {
  Builder b = Begin(OpId::kReadFd, "ksys_read");
  b.Check("it is open for reading", Allows<kMayReadFile>, "bad_fd");
  return End(b, "vfs_read", Read);
}

Operation BuildWriteFd() {
  Builder b = Begin(OpId::kWriteFd, "ksys_write");
  b.Check("it is open for writing", Allows<kMayWriteFile>, "bad_fd");
  return End(b, "vfs_write", Write);
}

Operation BuildSeek() {
  Builder b = Begin(OpId::kSeek, "ksys_lseek");
  return End(b, "vfs_llseek", Seek);
}

}  // namespace bindery::sim
