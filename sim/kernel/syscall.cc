// Submitting system calls: each opens the frame of its operation and says so.
#include <algorithm>

#include "sim/kernel/kernel.h"
#include "sim/kernel/op.h"
#include "sim/kernel/process.h"

namespace bindery::sim {
namespace {

void Announce(EventSink* events, const char* call, const char* name,
              uint64_t value) {
  if (proto::Event* event = Emit(events, proto::Event::SYSCALL, call)) {
    AddArg(event, name, value);
  }
}

}  // namespace

void Kernel::SysOpen(TaskId task, ContextId device, bool nonblock) {
  FrameRow& frame = w_.Edit(Start(task, OpId::kOpen));
  frame.w = device.any();
  frame.nonblock = nonblock ? 1 : 0;
  Announce(events_, "open", "device", w_.Get(device).index);
  Syscall call{.op = OpId::kOpen};
  call.device = w_.Get(device).index;
  call.nonblock = nonblock;
  Observe(task, call);
}

void Kernel::SysClose(TaskId task, uint32_t fd) {
  w_.Edit(Start(task, OpId::kClose)).handle = fd;
  Announce(events_, "close", "fd", fd);
  Observe(task, {.op = OpId::kClose, .fd = fd});
}

void Kernel::SysMmap(TaskId task, uint32_t fd, uint64_t size, bool writable) {
  FrameRow& frame = w_.Edit(Start(task, OpId::kMmap));
  frame.handle = fd;
  frame.size = size;
  frame.increment = writable ? 1 : 0;
  Announce(events_, "mmap", "size", size);
  Syscall call{.op = OpId::kMmap, .fd = fd};
  call.size = size;
  call.writable = writable;
  Observe(task, call);
}

void Kernel::SysMunmap(TaskId task, uint32_t fd) {
  w_.Edit(Start(task, OpId::kMunmap)).handle = fd;
  Announce(events_, "munmap", "fd", fd);
  Observe(task, {.op = OpId::kMunmap, .fd = fd});
}

void Kernel::SysPoll(TaskId task, uint32_t fd) {
  w_.Edit(Start(task, OpId::kPoll)).handle = fd;
  Announce(events_, "poll", "fd", fd);
  Observe(task, {.op = OpId::kPoll, .fd = fd});
}

void Kernel::SysEpollCreate(TaskId task) {
  Start(task, OpId::kEpollCreate);
  Emit(events_, proto::Event::SYSCALL, "epoll_create");
  Observe(task, {.op = OpId::kEpollCreate});
}

void Kernel::SysEpollCtl(TaskId task, uint32_t fd, const EpollArgs& args) {
  FrameRow& frame = w_.Edit(Start(task, OpId::kEpollCtl));
  frame.handle = fd;
  frame.i = args.target;
  frame.type = static_cast<uint32_t>(args.op);
  frame.cookie = args.events;
  Announce(events_, "epoll_ctl", "fd", args.target);
  Syscall call{.op = OpId::kEpollCtl, .fd = fd};
  call.epoll = args;
  Observe(task, call);
}

void Kernel::SysEpollWait(TaskId task, uint32_t fd, const EpollArgs& args) {
  FrameRow& frame = w_.Edit(Start(task, OpId::kEpollWait));
  frame.handle = fd;
  frame.size = std::min(args.max_events, kMostEvents);
  frame.nonblock = args.wait ? 0 : 1;
  Announce(events_, "epoll_wait", "fd", fd);
  Syscall call{.op = OpId::kEpollWait, .fd = fd};
  call.epoll = args;
  Observe(task, call);
}

void Kernel::SysBpf(TaskId task, BpfKind kind) {
  const auto value = static_cast<uint32_t>(kind);
  w_.Edit(Start(task, OpId::kBpf)).i = value;
  Announce(events_, "bpf", "kind", value);
  Syscall call{.op = OpId::kBpf};
  call.bpf = kind;
  Observe(task, call);
}

void Kernel::SysDup(TaskId task, uint32_t fd) {
  w_.Edit(Start(task, OpId::kDup)).handle = fd;
  Announce(events_, "dup", "fd", fd);
  Observe(task, {.op = OpId::kDup, .fd = fd});
}

void Kernel::SysFork(TaskId task, ProcessId child) {
  const uint32_t index = w_.Get(child).index;
  w_.Edit(Start(task, OpId::kFork)).i = index;
  Announce(events_, "fork", "process", index);
  Syscall call{.op = OpId::kFork};
  call.process = index;
  Observe(task, call);
}

void Kernel::SysSendFd(TaskId task, uint32_t fd, ProcessId to) {
  const uint32_t index = w_.Get(to).index;
  FrameRow& frame = w_.Edit(Start(task, OpId::kSendFd));
  frame.handle = fd;
  frame.i = index;
  Announce(events_, "sendmsg", "fd", fd);
  Syscall call{.op = OpId::kSendFd, .fd = fd};
  call.process = index;
  Observe(task, call);
}

void Kernel::SysReceiveFd(TaskId task) {
  Start(task, OpId::kReceiveFd);
  Emit(events_, proto::Event::SYSCALL, "recvmsg");
  Observe(task, {.op = OpId::kReceiveFd});
}

void Kernel::SysFs(TaskId task, OpId op, const FsArgs& args) {
  FrameRow& frame = w_.Edit(Start(task, op));
  frame.i = op == OpId::kReopen          ? args.fd
            : op == OpId::kJoinNamespace ? args.process
                                         : args.mountpoint;
  frame.type = args.name;
  frame.size = args.to_mountpoint;
  frame.offset = args.to_name;
  frame.nonblock = args.nonblock ? 1 : 0;
  frame.cookie = args.options.max;
  frame.strong = args.options.stats ? 1 : 0;
  frame.reply = args.options.privileged ? 1 : 0;
  frame.param = args.options.invalid ? Value(Errno::kEinval) : 0;
  frame.increment = static_cast<uint8_t>(
      op == OpId::kLook   ? static_cast<int>(args.look)
      : op == OpId::kMake ? static_cast<int>(args.making)
                          : static_cast<int>(args.remount || args.lazy));
  Announce(events_, driver_.operation(op).function, "mountpoint", frame.i);
  Syscall call{.op = op};
  call.fs = args;
  Observe(task, call);
}

void Kernel::SysContents(TaskId task, OpId op, const FsArgs& args) {
  FrameRow& frame = w_.Edit(Start(task, op));
  frame.handle = args.fd;
  frame.size = args.size;
  frame.offset = args.offset;
  frame.sg = w_.blobs().Intern(args.bytes);
  Announce(events_, driver_.operation(op).function, "fd", args.fd);
  Syscall call{.op = op, .fd = args.fd};
  call.fs = args;
  Observe(task, call);
}

void Kernel::SysIoctl(TaskId task, uint32_t fd, uint32_t request,
                      const IoctlArgs& args) {
  FrameRow& frame = w_.Edit(Start(task, OpId::kIoctl));
  frame.handle = fd;
  frame.type = request;
  frame.ptr = args.value;
  frame.cookie = args.more;
  frame.i = args.flags;
  frame.null_argument = static_cast<uint8_t>(args.memory);
  if (proto::Event* event = Emit(events_, proto::Event::SYSCALL, "ioctl")) {
    AddArg(event, "fd", fd);
    AddArg(event, "request", NameOf(static_cast<IoctlRequest>(request)));
    if (args.memory == ArgumentMemory::kNull) {
      AddArg(event, "argument", "NULL");
    } else {
      AddArg(event, "argument", args.value);
    }
  }
  Syscall call{.op = OpId::kIoctl, .fd = fd};
  call.request = request;
  call.ioctl = args;
  Observe(task, call);
}

void Kernel::SysWriteRead(TaskId task, uint32_t fd, const WriteReadArgs& args) {
  FrameRow& frame = w_.Edit(Start(task, OpId::kWriteRead));
  frame.handle = fd;
  frame.offset = args.write_consumed;
  frame.size = args.read_size;
  frame.consumed = args.read_consumed;
  frame.null_argument = args.null_argument ? 1 : 0;
  frame.unreadable_write = args.unreadable_write ? 1 : 0;
  frame.unwritable_read = args.unwritable_read ? 1 : 0;
  frame.writable =
      static_cast<uint32_t>(std::min<uint64_t>(args.writable, UINT32_MAX));
  // User space's own until the driver writes them back, which it may not.
  TaskRow& row = w_.Edit(task);
  row.write_consumed = args.write_consumed;
  row.read_consumed = args.read_consumed;
  if (proto::Event* event = Emit(events_, proto::Event::SYSCALL, "ioctl")) {
    AddArg(event, "fd", fd);
    AddArg(event, "request", "BINDER_WRITE_READ");
    AddArg(event, "commands", w_.Get(task).out.size);
    AddArg(event, "read_size", args.read_size);
  }
  // The one call that is made millions of times.
  if (observer_ == nullptr) [[likely]]
    return;
  Syscall call{.op = OpId::kWriteRead, .fd = fd};
  call.args = args;
  Observe(task, call);
}

}  // namespace bindery::sim
