// What the tables of binderfs share, and what closing a file needs of them.
#ifndef BINDERY_SIM_KERNEL_BINDERFS_H_
#define BINDERY_SIM_KERNEL_BINDERFS_H_

#include "sim/binderfs/binderfs.h"
#include "sim/kernel/atom.h"
#include "sim/kernel/op.h"

namespace bindery::sim {

// iput() and mntput() to their end: what nothing holds any more goes away.
void PutInode(Op& op, InodeId inode);
void PutMount(Op& op, MountId mount);
// binder_free_proc's half of the life of a device in a binderfs.
void PutDevice(Op& op, ContextId context);
// The context that an opening of a device gets: the device's own but for a
// design in which it is that of the opener's IPC namespace.
ContextId ContextFor(Op& op, ContextId device);
// The last process of a mount namespace has ended.
void LeaveNamespaces(Op& op, ProcessId process);

// In a frame: `i` is the mount point, `type` the name.
MountId CurrentMount(Op& op);
Namespaces CurrentNamespaces(Op& op);

// Whether the file of the frame is a binder-control.
bool IsControl(Op& op);
// binder_ctl_ioctl, at this label. Others go to "other_file".
void AppendControlRequests(Builder& b, const char* label);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_BINDERFS_H_
