#include "sim/kernel/uapi.h"

namespace bindery::sim {

const char* NameOf(Bc bc) {
  switch (bc) {
    case Bc::kTransaction:
      return "BC_TRANSACTION";
    case Bc::kReply:
      return "BC_REPLY";
    case Bc::kAcquireResult:
      return "BC_ACQUIRE_RESULT";
    case Bc::kFreeBuffer:
      return "BC_FREE_BUFFER";
    case Bc::kIncrefs:
      return "BC_INCREFS";
    case Bc::kAcquire:
      return "BC_ACQUIRE";
    case Bc::kRelease:
      return "BC_RELEASE";
    case Bc::kDecrefs:
      return "BC_DECREFS";
    case Bc::kIncrefsDone:
      return "BC_INCREFS_DONE";
    case Bc::kAcquireDone:
      return "BC_ACQUIRE_DONE";
    case Bc::kAttemptAcquire:
      return "BC_ATTEMPT_ACQUIRE";
    case Bc::kRegisterLooper:
      return "BC_REGISTER_LOOPER";
    case Bc::kEnterLooper:
      return "BC_ENTER_LOOPER";
    case Bc::kExitLooper:
      return "BC_EXIT_LOOPER";
    case Bc::kRequestDeathNotification:
      return "BC_REQUEST_DEATH_NOTIFICATION";
    case Bc::kClearDeathNotification:
      return "BC_CLEAR_DEATH_NOTIFICATION";
    case Bc::kDeadBinderDone:
      return "BC_DEAD_BINDER_DONE";
    case Bc::kTransactionSg:
      return "BC_TRANSACTION_SG";
    case Bc::kReplySg:
      return "BC_REPLY_SG";
    case Bc::kRequestFreezeNotification:
      return "BC_REQUEST_FREEZE_NOTIFICATION";
    case Bc::kClearFreezeNotification:
      return "BC_CLEAR_FREEZE_NOTIFICATION";
    case Bc::kFreezeNotificationDone:
      return "BC_FREEZE_NOTIFICATION_DONE";
    case Bc::kUnknown:
      break;
  }
  return "BC_UNKNOWN";
}

const char* NameOf(Br br) {
  switch (br) {
    case Br::kError:
      return "BR_ERROR";
    case Br::kOk:
      return "BR_OK";
    case Br::kTransaction:
      return "BR_TRANSACTION";
    case Br::kReply:
      return "BR_REPLY";
    case Br::kDeadReply:
      return "BR_DEAD_REPLY";
    case Br::kTransactionComplete:
      return "BR_TRANSACTION_COMPLETE";
    case Br::kIncrefs:
      return "BR_INCREFS";
    case Br::kAcquire:
      return "BR_ACQUIRE";
    case Br::kRelease:
      return "BR_RELEASE";
    case Br::kDecrefs:
      return "BR_DECREFS";
    case Br::kNoop:
      return "BR_NOOP";
    case Br::kSpawnLooper:
      return "BR_SPAWN_LOOPER";
    case Br::kDeadBinder:
      return "BR_DEAD_BINDER";
    case Br::kClearDeathNotificationDone:
      return "BR_CLEAR_DEATH_NOTIFICATION_DONE";
    case Br::kFailedReply:
      return "BR_FAILED_REPLY";
    case Br::kFrozenReply:
      return "BR_FROZEN_REPLY";
    case Br::kOnewaySpamSuspect:
      return "BR_ONEWAY_SPAM_SUSPECT";
    case Br::kTransactionPendingFrozen:
      return "BR_TRANSACTION_PENDING_FROZEN";
    case Br::kFrozenBinder:
      return "BR_FROZEN_BINDER";
    case Br::kClearFreezeNotificationDone:
      return "BR_CLEAR_FREEZE_NOTIFICATION_DONE";
  }
  return "BR_UNKNOWN";
}

uint32_t SizeOf(Bc bc) {
  switch (bc) {
    case Bc::kTransaction:
    case Bc::kReply:
      return 4 + 64;
    case Bc::kTransactionSg:
    case Bc::kReplySg:
      return 4 + 72;
    case Bc::kFreeBuffer:
    case Bc::kDeadBinderDone:
    case Bc::kFreezeNotificationDone:
      return 4 + 8;
    case Bc::kIncrefs:
    case Bc::kAcquire:
    case Bc::kRelease:
    case Bc::kDecrefs:
    case Bc::kAcquireResult:
      return 4 + 4;
    case Bc::kIncrefsDone:
    case Bc::kAcquireDone:
      return 4 + 16;
    case Bc::kAttemptAcquire:
      return 4 + 8;
    case Bc::kRequestDeathNotification:
    case Bc::kClearDeathNotification:
    case Bc::kRequestFreezeNotification:
    case Bc::kClearFreezeNotification:
      return 4 + 12;
    case Bc::kRegisterLooper:
    case Bc::kEnterLooper:
    case Bc::kExitLooper:
    case Bc::kUnknown:
      break;
  }
  return 4;
}

uint32_t SizeOf(Br br) {
  switch (br) {
    case Br::kTransaction:
    case Br::kReply:
      return 4 + 64;
    case Br::kIncrefs:
    case Br::kAcquire:
    case Br::kRelease:
    case Br::kDecrefs:
    case Br::kFrozenBinder:
      return 4 + 16;
    case Br::kDeadBinder:
    case Br::kClearDeathNotificationDone:
    case Br::kClearFreezeNotificationDone:
      return 4 + 8;
    default:
      return 4;
  }
}

const char* NameOf(IoctlRequest request) {
  switch (request) {
    case IoctlRequest::kWriteRead:
      return "BINDER_WRITE_READ";
    case IoctlRequest::kSetIdleTimeout:
      return "BINDER_SET_IDLE_TIMEOUT";
    case IoctlRequest::kSetMaxThreads:
      return "BINDER_SET_MAX_THREADS";
    case IoctlRequest::kSetIdlePriority:
      return "BINDER_SET_IDLE_PRIORITY";
    case IoctlRequest::kSetContextMgr:
      return "BINDER_SET_CONTEXT_MGR";
    case IoctlRequest::kThreadExit:
      return "BINDER_THREAD_EXIT";
    case IoctlRequest::kVersion:
      return "BINDER_VERSION";
    case IoctlRequest::kGetNodeDebugInfo:
      return "BINDER_GET_NODE_DEBUG_INFO";
    case IoctlRequest::kGetNodeInfoForRef:
      return "BINDER_GET_NODE_INFO_FOR_REF";
    case IoctlRequest::kSetContextMgrExt:
      return "BINDER_SET_CONTEXT_MGR_EXT";
    case IoctlRequest::kEnableOnewaySpamDetection:
      return "BINDER_ENABLE_ONEWAY_SPAM_DETECTION";
    case IoctlRequest::kFreeze:
      return "BINDER_FREEZE";
    case IoctlRequest::kGetFrozenInfo:
      return "BINDER_GET_FROZEN_INFO";
    case IoctlRequest::kGetExtendedError:
      return "BINDER_GET_EXTENDED_ERROR";
    case IoctlRequest::kCtlAdd:
      return "BINDER_CTL_ADD";
  }
  return "BINDER_UNKNOWN";
}

}  // namespace bindery::sim
