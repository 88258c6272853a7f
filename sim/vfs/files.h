// Descriptors and open file descriptions: as much of the virtual file system as
// the driver meets.
//
// Models alloc_fd, fd_install, put_unused_fd, file_close_fd, fget, dup_fd, the
// counting half of fput, and SCM_RIGHTS: a descriptor that is sent to a process
// waits in its inbox, a socket that nobody ever closes. Numbers are handed out
// lowest first and are below RLIMIT_NOFILE.
//
// Invariants
//  F1 A file's count is the number of descriptors, mappings, fixups, messages
//  and
//     system calls that hold it; the file lives exactly as long as it is not 0,
//     and, once it is, until the task that dropped it is back in user space.
//  F2 A reserved number has no file: it can be neither used nor closed, and is
//     handed out to nobody else.
//
// Not modelled: exec (FD_CLOEXEC is kept, nothing acts on it). What is in files
// is in contents.h.
#ifndef BINDERY_SIM_VFS_FILES_H_
#define BINDERY_SIM_VFS_FILES_H_

#include <cstdint>

#include "sim/world/world.h"

namespace bindery::sim {

// get_unused_fd_flags(): reserves the lowest free number, or says -1 (EMFILE).
int32_t GetUnusedFd(World& w, ProcessId process, bool cloexec);
// put_unused_fd(). REQUIRES: the number is reserved.
void PutUnusedFd(World& w, ProcessId process, uint32_t number);
// fd_install(): the descriptor takes over one count of the file.
// REQUIRES: the number is reserved.
void FdInstall(World& w, ProcessId process, uint32_t number, FileId file);
// A descriptor, open or reserved; none if the number is free.
FdId FindFd(const World& w, ProcessId process, uint32_t number);
// The file behind a descriptor; none if it is not open.
FileId FileOfFd(const World& w, ProcessId process, uint32_t number);
// fget(): the same, held.
FileId FGet(World& w, ProcessId process, uint32_t number);
// file_close_fd(): the descriptor is free; whoever called has its count of the
// file. None if it is not open.
FileId FileCloseFd(World& w, ProcessId process, uint32_t number);
// fput() up to the last count: true if that was it.
bool DropFile(World& w, FileId file);

// dup(): a further descriptor of the same file, the lowest free one, or -1
// (EMFILE). REQUIRES: `number` is open.
int32_t DupFd(World& w, ProcessId process, uint32_t number);
// dup_fd(): a forked child has the descriptors of its parent, but for numbers
// that are only reserved. REQUIRES: it has none yet.
void CopyFiles(World& w, ProcessId parent, ProcessId child);

// sendmsg() with SCM_RIGHTS: the message takes over one count of the file.
void SendFile(World& w, ProcessId to, FileId file);
// recvmsg(): what was sent first, which the caller has the count of now; none
// if nothing was.
FileId ReceiveFile(World& w, ProcessId process);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_VFS_FILES_H_
