// binder_thread_write: the loop over the commands in the write buffer, and the
// commands that are too small for a file of their own.
#include "sim/kernel/ops.h"
#include "sim/kernel/thread.h"
#include "sim/kernel/work.h"

namespace bindery::sim {
namespace {

CommandId NextCommand(Op& op) {
  return CommandId{op.w.First(Head::kOut, op.f->task.any()).value};
}

// Unknown to kernels without freeze notifications.
OpId FreezeOperation(Op& op, Bc bc) {
  if (!op.driver.features().freeze_notifications) return OpId::kUnsupported;
  if (bc == Bc::kRequestFreezeNotification) return OpId::kRequestFreeze;
  return bc == Bc::kClearFreezeNotification ? OpId::kClearFreeze
                                            : OpId::kFreezeDone;
}

OpId OperationOf(Op& op, Bc bc) {
  switch (bc) {
    case Bc::kTransaction:
    case Bc::kReply:
    case Bc::kTransactionSg:
    case Bc::kReplySg:
      return OpId::kTransaction;
    case Bc::kFreeBuffer:
      return OpId::kFreeBuffer;
    case Bc::kIncrefs:
    case Bc::kAcquire:
    case Bc::kRelease:
    case Bc::kDecrefs:
      return OpId::kRefCommand;
    case Bc::kIncrefsDone:
    case Bc::kAcquireDone:
      return OpId::kNodeDone;
    case Bc::kRegisterLooper:
    case Bc::kEnterLooper:
    case Bc::kExitLooper:
      return OpId::kLooperCommand;
    case Bc::kRequestDeathNotification:
      return OpId::kRequestDeath;
    case Bc::kClearDeathNotification:
      return OpId::kClearDeath;
    case Bc::kDeadBinderDone:
      return OpId::kDeadBinderDone;
    case Bc::kRequestFreezeNotification:
    case Bc::kClearFreezeNotification:
    case Bc::kFreezeNotificationDone:
      return FreezeOperation(op, bc);
    case Bc::kAttemptAcquire:
    case Bc::kAcquireResult:
    case Bc::kUnknown:
      break;
  }
  return OpId::kUnsupported;
}

void DescribeTarget(const CommandRow& row, proto::Event* event) {
  switch (static_cast<Bc>(row.bc)) {
    case Bc::kTransaction:
    case Bc::kTransactionSg:
      AddArg(event, "handle", row.handle);
      [[fallthrough]];
    case Bc::kReply:
    case Bc::kReplySg:
      AddArg(event, "code", row.code);
      AddArg(event, "flags", row.flags);
      AddArg(event, "data_size", row.data_size);
      AddArg(event, "offsets_size", row.offsets_size);
      break;
    case Bc::kIncrefs:
    case Bc::kAcquire:
    case Bc::kRelease:
    case Bc::kDecrefs:
      AddArg(event, "handle", row.handle);
      break;
    case Bc::kRequestDeathNotification:
    case Bc::kClearDeathNotification:
    case Bc::kRequestFreezeNotification:
    case Bc::kClearFreezeNotification:
      AddArg(event, "handle", row.handle);
      AddArg(event, "cookie", row.cookie);
      break;
    case Bc::kIncrefsDone:
    case Bc::kAcquireDone:
      AddArg(event, "ptr", row.ptr);
      AddArg(event, "cookie", row.cookie);
      break;
    case Bc::kFreeBuffer:
      AddArg(event, "buffer", row.address);
      break;
    case Bc::kDeadBinderDone:
    case Bc::kFreezeNotificationDone:
      AddArg(event, "cookie", row.cookie);
      break;
    default:
      break;
  }
}

void TakeCommand(Op& op) {
  op.f->command = NextCommand(op);
  const CommandRow& row = op.w.Get(op.f->command);
  if (proto::Event* event =
          op.WordEvent(proto::Event::COMMAND, static_cast<Bc>(row.bc))) {
    DescribeTarget(row, event);
  }
}

void ConsumeCommand(Op& op) {
  TaskRow& task = op.w.Edit(op.f->task);
  task.write_consumed += op.w.Get(op.f->command).size;
  op.w.Remove(Head::kOut, op.f->command.any());
  op.w.Free(op.f->command);
  op.f->command = {};
}

// _IOC_NR, which is what is counted, of words that are no command too.
uint32_t NumberOf(Op& op, const CommandRow& row) {
  const Bc bc = static_cast<Bc>(row.bc);
  if (bc != Bc::kUnknown) return static_cast<uint32_t>(bc);
  return static_cast<uint8_t>(op.w.blobs().Bytes(row.data)[0]);
}

// Operands are not looked at if nothing can be done with them.
bool WordReadable(Op& op) {
  const CommandRow& row = op.w.Get(op.f->command);
  if (op.f->unreadable_write != 0 || row.fault_at == 1) return false;
  if (Statistics* s = op.k.statistics()) {
    s->Command(op.f->proc, NumberOf(op, row),
               op.driver.features().freeze_notifications);
  }
  return row.fault_at != 2 ||
         OperationOf(op, static_cast<Bc>(row.bc)) == OpId::kUnsupported;
}

bool NoErrorIsPending(Op& op) {
  return !ErrorSet(op, op.w.Get(op.f->thread).return_error);
}

}  // namespace

Operation BuildThreadWrite() {
  return Builder(OpId::kThreadWrite, "binder_thread_write")
      .Label("next")
      .Check("no error waits to be read", NoErrorIsPending, "done")
      .Local("get_user(cmd)", TakeCommand)
      .Check("the word and the operands are readable", WordReadable, "fault")
      .CallSelected("command",
                    [](Op& op) {
                      return OperationOf(
                          op, static_cast<Bc>(op.w.Get(op.f->command).bc));
                    })
      .Branch(
          "the command aborts the write", [](Op& op) { return op.f->ret < 0; },
          "done")
      .Local("*consumed", ConsumeCommand)
      .Branch(
          "end of the buffer", [](Op& op) { return !NextCommand(op); }, "done")
      .Step()
      .Goto("next")
      .ReturnErrno<Errno::kEfault>("fault")
      .Label("done")
      .Return()
      .Finish();
}

Operation BuildUnsupported() {
  return Builder(OpId::kUnsupported, "binder_thread_write")
      .Local("-EINVAL", SetRet<Errno::kEinval>)
      .Return()
      .Finish();
}

namespace {

void RegisterLooper(Op& op) {
  ThreadRow& thread = op.w.Edit(op.f->thread);
  ProcRow& proc = op.w.Edit(op.f->proc);
  if ((thread.looper & kLooperEntered) != 0) {
    thread.looper |= kLooperInvalid;
    op.UserError("BC_REGISTER_LOOPER called after BC_ENTER_LOOPER");
  } else if (proc.requested_threads == 0) {
    thread.looper |= kLooperInvalid;
    op.UserError("BC_REGISTER_LOOPER called without request");
  } else {
    --proc.requested_threads;
    ++proc.requested_threads_started;
  }
  thread.looper |= kLooperRegistered;
}

void EnterLooper(Op& op) {
  ThreadRow& thread = op.w.Edit(op.f->thread);
  if ((thread.looper & kLooperRegistered) != 0) {
    thread.looper |= kLooperInvalid;
    op.UserError("BC_ENTER_LOOPER called after BC_REGISTER_LOOPER");
  }
  thread.looper |= kLooperEntered;
}

Bc CommandOf(Op& op) { return static_cast<Bc>(op.w.Get(op.f->command).bc); }

}  // namespace

Operation BuildLooperCommand() {
  return Builder(OpId::kLooperCommand, "binder_thread_write")
      .Branch(
          "BC_REGISTER_LOOPER",
          [](Op& op) { return CommandOf(op) == Bc::kRegisterLooper; },
          "register")
      .Branch(
          "BC_EXIT_LOOPER",
          [](Op& op) { return CommandOf(op) == Bc::kExitLooper; }, "exit")
      .Do("BC_ENTER_LOOPER", EnterLooper)
      .Return()
      .Label("exit")
      .Do("BC_EXIT_LOOPER",
          [](Op& op) { op.w.Edit(op.f->thread).looper |= kLooperExited; })
      .Return()
      .Label("register")
      .Lock("proc.inner")
      .Do("BC_REGISTER_LOOPER", RegisterLooper)
      .Unlock("proc.inner")
      .Return()
      .Finish();
}

}  // namespace bindery::sim
