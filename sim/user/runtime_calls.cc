// System calls, calls, replies, and the loops that wait for them.
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "sim/events/events.h"
#include "sim/kernel/errno.h"
#include "sim/user/payload.h"
#include "sim/user/runtime.h"

namespace bindery::sim {
namespace {

// What libbinder reads at a time.
constexpr uint64_t kReadSize = 256;
constexpr uint32_t kNoFd = ~uint32_t{0};

// Calls that give a descriptor.
bool Opens(const Instruction& call) {
  return call.op == OpCode::kOpen || call.op == OpCode::kEpollCreate ||
         call.op == OpCode::kBpf || call.op == OpCode::kDup ||
         call.op == OpCode::kReceiveFd ||
         (call.op == OpCode::kFs && call.b != 0);
}

}  // namespace

VariableId UserRuntime::Variable(TaskId task, uint32_t variable) const {
  if (variable == 0) return {};
  const ProcessId process = w_.Peek(task).process;
  const uint32_t first = first_variable_[w_.Peek(process).index - 1];
  VariableId& known = variables_[first + variable - 1];
  const VariableRow& row = w_.Peek(known);
  if (row.process == process && row.index == variable && w_.Alive(known)) {
    return known;
  }
  return w_.Remember(w_.Find<VariableRow>(w_.NameOf(process), variable),
                     &known);
}

uint32_t UserRuntime::FdNumber(TaskId task, uint32_t variable) const {
  const VariableRow& row = w_.Peek(Variable(task, variable));
  return row.bound != 0 ? static_cast<uint32_t>(row.value) : kNoFd;
}

bool UserRuntime::SubmitIoctl(TaskId task, uint32_t fd,
                              const Instruction& instruction) {
  const IoctlSpec& spec = scenario_.ioctls[instruction.c];
  IoctlArgs args = spec.args;
  if (spec.handle_variable != 0) {
    const VariableRow& variable = w_.Peek(Variable(task, spec.handle_variable));
    if (variable.bound == 0) {
      return Fail(task, instruction.place,
                  absl::StrCat("\"", VariableName(task, spec.handle_variable),
                               "\" is not bound yet"));
    }
    args.value = variable.value;
  }
  kernel_.SysIoctl(task, fd, instruction.b, args);
  return true;
}

// True: the call is submitted.
bool UserRuntime::Submit(TaskId task, const Instruction& instruction) {
  uint32_t fd = kNoFd;
  switch (instruction.op) {
    case OpCode::kMmap:
    case OpCode::kMunmap:
    case OpCode::kClose:
    case OpCode::kPoll:
    case OpCode::kIoctl:
      fd = FdNumber(task, instruction.a);
      break;
    default:
      break;
  }
  switch (instruction.op) {
    case OpCode::kOpen:
      kernel_.SysOpen(task, w_.Find<ContextRow>(instruction.a, 0),
                      (instruction.flags & kNonblock) != 0);
      break;
    case OpCode::kMmap:
      kernel_.SysMmap(task, fd, instruction.c,
                      (instruction.flags & kWritable) != 0);
      break;
    case OpCode::kMunmap:
      kernel_.SysMunmap(task, fd);
      break;
    case OpCode::kClose:
      kernel_.SysClose(task, fd);
      break;
    case OpCode::kPoll:
      kernel_.SysPoll(task, fd);
      break;
    case OpCode::kIoctl:
      if (!SubmitIoctl(task, fd, instruction)) return false;
      break;
    case OpCode::kWriteRead:
      if (!Queue(task, instruction)) return false;
      break;
    case OpCode::kFlush:
      if (NothingToFlush(task, instruction)) {
        w_.Edit(task).pc += 2;
        return true;
      }
      SubmitRead(task, instruction.a, 0);
      break;
    default:
      if (!SubmitFileStep(task, instruction)) return false;
  }
  Advance(task);
  return true;
}

bool UserRuntime::NothingToFlush(TaskId task,
                                 const Instruction& instruction) const {
  const TaskRow& row = w_.Peek(task);
  return ((instruction.flags & kIfQueued) != 0 && row.out.size == 0) ||
         ((instruction.flags & kUnlessLooper) != 0 && row.announced != 0);
}

void UserRuntime::SubmitFs(TaskId task, const Instruction& instruction) {
  const FsSpec& spec = scenario_.fs_calls[instruction.c];
  FsArgs args = spec.args;
  if (spec.fd_variable != 0) args.fd = FdNumber(task, spec.fd_variable);
  args.bytes = spec.bytes;
  const OpId op = static_cast<OpId>(instruction.a);
  if (IsAboutContents(op)) return kernel_.SysContents(task, op, args);
  kernel_.SysFs(task, op, args);
}

bool UserRuntime::SubmitFileStep(TaskId task, const Instruction& instruction) {
  const uint32_t fd = instruction.a;
  EpollArgs epoll;
  switch (instruction.op) {
    case OpCode::kEpollCreate:
      kernel_.SysEpollCreate(task);
      return true;
    case OpCode::kBpf:
      kernel_.SysBpf(task, static_cast<BpfKind>(instruction.a));
      return true;
    case OpCode::kEpollCtl:
      epoll.op = static_cast<EpollOp>(instruction.c & 3);
      epoll.events = static_cast<uint32_t>(instruction.c >> 2);
      epoll.target = FdNumber(task, instruction.b);
      kernel_.SysEpollCtl(task, FdNumber(task, fd), epoll);
      return true;
    case OpCode::kEpollWait:
      epoll.max_events = static_cast<uint32_t>(instruction.c);
      epoll.wait = (instruction.flags & kNonblock) == 0;
      kernel_.SysEpollWait(task, FdNumber(task, fd), epoll);
      return true;
    case OpCode::kDup:
      kernel_.SysDup(task, FdNumber(task, fd));
      return true;
    case OpCode::kSendFd:
      kernel_.SysSendFd(task, FdNumber(task, fd), ProcessOf(instruction.b));
      return true;
    case OpCode::kReceiveFd:
      kernel_.SysReceiveFd(task);
      return true;
    case OpCode::kFs:
      SubmitFs(task, instruction);
      return true;
    default:
      BINDERY_CHECK_MSG(instruction.op == OpCode::kFork, "not a system call");
  }
  if (w_.Peek(ProcessOf(instruction.a)).dead != kUnborn) {
    return Fail(task, instruction.place,
                "that process was forked already, and is forked once");
  }
  kernel_.SysFork(task, ProcessOf(instruction.a));
  return true;
}

// A child begins where its threads do, and knows what its parent has bound.
void UserRuntime::Forked(TaskId task, uint32_t process) {
  const ProcessSpec& parent = scenario_.processes[Spec(task).process - 1];
  const ProcessSpec& child = scenario_.processes[process - 1];
  const TaskId first = Task(child.tasks.begin + 1);
  for (uint32_t i = 0; i < child.tasks.count; ++i) {
    const TaskSpec& spec = scenario_.tasks[child.tasks.begin + i];
    if (spec.pool) continue;
    TaskRow& row = w_.Edit(Task(child.tasks.begin + i + 1));
    row.state = TaskState::kRunning;
    row.pc = spec.entry;
  }
  for (uint32_t i = 0; i < parent.variables.size(); ++i) {
    for (uint32_t j = 0; j < child.variables.size(); ++j) {
      if (parent.variables[i].name != child.variables[j].name) continue;
      const VariableRow from = w_.Peek(Variable(task, i + 1));
      VariableRow& to = w_.Edit(Variable(first, j + 1));
      to.bound = from.bound;
      to.value = from.value;
      to.buffer = from.buffer;
      to.address = from.address;
    }
  }
}

void UserRuntime::SubmitRead(TaskId task, uint32_t fd_variable,
                             uint64_t read_size) {
  WriteReadArgs args;
  args.read_size = read_size;
  kernel_.SysWriteRead(task, FdNumber(task, fd_variable), args);
}

// Queues the commands of a queue or write_read instruction; a write_read is
// submitted too. False: the task failed.
bool UserRuntime::Queue(TaskId task, const Instruction& instruction) {
  const bool raw = instruction.op == OpCode::kWriteRead;
  const Range range = raw ? scenario_.write_reads[instruction.b].commands
                          : Range{instruction.a, instruction.b};
  for (uint32_t i = 0; i < range.count; ++i) {
    if (!PushTemplate(task, range.begin + i, instruction.place)) return false;
  }
  if (raw) {
    kernel_.SysWriteRead(task, FdNumber(task, instruction.a),
                         scenario_.write_reads[instruction.b].args);
    // Unused by this call: how many words are from before it.
    w_.Edit(task).value = w_.Peek(task).in.size;
  } else {
    Advance(task);
  }
  return true;
}

// A system call has returned.
bool UserRuntime::Return(TaskId task) {
  const uint32_t pc = w_.Peek(task).pc;
  const Instruction& ret = scenario_.code[pc];
  const Instruction& call = scenario_.code[pc - 1];
  const ExpectedOutcome* outcome = nullptr;
  if (call.op == OpCode::kWriteRead && w_.Peek(task).ret < 0) {
    DropWordsAfter(task, w_.Peek(task).value);
  }
  if (!JudgeReturn(task, call, ret, &outcome)) return false;
  if (call.op == OpCode::kFork && w_.Peek(task).ret == 0) Forked(task, call.a);
  if (Opens(call) && w_.Peek(task).ret >= 0) BindOpened(task, call);
  if (call.op == OpCode::kWriteRead) {
    // A raw write buffer is gone after its call, whatever was consumed.
    DropCommands(task);
    if (outcome != nullptr && !BindReturns(task, *outcome)) return false;
    if ((call.flags & kKeepReturns) == 0) DropWords(task);
  }
  ClearResult(task);
  Advance(task);
  return true;
}

// Of a pipe there are two.
void UserRuntime::BindOpened(TaskId task, const Instruction& call) {
  const TaskRow& row = w_.Peek(task);
  uint64_t opened = static_cast<uint64_t>(row.ret);
  if (call.op == OpCode::kFs && static_cast<OpId>(call.a) == OpId::kPipe) {
    opened = row.value & ~uint32_t{0};
    VariableRow& second =
        w_.Edit(Variable(task, scenario_.fs_calls[call.c].second_fd));
    second.bound = 1;
    second.value = row.value >> 32;
  }
  VariableRow& fd = w_.Edit(Variable(task, call.b));
  fd.bound = 1;
  fd.value = opened;
}

bool UserRuntime::BindReturns(TaskId task, const ExpectedOutcome& outcome) {
  AnyId at = w_.First(Head::kIn, task.any());
  for (uint32_t i = 0; i < outcome.returns.count; ++i) {
    const ReturnRow& word = w_.Peek(ReturnId{at.value});
    const Range binds =
        scenario_.expected_returns[outcome.returns.begin + i].binds;
    if (!Bind(task, binds, word.buffer, word.address)) return false;
    at = w_.Next(Head::kIn, at);
  }
  return true;
}

ActivationRow& UserRuntime::Push(TaskId task, ActivationKind kind) {
  const ActivationId id = w_.Create<ActivationRow>();
  TaskRow& row = w_.Edit(task);
  ActivationRow& activation = w_.Edit(id);
  activation.parent = row.activation;
  activation.task = task;
  activation.kind = kind;
  activation.pc = row.pc;
  row.activation = id;
  return activation;
}

void UserRuntime::Pop(TaskId task) {
  TaskRow& row = w_.Edit(task);
  const ActivationId top = row.activation;
  row.activation = w_.Peek(top).parent;
  w_.Free(top);
}

bool UserRuntime::Call(TaskId task, const Instruction& instruction) {
  if (!PushTemplate(task, instruction.a, instruction.place)) return false;
  Push(task, ActivationKind::kCall);
  Advance(task);
  return true;
}

// The handler that the task is running: repeats may be on top of it.
ActivationId UserRuntime::Handler(TaskId task) const {
  ActivationId id = w_.Peek(task).activation;
  while (w_.Peek(id).kind == ActivationKind::kRepeat) id = w_.Peek(id).parent;
  return id;
}

bool UserRuntime::Reply(TaskId task, const Instruction& instruction) {
  const ActivationRow& handler = w_.Peek(Handler(task));
  if (handler.sync == 0) {
    return Fail(task, instruction.place,
                "the transaction is one-way, so nobody waits for this reply; "
                "give one-way transactions a handler of their own");
  }
  if (handler.replied != 0) {
    return Fail(task, instruction.place,
                "the transaction was answered already");
  }
  FreeHandlersBuffer(task, Handler(task));
  if (!PushTemplate(task, instruction.a, instruction.place)) return false;
  w_.Edit(Handler(task)).replied = 1;
  Push(task, ActivationKind::kCall);
  Advance(task);
  return true;
}

bool UserRuntime::HandlerEnd(TaskId task, const Instruction& instruction) {
  const uint32_t br = scenario_.handlers[instruction.a].br;
  const ActivationId id = w_.Peek(task).activation;
  const ActivationRow& handler = w_.Peek(id);
  if (br == static_cast<uint32_t>(Br::kDeadBinder)) {
    PushCommand(task, Bc::kDeadBinderDone).cookie = handler.cookie;
  }
  if (br == static_cast<uint32_t>(Br::kFrozenBinder)) {
    PushCommand(task, Bc::kFreezeNotificationDone).cookie = handler.cookie;
  }
  FreeHandlersBuffer(task, id);
  if (handler.sync != 0 && handler.replied == 0) {
    PushCommand(task, Bc::kReply);
    w_.Edit(id).replied = 1;
    Push(task, ActivationKind::kCall);
    Advance(task);
  } else {
    w_.Edit(task).pc += 2;
  }
  return true;
}

bool UserRuntime::HandlerPop(TaskId task, const Instruction& instruction) {
  const uint32_t br = scenario_.handlers[instruction.a].br;
  Pop(task);
  const ActivationId id = w_.Peek(task).activation;
  const ActivationRow& waits = w_.Peek(id);
  w_.Edit(task).pc = waits.pc + 1;
  if (br == static_cast<uint32_t>(Br::kTransaction) && waits.count > 1) {
    --w_.Edit(id).count;
  }
  return true;
}

bool UserRuntime::Serve(TaskId task, const Instruction& instruction) {
  TaskRow& row = w_.Edit(task);
  if ((instruction.flags & kSilent) == 0 && row.announced == 0) {
    row.announced = 1;
    PushCommand(task, (instruction.flags & kPool) != 0 ? Bc::kRegisterLooper
                                                       : Bc::kEnterLooper);
  }
  ActivationRow& activation = Push(task, ActivationKind::kServe);
  activation.count = instruction.a == 0 ? 0 : instruction.a + 1;
  Advance(task);
  return true;
}

uint32_t UserRuntime::FdOfActivation(ActivationId id) const {
  for (;; id = w_.Peek(id).parent) {
    const ActivationRow& row = w_.Peek(id);
    if (row.kind != ActivationKind::kCall &&
        row.kind != ActivationKind::kServe) {
      continue;
    }
    const Instruction& opener = scenario_.code[row.pc];
    if (opener.op == OpCode::kCall || opener.op == OpCode::kServe) {
      return opener.b;
    }
  }
}

// One round of the loop of talkWithDriver() and its callers.
bool UserRuntime::Wait(TaskId task) {
  const TaskRow& row = w_.Peek(task);
  const ActivationRow& top = w_.Peek(row.activation);
  if (row.ret < 0 && row.ret != Value(Errno::kEintr)) {
    return Fail(task, scenario_.code[top.pc].place,
                absl::StrCat("expected the read to succeed; observed ",
                             ErrnoName(row.ret)));
  }
  if (row.ret < 0) DropWords(task);
  ClearResult(task);
  if (row.in.size != 0) return TakeWord(task);
  if (top.count == 1) {
    Pop(task);
    Advance(task);
    return true;
  }
  SubmitRead(task, FdOfActivation(row.activation), kReadSize);
  return true;
}

bool UserRuntime::Repeat(TaskId task, const Instruction& instruction) {
  Push(task, ActivationKind::kRepeat).count = instruction.a;
  Advance(task);
  return true;
}

bool UserRuntime::RepeatEnd(TaskId task, const Instruction& instruction) {
  ActivationRow& loop = w_.Edit(w_.Peek(task).activation);
  if (--loop.count != 0) {
    w_.Edit(task).pc = instruction.a;
  } else {
    Pop(task);
    Advance(task);
  }
  return true;
}

CommandRow& UserRuntime::PushCommand(TaskId task, Bc bc) {
  CommandId id;
  CommandRow& command = w_.New<CommandRow>(&id);
  command.task = task;
  command.bc = static_cast<uint32_t>(bc);
  command.size = SizeOf(bc);
  w_.PushBack(Head::kOut, task.any(), id.any());
  return command;
}

void UserRuntime::FreeBuffer(TaskId task, BufferId buffer, uint64_t address) {
  CommandRow& command = PushCommand(task, Bc::kFreeBuffer);
  command.buffer = buffer;
  command.address = address;
}

void UserRuntime::FreeHandlersBuffer(TaskId task, ActivationId id) {
  const ActivationRow& handler = w_.Peek(id);
  if (!handler.buffer) return;
  FreeBuffer(task, handler.buffer, handler.address);
  ActivationRow& row = w_.Edit(id);
  row.buffer = {};
  row.address = 0;
}

// The payload, or the memory that goes along, with the handles and descriptors
// that it names put in.
bool UserRuntime::FillIn(TaskId task, uint32_t index, Place place,
                         bool in_memory, BlobId* filled) {
  const CommandTemplate& command = scenario_.commands[index];
  scratch_.assign(in_memory ? command.memory : command.data);
  for (uint32_t i = 0; i < command.patches.count; ++i) {
    const Patch& patch = scenario_.patches[command.patches.begin + i];
    if (patch.in_memory != in_memory) continue;
    const VariableRow& variable = w_.Peek(Variable(task, patch.variable));
    if (variable.bound == 0) {
      return Fail(task, place,
                  absl::StrCat("\"", VariableName(task, patch.variable),
                               "\" is not bound yet"));
    }
    std::memcpy(&scratch_[patch.offset], &variable.value, patch.size);
  }
  *filled = w_.blobs().Intern(scratch_);
  return true;
}

// False: the task failed, since a name is not bound.
bool UserRuntime::PushTemplate(TaskId task, uint32_t index, Place place) {
  const CommandTemplate& from = scenario_.commands[index];
  BlobId data = data_[index];
  BlobId memory = memory_[index];
  if (from.patches.count != 0 &&
      !(FillIn(task, index, place, /*in_memory=*/false, &data) &&
        FillIn(task, index, place, /*in_memory=*/true, &memory))) {
    return false;
  }
  uint32_t handle = from.handle;
  BufferId buffer;
  uint64_t address = from.address;
  const uint32_t name =
      from.handle_variable != 0 ? from.handle_variable : from.buffer_variable;
  if (name != 0) {
    const VariableRow& variable = w_.Peek(Variable(task, name));
    if (variable.bound == 0) {
      return Fail(
          task, place,
          absl::StrCat("\"", VariableName(task, name), "\" is not bound yet"));
    }
    handle = static_cast<uint32_t>(variable.value);
    buffer = variable.buffer;
    address = variable.address;
  }
  CommandRow& command = PushCommand(task, from.bc);
  command.size = from.size;
  command.handle = handle;
  command.code = from.code;
  command.flags = from.flags;
  command.fault_at = from.fault_at;
  command.ptr = from.ptr;
  command.cookie = from.cookie;
  command.data_size = from.data_size;
  command.offsets_size = from.offsets_size;
  command.buffers_size = from.buffers_size;
  command.readable = from.readable;
  command.data = data;
  command.offsets = offsets_[index];
  command.memory = memory;
  command.buffer = buffer;
  command.address = address;
  command.has_address = from.has_address ? 1 : 0;
  return true;
}

}  // namespace bindery::sim
