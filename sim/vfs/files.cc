#include "sim/vfs/files.h"

namespace bindery::sim {

FdId FindFd(const World& w, ProcessId process, uint32_t number) {
  return w.Find<FdRow>(w.NameOf(process), number);
}

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

int32_t DupFd(World& w, ProcessId process, uint32_t number) {
  const int32_t copy = GetUnusedFd(w, process, /*cloexec=*/false);
  if (copy >= 0) {
    FdInstall(w, process, static_cast<uint32_t>(copy),
              FGet(w, process, number));
  }
  return copy;
}

void CopyFiles(World& w, ProcessId parent, ProcessId child) {
  for (AnyId i = w.Get(parent).fds.first; i; i = w.Next(Head::kSet, i)) {
    const FdRow from = w.Get(FdId{i.value});
    if (!from.file) continue;
    const FdId id = w.Create<FdRow>(w.NameOf(child), from.number);
    FdRow& fd = w.Edit(id);
    fd.process = child;
    fd.number = from.number;
    fd.file = from.file;
    fd.cloexec = from.cloexec;
    ++w.Edit(from.file).count;
    w.PushFront(Head::kSet, child.any(), id.any());
  }
}

void SendFile(World& w, ProcessId to, FileId file) {
  InFlightId id;
  InFlightRow& message = w.New<InFlightRow>(&id);
  message.to = to;
  message.file = file;
  InFlightId last = w.Get(to).inbox;
  if (!last) {
    w.Edit(to).inbox = id;
    return;
  }
  while (w.Get(last).next) last = w.Get(last).next;
  w.Edit(last).next = id;
}

FileId ReceiveFile(World& w, ProcessId process) {
  const InFlightId first = w.Get(process).inbox;
  if (!first) return {};
  const InFlightRow message = w.Get(first);
  w.Edit(process).inbox = message.next;
  w.Free(first);
  return message.file;
}

// Dropping no file at all is a fault, which Edit() records.
bool DropFile(World& w, FileId file) {
  return --w.Edit(file).count == 0 && file;
}

}  // namespace bindery::sim
