// The driver's user interface: command and return words, their sizes, ioctls,
// flags and objects, with the numbers of linux/android/binder.h (64-bit
// protocol, version 8).
#ifndef BINDERY_SIM_KERNEL_UAPI_H_
#define BINDERY_SIM_KERNEL_UAPI_H_

#include <cstdint>

namespace bindery::sim {

// Command words, by their `nr`.
enum class Bc : uint32_t {
  kTransaction = 0,
  kReply = 1,
  kAcquireResult = 2,
  kFreeBuffer = 3,
  kIncrefs = 4,
  kAcquire = 5,
  kRelease = 6,
  kDecrefs = 7,
  kIncrefsDone = 8,
  kAcquireDone = 9,
  kAttemptAcquire = 10,
  kRegisterLooper = 11,
  kEnterLooper = 12,
  kExitLooper = 13,
  kRequestDeathNotification = 14,
  kClearDeathNotification = 15,
  kDeadBinderDone = 16,
  kTransactionSg = 17,
  kReplySg = 18,
  kRequestFreezeNotification = 19,
  kClearFreezeNotification = 20,
  kFreezeNotificationDone = 21,
  // Not a command: bytes that the driver does not know, or too few of them.
  kUnknown = 0xff,
};

// Return words, by their `nr`.
enum class Br : uint32_t {
  kError = 0,
  kOk = 1,
  kTransaction = 2,
  kReply = 3,
  kDeadReply = 5,
  kTransactionComplete = 6,
  kIncrefs = 7,
  kAcquire = 8,
  kRelease = 9,
  kDecrefs = 10,
  kNoop = 12,
  kSpawnLooper = 13,
  kDeadBinder = 15,
  kClearDeathNotificationDone = 16,
  kFailedReply = 17,
  kFrozenReply = 18,
  kOnewaySpamSuspect = 19,
  kTransactionPendingFrozen = 20,
  kFrozenBinder = 21,
  kClearFreezeNotificationDone = 22,
};

// BR_TRANSACTION_SEC_CTX is BR_TRANSACTION (the same nr) with one more operand,
// the address of the sender's security context.
inline constexpr char kTransactionSecCtxName[] = "BR_TRANSACTION_SEC_CTX";
inline constexpr uint32_t kSecCtxSize = 8;

// Names such as "BC_TRANSACTION"; the word with its number if it has none.
const char* NameOf(Bc bc);
const char* NameOf(Br br);
// Bytes of the word with its operands in a write or read buffer.
uint32_t SizeOf(Bc bc);
uint32_t SizeOf(Br br);

// Room that a read buffer must have before an item is taken: the largest word.
inline constexpr uint64_t kMinReadRoom = 76;

// _IOC(direction, 'b', nr, size): 1 the driver reads the argument, 2 it writes
// it, 3 both.
constexpr uint32_t RequestNumber(uint32_t direction, uint32_t nr,
                                 uint32_t size) {
  return direction << 30 | size << 16 | uint32_t{'b'} << 8 | nr;
}

// The requests of ioctl() that are modelled.
enum class IoctlRequest : uint32_t {
  kWriteRead = RequestNumber(3, 1, 48),
  kSetIdleTimeout = RequestNumber(1, 3, 8),
  kSetMaxThreads = RequestNumber(1, 5, 4),
  kSetIdlePriority = RequestNumber(1, 6, 4),
  kSetContextMgr = RequestNumber(1, 7, 4),
  kThreadExit = RequestNumber(1, 8, 4),
  kVersion = RequestNumber(3, 9, 4),
  kGetNodeDebugInfo = RequestNumber(3, 11, 24),
  kGetNodeInfoForRef = RequestNumber(3, 12, 24),
  kSetContextMgrExt = RequestNumber(1, 13, 24),
  kEnableOnewaySpamDetection = RequestNumber(1, 16, 4),
  kFreeze = RequestNumber(1, 14, 12),
  kGetFrozenInfo = RequestNumber(3, 15, 12),
  kGetExtendedError = RequestNumber(3, 17, 12),
  kCtlAdd = RequestNumber(3, 1, 264),  // of binder-control
};
inline constexpr IoctlRequest kIoctlRequests[] = {
    IoctlRequest::kWriteRead,        IoctlRequest::kSetIdleTimeout,
    IoctlRequest::kSetMaxThreads,    IoctlRequest::kSetIdlePriority,
    IoctlRequest::kSetContextMgr,    IoctlRequest::kThreadExit,
    IoctlRequest::kVersion,          IoctlRequest::kGetExtendedError,
    IoctlRequest::kGetNodeDebugInfo, IoctlRequest::kGetNodeInfoForRef,
    IoctlRequest::kSetContextMgrExt, IoctlRequest::kEnableOnewaySpamDetection,
    IoctlRequest::kFreeze,           IoctlRequest::kGetFrozenInfo};
// A name such as "BINDER_VERSION", "BINDER_UNKNOWN" for other numbers.
const char* NameOf(IoctlRequest request);

inline constexpr uint64_t kCurrentProtocolVersion = 8;

// The argument of BINDER_FREEZE and BINDER_GET_FROZEN_INFO: whom it is about,
// by the process's number in the scenario (0: a pid that nobody has), what to
// do, and for how long to wait. A system call has it as one number.
struct FreezeArgument {
  uint32_t process = 0;
  bool enable = false;
  uint32_t timeout_ms = 0;
};
constexpr uint64_t Pack(const FreezeArgument& argument) {
  return uint64_t{argument.timeout_ms} << 32 |
         uint64_t{argument.enable ? 1u : 0u} << 31 | argument.process;
}
constexpr FreezeArgument UnpackFreeze(uint64_t argument) {
  return {static_cast<uint32_t>(argument) & 0x7fffffff,
          (argument >> 31 & 1) != 0, static_cast<uint32_t>(argument >> 32)};
}

// transaction_flags.
inline constexpr uint32_t kTfOneWay = 0x01;
inline constexpr uint32_t kTfStatusCode = 0x08;
inline constexpr uint32_t kTfAcceptFds = 0x10;
inline constexpr uint32_t kTfClearBuf = 0x20;
inline constexpr uint32_t kTfUpdateTxn = 0x40;

// flat_binder_object.flags.
inline constexpr uint32_t kFlatPriorityMask = 0xff;
inline constexpr uint32_t kFlatAcceptsFds = 0x100;
inline constexpr uint32_t kFlatTxnSecurityCtx = 0x1000;
// binder_buffer_object.flags.
inline constexpr uint32_t kBufferFlagHasParent = 0x01;

// Types of flat objects.
constexpr uint32_t PackChars(char a, char b, char c) {
  return static_cast<uint32_t>(a) << 24 | static_cast<uint32_t>(b) << 16 |
         static_cast<uint32_t>(c) << 8 | 0x85u;
}
inline constexpr uint32_t kTypeBinder = PackChars('s', 'b', '*');
inline constexpr uint32_t kTypeWeakBinder = PackChars('w', 'b', '*');
inline constexpr uint32_t kTypeHandle = PackChars('s', 'h', '*');
inline constexpr uint32_t kTypeWeakHandle = PackChars('w', 'h', '*');
inline constexpr uint32_t kTypeFd = PackChars('f', 'd', '*');
inline constexpr uint32_t kTypeFda = PackChars('f', 'd', 'a');
inline constexpr uint32_t kTypePtr = PackChars('p', 't', '*');

constexpr bool IsBinderType(uint32_t type) {
  return type == kTypeBinder || type == kTypeWeakBinder;
}
constexpr bool IsHandleType(uint32_t type) {
  return type == kTypeHandle || type == kTypeWeakHandle;
}
constexpr bool IsStrongType(uint32_t type) {
  return type == kTypeBinder || type == kTypeHandle;
}

// flat_binder_object: type 4, flags 4, binder or handle 8, cookie 8.
inline constexpr uint64_t kFlatObjectSize = 24;

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_UAPI_H_
