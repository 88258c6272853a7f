// Steps to instructions.
#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "sim/user/compiler.h"

namespace bindery::sim {
namespace {

constexpr uint64_t kPage = 4096;
constexpr int kMostNesting = 32;

}  // namespace

Instruction& Compiler::Emit(OpCode op, Place place) {
  Instruction& instruction = out_.code.emplace_back();
  instruction.op = op;
  instruction.place = place;
  return instruction;
}

void Compiler::EmitReturn(const StepCursor& step, Result result) {
  const Range outcomes = Outcomes(step, result);
  Emit(OpCode::kReturn, step.place()).expect = outcomes;
}

bool Compiler::NeverReturns(const proto::Step& step) const {
  if (!step.if_bound().empty() || !step.unless_bound().empty()) return false;
  switch (step.action_case()) {
    case proto::Step::kExit:
    case proto::Step::kStop:
      return true;
    case proto::Step::kServe:
      return step.serve().count() == 0;
    case proto::Step::kRepeat:
      for (const proto::Step& inner : step.repeat().step()) {
        if (NeverReturns(inner)) return true;
      }
      return false;
    default:
      return false;
  }
}

template <typename M>
void Compiler::Steps(const Cursor<M>& parent, const Context& context) {
  bool dead = false;
  bool reported = false;
  // The latest write_read, whose words an append_returns would keep.
  uint32_t previous = ~uint32_t{0};
  for (int i = 0; i < parent->step_size(); ++i) {
    const StepCursor step = parent.Sub(parent->step(i), "step", i);
    if (dead && !reported) {
      reported = true;
      errors_.Add(step.place(),
                  "this step is never reached: the one before it never ends; "
                  "remove it, or give serve a count");
    }
    dead |= NeverReturns(*step);
    if (step->has_write_read() && step->write_read().append_returns()) {
      if (previous == ~uint32_t{0}) {
        errors_.Add(
            step.Sub(step->write_read(), "write_read").At("append_returns"),
            "there is no write_read before this step among the same "
            "steps, so there are no words to append to");
      } else {
        out_.code[previous].flags |= kKeepReturns;
      }
    }
    const int64_t skip = Condition(step);
    const uint32_t at = static_cast<uint32_t>(out_.code.size());
    Step(step, context);
    if (skip >= 0) out_.code[static_cast<size_t>(skip)].c = out_.code.size();
    if (step->has_write_read()) previous = at;
    if (step->has_call() || step->has_serve() || step->has_reply()) {
      previous = ~uint32_t{0};
    }
  }
}

template void Compiler::Steps(const Cursor<proto::Thread>&, const Context&);
template void Compiler::Steps(const Cursor<proto::Handler>&, const Context&);

void Compiler::Step(const StepCursor& step, const Context& context) {
  switch (step->action_case()) {
    case proto::Step::kOpen:
    case proto::Step::kMmap:
    case proto::Step::kMunmap:
    case proto::Step::kClose:
    case proto::Step::kIoctl:
    case proto::Step::kWriteRead:
    case proto::Step::kPoll:
    case proto::Step::kFlush:
      return SyscallStep(step);
    case proto::Step::kEpollCreate:
    case proto::Step::kEpollCtl:
    case proto::Step::kEpollWait:
    case proto::Step::kBpfCreate:
    case proto::Step::kDup:
    case proto::Step::kFork:
    case proto::Step::kSendFd:
    case proto::Step::kReceiveFd:
      return FileStep(step);
    case proto::Step::kPipe:
    case proto::Step::kMemfd:
    case proto::Step::kWriteFd:
    case proto::Step::kReadFd:
    case proto::Step::kSeek:
      return ContentsStep(step);
    case proto::Step::kMount:
    case proto::Step::kUmount:
    case proto::Step::kUnlink:
    case proto::Step::kRename:
    case proto::Step::kList:
    case proto::Step::kStat:
    case proto::Step::kRead:
    case proto::Step::kShowOptions:
    case proto::Step::kMake:
    case proto::Step::kReopen:
    case proto::Step::kJoinIpcNamespace:
      return BinderfsStep(step);
    case proto::Step::kCall:
    case proto::Step::kReply:
    case proto::Step::kServe:
      return ActivationStep(step, context);
    case proto::Step::ACTION_NOT_SET:
      errors_.Add(step.place(),
                  "the step does nothing; add an action, such as call { ... } "
                  "or serve {}");
      return;
    default:
      Outcomes(step, Result::kNone);
      if (!NameStep(step)) LocalStep(step, context);
      return;
  }
}

void Compiler::SyscallStep(const StepCursor& step) {
  switch (step->action_case()) {
    case proto::Step::kOpen:
      if (!step->open().at().empty()) return OpenAtStep(step);
      OpenStep(step);
      return EmitReturn(step, Result::kSyscall);
    case proto::Step::kMmap:
      MmapStep(step);
      return EmitReturn(step, Result::kSyscall);
    case proto::Step::kMunmap:
      FdStep(step, OpCode::kMunmap, step->munmap(), "munmap");
      return EmitReturn(step, Result::kSyscall);
    case proto::Step::kClose:
      FdStep(step, OpCode::kClose, step->close(), "close");
      return EmitReturn(step, Result::kSyscall);
    case proto::Step::kPoll:
      FdStep(step, OpCode::kPoll, step->poll(), "poll");
      return EmitReturn(step, Result::kSyscall);
    case proto::Step::kIoctl:
      IoctlStep(step);
      return EmitReturn(step, Result::kIoctl);
    case proto::Step::kWriteRead:
      WriteReadStep(step);
      return EmitReturn(step, Result::kWriteRead);
    default: {
      const auto flush = step.Sub(step->flush(), "flush");
      const uint32_t fd = Fd(flush->fd(), flush.At("fd"));
      Instruction& instruction = Emit(OpCode::kFlush, step.place());
      instruction.a = fd;
      if (flush->if_queued()) instruction.flags |= kIfQueued;
      if (flush->unless_looper()) instruction.flags |= kUnlessLooper;
      return EmitReturn(step, Result::kSyscall);
    }
  }
}

uint32_t Compiler::Fd(const std::string& name, Place place) {
  if (!name.empty()) return Variable(name, VariableKind::kFd, place);
  if (scope_.default_fd == 0) {
    errors_.Add(place,
                "the process has no binder device; add attach {} to the "
                "process, or an open step to one of its threads");
  }
  return scope_.default_fd;
}

uint32_t Compiler::BlockingFd(const std::string& name, Place place,
                              const char* what) {
  const uint32_t fd = Fd(name, place);
  if (scope_.nonblock.count(fd) != 0) {
    errors_.Add(place, absl::StrCat("a ", what,
                                    " waits in the driver, but the device is "
                                    "open with nonblock; use poll and "
                                    "write_read, or leave nonblock out"));
  }
  return fd;
}

void Compiler::OpenStep(const StepCursor& step) {
  const auto open = step.Sub(step->open(), "open");
  const uint32_t device = DeviceNumber(open->device(), open.At("device"));
  const uint32_t fd = Variable(open->fd().empty() ? "binder_fd" : open->fd(),
                               VariableKind::kFd, open.At("fd"));
  Instruction& instruction = Emit(OpCode::kOpen, step.place());
  instruction.a = device;
  instruction.b = fd;
  if (open->nonblock()) instruction.flags |= kNonblock;
}

void Compiler::MmapStep(const StepCursor& step) {
  const auto mmap = step.Sub(step->mmap(), "mmap");
  if (mmap->size() == 0 || mmap->size() % kPage != 0) {
    errors_.Add(mmap.At("size"),
                absl::StrCat("size is ", mmap->size(),
                             "; the length of a mapping is a positive "
                             "multiple of 4096, the page size"));
  }
  const uint32_t fd = Fd(mmap->fd(), mmap.At("fd"));
  Instruction& instruction = Emit(OpCode::kMmap, step.place());
  instruction.a = fd;
  instruction.c = mmap->size();
  if (mmap->writable()) instruction.flags |= kWritable;
}

void Compiler::FdStep(const StepCursor& step, OpCode op, const proto::FdRef& fd,
                      const char* field) {
  const auto ref = step.Sub(fd, field);
  const uint32_t variable = Fd(fd.fd(), ref.At("fd"));
  Emit(op, step.place()).a = variable;
}

namespace {

struct Request {
  uint32_t number = 0;
  uint64_t argument = 0;
};

constexpr uint32_t Number(IoctlRequest request) {
  return static_cast<uint32_t>(request);
}

Request RequestOf(const proto::Ioctl& ioctl) {
  switch (ioctl.request_case()) {
    case proto::Ioctl::kVersion:
      return {Number(IoctlRequest::kVersion)};
    case proto::Ioctl::kSetMaxThreads:
      return {Number(IoctlRequest::kSetMaxThreads), ioctl.set_max_threads()};
    case proto::Ioctl::kSetContextMgr:
      return {Number(IoctlRequest::kSetContextMgr)};
    case proto::Ioctl::kThreadExit:
      return {Number(IoctlRequest::kThreadExit)};
    case proto::Ioctl::kGetExtendedError:
      return {Number(IoctlRequest::kGetExtendedError)};
    case proto::Ioctl::kSetIdleTimeout:
      return {Number(IoctlRequest::kSetIdleTimeout),
              static_cast<uint64_t>(ioctl.set_idle_timeout())};
    case proto::Ioctl::kSetIdlePriority:
      return {Number(IoctlRequest::kSetIdlePriority),
              static_cast<uint64_t>(ioctl.set_idle_priority())};
    case proto::Ioctl::kGetNodeDebugInfo:
      return {Number(IoctlRequest::kGetNodeDebugInfo),
              ioctl.get_node_debug_info()};
    case proto::Ioctl::kGetNodeInfoForRef:
      return {Number(IoctlRequest::kGetNodeInfoForRef)};
    case proto::Ioctl::kSetContextMgrExt:
      return {Number(IoctlRequest::kSetContextMgrExt)};
    case proto::Ioctl::kEnableOnewaySpamDetection:
      return {Number(IoctlRequest::kEnableOnewaySpamDetection),
              ioctl.enable_oneway_spam_detection()};
    case proto::Ioctl::kFreeze:
      return {Number(IoctlRequest::kFreeze)};
    case proto::Ioctl::kGetFrozenInfo:
      return {Number(IoctlRequest::kGetFrozenInfo)};
    case proto::Ioctl::kAddDevice:
      return {Number(IoctlRequest::kCtlAdd)};
    default:
      return {ioctl.number()};
  }
}

}  // namespace

void Compiler::IoctlStep(const StepCursor& step) {
  const auto ioctl = step.Sub(step->ioctl(), "ioctl");
  if (ioctl->request_case() == proto::Ioctl::REQUEST_NOT_SET) {
    errors_.Add(ioctl.place(),
                "the ioctl does not say which request; add one, such as "
                "version {} or number: 42");
  }
  Request request = RequestOf(*ioctl);
  if (ioctl->has_freeze() || ioctl->has_get_frozen_info()) {
    request.argument = FreezeOperands(ioctl);
  } else {
    CheckNumber(ioctl);
  }
  if (request.number == Number(IoctlRequest::kWriteRead)) {
    errors_.Add(ioctl.At("number"),
                "this is BINDER_WRITE_READ; use a write_read step");
  }
  const uint32_t fd = Fd(ioctl->fd(), ioctl.At("fd"));
  IoctlSpec spec = IoctlOperands(ioctl);
  if (request.argument != 0) spec.args.value = request.argument;
  Instruction& instruction = Emit(OpCode::kIoctl, step.place());
  instruction.a = fd;
  instruction.b = request.number;
  instruction.c = out_.ioctls.size();
  out_.ioctls.push_back(spec);
}

uint32_t Compiler::WriteReads(const Cursor<proto::WriteRead>& write_read) {
  std::vector<Cursor<proto::Command>> commands;
  for (int i = 0; i < write_read->write_size(); ++i) {
    commands.push_back(write_read.Sub(write_read->write(i), "write", i));
  }
  WriteReadSpec spec;
  spec.commands = Commands(commands);
  spec.args.write_consumed = write_read->write_consumed();
  spec.args.read_size = write_read->read_size();
  spec.args.read_consumed = write_read->read_consumed();
  spec.args.null_argument = write_read->null_argument();
  spec.args.unreadable_write = write_read->unreadable_write();
  spec.args.unwritable_read =
      write_read->unwritable_read() || write_read->has_writable_read();
  spec.args.writable = write_read->writable_read();
  // The driver never sees what is before write_consumed.
  uint64_t skipped = 0;
  while (spec.commands.count > 0 && skipped < spec.args.write_consumed) {
    skipped += out_.commands[spec.commands.begin].size;
    ++spec.commands.begin;
    --spec.commands.count;
  }
  if (skipped != spec.args.write_consumed) {
    errors_.Add(write_read.At("write_consumed"),
                absl::StrCat("write_consumed is ", spec.args.write_consumed,
                             ", which is not at the end of one of the "
                             "commands in write; the nearest end is at ",
                             skipped, "; use raw to start inside a command"));
  }
  if (spec.args.read_consumed > spec.args.read_size) {
    errors_.Add(write_read.At("read_consumed"),
                "read_consumed is beyond read_size");
  }
  out_.write_reads.push_back(spec);
  return static_cast<uint32_t>(out_.write_reads.size()) - 1;
}

void Compiler::WriteReadStep(const StepCursor& step) {
  const auto write_read = step.Sub(step->write_read(), "write_read");
  const uint32_t fd = Fd(write_read->fd(), write_read.At("fd"));
  const uint32_t index = WriteReads(write_read);
  Instruction& instruction = Emit(OpCode::kWriteRead, step.place());
  instruction.a = fd;
  instruction.b = index;
}

void Compiler::ActivationStep(const StepCursor& step, const Context& context) {
  if (step->has_call()) {
    CallStep(step);
  } else if (step->has_reply()) {
    ReplyStep(step, context);
  } else {
    ServeStep(step, context);
  }
  Emit(OpCode::kWait, step.place());
}

void Compiler::CallStep(const StepCursor& step) {
  const auto call = step.Sub(step->call(), "call");
  CommandTemplate command;
  TransactionCommand(call, /*reply=*/false, &command);
  const uint32_t fd = BlockingFd(call->fd(), call.At("fd"), "call");
  const Range binds = Binds(call);
  const Range outcomes = Outcomes(step, Result::kCall);
  Instruction& instruction = Emit(OpCode::kCall, step.place());
  instruction.a = static_cast<uint32_t>(out_.commands.size());
  instruction.b = fd;
  instruction.binds = binds;
  instruction.expect = outcomes;
  if (call->one_way()) instruction.flags |= kOneWay;
  out_.commands.push_back(command);
}

void Compiler::ReplyStep(const StepCursor& step, const Context& context) {
  const auto reply = step.Sub(step->reply(), "reply");
  if (context.where != Where::kTransactionHandler) {
    errors_.Add(step.place(),
                context.where == Where::kThread
                    ? "a reply outside a handler has nothing to answer; put "
                      "it into on { br: BR_TRANSACTION step { reply {} } }"
                    : "only a transaction can be answered; this handler is "
                      "for another word");
  }
  CommandTemplate command;
  TransactionCommand(reply, /*reply=*/true, &command);
  const Range outcomes = Outcomes(step, Result::kReply);
  Instruction& instruction = Emit(OpCode::kReply, step.place());
  instruction.a = static_cast<uint32_t>(out_.commands.size());
  instruction.b = context.handler;
  instruction.expect = outcomes;
  out_.commands.push_back(command);
}

void Compiler::ServeStep(const StepCursor& step, const Context& context) {
  const auto serve = step.Sub(step->serve(), "serve");
  Outcomes(step, Result::kNone);
  if (context.where != Where::kThread) {
    errors_.Add(step.place(),
                "a handler runs while its thread serves already; a call in a "
                "handler serves what arrives meanwhile; remove serve");
  }
  const uint32_t fd = BlockingFd(serve->fd(), serve.At("fd"), "serve");
  Instruction& instruction = Emit(OpCode::kServe, step.place());
  instruction.a = serve->count();
  instruction.b = fd;
  if (serve->silent()) instruction.flags |= kSilent;
  if (context.pool) instruction.flags |= kPool;
}

void Compiler::LocalStep(const StepCursor& step, const Context& context) {
  const Place place = step.place();
  switch (step->action_case()) {
    case proto::Step::kQueue: {
      const auto queue = step.Sub(step->queue(), "queue");
      Fd("", place);
      std::vector<Cursor<proto::Command>> commands;
      for (int i = 0; i < queue->command_size(); ++i) {
        commands.push_back(queue.Sub(queue->command(i), "command", i));
      }
      const Range range = Commands(commands);
      Instruction& instruction = Emit(OpCode::kQueue, place);
      instruction.a = range.begin;
      instruction.b = range.count;
      return;
    }
    case proto::Step::kRepeat:
      return RepeatStep(step, context);
    case proto::Step::kKill:
      return KillStep(step);
    case proto::Step::kSignal:
      signals_.push_back({static_cast<uint32_t>(out_.code.size()),
                          step.Sub(step->signal(), "signal")});
      Emit(OpCode::kSignal, place);
      return;
    case proto::Step::kOverwrite:
      return OverwriteStep(step);
    case proto::Step::kShrink:
      out_.shrinks = true;
      Emit(OpCode::kShrink, place);
      return;
    case proto::Step::kPost:
      Emit(OpCode::kPost, place).a = EventNumber(step->post(), place);
      return;
    case proto::Step::kAwait:
      Emit(OpCode::kAwait, place).a =
          EventNumber(step->await(), step.At("await"));
      return;
    case proto::Step::kCheck:
      Emit(OpCode::kCheck, place).a = static_cast<uint32_t>(out_.checks.size());
      out_.checks.push_back(OnePredicate(step.Sub(step->check(), "check")));
      return;
    case proto::Step::kExit:
      Emit(OpCode::kExit, place);
      return;
    default:
      Emit(OpCode::kStop, place);
      return;
  }
}

void Compiler::RepeatStep(const StepCursor& step, const Context& context) {
  const auto repeat = step.Sub(step->repeat(), "repeat");
  if (repeat->times() == 0) {
    errors_.Add(repeat.place(),
                "times is 0; repeat at least once, or remove "
                "the step");
  }
  if (repeat->step_size() == 0) {
    errors_.Add(repeat.place(), "there is nothing to repeat; add steps");
  }
  Context inner = context;
  if (++inner.depth > kMostNesting) {
    errors_.Add(repeat.place(), "repeat is nested too deeply; at most 32");
    return;
  }
  Emit(OpCode::kRepeat, step.place()).a = repeat->times();
  const uint32_t body = static_cast<uint32_t>(out_.code.size());
  Steps(repeat, inner);
  Emit(OpCode::kRepeatEnd, step.place()).a = body;
}

void Compiler::OverwriteStep(const StepCursor& step) {
  const auto overwrite = step.Sub(step->overwrite(), "overwrite");
  OverwriteSpec spec;
  spec.at = overwrite->at();
  spec.offsets = overwrite->offsets();
  switch (overwrite->value_case()) {
    case proto::Overwrite::kU32:
      AppendNumber<uint32_t>(&spec.bytes, overwrite->u32());
      break;
    case proto::Overwrite::kU64:
      AppendNumber<uint64_t>(&spec.bytes, overwrite->u64());
      break;
    default:
      errors_.Add(overwrite.place(),
                  "nothing is written; add u32: N or u64: N");
  }
  overwrites_.push_back(
      {static_cast<uint32_t>(out_.code.size()), scope_.index, overwrite});
  Emit(OpCode::kOverwrite, step.place()).b =
      static_cast<uint32_t>(out_.overwrites.size());
  out_.overwrites.push_back(spec);
}

void Compiler::KillStep(const StepCursor& step) {
  const auto kill = step.Sub(step->kill(), "kill");
  const uint32_t target = ProcessNumber(kill->process(), kill.At("process"));
  if (target != 0 && target == scope_.index) {
    errors_.Add(kill.At("process"),
                "a process does not kill itself; use exit {}");
  }
  Emit(OpCode::kKill, step.place()).a = target;
}

}  // namespace bindery::sim
