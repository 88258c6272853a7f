// What a thread of an open question may do: a list of commands and ioctls, each
// with operands that range over what its process has.
//
// The place of a letter in its alphabet is part of choices and so of traces:
// new letters are added at the end.
#ifndef BINDERY_SIM_USER_ALPHABET_H_
#define BINDERY_SIM_USER_ALPHABET_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace bindery::sim {

// What an operand ranges over. Values are small numbers.
enum class Over : uint8_t {
  kNothing,       // one value, 0
  kHandle,        // 0, handles in use, the least unused
  kHandleInUse,   // 0 and handles in use
  kNode,          // pointers of own nodes, and the least unused: ptr / 0x1000
  kNodeInUse,     // pointers of own nodes
  kBuffer,        // buffers in the mapping, delivered or not, in order of name
  kDeathCookie,   // cookies of own death registrations
  kFreezeCookie,  // cookies of own freeze listeners
  kProcess,       // all processes, from 0; the last one
};

struct Letter {
  const char* name;
  const char* what;
  // Of the command itself: its handle (and, of a registration, the cookie that
  // follows from it), pointer, buffer or cookie.
  Over target = Over::kNothing;
  // Of its payload, or the ioctl's: stands where `step` has a $; the pointer of
  // a node where it has an @.
  Over object = Over::kNothing;
  // A step of the scenario language, in text format.
  const char* step = "";
  // Costs nothing of the budget.
  bool free = false;
  // Needs the mapping, not an open device.
  bool of_mapping = false;
};

// The cookies of registrations on a handle.
inline constexpr uint64_t kDeathCookies = 0xd0;
inline constexpr uint64_t kFreezeCookies = 0x5d0;

// Null if there is no alphabet of this name.
const std::vector<Letter>* AlphabetByName(absl::string_view name);
// "core", and "wide", which has letters that are much like one of core, too.
std::vector<std::string> AlphabetNames();
// What a value is: "handle", "node", ...; "" for nothing.
const char* OverName(Over over);
// What there is to choose from: "handle", "handle in use", ...
std::string RangeName(Over over);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_USER_ALPHABET_H_
