// Steps about files: epoll, dup, fork, descriptors that are sent; and what a
// forked process has from its parent.
#include "absl/strings/str_cat.h"
#include "sim/user/compiler.h"
#include "sim/vfs/epoll.h"

namespace bindery::sim {
namespace {

std::string NameOr(const std::string& name, const char* otherwise) {
  return name.empty() ? otherwise : name;
}

constexpr char kEpollFd[] = "epoll_fd";
constexpr char kBpfFd[] = "bpf_fd";
constexpr char kDupFd[] = "dup_fd";
constexpr char kReceivedFd[] = "received_fd";
constexpr char kPipeIn[] = "pipe_in";
constexpr char kPipeOut[] = "pipe_out";
constexpr char kMemfdFd[] = "memfd";
constexpr uint32_t kMostRead = 4096;
constexpr uint32_t kMostWritten = 1024;

}  // namespace

// Names, nodes, and what the kernel hands down. The parent is compiled.
void Compiler::Inherit(const Cursor<proto::Process>& process) {
  ProcessSpec& spec = out_.processes[scope_.index - 1];
  if (spec.forked_from == 0) return;
  const auto reject = [&](bool present, const char* field) {
    if (!present) return;
    errors_.Add(process.At(field),
                absl::StrCat("a forked process has this from its parent; "
                             "remove ",
                             field));
  };
  reject(process->has_attach(), "attach");
  reject(process->file_size() != 0, "file");
  reject(process->has_limits(), "limits");
  reject(process->uid() != 0, "uid");
  reject(!process->security_context().empty(), "security_context");
  reject(process->nice() != 0, "nice");
  const ProcessSpec& parent = out_.processes[spec.forked_from - 1];
  const uint32_t index = scope_.index;
  scope_ = scopes_[spec.forked_from - 1];
  scope_.index = index;
  spec.variables = parent.variables;
  spec.uid = parent.uid;
  spec.nofile = parent.nofile;
  spec.rlimit_nice = parent.rlimit_nice;
  spec.security_context = parent.security_context;
}

void Compiler::DeclareFileStep(const StepCursor& step) {
  const Place place = step.place();
  if (step->has_epoll_create()) {
    Declare(NameOr(step->epoll_create().fd(), kEpollFd), VariableKind::kFd,
            place);
  } else if (step->has_bpf_create()) {
    Declare(NameOr(step->bpf_create().fd(), kBpfFd), VariableKind::kFd, place);
  } else if (step->has_dup()) {
    Declare(NameOr(step->dup().as(), kDupFd), VariableKind::kFd, place);
  } else if (step->has_receive_fd()) {
    Declare(NameOr(step->receive_fd().fd(), kReceivedFd), VariableKind::kFd,
            place);
  } else if (step->has_pipe()) {
    Declare(NameOr(step->pipe().read_end(), kPipeIn), VariableKind::kFd, place);
    Declare(NameOr(step->pipe().write_end(), kPipeOut), VariableKind::kFd,
            place);
  } else if (step->has_memfd()) {
    Declare(NameOr(step->memfd().fd(), kMemfdFd), VariableKind::kFd, place);
  } else if (step->has_reopen()) {
    Declare(NameOr(step->reopen().as(), "reopened_fd"), VariableKind::kFd,
            place);
  }
}

void Compiler::FileStep(const StepCursor& step) {
  out_.shares_files = true;
  const Place place = step.place();
  Result result = Result::kSyscall;
  if (step->has_epoll_create()) {
    const std::string name = NameOr(step->epoll_create().fd(), kEpollFd);
    const uint32_t fd = Variable(name, VariableKind::kFd, place);
    Emit(OpCode::kEpollCreate, place).b = fd;
  } else if (step->has_bpf_create()) {
    const std::string name = NameOr(step->bpf_create().fd(), kBpfFd);
    Instruction& instruction = Emit(OpCode::kBpf, place);
    instruction.a = static_cast<uint32_t>(step->bpf_create().kind() ==
                                                  proto::BpfCreate::PROGRAM
                                              ? BpfKind::kProgram
                                              : BpfKind::kMap);
    instruction.b = Variable(name, VariableKind::kFd, place);
  } else if (step->has_epoll_ctl()) {
    EpollCtlStep(step);
  } else if (step->has_epoll_wait()) {
    EpollWaitStep(step);
    result = Result::kEpollWait;
  } else if (step->has_dup()) {
    const auto dup = step.Sub(step->dup(), "dup");
    const uint32_t from = Fd(dup->fd(), dup.At("fd"));
    const uint32_t to =
        Variable(NameOr(dup->as(), kDupFd), VariableKind::kFd, place);
    Instruction& instruction = Emit(OpCode::kDup, place);
    instruction.a = from;
    instruction.b = to;
  } else if (step->has_fork()) {
    ForkStep(step);
  } else if (step->has_send_fd()) {
    const auto send = step.Sub(step->send_fd(), "send_fd");
    const uint32_t fd = Fd(send->fd(), send.At("fd"));
    const uint32_t to = ProcessNumber(send->to(), send.At("to"));
    Instruction& instruction = Emit(OpCode::kSendFd, place);
    instruction.a = fd;
    instruction.b = to;
  } else {
    const std::string name = NameOr(step->receive_fd().fd(), kReceivedFd);
    const uint32_t fd = Variable(name, VariableKind::kFd, place);
    Emit(OpCode::kReceiveFd, place).b = fd;
  }
  EmitReturn(step, result);
}

void Compiler::ContentsStep(const StepCursor& step) {
  out_.shares_files = true;
  FsSpec spec;
  if (step->has_pipe()) {
    const auto pipe = step.Sub(step->pipe(), "pipe");
    const uint32_t in = Variable(NameOr(pipe->read_end(), kPipeIn),
                                 VariableKind::kFd, pipe.At("read_end"));
    spec.second_fd = Variable(NameOr(pipe->write_end(), kPipeOut),
                              VariableKind::kFd, pipe.At("write_end"));
    return EmitFs(step, OpId::kPipe, spec, in, Result::kSyscall);
  }
  if (step->has_memfd()) {
    const uint32_t fd = Variable(NameOr(step->memfd().fd(), kMemfdFd),
                                 VariableKind::kFd, step.place());
    return EmitFs(step, OpId::kMemfd, spec, fd, Result::kSyscall);
  }
  if (step->has_write_fd()) return WriteFdStep(step);
  if (step->has_read_fd()) return ReadFdStep(step);
  const auto seek = step.Sub(step->seek(), "seek");
  spec.fd_variable = ContentsFd(seek->fd(), seek.place());
  spec.args.offset = seek->to();
  AtMost(seek->to(), kMostRead, "to", seek.At("to"));
  EmitFs(step, OpId::kSeek, spec, 0, Result::kSyscall);
}

uint32_t Compiler::ContentsFd(const std::string& name, Place place) {
  if (!name.empty()) return Variable(name, VariableKind::kFd, place);
  errors_.Add(place,
              "the step does not say which descriptor; write fd: \"memfd\", or "
              "the name of another one");
  return 0;
}

void Compiler::WriteFdStep(const StepCursor& step) {
  const auto write = step.Sub(step->write_fd(), "write_fd");
  FsSpec spec;
  spec.fd_variable = ContentsFd(write->fd(), write.place());
  spec.bytes = write->text();
  AtMost(spec.bytes.size(), kMostWritten, "bytes of text", write.At("text"));
  EmitFs(step, OpId::kWriteFd, spec, 0, Result::kSyscall);
}

void Compiler::ReadFdStep(const StepCursor& step) {
  const auto read = step.Sub(step->read_fd(), "read_fd");
  FsSpec spec;
  spec.fd_variable = ContentsFd(read->fd(), read.place());
  spec.args.size = read->size() == 0 ? kMostRead : read->size();
  spec.args.look = Look::kContents;
  AtMost(read->size(), kMostRead, "size", read.At("size"));
  EmitFs(step, OpId::kReadFd, spec, 0, Result::kLook);
}

void Compiler::AtMost(uint64_t value, uint64_t most, const char* what,
                      Place place) {
  if (value <= most) return;
  errors_.Add(place, absl::StrCat(what, " is at most ", most, ", not ", value));
}

void Compiler::EpollCtlStep(const StepCursor& step) {
  constexpr uint32_t kKnown =
      kEpollIn | kEpollErr | kEpollHup | kEpollOneShot | kEpollEt;
  const auto ctl = step.Sub(step->epoll_ctl(), "epoll_ctl");
  const uint32_t epoll = Variable(NameOr(ctl->epoll(), kEpollFd),
                                  VariableKind::kFd, ctl.At("epoll"));
  const uint32_t fd = Fd(ctl->fd(), ctl.At("fd"));
  const uint32_t events = ctl->has_events() ? ctl->events() : kEpollIn;
  if ((events & ~kKnown) != 0) {
    errors_.Add(ctl.At("events"),
                absl::StrCat("the model does not know all of these events; it "
                             "knows ",
                             kKnown, ", see epoll_ctl in docs/scenario.md"));
  }
  if (ctl->op_case() == proto::EpollCtl::OP_NOT_SET) {
    errors_.Add(ctl.place(),
                "the step does not say what is done; write add {}, remove {} "
                "or modify {}");
  }
  if (epoll != 0 && epoll == fd) {
    errors_.Add(ctl.place(), "an epoll instance does not watch itself");
  }
  const EpollOp op = ctl->has_add()      ? EpollOp::kAdd
                     : ctl->has_remove() ? EpollOp::kDelete
                                         : EpollOp::kModify;
  Instruction& instruction = Emit(OpCode::kEpollCtl, step.place());
  instruction.a = epoll;
  instruction.b = fd;
  instruction.c = uint64_t{events} << 2 | static_cast<uint64_t>(op);
}

void Compiler::EpollWaitStep(const StepCursor& step) {
  const auto wait = step.Sub(step->epoll_wait(), "epoll_wait");
  const uint32_t epoll = Variable(NameOr(wait->epoll(), kEpollFd),
                                  VariableKind::kFd, wait.At("epoll"));
  if (wait->max_events() > Kernel::kMostEvents) {
    errors_.Add(wait.At("max_events"),
                absl::StrCat("at most ", Kernel::kMostEvents,
                             " events can be told at once"));
  }
  Instruction& instruction = Emit(OpCode::kEpollWait, step.place());
  instruction.a = epoll;
  instruction.c =
      wait->max_events() == 0 ? Kernel::kMostEvents : wait->max_events();
  if (wait->dont_wait()) instruction.flags |= kNonblock;
}

void Compiler::ForkStep(const StepCursor& step) {
  const auto fork = step.Sub(step->fork(), "fork");
  const uint32_t child = ProcessNumber(fork->process(), fork.At("process"));
  if (child != 0 && out_.processes[child - 1].forked_from != scope_.index) {
    errors_.Add(
        fork.At("process"),
        absl::StrCat("\"", fork->process(),
                     "\" is not declared as a child of this process; "
                     "add forked_from: \"",
                     out_.processes[scope_.index - 1].name, "\" to it"));
  }
  Emit(OpCode::kFork, step.place()).a = child;
}

void Compiler::Ready(const Cursor<proto::Outcome>& outcome, Result result,
                     ExpectedOutcome* expected) {
  if (outcome->ready_size() == 0) return;
  if (result != Result::kEpollWait) {
    errors_.Add(outcome.At("ready", 0),
                "ready is a result of epoll_wait and not of this step; remove "
                "it");
  }
  expected->has_ready = true;
  for (int i = 0; i < outcome->ready_size(); ++i) {
    expected->ready.push_back(
        Variable(outcome->ready(i), VariableKind::kFd, outcome.At("ready", i)));
  }
}

}  // namespace bindery::sim
