// Where things are in the memory of the processes that an agent drives: fixed,
// so that every pointer is known before the first system call is made.
//
// User memory is one mapping that all processes share (see
// tools/agent/plan.md). Each actor has a slice of it:
//
//   +0           commands, right-aligned: they end where the guard begins
//   +kGuard      one page that nobody can access
//   +kPayload    payloads and arguments, handed out once and never reused
//   +kReadOnly   one page that can be read only, for arguments
//   +kReadBuffer the read buffer
//
// Driver mappings are at fixed places too, each process's where nobody else has
// one: who is told of a buffer in another process's mapping must not find one
// of its own there.
#ifndef BINDERY_TOOLS_CONFORM_LAYOUT_H_
#define BINDERY_TOOLS_CONFORM_LAYOUT_H_

#include <cstdint>

namespace bindery::conform {

inline constexpr uint64_t kUserMemory = 0x2000000000;
inline constexpr uint64_t kSlice = 4 << 20;
inline constexpr uint64_t kPage = 4096;
inline constexpr uint64_t kGuard = (1 << 20) - kPage;
inline constexpr uint64_t kPayload = 1 << 20;
inline constexpr uint64_t kReadBuffer = 3 << 20;
inline constexpr uint64_t kReadOnly = kReadBuffer - kPage;

// The n-th mapping of a driver that a process makes; both count from 0.
inline constexpr uint64_t kMappings = 0x3000000000;
inline constexpr uint64_t kMappingStride = 1 << 28;
inline constexpr uint64_t kMappingsOfProcess = 32;

inline constexpr uint64_t SliceOf(uint32_t agent_actor) {
  return kUserMemory + agent_actor * kSlice;
}
inline constexpr uint64_t MappingOf(uint64_t process, uint64_t index) {
  return kMappings + (process * kMappingsOfProcess + index) * kMappingStride;
}
// Which mapping of its process an address is in.
inline constexpr uint64_t IndexOfMapping(uint64_t address) {
  return (address - kMappings) / kMappingStride % kMappingsOfProcess;
}

// What an agent can run (tools/agent/plan.md).
inline constexpr uint32_t kMaxAgentActors = 64;
inline constexpr uint32_t kMaxAgentProcesses = 32;

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_LAYOUT_H_
