#include "tools/conform/lower.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/bytes.h"
#include "sim/kernel/uapi.h"
#include "sim/kernel/user_memory.h"
#include "sim/user/look_text.h"
#include "sim/user/raw_commands.h"
#include "tools/conform/word.h"

namespace bindery::conform {
namespace {

using sim::Bc;
using sim::IoctlRequest;
using sim::OpId;

constexpr uint64_t kProtRead = 1;
constexpr uint64_t kProtWrite = 2;
// struct binderfs_device: a name, then major and minor.
constexpr size_t kDeviceNameSize = 256;
constexpr size_t kMinorOffset = 260;
// open(), umount2(), unlinkat(), mount(), mknod().
constexpr uint32_t kOpenOnce = 02000000;  // O_RDONLY|O_CLOEXEC
constexpr uint32_t kNonblock = 04000;
constexpr uint32_t kMemfdCloexec = 1;
constexpr uint32_t kCreateNew = 02000300;  // O_CREAT|O_EXCL
constexpr uint32_t kDetach = 2;
constexpr uint32_t kRemoveDir = 0x200;
constexpr uint32_t kRemount = 32;
constexpr uint32_t kCharacterDevice = 020600;
constexpr uint64_t kPayloadRoom = kReadOnly - kPayload;
// Larger payloads fail before they are copied, so their memory is not needed.
constexpr uint64_t kMostCopied = 1 << 20;

// Bytes of the argument that the driver writes.
uint32_t WrittenBy(IoctlRequest request) {
  switch (request) {
    case IoctlRequest::kVersion:
    case IoctlRequest::kCtlAdd:
      return 4;
    case IoctlRequest::kGetFrozenInfo:
      return 8;
    case IoctlRequest::kGetExtendedError:
      return 12;
    case IoctlRequest::kGetNodeInfoForRef:
      return 16;
    case IoctlRequest::kGetNodeDebugInfo:
      return 24;
    default:
      return 0;
  }
}

void AppendPoke(uint64_t address, absl::string_view bytes, LoweredCall* out) {
  if (bytes.empty()) return;
  absl::StrAppendFormat(&out->plan, "poke %#x %s\n", address, Hex(bytes));
}

bool IsFreeze(IoctlRequest request) {
  return request == IoctlRequest::kFreeze ||
         request == IoctlRequest::kGetFrozenInfo;
}

bool IsTransaction(Bc bc) {
  return bc == Bc::kTransaction || bc == Bc::kReply ||
         bc == Bc::kTransactionSg || bc == Bc::kReplySg;
}

// The argument of an ioctl as it is in memory.
std::string ArgumentBytes(const sim::Syscall& call) {
  std::string bytes;
  switch (static_cast<IoctlRequest>(call.request)) {
    case IoctlRequest::kSetContextMgrExt:  // struct flat_binder_object
      AppendNumber<uint32_t>(&bytes, sim::kTypeBinder);
      AppendNumber<uint32_t>(&bytes, call.ioctl.flags);
      AppendNumber<uint64_t>(&bytes, call.ioctl.value);
      AppendNumber<uint64_t>(&bytes, call.ioctl.more);
      break;
    case IoctlRequest::kGetNodeInfoForRef:
      AppendNumber<uint32_t>(&bytes, static_cast<uint32_t>(call.ioctl.value));
      AppendNumber<uint64_t>(&bytes, call.ioctl.more);
      AppendNumber<uint32_t>(&bytes, call.ioctl.flags);
      bytes.resize(24);
      break;
    case IoctlRequest::kGetNodeDebugInfo:
      AppendNumber<uint64_t>(&bytes, call.ioctl.value);
      bytes.resize(24);
      break;
    default:
      AppendNumber<uint64_t>(&bytes, call.ioctl.value);
      bytes.resize(16);
      break;
  }
  return bytes;
}

std::string ArgumentText(const sim::Syscall& call) {
  std::string text = absl::StrCat(call.ioctl.value);
  if (call.ioctl.more != 0 || call.ioctl.flags != 0) {
    absl::StrAppend(&text, " ", call.ioctl.more, " ", call.ioctl.flags);
  }
  if (call.ioctl.memory == sim::ArgumentMemory::kReadOnly) {
    absl::StrAppend(&text, " read-only");
  }
  return text;
}

}  // namespace

// Room for `room` bytes, of which `bytes` are set and the rest is zero.
uint64_t Lowering::Payload(absl::string_view bytes, uint64_t room,
                           LoweredCall* out) {
  const uint64_t size =
      std::max<uint64_t>(bytes.size(), room <= kMostCopied ? room : 0);
  const uint64_t address = SliceOf(actor_) + kPayload + used_;
  if (used_ + size > kPayloadRoom) {
    overflow_ = true;
    return address;
  }
  used_ += (size + 15) & ~uint64_t{15};
  AppendPoke(address, bytes, out);
  return address;
}

// Memory of which only the first `readable` bytes can be read.
uint64_t Lowering::PartOf(absl::string_view bytes, uint64_t readable,
                          LoweredCall* out) {
  const uint64_t address = sim::kUserGuard - readable;
  std::string part(bytes.substr(0, readable));
  part.resize(readable, '\0');
  AppendPoke(address, part, out);
  return address;
}

// struct binder_transaction_data, and the extra word of the _SG form.
std::string Lowering::Transaction(const sim::World& world,
                                  const sim::CommandRow& row,
                                  LoweredCall* out) {
  const absl::string_view data = world.blobs().Bytes(row.data);
  const absl::string_view offsets = world.blobs().Bytes(row.offsets);
  const uint64_t data_address = row.fault_at == 3
                                    ? PartOf(data, row.readable, out)
                                    : Payload(data, row.data_size, out);
  for (const sim::MemorySegment& segment :
       sim::SegmentsOf(world.blobs().Bytes(row.memory))) {
    // What is left of other commands in front of the guard is overwritten.
    std::string bytes = segment.bytes;
    if (segment.address + segment.size == sim::kUserGuard) {
      bytes.resize(segment.size, '\0');
    }
    AppendPoke(segment.address, bytes, out);
  }
  const uint64_t offsets_address =
      row.fault_at == 4 ? Guard() : Payload(offsets, row.offsets_size, out);
  std::string bytes;
  AppendNumber<uint64_t>(&bytes, row.handle);
  AppendNumber<uint64_t>(&bytes, 0);
  AppendNumber<uint32_t>(&bytes, row.code);
  AppendNumber<uint32_t>(&bytes, row.flags);
  AppendNumber<uint64_t>(&bytes, 0);
  AppendNumber<uint64_t>(&bytes, row.data_size);
  AppendNumber<uint64_t>(&bytes, row.offsets_size);
  AppendNumber<uint64_t>(&bytes, data_address);
  AppendNumber<uint64_t>(&bytes, offsets_address);
  const Bc bc = static_cast<Bc>(row.bc);
  if (bc == Bc::kTransactionSg || bc == Bc::kReplySg) {
    AppendNumber<uint64_t>(&bytes, row.buffers_size);
  }
  absl::StrAppendFormat(
      &out->action, "(handle=%u code=%u flags=%#x data=%u offsets=%u)",
      row.handle, row.code, row.flags, row.data_size, row.offsets_size);
  return bytes;
}

std::string Lowering::Command(const sim::World& world,
                              const sim::CommandRow& row, uint64_t mapping,
                              LoweredCall* out) {
  const Bc bc = static_cast<Bc>(row.bc);
  absl::StrAppend(&out->action, " ", sim::NameOf(bc));
  // Unknown, or cut short.
  if (bc == Bc::kUnknown || row.fault_at == 1 || row.fault_at == 2) {
    return std::string(world.blobs().Bytes(row.data));
  }
  std::string bytes;
  AppendNumber<uint32_t>(&bytes, sim::CommandWord(bc));
  if (IsTransaction(bc)) return bytes + Transaction(world, row, out);
  switch (bc) {
    case Bc::kIncrefs:
    case Bc::kAcquire:
    case Bc::kRelease:
    case Bc::kDecrefs:
    case Bc::kAcquireResult:
      AppendNumber<uint32_t>(&bytes, row.handle);
      absl::StrAppend(&out->action, "(", row.handle, ")");
      break;
    case Bc::kRequestDeathNotification:
    case Bc::kClearDeathNotification:
    case Bc::kRequestFreezeNotification:
    case Bc::kClearFreezeNotification:
      AppendNumber<uint32_t>(&bytes, row.handle);
      AppendNumber<uint64_t>(&bytes, row.cookie);
      absl::StrAppendFormat(&out->action, "(%u, %#x)", row.handle, row.cookie);
      break;
    case Bc::kIncrefsDone:
    case Bc::kAcquireDone:
      AppendNumber<uint64_t>(&bytes, row.ptr);
      AppendNumber<uint64_t>(&bytes, row.cookie);
      absl::StrAppendFormat(&out->action, "(%#x, %#x)", row.ptr, row.cookie);
      break;
    case Bc::kFreeBuffer:
      AppendNumber<uint64_t>(&bytes, mapping + row.address);
      absl::StrAppendFormat(&out->action, "(+%#x)", row.address);
      break;
    case Bc::kDeadBinderDone:
    case Bc::kFreezeNotificationDone:
      AppendNumber<uint64_t>(&bytes, row.cookie);
      absl::StrAppendFormat(&out->action, "(%#x)", row.cookie);
      break;
    default:
      bytes.resize(row.size, '\0');
      break;
  }
  return bytes;
}

std::string Lowering::Commands(const sim::World& world, sim::TaskId task,
                               uint64_t mapping, LoweredCall* out) {
  std::string bytes;
  for (sim::AnyId id = world.First(sim::Head::kOut, task.any()); id;
       id = world.Next(sim::Head::kOut, id)) {
    const sim::CommandRow& row = world.Peek(sim::CommandId{id.value});
    bytes += Command(world, row, mapping, out);
  }
  return bytes;
}

void Lowering::LowerWriteRead(const sim::World& world, sim::TaskId task,
                              const sim::Syscall& call, uint64_t mapping,
                              LoweredCall* out) {
  const sim::WriteReadArgs& args = call.args;
  absl::StrAppend(&out->action, "ioctl(", call.fd, ", BINDER_WRITE_READ,");
  const std::string bytes = Commands(world, task, mapping, out);
  absl::StrAppend(&out->action, " read ", args.read_size, ")");
  if (args.null_argument) {
    absl::StrAppendFormat(&out->plan, "ioctl fd=%u nr=%#x arg=0", call.fd,
                          static_cast<uint32_t>(IoctlRequest::kWriteRead));
    return;
  }
  // The consumed count says where the driver starts; what is before is not
  // there.
  const uint64_t size = args.write_consumed + bytes.size();
  uint64_t write = Guard() - bytes.size() - args.write_consumed;
  if (args.unreadable_write) {
    write = Guard();
  } else {
    AppendPoke(Guard() - bytes.size(), bytes, out);
  }
  const uint64_t read = args.unwritable_read ? Guard() - args.writable
                                             : SliceOf(actor_) + kReadBuffer;
  absl::StrAppendFormat(&out->plan,
                        "write_read fd=%u write=%#x,%u,%u read=%#x,%u,%u",
                        call.fd, write, size, args.write_consumed, read,
                        args.read_size, args.read_consumed);
}

// In memory that can be read only; what was there is overwritten.
uint64_t Lowering::ReadOnly(absl::string_view bytes, LoweredCall* out) {
  const uint64_t address = SliceOf(actor_) + kReadOnly;
  if (!read_only_) {
    absl::StrAppendFormat(&out->plan, "area %#x %u ro\n", address, kPage);
    read_only_ = true;
  }
  AppendPoke(address, bytes, out);
  return address;
}

// The structures of both requests begin with a pid, which only the agent knows.
uint64_t Lowering::LowerFreeze(const sim::Syscall& call, LoweredCall* out) {
  const sim::FreezeArgument argument = sim::UnpackFreeze(call.ioctl.value);
  absl::StrAppend(&out->action,
                  argument.process == 0
                      ? "nobody"
                      : scenario_.processes[argument.process - 1].name);
  std::string bytes;
  AppendNumber<uint32_t>(&bytes, 0);
  if (static_cast<IoctlRequest>(call.request) == IoctlRequest::kFreeze) {
    AppendNumber<uint32_t>(&bytes, argument.enable ? 1 : 0);
    AppendNumber<uint32_t>(&bytes, argument.timeout_ms);
    absl::StrAppend(&out->action, argument.enable ? " on " : " off ",
                    argument.timeout_ms, " ms");
  }
  const uint64_t address = Payload(bytes, 12, out);
  if (argument.process != 0) {
    absl::StrAppendFormat(&out->plan, "pid %#x %u\n", address,
                          argument.process - 1);
  }
  return address;
}

// struct binderfs_device.
uint64_t Lowering::LowerDevice(const sim::Syscall& call, LoweredCall* out) {
  std::string bytes =
      sim::PathText(scenario_, static_cast<uint32_t>(call.ioctl.value));
  absl::StrAppend(&out->action, "\"", bytes, "\"");
  bytes.resize(kDeviceNameSize, call.ioctl.more != 0 ? 'x' : '\0');
  bytes.resize(kMinorOffset + 4, '\0');
  return call.ioctl.memory == sim::ArgumentMemory::kReadOnly
             ? ReadOnly(bytes, out)
             : Payload(bytes, bytes.size(), out);
}

void Lowering::LowerIoctl(const sim::Syscall& call, LoweredCall* out) {
  const auto request = static_cast<IoctlRequest>(call.request);
  const bool null = call.ioctl.memory == sim::ArgumentMemory::kNull;
  absl::StrAppend(&out->action, "ioctl(", call.fd, ", ", sim::NameOf(request),
                  ", ");
  uint64_t address = 0;
  if (null) {
    absl::StrAppend(&out->action, "NULL");
  } else if (IsFreeze(request)) {
    address = LowerFreeze(call, out);
  } else if (request == IoctlRequest::kCtlAdd) {
    address = LowerDevice(call, out);
  } else if (call.ioctl.memory == sim::ArgumentMemory::kReadOnly) {
    absl::StrAppend(&out->action, ArgumentText(call));
    address = ReadOnly(ArgumentBytes(call), out);
  } else {
    absl::StrAppend(&out->action, ArgumentText(call));
    const std::string argument = ArgumentBytes(call);
    address = Payload(argument, argument.size(), out);
  }
  absl::StrAppend(&out->action, ")");
  absl::StrAppendFormat(&out->plan, "ioctl fd=%u nr=%#x arg=%#x", call.fd,
                        call.request, address);
  const uint32_t written = WrittenBy(request);
  if (written == 0 || address == 0) return;
  // What stands before is the same as ever, a pid.
  if (request == IoctlRequest::kGetFrozenInfo) address += 4;
  if (request == IoctlRequest::kCtlAdd) address += kMinorOffset;
  absl::StrAppendFormat(&out->plan, " peek=%#x,%u", address, written);
}

namespace {

const char* NameOf(sim::EpollOp op) {
  switch (op) {
    case sim::EpollOp::kAdd:
      return "ADD";
    case sim::EpollOp::kDelete:
      return "DEL";
    default:
      return "MOD";
  }
}

}  // namespace

void Lowering::LowerFileCall(const sim::Syscall& call, LoweredCall* out) const {
  const std::string other =
      call.process == 0 ? "" : scenario_.processes[call.process - 1].name;
  const sim::EpollArgs& epoll = call.epoll;
  switch (call.op) {
    case OpId::kEpollCreate:
      absl::StrAppend(&out->plan, "epoll_create");
      absl::StrAppend(&out->action, "epoll_create()");
      break;
    case OpId::kBpf: {
      const char* kind = call.bpf == sim::BpfKind::kMap ? "map" : "program";
      absl::StrAppend(&out->plan, "bpf_", kind);
      absl::StrAppend(&out->action, "bpf(", kind, ")");
      break;
    }
    case OpId::kEpollCtl:
      absl::StrAppendFormat(
          &out->plan, "epoll_ctl fd=%u op=%u target=%u events=%#x", call.fd,
          static_cast<uint32_t>(epoll.op), epoll.target, epoll.events);
      absl::StrAppendFormat(&out->action, "epoll_ctl(%u, %s, %u, %#x)", call.fd,
                            NameOf(epoll.op), epoll.target, epoll.events);
      break;
    case OpId::kEpollWait:
      absl::StrAppendFormat(&out->plan, "epoll_wait fd=%u max=%u timeout=%d",
                            call.fd, epoll.max_events, epoll.wait ? -1 : 0);
      absl::StrAppendFormat(&out->action, "epoll_wait(%u, %u%s)", call.fd,
                            epoll.max_events, epoll.wait ? "" : ", at once");
      break;
    case OpId::kDup:
      absl::StrAppend(&out->plan, "dup fd=", call.fd);
      absl::StrAppend(&out->action, "dup(", call.fd, ")");
      break;
    case OpId::kFork:
      absl::StrAppend(&out->plan, "fork process=", call.process - 1);
      absl::StrAppend(&out->action, "fork(", other, ")");
      break;
    case OpId::kSendFd:
      absl::StrAppend(&out->plan, "send_fd fd=", call.fd,
                      " to=", call.process - 1);
      absl::StrAppend(&out->action, "send_fd(", call.fd, ", ", other, ")");
      break;
    default:
      absl::StrAppend(&out->plan, "receive_fd");
      absl::StrAppend(&out->action, "receive_fd()");
      break;
  }
}

std::string Lowering::PathOf(uint32_t mountpoint, uint32_t name) const {
  const std::string path = sim::PathText(scenario_, name);
  return absl::StrCat("/tmp/mounts/", scenario_.mountpoints[mountpoint - 1],
                      path.empty() ? "" : "/", path);
}

void Lowering::LowerLook(const sim::FsArgs& fs, LoweredCall* out) const {
  const char* const verb = fs.look == sim::Look::kNames     ? "list"
                           : fs.look == sim::Look::kStatus  ? "stat"
                           : fs.look == sim::Look::kOptions ? "options"
                                                            : "read";
  const std::string path = PathOf(fs.mountpoint, fs.name);
  absl::StrAppend(&out->plan, verb, " path=", path);
  absl::StrAppend(&out->action, verb, "(", path, ")");
}

void Lowering::LowerMake(const sim::FsArgs& fs, LoweredCall* out) const {
  const std::string path = PathOf(fs.mountpoint, fs.name);
  switch (fs.making) {
    case sim::Making::kDirectory:
      absl::StrAppend(&out->plan, "mkdir path=", path, " mode=493");
      break;
    case sim::Making::kFile:
      absl::StrAppend(&out->plan, "open device=", path, " flags=", kCreateNew);
      break;
    case sim::Making::kNode:
      absl::StrAppend(&out->plan, "mknod path=", path,
                      " mode=", kCharacterDevice);
      break;
    case sim::Making::kLink:
      absl::StrAppend(&out->plan, "symlink path=", path, " target=x");
      break;
    case sim::Making::kNoDirectory:
      absl::StrAppend(&out->plan, "unlink path=", path, " flags=", kRemoveDir);
      break;
  }
  absl::StrAppend(&out->action, out->plan);
}

void Lowering::LowerFs(const sim::Syscall& call, LoweredCall* out) const {
  const sim::FsArgs& fs = call.fs;
  const std::string path =
      fs.mountpoint == 0 ? "" : PathOf(fs.mountpoint, fs.name);
  switch (call.op) {
    case OpId::kOpenAt:
      absl::StrAppend(&out->plan, "open device=", path,
                      " flags=", kOpenOnce | (fs.nonblock ? kNonblock : 0));
      break;
    case OpId::kReopen:
      absl::StrAppend(&out->plan, "open device=/proc/self/fd/", fs.fd,
                      " flags=", kOpenOnce);
      break;
    case OpId::kMount: {
      const std::string& options = scenario_.mount_options[fs.text - 1];
      absl::StrAppend(&out->plan, "mount path=", path,
                      options.empty() ? "" : " options=", options,
                      fs.remount ? absl::StrCat(" flags=", kRemount) : "");
      break;
    }
    case OpId::kUmount:
      absl::StrAppend(&out->plan, "umount path=", path,
                      fs.lazy ? absl::StrCat(" flags=", kDetach) : "");
      break;
    case OpId::kUnlink:
      absl::StrAppend(&out->plan, "unlink path=", path);
      break;
    case OpId::kRename:
      absl::StrAppend(&out->plan, "rename path=", path,
                      " to=", PathOf(fs.to_mountpoint, fs.to_name));
      break;
    case OpId::kLook:
      return LowerLook(fs, out);
    case OpId::kMake:
      return LowerMake(fs, out);
    default:
      absl::StrAppend(&out->plan, "setns process=", fs.process - 1);
      break;
  }
  absl::StrAppend(&out->action, out->plan);
}

void Lowering::LowerContents(const sim::Syscall& call, LoweredCall* out) {
  const sim::FsArgs& fs = call.fs;
  switch (call.op) {
    case OpId::kPipe:
      absl::StrAppend(&out->plan, "pipe flags=", kOpenOnce | kNonblock);
      absl::StrAppend(&out->action, "pipe()");
      break;
    case OpId::kMemfd:
      absl::StrAppend(&out->plan, "memfd flags=", kMemfdCloexec);
      absl::StrAppend(&out->action, "memfd()");
      break;
    case OpId::kReadFd: {
      const uint64_t address = Payload("", fs.size, out);
      absl::StrAppendFormat(&out->plan,
                            "syscall nr=0 a0=%u a1=%#x a2=%u peek=%#x,%u",
                            call.fd, address, fs.size, address, fs.size);
      absl::StrAppend(&out->action, "read_fd(", call.fd, ", ", fs.size, ")");
      break;
    }
    case OpId::kWriteFd: {
      const uint64_t address = Payload(fs.bytes, fs.bytes.size(), out);
      absl::StrAppendFormat(&out->plan, "syscall nr=1 a0=%u a1=%#x a2=%u",
                            call.fd, address, fs.bytes.size());
      absl::StrAppend(&out->action, "write_fd(", call.fd, ", \"",
                      absl::CEscape(fs.bytes), "\")");
      break;
    }
    default:
      absl::StrAppendFormat(&out->plan, "syscall nr=8 a0=%u a1=%u", call.fd,
                            fs.offset);
      absl::StrAppend(&out->action, "seek(", call.fd, ", ", fs.offset, ")");
      break;
  }
}

LoweredCall Lowering::WithActor(const LoweredCall& body) const {
  LoweredCall out;
  // Pokes come before the call that they are for.
  const size_t line = body.plan.rfind('\n');
  const size_t at = line == std::string::npos ? 0 : line + 1;
  out.plan = absl::StrCat(body.plan.substr(0, at), "call ", actor_, " ",
                          body.plan.substr(at), "\n");
  out.action = body.action;
  return out;
}

namespace {

bool IsAboutBinderfs(OpId op) {
  return op == OpId::kMount || op == OpId::kUmount ||
         (op >= OpId::kOpenAt && op <= OpId::kJoinNamespace);
}

}  // namespace

LoweredCall Lowering::Lower(const sim::World& world, sim::TaskId task,
                            const sim::Syscall& call, const std::string& device,
                            uint64_t mapping) {
  LoweredCall body;
  if (IsAboutBinderfs(call.op)) {
    LowerFs(call, &body);
    return WithActor(body);
  }
  if (sim::IsAboutContents(call.op)) {
    LowerContents(call, &body);
    return WithActor(body);
  }
  switch (call.op) {
    case OpId::kOpen:
      absl::StrAppend(&body.plan, "open device=", device,
                      " nonblock=", call.nonblock ? 1 : 0);
      absl::StrAppend(&body.action, "open(", device,
                      call.nonblock ? ", O_NONBLOCK)" : ")");
      break;
    case OpId::kClose:
      absl::StrAppend(&body.plan, "close fd=", call.fd);
      absl::StrAppend(&body.action, "close(", call.fd, ")");
      break;
    case OpId::kMmap:
      absl::StrAppendFormat(&body.plan, "mmap fd=%u addr=%#x size=%u prot=%u",
                            call.fd, mapping, call.size,
                            kProtRead | (call.writable ? kProtWrite : 0));
      absl::StrAppend(&body.action, "mmap(", call.size, ", ", call.fd, ")");
      break;
    case OpId::kMunmap:
      absl::StrAppendFormat(&body.plan, "munmap addr=%#x size=%u", mapping,
                            kMappingStride);
      absl::StrAppend(&body.action, "munmap(", call.fd, ")");
      break;
    case OpId::kPoll:
      absl::StrAppend(&body.plan, "poll fd=", call.fd, " events=1 timeout=-1");
      absl::StrAppend(&body.action, "poll(", call.fd, ")");
      break;
    case OpId::kIoctl:
      LowerIoctl(call, &body);
      break;
    case OpId::kEpollCreate:
    case OpId::kEpollCtl:
    case OpId::kEpollWait:
    case OpId::kBpf:
    case OpId::kDup:
    case OpId::kFork:
    case OpId::kSendFd:
    case OpId::kReceiveFd:
      LowerFileCall(call, &body);
      break;
    default:
      LowerWriteRead(world, task, call, mapping, &body);
      break;
  }
  return WithActor(body);
}

}  // namespace bindery::conform
