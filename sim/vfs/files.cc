#include "sim/vfs/files.h"

namespace bindery::sim {
namespace {

FdId FindFd(const World& w, ProcessId process, uint32_t number) {
  return w.Find<FdRow>(w.NameOf(process), number);
}

}  // namespace

int32_t GetUnusedFd(World& w, ProcessId process, bool cloexec) {
  const uint32_t limit = w.Get(process).nofile;
  uint32_t number = 0;
  while (number < limit && FindFd(w, process, number)) ++number;
  if (number >= limit) return -1;
  const FdId id = w.Create<FdRow>(w.NameOf(process), number);
  FdRow& fd = w.Edit(id);
  fd.process = process;
  fd.number = number;
  fd.cloexec = cloexec ? 1 : 0;
  w.PushFront(Head::kSet, process.any(), id.any());
  return static_cast<int32_t>(number);
}

void PutUnusedFd(World& w, ProcessId process, uint32_t number) {
  const FdId id = FindFd(w, process, number);
  if (w.Get(id).file) w.RecordBug("put_unused_fd() of an open descriptor");
  w.Remove(Head::kSet, id.any());
  w.Free(id);
}

void FdInstall(World& w, ProcessId process, uint32_t number, FileId file) {
  FdRow& fd = w.Edit(FindFd(w, process, number));
  if (fd.file) w.RecordBug("BUG_ON(fdt->fd[fd] != NULL)");
  fd.file = file;
}

FileId FileOfFd(const World& w, ProcessId process, uint32_t number) {
  const FdId id = FindFd(w, process, number);
  return id ? w.Get(id).file : FileId{};
}

FileId FGet(World& w, ProcessId process, uint32_t number) {
  const FileId file = FileOfFd(w, process, number);
  if (file) ++w.Edit(file).count;
  return file;
}

FileId FileCloseFd(World& w, ProcessId process, uint32_t number) {
  const FdId id = FindFd(w, process, number);
  if (!id || !w.Get(id).file) return {};
  const FileId file = w.Get(id).file;
  w.Remove(Head::kSet, id.any());
  w.Free(id);
  return file;
}

// Dropping no file at all is a fault, which Edit() records.
bool DropFile(World& w, FileId file) {
  return --w.Edit(file).count == 0 && file;
}

}  // namespace bindery::sim
