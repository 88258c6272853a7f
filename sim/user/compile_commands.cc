// Commands, payloads, and the names in them.
#include "absl/strings/str_cat.h"
#include "sim/user/compiler.h"
#include "sim/user/raw_commands.h"

namespace bindery::sim {
uint32_t Compiler::Variable(const std::string& name, VariableKind kind,
                            Place place) {
  const auto& variables = out_.processes[scope_.index - 1].variables;
  const auto found = scope_.variables.find(name);
  if (found != scope_.variables.end() &&
      variables[found->second - 1].kind == kind) {
    return found->second;
  }
  std::vector<std::string> known;
  for (const VariableSpec& variable : variables) {
    if (variable.kind == kind) known.push_back(variable.name);
  }
  const char* what = kind == VariableKind::kFd       ? "descriptor"
                     : kind == VariableKind::kHandle ? "handle"
                                                     : "buffer";
  errors_.Add(place,
              absl::StrCat("this process has no ", what, " \"", name, "\"",
                           Suggest(name, known,
                                   kind == VariableKind::kFd
                                       ? "open or attach a device first"
                                       : "a bind in one of its steps or "
                                         "handlers must name it")));
  return 0;
}

const Compiler::NodeSpec* Compiler::FindNode(const std::string& name,
                                             Place place) {
  const auto found = scope_.nodes.find(name);
  if (found != scope_.nodes.end()) return &found->second;
  const auto owner = node_owner_.find(name);
  if (owner != node_owner_.end()) {
    errors_.Add(place, absl::StrCat("node \"", name, "\" belongs to process \"",
                                    owner->second,
                                    "\"; other processes know it by a handle "
                                    "only; bind one and use handle"));
    return nullptr;
  }
  std::vector<std::string> known;
  for (const auto& node : scope_.nodes) known.push_back(node.first);
  errors_.Add(place, absl::StrCat("this process has no node \"", name, "\"",
                                  Suggest(name, known,
                                          "declare it with node { name: "
                                          "\"...\" }")));
  return nullptr;
}

void Compiler::Handle(const Cursor<proto::HandleRef>& handle, uint32_t* number,
                      uint32_t* variable) {
  switch (handle->ref_case()) {
    case proto::HandleRef::kNumber:
      *number = handle->number();
      return;
    case proto::HandleRef::kName:
      *variable =
          Variable(handle->name(), VariableKind::kHandle, handle.At("name"));
      return;
    case proto::HandleRef::kService:
      errors_.Add(handle.At("service"),
                  "only the target of a call step is looked up; add a step "
                  "get_service, and name: here");
      return;
    default:
      errors_.Add(handle.place(),
                  "which handle? Add number: 0 (the context manager), or a "
                  "name that a bind gave");
  }
}

void Compiler::NodeOperand(const Cursor<proto::NodeRef>& node,
                           CommandTemplate* command) {
  command->ptr = node->ptr();
  if (!node->name().empty()) {
    const NodeSpec* spec = FindNode(node->name(), node.At("name"));
    if (spec != nullptr) {
      command->ptr = spec->ptr;
      command->cookie = spec->cookie;
    }
    if (node->ptr() != 0) {
      errors_.Add(node.At("ptr"),
                  "the node is named, so its ptr is known; "
                  "leave out name or ptr");
    }
  }
  if (node->has_cookie()) command->cookie = node->cookie();
}

Range Compiler::Commands(const std::vector<Cursor<proto::Command>>& commands) {
  const uint32_t begin = static_cast<uint32_t>(out_.commands.size());
  for (const auto& command : commands) {
    // Beyond a command that is cut short is no memory: nothing can follow.
    if (out_.commands.size() > begin && (out_.commands.back().fault_at == 1 ||
                                         out_.commands.back().fault_at == 2)) {
      errors_.Add(command.place(),
                  "the raw bytes before this command end inside a command; "
                  "bytes that are cut short must come last");
    }
    OneCommand(command);
  }
  return {begin, static_cast<uint32_t>(out_.commands.size()) - begin};
}

void Compiler::OneCommand(const Cursor<proto::Command>& command) {
  CommandTemplate made;
  const auto reference = [&](Bc bc, const proto::HandleRef& ref,
                             const char* field) {
    made.bc = bc;
    Handle(command.Sub(ref, field), &made.handle, &made.handle_variable);
  };
  const auto death = [&](Bc bc, const proto::Death& operands,
                         const char* field) {
    made.bc = bc;
    made.cookie = operands.cookie();
    const auto sub = command.Sub(operands, field);
    Handle(sub.Sub(operands.handle(), "handle"), &made.handle,
           &made.handle_variable);
  };
  const auto done = [&](Bc bc, const proto::NodeRef& ref, const char* field) {
    made.bc = bc;
    NodeOperand(command.Sub(ref, field), &made);
  };
  using C = proto::Command;
  switch (command->command_case()) {
    case C::kTransaction:
      TransactionCommand(command.Sub(command->transaction(), "transaction"),
                         false, &made);
      break;
    case C::kReply:
      TransactionCommand(command.Sub(command->reply(), "reply"), true, &made);
      break;
    case C::kIncrefs:
      reference(Bc::kIncrefs, command->increfs(), "increfs");
      break;
    case C::kAcquire:
      reference(Bc::kAcquire, command->acquire(), "acquire");
      break;
    case C::kRelease:
      reference(Bc::kRelease, command->release(), "release");
      break;
    case C::kDecrefs:
      reference(Bc::kDecrefs, command->decrefs(), "decrefs");
      break;
    case C::kIncrefsDone:
      done(Bc::kIncrefsDone, command->increfs_done(), "increfs_done");
      break;
    case C::kAcquireDone:
      done(Bc::kAcquireDone, command->acquire_done(), "acquire_done");
      break;
    case C::kRequestDeath:
      death(Bc::kRequestDeathNotification, command->request_death(),
            "request_death");
      break;
    case C::kClearDeath:
      death(Bc::kClearDeathNotification, command->clear_death(), "clear_death");
      break;
    default:
      if (FreezeCommand(command, &made)) break;
      return PlainCommand(command);
  }
  if (made.size == 0) made.size = SizeOf(made.bc);
  out_.commands.push_back(made);
}

void Compiler::PlainCommand(const Cursor<proto::Command>& command) {
  CommandTemplate made;
  using C = proto::Command;
  switch (command->command_case()) {
    case C::kFreeBuffer: {
      const auto ref = command.Sub(command->free_buffer(), "free_buffer");
      made.bc = Bc::kFreeBuffer;
      if (ref->ref_case() == proto::BufferRef::kName) {
        made.buffer_variable =
            Variable(ref->name(), VariableKind::kBuffer, ref.At("name"));
      } else {
        made.has_address = true;
        made.address = ref->offset();
      }
      break;
    }
    case C::kRegisterLooper:
      made.bc = Bc::kRegisterLooper;
      break;
    case C::kEnterLooper:
      made.bc = Bc::kEnterLooper;
      break;
    case C::kExitLooper:
      made.bc = Bc::kExitLooper;
      break;
    case C::kDeadBinderDone:
      made.bc = Bc::kDeadBinderDone;
      made.cookie = command->dead_binder_done();
      break;
    case C::kAttemptAcquire:
      made.bc = Bc::kAttemptAcquire;
      break;
    case C::kAcquireResult:
      made.bc = Bc::kAcquireResult;
      break;
    case C::kRaw: {
      const std::vector<CommandTemplate> raw = DecodeCommands(command->raw());
      out_.commands.insert(out_.commands.end(), raw.begin(), raw.end());
      return;
    }
    default:
      errors_.Add(command.place(),
                  "the command is empty; add one, such as enter_looper {} or "
                  "transaction { ... }");
      return;
  }
  made.size = SizeOf(made.bc);
  out_.commands.push_back(made);
}

void Compiler::CheckTransaction(const Cursor<proto::Transaction>& transaction,
                                bool reply) {
  if ((transaction->flags() & kTfOneWay) != 0 && !reply) {
    errors_.Add(transaction.At("flags"),
                "flags contains TF_ONE_WAY (1); write one_way: true instead");
  }
  if (reply && transaction->has_to()) {
    errors_.Add(transaction.At("to"),
                "a reply goes to whoever called; remove to");
  }
  if (reply && transaction->one_way()) {
    errors_.Add(transaction.At("one_way"),
                "a reply is not one-way; remove one_way");
  }
  if (transaction->bind_size() != 0 && (reply || transaction->one_way())) {
    errors_.Add(transaction.At("bind", 0),
                "there is no reply to bind from; bind belongs to a call that "
                "is not one-way, or to the handler that receives the payload");
  }
}

void Compiler::TransactionCommand(const Cursor<proto::Transaction>& transaction,
                                  bool reply, CommandTemplate* command) {
  CheckTransaction(transaction, reply);
  if (!reply) {
    if (!transaction->has_to()) {
      errors_.Add(transaction.place(),
                  "a transaction needs a target; add to { number: 0 } for the "
                  "context manager, or to { name: \"...\" }");
    } else {
      Handle(transaction.Sub(transaction->to(), "to"), &command->handle,
             &command->handle_variable);
    }
  }
  command->code = transaction->code();
  command->flags = transaction->flags();
  if (transaction->one_way()) command->flags |= kTfOneWay;
  // As transact() of both libraries.
  if (transaction->has_parcel() && !reply) command->flags |= kTfAcceptFds;
  const bool scattered = Payload(transaction, command);
  if (scattered || transaction->has_buffers_size()) {
    command->bc = reply ? Bc::kReplySg : Bc::kTransactionSg;
  } else {
    command->bc = reply ? Bc::kReply : Bc::kTransaction;
  }
  command->size = SizeOf(command->bc);
  Sizes(transaction, command);
  Faults(transaction, command);
}

}  // namespace bindery::sim
