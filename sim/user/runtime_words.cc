// What a waiting thread does with the words that the driver gives it.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sim/events/events.h"
#include "sim/kernel/buffer_view.h"
#include "sim/kernel/object.h"
#include "sim/user/runtime.h"

namespace bindery::sim {
namespace {

constexpr uint32_t Number(Br br) { return static_cast<uint32_t>(br); }

}  // namespace

bool UserRuntime::TakeWord(TaskId task) {
  const ReturnId id{w_.First(Head::kIn, task.any()).value};
  w_.Remove(Head::kIn, id.any());
  if (w_.Peek(id).br == Number(Br::kNoop)) {
    w_.Free(id);
    return w_.Peek(task).in.size == 0 || TakeWord(task);
  }
  const ReturnRow word = w_.Peek(id);
  w_.Free(id);
  if (word.br == Number(Br::kSpawnLooper)) {
    SpawnPoolThread(task);
    return true;
  }
  const ActivationRow& top = w_.Peek(w_.Peek(task).activation);
  if (top.kind == ActivationKind::kCall) {
    const Instruction& opener = scenario_.code[top.pc];
    if (EndsCall(opener, word.br)) return FinishCall(task, opener, word);
    if (word.br == Number(Br::kTransactionComplete)) return true;
  }
  return Dispatch(task, word);
}

bool UserRuntime::EndsCall(const Instruction& opener, uint32_t br) const {
  const bool sync = opener.op == OpCode::kCall && (opener.flags & kOneWay) == 0;
  switch (static_cast<Br>(br)) {
    case Br::kReply:
      return sync;
    case Br::kDeadReply:
    case Br::kFailedReply:
    case Br::kFrozenReply:
      return true;
    case Br::kTransactionComplete:
    case Br::kOnewaySpamSuspect:
    case Br::kTransactionPendingFrozen:
      return !sync;
    default:
      return false;
  }
}

bool UserRuntime::FinishCall(TaskId task, const Instruction& opener,
                             const ReturnRow& word) {
  const ExpectedOutcome* outcome = nullptr;
  if (!JudgeCall(task, opener, word, &outcome)) return false;
  if (word.br == Number(Br::kReply)) {
    const Range names = outcome == nullptr ? Range() : outcome->binds;
    if (!Bind(task, opener.binds, word.buffer, word.address) ||
        !Bind(task, names, word.buffer, word.address)) {
      return false;
    }
    FreeBuffer(task, word.buffer, word.address);
  }
  Pop(task);
  Advance(task);
  return true;
}

bool UserRuntime::Matches(TaskId task, const HandlerSpec& handler,
                          const ReturnRow& word) const {
  if (handler.br != word.br) return false;
  if (handler.has_code && handler.code != word.code) return false;
  if (handler.has_ptr && handler.ptr != word.ptr) return false;
  if (handler.has_cookie && handler.cookie != word.cookie) return false;
  if (handler.has_text &&
      !absl::StartsWith(w_.blobs().Bytes(w_.Peek(word.buffer).data),
                        handler.text)) {
    return false;
  }
  if (handler.parcel != 0 &&
      CompareParcel(ParcelOf(handler.parcel), ViewOf(w_, w_.Peek(word.buffer)))
              .what != nullptr) {
    return false;
  }
  return MatchesSender(handler, word) && MatchesNames(task, handler, word);
}

bool UserRuntime::MatchesSender(const HandlerSpec& handler,
                                const ReturnRow& word) const {
  if (handler.has_uid && handler.uid != word.sender_euid) return false;
  return !handler.has_security_context ||
         handler.security_context == SecurityContextOf(word);
}

bool UserRuntime::MatchesNames(TaskId task, const HandlerSpec& handler,
                               const ReturnRow& word) const {
  for (const uint32_t name : handler.if_bound) {
    if (!Bound(task, name)) return false;
  }
  for (const uint32_t name : handler.unless_bound) {
    if (Bound(task, name)) return false;
  }
  if (handler.proxy != 0 &&
      !HoldsProxyOf(w_.Peek(Variable(task, handler.proxy)), word.cookie)) {
    return false;
  }
  for (uint32_t i = 0; i < handler.binds.count; ++i) {
    const BindSpec& bind = scenario_.binds[handler.binds.begin + i];
    if (bind.keep != Keep::kSame) continue;
    uint64_t handle = 0;
    const VariableRow& variable = w_.Peek(Variable(task, bind.variable));
    if (variable.bound == 0 ||
        LoadHandle(word.buffer, bind, &handle) != nullptr ||
        handle != variable.value) {
      return false;
    }
  }
  return true;
}

// Why handlers that wait for a parcel do not take this transaction.
std::string UserRuntime::RefusedParcels(TaskId task,
                                        const ReturnRow& word) const {
  std::string text;
  if (word.br != Number(Br::kTransaction)) return text;
  const Range list = Spec(task).handlers;
  for (uint32_t i = 0; i < list.count; ++i) {
    const HandlerSpec& handler =
        scenario_.handlers[scenario_.handler_lists[list.begin + i]];
    if (handler.parcel == 0) continue;
    if (handler.has_code && handler.code != word.code) continue;
    absl::StrAppend(&text, "; not the one at ", FileLine(handler.place),
                    ParcelDifference(handler.parcel, word));
  }
  return text;
}

bool UserRuntime::Dispatch(TaskId task, const ReturnRow& word) {
  Acknowledge(task, word);
  const Range list = Spec(task).handlers;
  for (uint32_t i = 0; i < list.count; ++i) {
    const uint32_t index = scenario_.handler_lists[list.begin + i];
    if (Matches(task, scenario_.handlers[index], word)) {
      return EnterHandler(task, index, word);
    }
  }
  if (NeedsNoHandler(task, word)) return true;
  if ((word.br == Number(Br::kDeadBinder) ||
       word.br == Number(Br::kFrozenBinder)) &&
      ForgottenProxy(task, word.cookie)) {
    return Ignore(task, word);
  }
  return Unhandled(task, word);
}

bool UserRuntime::NeedsNoHandler(TaskId task, const ReturnRow& word) {
  switch (static_cast<Br>(word.br)) {
    case Br::kClearDeathNotificationDone:
      NotificationEnded(task, word.cookie);
      return true;
    case Br::kIncrefs:
    case Br::kAcquire:
    case Br::kRelease:
    case Br::kDecrefs:
    case Br::kClearFreezeNotificationDone:
      return true;
    default:
      return false;
  }
}

bool UserRuntime::Ignore(TaskId task, const ReturnRow& word) {
  if (word.br == Number(Br::kTransaction)) {
    return EnterHandler(task, kIgnoreTransaction, word);
  }
  if (word.br == Number(Br::kDeadBinder)) {
    return EnterHandler(task, kIgnoreDeadBinder, word);
  }
  if (word.br == Number(Br::kFrozenBinder)) {
    PushCommand(task, Bc::kFreezeNotificationDone).cookie = word.cookie;
  }
  return true;
}

// The driver is told at once that the object's references were taken.
void UserRuntime::Acknowledge(TaskId task, const ReturnRow& word) {
  const bool weak = word.br == Number(Br::kIncrefs);
  if (!weak && word.br != Number(Br::kAcquire)) return;
  CommandRow& done =
      PushCommand(task, weak ? Bc::kIncrefsDone : Bc::kAcquireDone);
  done.ptr = word.ptr;
  done.cookie = word.cookie;
}

bool UserRuntime::Unhandled(TaskId task, const ReturnRow& word) {
  const ActivationRow& top = w_.Peek(w_.Peek(task).activation);
  switch (Spec(task).unhandled) {
    case proto::UNHANDLED_STOP:
      Say("stop", "no handler takes this word");
      Stop(task, TaskState::kStopped);
      return false;
    case proto::UNHANDLED_IGNORE:
      return Ignore(task, word);
    default:
      return Fail(task, scenario_.code[top.pc].place,
                  absl::StrCat("no handler takes ", DescribeWord(word),
                               RefusedParcels(task, word),
                               "; add on { ... } to the thread or process, or "
                               "declare what is unhandled"));
  }
}

bool UserRuntime::EnterHandler(TaskId task, uint32_t index,
                               const ReturnRow& word) {
  const HandlerSpec& handler = scenario_.handlers[index];
  const bool transaction = word.br == Number(Br::kTransaction);
  if (transaction && !Bind(task, handler.binds, word.buffer, word.address)) {
    return false;
  }
  ActivationRow& activation = Push(task, ActivationKind::kHandler);
  activation.pc = handler.entry;
  if (transaction) {
    activation.sync = (word.flags & kTfOneWay) == 0 ? 1 : 0;
    if (!handler.keep_buffer) {
      activation.buffer = word.buffer;
      activation.address = word.address;
    }
  } else {
    activation.cookie = word.cookie;
  }
  w_.Edit(task).pc = handler.entry;
  return true;
}

void UserRuntime::SpawnPoolThread(TaskId task) {
  const Range tasks = scenario_.processes[Spec(task).process - 1].tasks;
  for (uint32_t i = 0; i < tasks.count; ++i) {
    const TaskId other = Task(tasks.begin + i + 1);
    if (!scenario_.tasks[tasks.begin + i].pool) continue;
    if (w_.Peek(other).state != TaskState::kWaitingForSpawn) continue;
    TaskRow& row = w_.Edit(other);
    row.state = TaskState::kRunning;
    row.pc = scenario_.tasks[tasks.begin + i].entry;
    Say("spawn", scenario_.tasks[tasks.begin + i].full_name);
    return;
  }
}

bool UserRuntime::Bind(TaskId task, Range binds, BufferId buffer,
                       uint64_t address) {
  for (uint32_t i = 0; i < binds.count; ++i) {
    if (!BindOne(task, scenario_.binds[binds.begin + i], buffer, address)) {
      return false;
    }
  }
  return true;
}

namespace {

constexpr char kUnmapped[] =
    "is in a mapping that this process does not have, as who borrows a device, "
    "or was forked";

}  // namespace

// A payload of another process's device cannot be seen.
bool UserRuntime::Unmapped(TaskId task, BufferId buffer) const {
  const ProcessId owner = w_.Peek(w_.Peek(buffer).proc).process;
  return owner && owner != w_.Peek(task).process;
}

bool UserRuntime::BindOne(TaskId task, const BindSpec& bind, BufferId buffer,
                          uint64_t address) {
  if (bind.keep == Keep::kSame) return true;
  VariableRow& variable = w_.Edit(Variable(task, bind.variable));
  if (bind.kind == VariableKind::kFlag) {
    variable.bound = 1;
    return true;
  }
  if (bind.kind == VariableKind::kBuffer) {
    variable.bound = 1;
    variable.buffer = buffer;
    variable.address = address;
    return true;
  }
  uint64_t value = 0;
  const char* const problem = Unmapped(task, buffer) ? kUnmapped
                              : bind.kind == VariableKind::kFd
                                  ? LoadFd(buffer, bind, &value)
                                  : LoadHandle(buffer, bind, &value);
  if (problem != nullptr) {
    return Fail(task, bind.place,
                absl::StrCat("\"", VariableName(task, bind.variable),
                             "\" cannot be bound: object ", bind.object,
                             " of the payload ", problem));
  }
  if (bind.keep == Keep::kProxy) {
    Hold(task, bind.variable, value);
    return true;
  }
  variable.bound = 1;
  variable.value = value;
  if (bind.keep == Keep::kAcquire) PushReference(task, Bc::kAcquire, value);
  return true;
}

// Null, or why the payload has no such handle.
const char* UserRuntime::LoadHandle(BufferId id, const BindSpec& bind,
                                    uint64_t* handle) const {
  const BufferView view = ViewOf(w_, w_.Peek(id));
  uint64_t place = 0;
  uint32_t type = 0;
  if (!id || !FindObject(view, bind.object, &place, &type)) {
    return "does not exist";
  }
  if (IsBinderType(type)) {
    return "is no handle, but a node of this process that came home";
  }
  if (!IsHandleType(type)) return "is no handle";
  // The union's upper half belongs to a pointer, not to a handle.
  *handle = ReadWord32(view.data, place + kFlatHandleOffset);
  return nullptr;
}

// Null, or why the payload has no such descriptor.
const char* UserRuntime::LoadFd(BufferId id, const BindSpec& bind,
                                uint64_t* fd) const {
  const BufferView view = ViewOf(w_, w_.Peek(id));
  uint64_t place = 0;
  uint32_t type = 0;
  if (!id || !FindObject(view, bind.object, &place, &type)) {
    return "does not exist";
  }
  if (type != kTypeFd && type != kTypeFda) return "is no descriptor";
  const std::vector<uint32_t> fds = FdsOf(view, bind.object);
  if (bind.index >= fds.size()) return "has fewer descriptors";
  *fd = fds[bind.index];
  return nullptr;
}

}  // namespace bindery::sim
