#include "sim/user/runtime.h"

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "sim/events/events.h"
#include "sim/kernel/errno.h"

namespace bindery::sim {
namespace {

bool IsVisible(OpCode op) {
  switch (op) {
    case OpCode::kStart:
    case OpCode::kPost:
    case OpCode::kAwait:
    case OpCode::kAwaitBound:
    case OpCode::kCheck:
    case OpCode::kKill:
    case OpCode::kSignal:
    case OpCode::kOverwrite:
    case OpCode::kShrink:
    case OpCode::kExit:
    case OpCode::kStop:
      return true;
    default:
      return false;
  }
}

}  // namespace

UserRuntime::UserRuntime(const CompiledScenario& scenario, Kernel& kernel)
    : scenario_(scenario), kernel_(kernel), w_(kernel.world()) {
  InternPayloads();
  for (const ProcessSpec& process : scenario.processes) {
    first_variable_.push_back(static_cast<uint32_t>(variables_.size()));
    variables_.resize(variables_.size() + process.variables.size());
  }
}

// Of commands that were not there before.
void UserRuntime::InternPayloads() {
  while (data_.size() < scenario_.commands.size()) {
    const CommandTemplate& command = scenario_.commands[data_.size()];
    data_.push_back(w_.blobs().Intern(command.data));
    offsets_.push_back(w_.blobs().Intern(command.offsets));
    memory_.push_back(w_.blobs().Intern(command.memory));
  }
}

void UserRuntime::Continue(TaskId task, uint32_t entry) {
  BINDERY_CHECK(w_.Peek(task).state == TaskState::kFinished);
  InternPayloads();
  TaskRow& row = w_.Edit(task);
  row.state = TaskState::kRunning;
  row.pc = entry;
  Resume(task);
}

bool UserRuntime::Running(TaskId task) const {
  const TaskRow& row = w_.Peek(task);
  return row.state == TaskState::kRunning && !row.frame;
}

void UserRuntime::Resume(TaskId task) {
  while (Running(task) && Execute(task)) {
  }
}

bool UserRuntime::VisibleNext(TaskId task) const {
  return Running(task) && IsVisible(At(task).op);
}

bool UserRuntime::VisibleEnabled(TaskId task) const {
  const Instruction& instruction = At(task);
  if (instruction.op == OpCode::kAwaitBound) return Bound(task, instruction.a);
  return instruction.op != OpCode::kAwait ||
         w_.Peek(Event(instruction.a)).bound != 0;
}

uint32_t UserRuntime::Awaits(TaskId task) const {
  if (!VisibleNext(task) || VisibleEnabled(task)) return 0;
  return At(task).op == OpCode::kAwait ? At(task).a : 0;
}

bool UserRuntime::AwaitsName(TaskId task) const {
  return VisibleNext(task) && At(task).op == OpCode::kAwaitBound &&
         !VisibleEnabled(task);
}

void UserRuntime::RunVisible(TaskId task) {
  const Instruction& instruction = At(task);
  BINDERY_CHECK(VisibleNext(task));
  ExecuteVisible(task, instruction);
  Resume(task);
  // Starting a thread is no transition of its own: its first system call
  // begins right away.
  if (instruction.op != OpCode::kStart || !w_.Peek(task).frame) return;
  kernel_.RunTask(task);
  Resume(task);
}

void UserRuntime::ExecuteVisible(TaskId task, const Instruction& instruction) {
  switch (instruction.op) {
    case OpCode::kPost:
      Say("post", scenario_.events[instruction.a - 1]);
      w_.Edit(Event(instruction.a)).bound = 1;
      return Advance(task);
    case OpCode::kAwait:
      Say("await", scenario_.events[instruction.a - 1]);
      return Advance(task);
    case OpCode::kAwaitBound:
      Say("await", VariableName(task, instruction.a));
      return Advance(task);
    case OpCode::kCheck:
      return Check(task, instruction);
    case OpCode::kKill:
      Say("kill", scenario_.processes[instruction.a - 1].name);
      Advance(task);
      return kernel_.ExitProcess(ProcessOf(instruction.a));
    case OpCode::kSignal:
      Say("signal", scenario_.tasks[instruction.a - 1].full_name);
      Advance(task);
      return kernel_.Signal(TaskOf(instruction.a));
    case OpCode::kOverwrite:
      Say("overwrite", scenario_.tasks[instruction.a - 1].full_name);
      Overwrite(TaskOf(instruction.a), scenario_.overwrites[instruction.b]);
      return Advance(task);
    case OpCode::kShrink:
      Advance(task);
      return kernel_.Shrink();
    case OpCode::kExit:
      Say("exit");
      return kernel_.ExitProcess(w_.Peek(task).process);
    case OpCode::kStop:
      Say("stop");
      return Stop(task, TaskState::kStopped);
    default:
      Say("start");
      return Advance(task);
  }
}

void UserRuntime::Overwrite(TaskId sender, const OverwriteSpec& spec) {
  for (AnyId i = w_.First(Head::kOut, sender.any()); i;
       i = w_.Next(Head::kOut, i)) {
    const CommandId id{i.value};
    if (!w_.Peek(id).data) continue;
    CommandRow& command = w_.Edit(id);
    BlobId& blob = spec.offsets ? command.offsets : command.data;
    std::string bytes(w_.blobs().Bytes(blob));
    if (spec.at > bytes.size() || bytes.size() - spec.at < spec.bytes.size()) {
      return;
    }
    bytes.replace(spec.at, spec.bytes.size(), spec.bytes);
    blob = w_.blobs().Intern(bytes);
    return;
  }
}

void UserRuntime::Check(TaskId task, const Instruction& instruction) {
  const PredicateSpec& check = scenario_.checks[instruction.a];
  const bool holds = !check_ || check_(instruction.a);
  Say("check", absl::StrCat(check.name, holds ? ": true" : ": false"));
  if (holds) return Advance(task);
  Fail(task, instruction.place,
       absl::StrCat("check \"", check.name, "\" does not hold: ", check.expr));
}

// False if the task stands before a visible instruction.
bool UserRuntime::Execute(TaskId task) {
  const Instruction& instruction = At(task);
  switch (instruction.op) {
    case OpCode::kReturn:
      return Return(task);
    case OpCode::kCall:
      return Call(task, instruction);
    case OpCode::kReply:
      return Reply(task, instruction);
    case OpCode::kServe:
      return Serve(task, instruction);
    case OpCode::kWait:
      return Wait(task);
    case OpCode::kQueue:
      return Queue(task, instruction);
    case OpCode::kSkip:
      return Skip(task, instruction);
    case OpCode::kForget:
      return Forget(task, instruction);
    case OpCode::kLink:
      return Link(task, instruction);
    case OpCode::kRepeat:
      return Repeat(task, instruction);
    case OpCode::kRepeatEnd:
      return RepeatEnd(task, instruction);
    case OpCode::kHandlerEnd:
      return HandlerEnd(task, instruction);
    case OpCode::kHandlerPop:
      return HandlerPop(task, instruction);
    case OpCode::kEndFlush:
      if (w_.Peek(task).out.size != 0) SubmitRead(task, instruction.a, 0);
      Advance(task);
      return true;
    case OpCode::kEnd:
      End(task);
      return false;
    default:
      return !IsVisible(instruction.op) && Submit(task, instruction);
  }
}

void UserRuntime::End(TaskId task) {
  if (w_.Peek(task).ret < 0) {
    Fail(task, At(task).place,
         absl::StrCat("writing what was still queued at the thread's end "
                      "failed with ",
                      ErrnoName(w_.Peek(task).ret)));
    return;
  }
  Stop(task, TaskState::kFinished);
}

void UserRuntime::Stop(TaskId task, TaskState state) {
  DropCommands(task);
  DropWords(task);
  ClearResult(task);
  while (w_.Peek(task).activation) Pop(task);
  TaskRow& row = w_.Edit(task);
  row.state = state;
  row.pc = 0;
}

void UserRuntime::ClearResult(TaskId task) {
  TaskRow& row = w_.Edit(task);
  row.ret = 0;
  row.value = 0;
  row.value2 = 0;
  row.seen = {};
  row.write_consumed = 0;
  row.read_consumed = 0;
}

void UserRuntime::DropCommands(TaskId task) {
  while (const AnyId command = w_.First(Head::kOut, task.any())) {
    w_.Remove(Head::kOut, command);
    w_.Free(CommandId{command.value});
  }
}

void UserRuntime::DropWords(TaskId task) {
  while (const AnyId word = w_.First(Head::kIn, task.any())) {
    w_.Remove(Head::kIn, word);
    w_.Free(ReturnId{word.value});
  }
}

// Words of a call that failed: they are in memory, but read_consumed does not
// say so.
void UserRuntime::DropWordsAfter(TaskId task, uint64_t count) {
  while (w_.Peek(task).in.size > count) {
    const AnyId word = w_.Peek(task).in.last;
    w_.Remove(Head::kIn, word);
    w_.Free(ReturnId{word.value});
  }
}

// Always false, so that callers can return it.
bool UserRuntime::Fail(TaskId task, Place place, std::string message) {
  w_.Edit(task).state = TaskState::kFailed;
  failures_.push_back(absl::StrCat(scenario_.filename, ":", place.line, ":",
                                   place.column, ": ", Spec(task).full_name,
                                   ": ", message));
  Say("failure", failures_.back());
  return false;
}

void UserRuntime::Say(const char* what, const std::string& detail) {
  proto::Event* event = Emit(kernel_.events(), proto::Event::USER, what);
  if (event != nullptr && !detail.empty()) AddArg(event, "", detail);
}

bool UserRuntime::Finished(TaskId task) const {
  return w_.Peek(task).state != TaskState::kRunning;
}

bool UserRuntime::Idle(TaskId task) const {
  const TaskRow& row = w_.Peek(task);
  if (row.state != TaskState::kRunning || !row.activation) return false;
  const ActivationRow& top = w_.Peek(row.activation);
  return top.kind == ActivationKind::kServe && top.count == 0;
}

std::string UserRuntime::FileLine(Place place) const {
  return absl::StrCat(scenario_.filename, ":", place.line);
}

std::string UserRuntime::PlaceOf(TaskId task) const {
  const TaskRow& row = w_.Peek(task);
  if (row.state != TaskState::kRunning) return "";
  return FileLine(At(task).place);
}

std::string UserRuntime::VariableName(TaskId task, uint32_t variable) const {
  const ProcessSpec& process = scenario_.processes[Spec(task).process - 1];
  return process.variables[variable - 1].name;
}

std::string UserRuntime::WaitingInCall(TaskId task) const {
  const ActivationRow& top = w_.Peek(w_.Peek(task).activation);
  const Instruction& opener = scenario_.code[top.pc];
  switch (opener.op) {
    case OpCode::kCall:
      return absl::StrCat(
          "waits for the ",
          (opener.flags & kOneWay) != 0 ? "acceptance of" : "reply to",
          " its call at ", FileLine(opener.place));
    case OpCode::kServe:
      if (top.count == 0) {
        return absl::StrCat("serves at ", FileLine(opener.place));
      }
      return absl::StrCat("serves at ", FileLine(opener.place),
                          " and waits for ", top.count - 1, " more transaction",
                          top.count == 2 ? "" : "s");
    default:
      return absl::StrCat("waits for the acceptance of its reply at ",
                          FileLine(opener.place));
  }
}

namespace {

const char* SleepsIn(OpCode op) {
  if (op == OpCode::kPoll) return "poll";
  return op == OpCode::kEpollWait ? "epoll_wait" : "ioctl";
}

}  // namespace

std::string UserRuntime::WaitingFor(TaskId task) const {
  const TaskRow& row = w_.Peek(task);
  switch (row.state) {
    case TaskState::kWaitingForSpawn:
      return Spec(task).pool ? "waits to be asked for by BR_SPAWN_LOOPER"
                             : "is not forked yet";
    case TaskState::kFinished:
      return "has finished";
    case TaskState::kStopped:
      return "has stopped";
    case TaskState::kDead:
      return "is dead";
    case TaskState::kFailed:
      return "has failed";
    case TaskState::kRunning:
      break;
  }
  const Instruction& next = At(task);
  if (next.op == OpCode::kAwait) {
    return absl::StrCat("awaits \"", scenario_.events[next.a - 1], "\" at ",
                        FileLine(next.place));
  }
  if (next.op == OpCode::kAwaitBound) {
    return absl::StrCat("waits until \"", VariableName(task, next.a),
                        "\" is bound at ", FileLine(next.place));
  }
  if (next.op == OpCode::kWait && row.activation) return WaitingInCall(task);
  if (row.frame) {
    return absl::StrCat("is in ", SleepsIn(scenario_.code[row.pc - 1].op),
                        " at ", FileLine(next.place));
  }
  return absl::StrCat("is at ", FileLine(next.place));
}

}  // namespace bindery::sim
