// Freezing: its two requests of ioctl(), and who listens to it.
#include "absl/strings/str_cat.h"
#include "sim/user/compiler.h"

namespace bindery::sim {

// The number of the process, or 0 for a pid that nobody has.
template <typename M>
uint32_t Compiler::FreezeTarget(const Cursor<M>& request) {
  if (request->who_case() == M::kProcess) {
    return ProcessNumber(request->process(), request.At("process"));
  }
  if (request->who_case() == M::WHO_NOT_SET) {
    errors_.Add(request.place(),
                "the request does not say whose; add process: \"...\", or "
                "nobody {} for a pid that no process has");
  }
  return 0;
}

uint64_t Compiler::FreezeOperands(const Cursor<proto::Ioctl>& ioctl) {
  if (ioctl->readonly_argument()) {
    errors_.Add(ioctl.At("readonly_argument"),
                "requests about freezing are made with memory that can be "
                "written, or none; remove readonly_argument");
  }
  FreezeArgument argument;
  if (ioctl->has_get_frozen_info()) {
    argument.process =
        FreezeTarget(ioctl.Sub(ioctl->get_frozen_info(), "get_frozen_info"));
    return Pack(argument);
  }
  const auto freeze = ioctl.Sub(ioctl->freeze(), "freeze");
  argument.process = FreezeTarget(freeze);
  argument.enable = freeze->enable();
  argument.timeout_ms = freeze->timeout_ms();
  if (freeze->timeout_ms() != 0 && !freeze->enable()) {
    errors_.Add(freeze.At("timeout_ms"),
                "unfreezing does not wait; remove timeout_ms, or add enable: "
                "true");
  }
  return Pack(argument);
}

// By number they would say nothing about a process.
void Compiler::CheckNumber(const Cursor<proto::Ioctl>& ioctl) {
  const auto request = static_cast<IoctlRequest>(ioctl->number());
  if (request == IoctlRequest::kFreeze ||
      request == IoctlRequest::kGetFrozenInfo) {
    errors_.Add(ioctl.At("number"),
                absl::StrCat("this is ", NameOf(request), "; use ",
                             request == IoctlRequest::kFreeze
                                 ? "freeze { ... }"
                                 : "get_frozen_info { ... }"));
  }
}

bool Compiler::FreezeCommand(const Cursor<proto::Command>& command,
                             CommandTemplate* made) {
  const auto listener = [&](Bc bc, const proto::FreezeListener& operands,
                            const char* field) {
    made->bc = bc;
    made->cookie = operands.cookie();
    const auto sub = command.Sub(operands, field);
    Handle(sub.Sub(operands.handle(), "handle"), &made->handle,
           &made->handle_variable);
    return true;
  };
  switch (command->command_case()) {
    case proto::Command::kRequestFreeze:
      return listener(Bc::kRequestFreezeNotification, command->request_freeze(),
                      "request_freeze");
    case proto::Command::kClearFreeze:
      return listener(Bc::kClearFreezeNotification, command->clear_freeze(),
                      "clear_freeze");
    case proto::Command::kFreezeDone:
      made->bc = Bc::kFreezeNotificationDone;
      made->cookie = command->freeze_done();
      return true;
    default:
      return false;
  }
}

// The counts that BINDER_GET_FROZEN_INFO fills in.
void Compiler::FrozenCounts(const Cursor<proto::Outcome>& outcome,
                            ExpectedOutcome* expected) {
  expected->frozen_info = outcome->has_sync_recv() || outcome->has_async_recv();
  if (!expected->frozen_info) return;
  if (outcome->has_value() || outcome->has_ee_param()) {
    errors_.Add(outcome.place(),
                "value and ee_param are of other requests than sync_recv and "
                "async_recv; keep one kind");
  }
  expected->has_value = outcome->has_sync_recv();
  expected->value = outcome->sync_recv();
  expected->has_ee_param = outcome->has_async_recv();
  expected->ee_param = static_cast<int32_t>(outcome->async_recv());
}

}  // namespace bindery::sim
