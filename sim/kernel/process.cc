#include "sim/kernel/process.h"

#include "sim/kernel/binderfs.h"
#include "sim/vfs/contents.h"
#include "sim/vfs/epoll.h"

namespace bindery::sim {

namespace {

// The descriptor that the system call was given.
FdId FdOf(Op& op) {
  FdId& guess = op.k.guess(op.f->task).fd;
  const ProcessId process = CurrentProcess(op);
  const FdRow& row = op.w.Peek(guess);
  if (op.w.Alive(guess) && row.process == process &&
      row.number == op.f->handle) {
    return guess;
  }
  return op.w.Remember(FindFd(op.w, process, op.f->handle), &guess);
}

}  // namespace

ProcessId CurrentProcess(Op& op) { return op.w.Get(op.f->task).process; }

void FdGet(Op& op) {
  const FdId fd = FdOf(op);
  op.f->file = fd ? op.w.Get(fd).file : FileId{};
  if (op.f->file) ++op.w.Edit(op.f->file).count;
}

FileRow& NewFile(Op& op, FileId* id) {
  FileRow& file = op.w.New<FileRow>(id);
  file.count = 1;
  file.opener = op.w.Get(CurrentProcess(op)).index;
  return file;
}

FileRow& InstallFile(Op& op) {
  FileId id;
  FileRow& file = NewFile(op, &id);
  FdInstall(op.w, CurrentProcess(op), op.f->handle, id);
  op.f->ret = static_cast<int32_t>(op.f->handle);
  return file;
}

void ReserveDescriptor(Op& op) {
  const int32_t fd = GetUnusedFd(op.w, CurrentProcess(op), /*cloexec=*/true);
  op.f->handle = static_cast<uint32_t>(fd);
  if (fd < 0) op.Ret(Errno::kEmfile);
}

void AppendNewDescriptor(Builder& b, void (*install)(Op&)) {
  b.Lock("files.lock")
      .Do("get_unused_fd_flags", ReserveDescriptor)
      .Check(
          "a descriptor is free", [](Op& op) { return op.f->ret == 0; }, "out")
      .Do("fd_install", install)
      .Label("out")
      .Unlock("files.lock");
}

void DeferWork(Op& op, ProcId id, uint8_t work) {
  ProcRow& proc = op.w.Edit(id);
  proc.deferred_work = static_cast<uint8_t>(proc.deferred_work | work);
  if (proc.deferred_work_node.linked()) return;
  op.w.PushFront(Head::kDeferred, op.global().any(), id.any());
}

namespace {

void ReleaseFile(Op& op, FileId id) {
  const FileRow file = op.w.Get(id);
  if (file.eventpoll) {
    FreeEventPoll(op.w, file.eventpoll);
  } else {
    RemoveItemsOf(op.w, id);
  }
  if (file.proc) {
    DeferWork(op, file.proc, kDeferredRelease);
    op.k.Released(file.proc);
  }
  if (file.contents) CloseContents(op.w, id);
  op.w.Free(id);
  if (file.inode) PutInode(op, file.inode);
  if (file.mnt) PutMount(op, file.mnt);
}

}  // namespace

void PutFile(Op& op, FileId id) {
  if (!DropFile(op.w, id)) return;
  if (op.f != nullptr && op.f->task) {
    op.w.PushBack(Head::kTaskWorks, op.f->task.any(), id.any());
  } else {
    ReleaseFile(op, id);
  }
}

void RunTaskWorks(Op& op, TaskId task) {
  while (const AnyId id = op.w.First(Head::kTaskWorks, task.any())) {
    op.w.Remove(Head::kTaskWorks, id);
    ReleaseFile(op, FileId{id.value});
  }
}

void Unmap(Op& op, FileId file) {
  const ProcId proc = op.w.Get(file).proc;
  if (op.w.Get(proc).mapped == 0) return;
  op.w.Edit(proc).mapped = 0;
  PutFile(op, file);
}

FileId OldestMapping(const World& w, ProcessId process) {
  FileId oldest;
  w.ForEach<FileRow>([&](FileId id, const FileRow& file) {
    const ProcRow& proc = w.Peek(file.proc);
    if (proc.process != process || proc.mapped == 0) return;
    const uint32_t best = oldest ? w.Peek(w.Peek(oldest).proc).opening : ~0u;
    if (proc.opening < best) oldest = id;
  });
  return oldest;
}

bool CloseFd(Op& op, ProcessId process, uint32_t number) {
  const FileId file = FileCloseFd(op.w, process, number);
  if (!file) return false;
  // binder_flush runs at every close(), whoever else has the file open.
  if (op.w.Get(file).proc) {
    DeferWork(op, op.w.Get(file).proc, kDeferredFlush);
  }
  PutFile(op, file);
  return true;
}

namespace {

// Frees what the task's user space still had.
void EndTask(Op& op, TaskId id) {
  while (const AnyId command = op.w.First(Head::kOut, id.any())) {
    op.w.Remove(Head::kOut, command);
    op.w.Free(CommandId{command.value});
  }
  while (const AnyId word = op.w.First(Head::kIn, id.any())) {
    op.w.Remove(Head::kIn, word);
    op.w.Free(ReturnId{word.value});
  }
  TaskRow& task = op.w.Edit(id);
  if (task.frame) op.w.Free(task.frame);
  task.frame = {};
  while (task.activation) {
    const ActivationId top = task.activation;
    task.activation = op.w.Get(top).parent;
    op.w.Free(top);
  }
  task.state = TaskState::kDead;
  task.asleep = 0;
  task.signal_pending = 0;
  task.pc = 0;
  task.ret = task.value2 = 0;
  task.seen = {};
  task.value = task.write_consumed = task.read_consumed = 0;
}

bool AllTasksDead(Op& op, ProcessId process) {
  for (AnyId i = op.w.Get(process).tasks.first; i;
       i = op.w.Next(Head::kSet, i)) {
    if (op.w.Get(TaskId{i.value}).state != TaskState::kDead) return false;
  }
  return true;
}

// exit_mm() comes before exit_files().
void CloseEverything(Op& op, ProcessId process) {
  while (const FileId file = OldestMapping(op.w, process)) Unmap(op, file);
  const uint32_t limit = op.w.Get(process).nofile;
  for (uint32_t fd = 0; op.w.Get(process).fds.size != 0 && fd < limit; ++fd) {
    CloseFd(op, process, fd);
  }
  LeaveNamespaces(op, process);
}

}  // namespace

bool StillInUserSpace(const World& w, TaskId id) {
  const FrameId frame = w.Peek(id).frame;
  return !frame || (w.Peek(frame).pc == 0 && !w.Peek(frame).caller);
}

void DoExit(Op& op, ProcessId process) {
  if (op.w.Get(process).dead != 0) return;
  op.w.Edit(process).dead = 1;
  for (AnyId i = op.w.Get(process).tasks.first; i;
       i = op.w.Next(Head::kSet, i)) {
    const TaskId task{i.value};
    if (StillInUserSpace(op.w, task)) {
      EndTask(op, task);
    } else {
      op.w.Edit(task).asleep = 0;
      op.w.Edit(task).signal_pending = 1;
      op.k.Woken(task);
    }
  }
  if (AllTasksDead(op, process)) CloseEverything(op, process);
}

void FinishIfDead(Op& op, TaskId task) {
  const ProcessId process = op.w.Get(task).process;
  if (op.w.Get(process).dead == 0 || op.w.Get(task).frame) return;
  EndTask(op, task);
  if (AllTasksDead(op, process)) CloseEverything(op, process);
}

}  // namespace bindery::sim
