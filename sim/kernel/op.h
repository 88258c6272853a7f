// What an atom sees: the world, the driver, and the frame that it belongs to.
//
// An Op lives for one transition; nothing in it is state.
#ifndef BINDERY_SIM_KERNEL_OP_H_
#define BINDERY_SIM_KERNEL_OP_H_

#include <cstdint>

#include "sim/events/events.h"
#include "sim/kernel/driver.h"
#include "sim/kernel/errno.h"
#include "sim/kernel/guard.h"
#include "sim/kernel/kernel.h"
#include "sim/kernel/uapi.h"
#include "sim/world/world.h"

namespace bindery::sim {

class Op {
 public:
  Op(Kernel& kernel) : k(kernel), w(kernel.world()), driver(kernel.driver()) {}

  Kernel& k;
  World& w;
  const Driver& driver;
  FrameRow* f = nullptr;  // locals of the running operation

  // The frame that a kCall atom is opening, while it fills in the arguments,
  // and the frame that is returned to, while kReturn hands over results.
  FrameRow& callee() { return *other_; }
  FrameRow& caller() { return *other_; }

  // A check inside a helper that runs under its caller's locks. Holds always
  // if a mutation drops the check.
  bool Check(Guard guard, bool holds) const {
    if (k.branches() != nullptr) Count(guard, holds);
    return holds || driver.Dropped(guard);
  }
  // A branch inside a helper; no mutation changes it.
  bool Takes(Guard guard, bool yes) const {
    if (k.branches() != nullptr) Count(guard, yes);
    return yes;
  }
  // False if a mutation drops this effect of a helper.
  bool Does(Guard guard) const {
    if (k.branches() != nullptr) Count(guard, true);
    return !driver.Dropped(guard);
  }

  // True if the environment lets this allocation fail.
  bool AllocationFails() {
    return w.Get(global()).fail_next != 0 && NextAllocationFails();
  }

  // Sets the outcome of a failed transaction.
  void Fail(Br error, Errno param) {
    f->return_error = static_cast<uint32_t>(error) + 1;
    f->param = Value(param);
  }
  void Ret(Errno e) { f->ret = Value(e); }

  // Null if nobody listens.
  proto::Event* Event(proto::Event::Kind kind, const char* name) {
    return k.events() == nullptr ? nullptr : NewEvent(kind, name);
  }
  // The same, named after a word.
  template <typename Word>
  proto::Event* WordEvent(proto::Event::Kind kind, Word word) {
    return k.events() == nullptr ? nullptr : NewEvent(kind, NameOf(word));
  }
  // A message of binder_user_error().
  [[gnu::cold]] void UserError(const char* message);

  GlobalId global() const {
    return GlobalId{AnyId::Make(TableId::kGlobal, 1, 1).value};
  }

 private:
  friend class Interpreter;
  [[gnu::cold]] bool NextAllocationFails();
  [[gnu::cold]] proto::Event* NewEvent(proto::Event::Kind kind,
                                       const char* name);
  [[gnu::cold]] void Count(Guard guard, bool yes) const;

  FrameRow* other_ = nullptr;
};

template <Errno kErrno>
void SetRet(Op& op) {
  op.f->ret = Value(kErrno);
}

// The operands of the transaction command that is being executed.
inline const CommandRow& Tr(Op& op) { return op.w.Get(op.f->command); }

// An operation refuses what user space asked for; atoms.
template <Errno kErrno, const char* kMessage>
void RefuseWith(Op& op) {
  op.UserError(kMessage);
  op.Ret(kErrno);
}
// So does binder_transaction itself.
template <Errno kErrno, const char* kMessage>
void FailWith(Op& op) {
  op.UserError(kMessage);
  op.Fail(Br::kFailedReply, kErrno);
}

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_OP_H_
