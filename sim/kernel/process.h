// What the driver needs of the rest of the kernel: closing and releasing files,
// the end of a process. Descriptors themselves are in sim/vfs.
//
// A process ends in one step: unmapping and closing are not split, the deferred
// release that they lead to is (release.cc).
#ifndef BINDERY_SIM_KERNEL_PROCESS_H_
#define BINDERY_SIM_KERNEL_PROCESS_H_

#include <cstdint>

#include "sim/kernel/atom.h"
#include "sim/kernel/op.h"
#include "sim/vfs/files.h"

namespace bindery::sim {

// current->tgid, as the process whose files a system call uses.
ProcessId CurrentProcess(Op& op);
// fdget(): a system call finds the file of its descriptor (f.handle) and holds
// it until it returns. Nothing between that and the first lock could tell.
void FdGet(Op& op);
// A new open file of the current process, with a count of 1.
FileRow& NewFile(Op& op, FileId* id);
// get_unused_fd_flags(): f.handle becomes the lowest free number, closed on
// exec; ret: EMFILE if there is none.
void ReserveDescriptor(Op& op);
// A system call that makes a file and a descriptor for it, at label "out" with
// no lock held; f.handle and ret: the descriptor. `install` ends in
// InstallFile().
void AppendNewDescriptor(Builder& b, void (*install)(Op&));
// Makes the file behind that descriptor.
FileRow& InstallFile(Op& op);
// The file of the oldest mapping of a process, if it has one.
FileId OldestMapping(const World& w, ProcessId process);
// binder_open() without its descriptor: the proc of a device (f.w), on
// binder_procs.
void CreateProc(Op& op);
// close(): false if the descriptor is not open (-EBADF).
bool CloseFd(Op& op, ProcessId process, uint32_t number);
// fput(): at 0 the file is released, by a task when it is about to return to
// user space, else at once.
void PutFile(Op& op, FileId file);
// task_work_run(): the files that the task's system call put.
void RunTaskWorks(Op& op, TaskId task);
// The mapping of a device goes away: binder_vma_close and the file's count.
void Unmap(Op& op, FileId file);

// Bits of binder_proc.deferred_work.
inline constexpr uint8_t kDeferredFlush = 1;
inline constexpr uint8_t kDeferredRelease = 2;
// binder_defer_work.
void DeferWork(Op& op, ProcId proc, uint8_t work);

// The task runs no code of the kernel: a system call of which nothing has run
// has not been made yet.
bool StillInUserSpace(const World& w, TaskId task);

// exit_group() or SIGKILL: tasks in user mode end at once, those in the driver
// when they come out of it; with the last one the files are closed.
void DoExit(Op& op, ProcessId process);
// A task came back from the driver: ends it if its process is to end.
void FinishIfDead(Op& op, TaskId task);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_PROCESS_H_
