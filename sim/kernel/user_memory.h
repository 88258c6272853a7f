// The sender's memory: copy_from_user() on what a command points to.
//
// A command brings along its payload (CommandRow.data, of data_size bytes, zero
// behind those that are given) and the memory that its objects point to
// (CommandRow.memory). Everything else cannot be read. The payload and its
// offsets may change while the driver works on the command, if a scenario has a
// step that overwrites them; what objects point to does not.
#ifndef BINDERY_SIM_KERNEL_USER_MEMORY_H_
#define BINDERY_SIM_KERNEL_USER_MEMORY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sim/world/world.h"

namespace bindery::sim {

// Addresses of what objects point to. They are those that a real process would
// use, so that a scenario means the same there. Behind them is a page that
// nobody can access.
inline constexpr uint64_t kUserMemory = 0x2010000000;
inline constexpr uint64_t kUserGuard = 0x201ffff000;

// A piece of memory: `size` bytes can be read, those behind `bytes` are zero.
struct MemorySegment {
  uint64_t address = 0;
  uint64_t size = 0;
  std::string bytes;
};

// The form of CommandRow.memory.
void AppendSegment(const MemorySegment& segment, std::string* memory);
std::vector<MemorySegment> SegmentsOf(absl::string_view memory);

// Each appends `size` bytes to `to`; false, and nothing, is a fault.
bool CopyPayload(const World& w, const CommandRow& tr, uint64_t offset,
                 uint64_t size, std::string* to);
bool CopyMemory(const World& w, const CommandRow& tr, uint64_t address,
                uint64_t size, std::string* to);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_USER_MEMORY_H_
