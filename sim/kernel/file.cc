// binder_open, binder_mmap, binder_vma_close, binder_flush, binder_release.
#include "sim/kernel/alloc.h"
#include "sim/kernel/binderfs.h"
#include "sim/kernel/ops.h"
#include "sim/kernel/process.h"

namespace bindery::sim {
void CreateProc(Op& op) {
  const ProcessId process = op.w.Get(op.f->task).process;
  const ProcId id = op.w.Create<ProcRow>(op.w.NameOf(process), 0);
  ProcRow& proc = op.w.Edit(id);
  proc.process = process;
  proc.opening = op.w.MetaOf(id.any()).ordinal;
  proc.context = ContextFor(op, ContextId{op.f->w.value});
  if (op.k.statistics() != nullptr) op.k.statistics()->Opened(op.w, id);
  proc.in_procs = 1;
  proc.default_priority = op.w.Get(op.f->task).nice;
  op.k.Created(Counted::kProc, id.any());
  op.w.PushFront(Head::kSet, op.global().any(), id.any());
  if (op.w.Get(proc.context).ref != 0) ++op.w.Edit(proc.context).ref;
  op.f->proc = id;
}

namespace {

void InstallDevice(Op& op) {
  FileRow& file = InstallFile(op);
  file.proc = op.f->proc;
  file.nonblock = op.f->nonblock;
}

// The mapping of the device that the descriptor names; once that is closed, the
// oldest one that the process has.
void FindMapping(Op& op) {
  const ProcessId process = op.w.Get(op.f->task).process;
  FileId file = FileOfFd(op.w, process, op.f->handle);
  if (!file) file = OldestMapping(op.w, process);
  const ProcId proc = file ? op.w.Get(file).proc : ProcId{};
  if (!proc || op.w.Get(proc).mapped == 0) return;
  // A borrower or a child has no mapping of it.
  if (op.w.Get(proc).process != process) return;
  op.f->w = file.any();
  op.f->proc = proc;
}

}  // namespace

Operation BuildOpen() {
  return Builder(OpId::kOpen, "binder_open")
      .Do("reserve the lowest descriptor", ReserveDescriptor)
      .Check(
          "a descriptor is free", [](Op& op) { return op.f->ret == 0; }, "out")
      .Local("allocate the proc",
             [](Op& op) {
               if (op.AllocationFails()) op.Ret(Errno::kEnomem);
             })
      .Check(
          "the proc could be allocated", [](Op& op) { return op.f->ret == 0; },
          "no_memory")
      .Lock("binder_procs_lock")
      .Do("add it to binder_procs", CreateProc)
      .Unlock("binder_procs_lock")
      .Do("install the descriptor", InstallDevice)
      .Label("out")
      .Return()
      .Label("no_memory")
      .Undo("put_unused_fd",
            [](Op& op) { PutUnusedFd(op.w, CurrentProcess(op), op.f->handle); })
      .Return()
      .Finish();
}

Operation BuildMmap() {
  return Builder(OpId::kMmap, "binder_mmap")
      .Local("fdget", FdGet)
      .Check(
          "the descriptor is open", [](Op& op) { return bool(op.f->file); },
          "bad_fd")
      .Local("proc of the file",
             [](Op& op) {
               const FileRow& file = op.w.Get(op.f->file);
               op.f->proc = file.proc;
               if (file.contents) {
                 op.k.NoteUnmodelled("a pipe or a memfd is mapped");
               }
             })
      .Check(
          "the file is a device", [](Op& op) { return bool(op.f->proc); },
          "no_device")
      .Check(
          "the caller opened it",
          [](Op& op) {
            return op.w.Get(op.f->proc).process == op.w.Get(op.f->task).process;
          },
          "invalid")
      .Check(
          "the mapping is read-only",
          [](Op& op) { return op.f->increment == 0; }, "not_permitted")
      .Lock("binder_alloc_mmap_lock")
      .Check(
          "it was never mapped",
          [](Op& op) { return op.w.Get(op.f->proc).buffer_size == 0; }, "busy")
      .Check(
          "pages and the first buffer could be allocated",
          [](Op& op) { return !op.AllocationFails(); }, "no_memory")
      .Do("one free buffer covers it",
          [](Op& op) {
            AllocMap(op, op.f->proc, op.f->size);
            ++op.w.Edit(op.f->file).count;  // the mapping holds the file
          })
      .Unlock("binder_alloc_mmap_lock")
      .Return()
      .ReturnErrno<Errno::kEbusy>("busy", "binder_alloc_mmap_lock")
      .ReturnErrno<Errno::kEnomem>("no_memory", "binder_alloc_mmap_lock")
      .ReturnErrno<Errno::kEperm>("not_permitted")
      .ReturnErrno<Errno::kEnodev>("no_device")
      .ReturnErrno<Errno::kEbadf>("bad_fd")
      .ReturnErrno<Errno::kEinval>("invalid")
      .Finish();
}

Operation BuildMunmap() {
  return Builder(OpId::kMunmap, "binder_vma_close")
      .Local("find_vma", FindMapping)
      .Check(
          "there is a mapping", [](Op& op) { return bool(op.f->proc); }, "out")
      .Do("binder_alloc_set_mapped(false)",
          [](Op& op) { Unmap(op, FileId{op.f->w.value}); })
      .Label("out")
      .Return()
      .Finish();
}

Operation BuildClose() {
  return Builder(OpId::kClose, "binder_flush")
      .Lock("binder_deferred_lock")
      .Do("defer the flush, and the release with the last reference",
          [](Op& op) {
            if (!CloseFd(op, op.w.Get(op.f->task).process, op.f->handle)) {
              op.Ret(Errno::kEbadf);
            }
          })
      .Unlock("binder_deferred_lock")
      .Return()
      .Finish();
}

}  // namespace bindery::sim
