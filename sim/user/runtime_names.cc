// Names that a process binds, and the proxies that they hold.
#include "absl/strings/str_cat.h"
#include "sim/user/runtime.h"

namespace bindery::sim {
namespace {

// User space's address of the proxy of a handle, which is the cookie of its
// notifications.
constexpr uint64_t kProxies = 0x5000'0000;
constexpr uint64_t kProxySize = 16;

constexpr uint64_t CookieOf(uint64_t handle) {
  return kProxies + handle * kProxySize;
}

}  // namespace

bool UserRuntime::IsProxyOf(const VariableRow& variable, uint64_t handle) {
  return variable.bound != 0 && (variable.proxy & kProxyHeld) != 0 &&
         variable.value == handle;
}

bool UserRuntime::HoldsProxyOf(const VariableRow& variable, uint64_t cookie) {
  return IsProxyOf(variable, variable.value) &&
         CookieOf(variable.value) == cookie;
}

uint32_t UserRuntime::NameOfProxy(TaskId task, uint64_t handle,
                                  uint32_t except) const {
  const ProcessSpec& process = scenario_.processes[Spec(task).process - 1];
  for (uint32_t i = 1; i <= process.variables.size(); ++i) {
    if (i != except && IsProxyOf(w_.Peek(Variable(task, i)), handle)) return i;
  }
  return 0;
}

void UserRuntime::PushReference(TaskId task, Bc bc, uint64_t handle) {
  PushCommand(task, bc).handle = static_cast<uint32_t>(handle);
}

void UserRuntime::Hold(TaskId task, uint32_t name, uint64_t handle) {
  if (IsProxyOf(w_.Peek(Variable(task, name)), handle)) return;
  if (NameOfProxy(task, handle, name) == 0) {
    PushReference(task, Bc::kIncrefs, handle);
    PushReference(task, Bc::kAcquire, handle);
  }
  Drop(task, name, /*again=*/true);
  VariableRow& variable = w_.Edit(Variable(task, name));
  variable.bound = 1;
  variable.proxy = kProxyHeld;
  variable.value = handle;
}

// `again`: the name gets another value at once, so that it cannot keep in mind
// that a notification's end is awaited.
void UserRuntime::Drop(TaskId task, uint32_t name, bool again) {
  const VariableRow old = w_.Peek(Variable(task, name));
  VariableRow& variable = w_.Edit(Variable(task, name));
  variable.bound = 0;
  variable.proxy = 0;
  variable.buffer = {};
  variable.address = 0;
  const uint64_t handle = old.value;
  if ((old.proxy & (kProxyHeld | kProxyEnding)) == 0) {
    variable.value = 0;
    return;
  }
  if (const uint32_t other = NameOfProxy(task, handle, name); other != 0) {
    w_.Edit(Variable(task, other)).proxy |= old.proxy;
    variable.value = 0;
    return;
  }
  bool ending = (old.proxy & kProxyEnding) != 0;
  if ((old.proxy & kProxyHeld) != 0) PushReference(task, Bc::kRelease, handle);
  if ((old.proxy & kProxyLinked) != 0) {
    PushProxyCommand(task, Bc::kClearDeathNotification, handle);
    ending = true;
  }
  if ((old.proxy & kProxyListening) != 0) {
    PushProxyCommand(task, Bc::kClearFreezeNotification, handle);
  }
  if (ending && !again) {
    variable.proxy = kProxyEnding;
    return;
  }
  PushReference(task, Bc::kDecrefs, handle);
  variable.value = 0;
}

void UserRuntime::PushProxyCommand(TaskId task, Bc bc, uint64_t handle) {
  CommandRow& command = PushCommand(task, bc);
  command.handle = static_cast<uint32_t>(handle);
  command.cookie = CookieOf(handle);
}

bool UserRuntime::Skip(TaskId task, const Instruction& instruction) {
  const bool bound = w_.Peek(Variable(task, instruction.a)).bound != 0;
  if (bound == ((instruction.flags & kIfBound) != 0)) {
    w_.Edit(task).pc = static_cast<uint32_t>(instruction.c);
  } else {
    Advance(task);
  }
  return true;
}

bool UserRuntime::Forget(TaskId task, const Instruction& instruction) {
  const VariableRow named = w_.Peek(Variable(task, instruction.a));
  Drop(task, instruction.a);
  if ((instruction.flags & kAll) != 0 && IsProxyOf(named, named.value)) {
    while (const uint32_t other = NameOfProxy(task, named.value, 0)) {
      Drop(task, other);
    }
  }
  Advance(task);
  return true;
}

// One notification serves all names that hold the proxy.
bool UserRuntime::Link(TaskId task, const Instruction& instruction) {
  const VariableRow named = w_.Peek(Variable(task, instruction.a));
  if (!IsProxyOf(named, named.value)) {
    return Fail(task, instruction.place,
                absl::StrCat("\"", VariableName(task, instruction.a),
                             "\" holds no proxy; what get_service, "
                             "wait_for_service or a value with proxy: true "
                             "bound is one"));
  }
  const Bc bc = static_cast<Bc>(instruction.b);
  const bool death =
      bc == Bc::kRequestDeathNotification || bc == Bc::kClearDeathNotification;
  const uint8_t bit = death ? kProxyLinked : kProxyListening;
  const bool wanted = bc == Bc::kRequestDeathNotification ||
                      bc == Bc::kRequestFreezeNotification;
  uint32_t has = 0;
  const ProcessSpec& process = scenario_.processes[Spec(task).process - 1];
  for (uint32_t i = 1; i <= process.variables.size(); ++i) {
    const VariableRow& variable = w_.Peek(Variable(task, i));
    if (IsProxyOf(variable, named.value) && (variable.proxy & bit) != 0) {
      has = i;
    }
  }
  Advance(task);
  if (wanted == (has != 0)) return true;
  PushProxyCommand(task, bc, named.value);
  VariableRow& changed = w_.Edit(Variable(task, wanted ? instruction.a : has));
  changed.proxy ^= bit;
  if (bc == Bc::kClearDeathNotification) changed.proxy |= kProxyEnding;
  return true;
}

// BR_CLEAR_DEATH_NOTIFICATION_DONE: a proxy that was released meanwhile gives
// back its weak reference, too.
void UserRuntime::NotificationEnded(TaskId task, uint64_t cookie) {
  const ProcessSpec& process = scenario_.processes[Spec(task).process - 1];
  for (uint32_t i = 1; i <= process.variables.size(); ++i) {
    const VariableRow variable = w_.Peek(Variable(task, i));
    if ((variable.proxy & kProxyEnding) == 0 ||
        CookieOf(variable.value) != cookie) {
      continue;
    }
    VariableRow& row = w_.Edit(Variable(task, i));
    row.proxy &= static_cast<uint8_t>(~kProxyEnding);
    if (row.proxy != 0) return;
    row.value = 0;
    if (NameOfProxy(task, variable.value, i) == 0) {
      PushReference(task, Bc::kDecrefs, variable.value);
    }
    return;
  }
}

// An obituary or freeze word of a proxy that nothing holds any more.
bool UserRuntime::ForgottenProxy(TaskId task, uint64_t cookie) const {
  if (cookie < kProxies || cookie >= CookieOf(uint64_t{1} << 32)) return false;
  return NameOfProxy(task, (cookie - kProxies) / kProxySize, 0) == 0;
}

}  // namespace bindery::sim
