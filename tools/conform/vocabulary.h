// Everything that the model has a name for, read off its own enums: what a
// generator of scenarios must reach.
#ifndef BINDERY_TOOLS_CONFORM_VOCABULARY_H_
#define BINDERY_TOOLS_CONFORM_VOCABULARY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sim/kernel/uapi.h"

namespace bindery::conform {

enum class Group : uint8_t {
  kCommands,  // BC_*
  kRequests,  // of ioctl()
  kObjects,   // types of objects in payloads
  kReturns,   // BR_*
  kErrors,    // of system calls, and in extended errors
  kStates,    // loopers, queued work, and constellations of several rows
  kCount,
};
const char* NameOf(Group group);

// In order of their numbers.
const std::vector<sim::Bc>& ModelledCommands();
// An object's type, such as "BINDER_TYPE_FD"; "BINDER_TYPE_UNKNOWN" for words
// that are none.
const char* NameOfType(uint32_t type);
// A bit of sim::Looper, such as "REGISTERED"; null if there is none.
const char* NameOfLooper(uint8_t bit);

// The names of a group, in order; those of kStates without constellations.
std::vector<std::string> ModelledNames(Group group);

// Why no random scenario has it: a sentence. Null for whatever one can have.
const char* WhyNever(const std::string& name);

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_VOCABULARY_H_
