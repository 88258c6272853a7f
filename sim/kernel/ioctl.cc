// binder_ioctl, binder_ioctl_set_ctx_mgr, binder_ioctl_write_read.
#include "sim/kernel/binderfs.h"
#include "sim/kernel/node.h"
#include "sim/kernel/ops.h"
#include "sim/kernel/process.h"
#include "sim/kernel/security.h"
#include "sim/kernel/thread.h"
#include "sim/kernel/work.h"

namespace bindery::sim {
namespace {

// filp and filp->private_data.
void FdGetDevice(Op& op) {
  FdGet(op);
  if (!op.f->file) return;
  const FileRow& file = op.w.Get(op.f->file);
  if (!file.proc) return;
  op.f->proc = file.proc;
  op.f->nonblock = file.nonblock;
}

// An epoll instance knows two requests, which are none of these, and
// binder-control one.
bool HasOwnRequests(Op& op) {
  const bool watches =
      op.w.Get(op.f->file).eventpoll && op.driver.features().epoll_has_requests;
  return watches || IsControl(op);
}

// The first lines of every operation on a device's descriptor.
void AppendProcOfFile(Builder& b, const char* other = "other_file") {
  b.Local("fdget", FdGetDevice)
      .Check(
          "the descriptor is open", [](Op& op) { return bool(op.f->file); },
          "bad_fd")
      .Check(
          "the file is a device", [](Op& op) { return bool(op.f->proc); },
          other);
}

// The last lines: what failed, and leaving the driver.
void AppendLeave(Builder& b) {
  b.Label("out")
      .Branch(
          "no thread", [](Op& op) { return !op.f->thread; }, "left")
      .Do("thread->looper_need_return = false",
          [](Op& op) { op.w.Edit(op.f->thread).looper_need_return = 0; })
      .Label("left")
      .Return()
      .ReturnErrno<Errno::kEbadf>("bad_fd")
      .Label("other_file")
      .Branch("it has requests of its own", HasOwnRequests, "not_its_own")
      .Local("-ENOTTY", SetRet<Errno::kEnotty>)
      .Return()
      .ReturnErrno<Errno::kEinval>("not_its_own");
}

bool Knows(const Features& features, IoctlRequest request) {
  switch (request) {
    case IoctlRequest::kFreeze:
    case IoctlRequest::kGetFrozenInfo:
      return features.freezer;
    case IoctlRequest::kEnableOnewaySpamDetection:
      return features.spam_detection;
    case IoctlRequest::kGetExtendedError:
      return features.extended_errors;
    case IoctlRequest::kSetContextMgrExt:
      return features.security_contexts;
    case IoctlRequest::kGetNodeInfoForRef:
      return features.node_info_for_ref;
    default:
      return true;
  }
}

bool Is(Op& op, IoctlRequest request) {
  return op.f->type == static_cast<uint32_t>(request) &&
         Knows(op.driver.features(), request);
}

void SetMaxThreads(Op& op) {
  op.w.Edit(op.f->proc).max_threads = static_cast<uint32_t>(op.f->ptr);
}

// Handed out and forgotten, even if user space cannot be told.
void GetExtendedError(Op& op) {
  ThreadRow& thread = op.w.Edit(op.f->thread);
  TaskRow& task = op.w.Edit(op.f->task);
  if (op.f->null_argument != 0) {
    op.Ret(Errno::kEfault);
  } else {
    task.value = thread.ee_command;
    task.value2 = thread.ee_param;
  }
  thread.ee_command = static_cast<uint32_t>(Br::kOk);
  thread.ee_param = 0;
}

bool ArgumentReadable(Op& op) {
  return op.f->null_argument != static_cast<uint8_t>(ArgumentMemory::kNull);
}
bool ArgumentWritable(Op& op) { return op.f->null_argument == 0; }

// ptr, cookie and `i` are the argument, as Syscall::ioctl says.
void PassArgument(Op& op) {
  op.callee().ptr = op.f->ptr;
  op.callee().cookie = op.f->cookie;
  op.callee().i = op.f->i;
}

void CopyInfoOut(Op& op) {
  TaskRow& task = op.w.Edit(op.f->task);
  task.value = op.f->ptr;
  task.write_consumed = op.f->cookie;
  task.value2 = static_cast<int32_t>(op.f->i);
}

// Requests about nodes, and BINDER_ENABLE_ONEWAY_SPAM_DETECTION.
void AppendMoreRequests(Builder& b) {
  b.Label("set_context_mgr_ext")
      .Check("the argument is readable", ArgumentReadable, "invalid")
      .Call(OpId::kSetContextMgr, PassArgument)
      .Goto("out")
      .Label("get_node_info_for_ref")
      .Check("the argument is readable", ArgumentReadable, "fault")
      .Call(OpId::kGetNodeInfoForRef, PassArgument)
      .Branch(
          "it is refused", [](Op& op) { return op.f->ret != 0; }, "out")
      .Goto("copy_out")
      .Label("get_node_debug_info")
      .Check("the argument is readable", ArgumentReadable, "fault")
      .Call(OpId::kGetNodeDebugInfo, PassArgument)
      .Label("copy_out")
      .Check("the argument is writable", ArgumentWritable, "fault")
      .Local("copy_to_user", CopyInfoOut)
      .Goto("out")
      .Label("enable_oneway_spam_detection")
      .Check("the argument is readable", ArgumentReadable, "fault")
      .Lock("proc.inner")
      .Do("proc->oneway_spam_detection_enabled",
          [](Op& op) {
            op.w.Edit(op.f->proc).oneway_spam_detection_enabled =
                static_cast<uint32_t>(op.f->ptr) != 0 ? 1 : 0;
          })
      .Unlock("proc.inner")
      .Goto("out")
      .Label("fault")
      .Local("-EFAULT", SetRet<Errno::kEfault>)
      .Goto("out");
}

void FreezeArguments(Op& op) {
  op.callee().ptr = op.f->ptr;
  op.callee().null_argument = op.f->null_argument;
}

void AppendRequests(Builder& b) {
  b.Label("set_max_threads")
      .Check("the argument is readable", ArgumentReadable, "invalid")
      .Lock("proc.inner")
      .Do("proc->max_threads", SetMaxThreads)
      .Unlock("proc.inner")
      .Goto("out")
      .Label("set_context_mgr")
      .Call(OpId::kSetContextMgr, nullptr)
      .Goto("out")
      .Label("thread_exit")
      .Call(OpId::kThreadRelease, nullptr)
      .Local("the thread is forgotten", [](Op& op) { op.f->thread = {}; })
      .Goto("out")
      .Label("version")
      .Check("the argument is writable", ArgumentWritable, "invalid")
      .Local(
          "BINDER_CURRENT_PROTOCOL_VERSION",
          [](Op& op) { op.w.Edit(op.f->task).value = kCurrentProtocolVersion; })
      .Goto("out")
      .Label("get_extended_error")
      .Lock("proc.inner")
      .Do("read and clear thread->ee", GetExtendedError)
      .Unlock("proc.inner")
      .Goto("out")
      .Label("freeze")
      .Call(OpId::kFreeze, FreezeArguments)
      .Goto("out")
      .Label("get_frozen_info")
      .Call(OpId::kGetFrozenInfo, FreezeArguments)
      .Goto("out")
      .Label("invalid")
      .Local("-EINVAL", SetRet<Errno::kEinval>);
}

}  // namespace

Operation BuildIoctl() {
  Builder b(OpId::kIoctl, "binder_ioctl");
  AppendProcOfFile(b, "other_file_or_control");
  AppendGetThread(b, "out");
  b.Branch(
       "BINDER_SET_MAX_THREADS",
       [](Op& op) { return Is(op, IoctlRequest::kSetMaxThreads); },
       "set_max_threads")
      .Branch(
          "BINDER_SET_CONTEXT_MGR",
          [](Op& op) { return Is(op, IoctlRequest::kSetContextMgr); },
          "set_context_mgr")
      .Branch(
          "BINDER_THREAD_EXIT",
          [](Op& op) { return Is(op, IoctlRequest::kThreadExit); },
          "thread_exit")
      .Branch(
          "BINDER_VERSION",
          [](Op& op) { return Is(op, IoctlRequest::kVersion); }, "version")
      .Branch(
          "BINDER_GET_EXTENDED_ERROR",
          [](Op& op) { return Is(op, IoctlRequest::kGetExtendedError); },
          "get_extended_error")
      .Branch(
          "BINDER_SET_CONTEXT_MGR_EXT",
          [](Op& op) { return Is(op, IoctlRequest::kSetContextMgrExt); },
          "set_context_mgr_ext")
      .Branch(
          "BINDER_GET_NODE_INFO_FOR_REF",
          [](Op& op) { return Is(op, IoctlRequest::kGetNodeInfoForRef); },
          "get_node_info_for_ref")
      .Branch(
          "BINDER_GET_NODE_DEBUG_INFO",
          [](Op& op) { return Is(op, IoctlRequest::kGetNodeDebugInfo); },
          "get_node_debug_info")
      .Branch(
          "BINDER_ENABLE_ONEWAY_SPAM_DETECTION",
          [](Op& op) {
            return Is(op, IoctlRequest::kEnableOnewaySpamDetection);
          },
          "enable_oneway_spam_detection")
      .Branch(
          "BINDER_FREEZE", [](Op& op) { return Is(op, IoctlRequest::kFreeze); },
          "freeze")
      .Branch(
          "BINDER_GET_FROZEN_INFO",
          [](Op& op) { return Is(op, IoctlRequest::kGetFrozenInfo); },
          "get_frozen_info")
      .Goto("invalid");
  AppendMoreRequests(b);
  AppendRequests(b);
  AppendLeave(b);
  AppendControlRequests(b, "other_file_or_control");
  return b.Finish();
}

namespace {

ContextRow& EditContext(Op& op) {
  return op.w.Edit(op.w.Get(op.f->proc).context);
}
uint32_t CurrentUid(Op& op) {
  return op.w.Get(op.w.Get(op.f->task).process).uid;
}

void PublishManager(Op& op) {
  NodeRow& node = op.w.Edit(op.f->node);
  ++node.local_weak_refs;
  ++node.local_strong_refs;
  node.has_strong_ref = 1;
  node.has_weak_ref = 1;
  EditContext(op).mgr_node = op.f->node;
}

}  // namespace

Operation BuildSetContextMgr() {
  return Builder(OpId::kSetContextMgr, "binder_ioctl_set_ctx_mgr")
      .Lock("context_mgr_node_lock")
      .Check(
          "there is no context manager",
          [](Op& op) { return !EditContext(op).mgr_node; }, "busy")
      .Check("the security module allows it", MayBecomeContextMgr, "denied")
      .Check(
          "the uid is the earlier manager's",
          [](Op& op) {
            const ContextRow& context = EditContext(op);
            return context.mgr_uid_set == 0 ||
                   context.mgr_uid == CurrentUid(op);
          },
          "not_permitted")
      .Do("remember the uid",
          [](Op& op) {
            EditContext(op).mgr_uid = CurrentUid(op);
            EditContext(op).mgr_uid_set = 1;
          })
      .Check(
          "the node could be allocated",
          [](Op& op) { return !op.AllocationFails(); }, "no_memory")
      .Do("binder_new_node",
          [](Op& op) {
            op.f->node =
                InitNode(op, op.f->proc, op.f->ptr, op.f->cookie, op.f->i);
          })
      .Pin("node->tmp_refs", [](Op& op) { ++op.w.Edit(op.f->node).tmp_refs; })
      .Do("publish it", PublishManager)
      .Unpin("node->tmp_refs", [](Op& op) { DropNodeTmpRef(op, op.f->node); })
      .Unlock("context_mgr_node_lock")
      .Return()
      .ReturnErrno<Errno::kEbusy>("busy", "context_mgr_node_lock")
      .ReturnErrno<Errno::kEacces>("denied", "context_mgr_node_lock")
      .ReturnErrno<Errno::kEperm>("not_permitted", "context_mgr_node_lock")
      .ReturnErrno<Errno::kEnomem>("no_memory", "context_mgr_node_lock")
      .Finish();
}

namespace {

void WriteArguments(Op& op) {
  op.callee().consumed = op.f->offset;
  op.callee().unreadable_write = op.f->unreadable_write;
}

void ReadArguments(Op& op) {
  op.callee().consumed = op.f->consumed;
  op.callee().size = op.f->size;
  op.callee().nonblock = op.f->nonblock;
  op.callee().unwritable_read = op.f->unwritable_read;
  op.callee().writable = op.f->writable;
}

bool ProcHasWork(Op& op) { return op.w.Get(op.f->proc).todo.size != 0; }

}  // namespace

Operation BuildWriteRead() {
  Builder b(OpId::kWriteRead, "binder_ioctl_write_read");
  AppendProcOfFile(b);
  AppendGetThread(b, "out");
  b.Check(
       "the argument is readable",
       [](Op& op) { return op.f->null_argument == 0; }, "fault")
      .Branch(
          "nothing to write",
          [](Op& op) { return op.w.Get(op.f->task).out.size == 0; }, "read")
      .Call(OpId::kThreadWrite, WriteArguments)
      .Branch(
          "the write failed", [](Op& op) { return op.f->ret < 0; },
          "write_failed")
      .Label("read")
      .Branch(
          "nothing to read", [](Op& op) { return op.f->size == 0; }, "out")
      .Step()
      .Call(OpId::kThreadRead, ReadArguments)
      .Lock("proc.inner")
      .Branch(
          "no work is left", [](Op& op) { return !ProcHasWork(op); },
          "handed_over")
      .Wake("another thread for what is left",
            [](Op& op) { WakeupProc(op, op.f->proc); })
      .Label("handed_over")
      .Unlock("proc.inner")
      .Goto("out")
      .Label("write_failed")
      .Local("read_consumed = 0",
             [](Op& op) { op.w.Edit(op.f->task).read_consumed = 0; })
      .Goto("out")
      .Label("fault")
      .Local("-EFAULT", SetRet<Errno::kEfault>);
  AppendLeave(b);
  return b.Finish();
}

}  // namespace bindery::sim
