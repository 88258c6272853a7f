// The tables of all operations, each built by the function that is named after
// it, in the file that is named after its part of the driver.
#ifndef BINDERY_SIM_KERNEL_OPS_H_
#define BINDERY_SIM_KERNEL_OPS_H_

#include "sim/kernel/atom.h"
#include "sim/kernel/features.h"

namespace bindery::sim {

// file.cc
Operation BuildOpen();
Operation BuildMmap();
Operation BuildMunmap();
Operation BuildClose();
// poll.cc
Operation BuildPoll();
Operation BuildEpollCreate();
Operation BuildEpollCtl();
Operation BuildEpollWait();
// share.cc
Operation BuildBpf();
Operation BuildDup();
Operation BuildFork();
Operation BuildSendFd();
Operation BuildReceiveFd();
// binderfs.cc
Operation BuildMount();
Operation BuildUmount();
Operation BuildKillSuper();
Operation BuildDeviceCreate();
Operation BuildEvictInode();
// binderfs_dir.cc
Operation BuildOpenAt();
Operation BuildReopen();
Operation BuildUnlink();
Operation BuildRename();
Operation BuildLook();
Operation BuildMake();
Operation BuildJoinNamespace();
// contents.cc
Operation BuildPipe();
Operation BuildMemfd();
Operation BuildReadFd();
Operation BuildWriteFd();
Operation BuildSeek();
// ioctl.cc
Operation BuildIoctl();
Operation BuildSetContextMgr();
Operation BuildWriteRead();
// node_info.cc
Operation BuildGetNodeDebugInfo();
Operation BuildGetNodeInfoForRef();
// thread_write.cc
Operation BuildThreadWrite();
Operation BuildLooperCommand();
Operation BuildUnsupported();
// thread_read.cc
Operation BuildThreadRead();
// ref_command.cc
Operation BuildRefCommand(const Features& features);
Operation BuildNodeDone();
Operation BuildIncRefForNode(const Features& features);
Operation BuildDecRefForHandle();
// buffer.cc
Operation BuildFreeBuffer();
Operation BuildFreeBuf();
Operation BuildReleaseBuffer(const Features& features);
// death.cc
Operation BuildRequestDeath();
Operation BuildClearDeath();
Operation BuildDeadBinderDone();
// supersede.cc
Operation BuildReleaseOutdated();
// freeze.cc
Operation BuildFreeze();
Operation BuildFreezeProc();
Operation BuildGetFrozenInfo();
// freeze_notification.cc
Operation BuildAddFreezeWork();
Operation BuildRequestFreeze();
Operation BuildClearFreeze();
Operation BuildFreezeDone();
// transaction.cc
Operation BuildTransaction(const Features& features);
// translate.cc
Operation BuildTranslateBinder();
Operation BuildTranslateHandle();
// fd.cc
Operation BuildTranslateFd(const Features& features);
Operation BuildApplyFdFixups(const Features& features);
Operation BuildFreeTxnFixups();
// fd_array.cc
Operation BuildTranslateFdArray(const Features& features);
// pointer.cc
Operation BuildFixupParent(const Features& features);
// reply.cc
Operation BuildFreeTransaction();
Operation BuildSendFailedReply();
// release.cc
Operation BuildReleaseWork();
Operation BuildThreadRelease();
Operation BuildDeferredFunc();
Operation BuildDeferredRelease();
Operation BuildNodeRelease();

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_OPS_H_
