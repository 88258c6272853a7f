// What the driver needs of the rest of the kernel: descriptors, files, the end
// of a process.
//
// Not modelled yet: descriptor flags, files that are shared by fork or passed
// by sockets. A process ends in one step: unmapping and closing are not split,
// the deferred release that they lead to is (release.cc).
#ifndef BINDERY_SIM_KERNEL_PROCESS_H_
#define BINDERY_SIM_KERNEL_PROCESS_H_

#include <cstdint>

#include "sim/kernel/op.h"

namespace bindery::sim {

// The lowest free descriptor, or -EMFILE.
int32_t LowestFreeFd(Op& op, ProcessId process);
// Installs `file`; the descriptor takes over one count of it.
void InstallFd(Op& op, ProcessId process, uint32_t number, FileId file);
// The file behind a descriptor; none if it is not open.
FileId FileOfFd(const World& w, ProcessId process, uint32_t number);
// fdget(): a system call finds the file of its descriptor (f.handle) and holds
// it until it returns. Nothing between that and the first lock could tell.
void FdGet(Op& op);
// The file of the oldest mapping of a process, if it has one.
FileId OldestMapping(const World& w, ProcessId process);
// close(): false if the descriptor is not open (-EBADF).
bool CloseFd(Op& op, ProcessId process, uint32_t number);
// fput(): at 0 the file is released.
void PutFile(Op& op, FileId file);
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
