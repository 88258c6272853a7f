#include "sim/user/raw_commands.h"

#include "base/bytes.h"

namespace bindery::sim {
namespace {

constexpr Bc kCommands[] = {
    Bc::kTransaction,
    Bc::kReply,
    Bc::kAcquireResult,
    Bc::kFreeBuffer,
    Bc::kIncrefs,
    Bc::kAcquire,
    Bc::kRelease,
    Bc::kDecrefs,
    Bc::kIncrefsDone,
    Bc::kAcquireDone,
    Bc::kAttemptAcquire,
    Bc::kRegisterLooper,
    Bc::kEnterLooper,
    Bc::kExitLooper,
    Bc::kDeadBinderDone,
    Bc::kRequestDeathNotification,
    Bc::kTransactionSg,
    Bc::kClearDeathNotification,
    Bc::kReplySg,
    Bc::kRequestFreezeNotification,
    Bc::kClearFreezeNotification,
    Bc::kFreezeNotificationDone,
};

Bc CommandOf(uint32_t word) {
  for (Bc bc : kCommands) {
    if (CommandWord(bc) == word) return bc;
  }
  return Bc::kUnknown;
}

// struct binder_transaction_data, and the extra word of the _SG form.
void LoadTransaction(absl::string_view operands, CommandTemplate* command) {
  command->handle = LoadNumber<uint32_t>(operands, 0);
  command->cookie = LoadNumber<uint64_t>(operands, 8);
  command->code = LoadNumber<uint32_t>(operands, 16);
  command->flags = LoadNumber<uint32_t>(operands, 20);
  command->data_size = LoadNumber<uint64_t>(operands, 32);
  command->offsets_size = LoadNumber<uint64_t>(operands, 40);
  if (operands.size() >= 72) {
    command->buffers_size = LoadNumber<uint64_t>(operands, 64);
  }
  if (command->data_size != 0) {
    command->fault_at = 3;
  } else if (command->offsets_size != 0) {
    command->fault_at = 4;
  }
}

void LoadOperands(absl::string_view operands, CommandTemplate* command) {
  switch (command->bc) {
    case Bc::kTransaction:
    case Bc::kReply:
    case Bc::kTransactionSg:
    case Bc::kReplySg:
      LoadTransaction(operands, command);
      break;
    case Bc::kIncrefs:
    case Bc::kAcquire:
    case Bc::kRelease:
    case Bc::kDecrefs:
    case Bc::kAcquireResult:
      command->handle = LoadNumber<uint32_t>(operands, 0);
      break;
    case Bc::kIncrefsDone:
    case Bc::kAcquireDone:
      command->ptr = LoadNumber<uint64_t>(operands, 0);
      command->cookie = LoadNumber<uint64_t>(operands, 8);
      break;
    case Bc::kFreeBuffer:
      command->address = LoadNumber<uint64_t>(operands, 0);
      command->has_address = true;
      break;
    case Bc::kDeadBinderDone:
    case Bc::kFreezeNotificationDone:
      command->cookie = LoadNumber<uint64_t>(operands, 0);
      break;
    case Bc::kRequestDeathNotification:
    case Bc::kClearDeathNotification:
    case Bc::kRequestFreezeNotification:
    case Bc::kClearFreezeNotification:
      command->handle = LoadNumber<uint32_t>(operands, 0);
      command->cookie = LoadNumber<uint64_t>(operands, 4);
      break;
    default:
      break;
  }
}

CommandTemplate DecodeOne(absl::string_view bytes) {
  CommandTemplate command;
  command.size = static_cast<uint32_t>(bytes.size());
  command.data = std::string(bytes);
  if (bytes.size() < 4) {
    command.fault_at = 1;
    return command;
  }
  command.bc = CommandOf(LoadNumber<uint32_t>(bytes, 0));
  if (command.bc == Bc::kUnknown) return command;
  const uint32_t size = SizeOf(command.bc);
  if (bytes.size() < size) {
    command.fault_at = 2;
    return command;
  }
  command.data.clear();
  command.size = size;
  LoadOperands(bytes.substr(4, size - 4), &command);
  return command;
}

}  // namespace

uint32_t CommandWord(Bc bc) {
  constexpr uint32_t kWrite = 1;
  const uint32_t size = SizeOf(bc) - 4;
  const uint32_t direction = size == 0 ? 0 : kWrite;
  return direction << 30 | size << 16 | static_cast<uint32_t>('c') << 8 |
         static_cast<uint32_t>(bc);
}

std::vector<CommandTemplate> DecodeCommands(absl::string_view bytes) {
  std::vector<CommandTemplate> commands;
  while (!bytes.empty()) {
    commands.push_back(DecodeOne(bytes));
    bytes.remove_prefix(commands.back().size);
  }
  return commands;
}

}  // namespace bindery::sim
