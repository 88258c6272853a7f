// Names that are bound or not: conditions, and steps about proxies.
#include "sim/user/compiler.h"

namespace bindery::sim {

uint32_t Compiler::AnyVariable(const std::string& name, Place place) {
  const auto found = scope_.variables.find(name);
  if (found != scope_.variables.end()) return found->second;
  return Variable(name, VariableKind::kHandle, place);
}

void Compiler::NameFilters(const Cursor<proto::Handler>& handler,
                           HandlerSpec* spec) {
  for (int i = 0; i < handler->if_bound_size(); ++i) {
    spec->if_bound.push_back(
        AnyVariable(handler->if_bound(i), handler.At("if_bound", i)));
  }
  for (int i = 0; i < handler->unless_bound_size(); ++i) {
    spec->unless_bound.push_back(
        AnyVariable(handler->unless_bound(i), handler.At("unless_bound", i)));
  }
  if (handler->proxy().empty()) return;
  spec->proxy =
      Variable(handler->proxy(), VariableKind::kHandle, handler.At("proxy"));
  if (handler->br() != proto::BR_DEAD_BINDER &&
      handler->br() != proto::BR_FROZEN_BINDER) {
    errors_.Add(handler.At("proxy"),
                "only obituaries and freeze words are about a proxy; proxy "
                "needs br: BR_DEAD_BINDER or BR_FROZEN_BINDER");
  }
}

// The instruction that skips the step if it is not to be made, or -1.
int64_t Compiler::Condition(const StepCursor& step) {
  const bool if_bound = !step->if_bound().empty();
  if (!if_bound && step->unless_bound().empty()) return -1;
  if (if_bound && !step->unless_bound().empty()) {
    errors_.Add(step.place(),
                "a step has one condition; keep if_bound or unless_bound");
  }
  const uint32_t variable =
      if_bound ? AnyVariable(step->if_bound(), step.At("if_bound"))
               : AnyVariable(step->unless_bound(), step.At("unless_bound"));
  const int64_t at = static_cast<int64_t>(out_.code.size());
  Instruction& skip = Emit(OpCode::kSkip, step.place());
  skip.a = variable;
  if (!if_bound) skip.flags |= kIfBound;
  return at;
}

// A command about the proxy, which goes out at once.
void Compiler::LinkProxy(uint32_t variable, Bc command, Place place) {
  Instruction& link = Emit(OpCode::kLink, place);
  link.a = variable;
  link.b = static_cast<uint32_t>(command);
  const uint32_t fd = Fd("", place);
  Instruction& flush = Emit(OpCode::kFlush, place);
  flush.a = fd;
  flush.flags |= kIfQueued;
  Emit(OpCode::kReturn, place);
}

// False if the step is about something else.
bool Compiler::NameStep(const StepCursor& step) {
  const auto link = [&](Bc command, const std::string& name,
                        const char* field) {
    const uint32_t variable =
        Variable(name, VariableKind::kHandle, step.At(field));
    LinkProxy(variable, command, step.place());
    return true;
  };
  switch (step->action_case()) {
    case proto::Step::kLinkToDeath:
      return link(Bc::kRequestDeathNotification, step->link_to_death(),
                  "link_to_death");
    case proto::Step::kUnlinkToDeath:
      return link(Bc::kClearDeathNotification, step->unlink_to_death(),
                  "unlink_to_death");
    case proto::Step::kListenToFreeze:
      return link(Bc::kRequestFreezeNotification, step->listen_to_freeze(),
                  "listen_to_freeze");
    case proto::Step::kStopListeningToFreeze:
      return link(Bc::kClearFreezeNotification,
                  step->stop_listening_to_freeze(), "stop_listening_to_freeze");
    case proto::Step::kAwaitBound: {
      const uint32_t variable =
          AnyVariable(step->await_bound(), step.At("await_bound"));
      Emit(OpCode::kAwaitBound, step.place()).a = variable;
      return true;
    }
    case proto::Step::kForget: {
      const auto forget = step.Sub(step->forget(), "forget");
      const uint32_t variable = AnyVariable(forget->name(), forget.At("name"));
      Instruction& instruction = Emit(OpCode::kForget, step.place());
      instruction.a = variable;
      if (forget->all()) instruction.flags |= kAll;
      return true;
    }
    default:
      return false;
  }
}

}  // namespace bindery::sim
