// Bytes of a write buffer, taken apart as the driver would.
#ifndef BINDERY_SIM_USER_RAW_COMMANDS_H_
#define BINDERY_SIM_USER_RAW_COMMANDS_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "sim/user/program.h"

namespace bindery::sim {

// The full number of a command, as _IOW('c', nr, type) makes it.
uint32_t CommandWord(Bc bc);

// One template for each command in `bytes`. Pointers to payloads are taken as
// unreadable unless the size is zero. A word that no driver knows becomes
// kUnknown and swallows the rest, since the driver stops there. Of a command
// that is cut short, what is missing reads as unreadable memory:
//   fault_at 1: the word itself, 2: its operands.
// `data` of a command that is unknown or cut short is its bytes.
// The sizes of the templates add up to the number of bytes.
std::vector<CommandTemplate> DecodeCommands(absl::string_view bytes);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_USER_RAW_COMMANDS_H_
