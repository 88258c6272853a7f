// From the model's system calls to the bytes that a real kernel is given.
#ifndef BINDERY_TOOLS_CONFORM_LOWER_H_
#define BINDERY_TOOLS_CONFORM_LOWER_H_

#include <cstdint>
#include <string>

#include "sim/kernel/syscall.h"
#include "sim/user/program.h"
#include "sim/world/world.h"
#include "tools/conform/layout.h"

namespace bindery::conform {

// One call, ready for an agent.
struct LoweredCall {
  std::string plan;    // `poke` lines and the `call` line of tools/agent
  std::string action;  // the same for people, without the actor
};

// Lowers the calls of one actor. Payloads that it hands out stay valid for the
// whole scenario.
class Lowering {
 public:
  // `actor` as the agent counts, from 0.
  // `scenario` outlives it.
  Lowering(uint32_t actor, const sim::CompiledScenario& scenario)
      : actor_(actor), scenario_(scenario) {}

  // `device` is the name of the context that kOpen opens; `mapping` the place
  // for kMmap, or of the mapping that kMunmap ends and BC_FREE_BUFFER means.
  LoweredCall Lower(const sim::World& world, sim::TaskId task,
                    const sim::Syscall& call, const std::string& device,
                    uint64_t mapping);
  // Payloads did not fit; the calls are not what the model made.
  bool overflow() const { return overflow_; }

 private:
  std::string Commands(const sim::World& world, sim::TaskId task,
                       uint64_t mapping, LoweredCall* out);
  std::string Command(const sim::World& world, const sim::CommandRow& row,
                      uint64_t mapping, LoweredCall* out);
  std::string Transaction(const sim::World& world, const sim::CommandRow& row,
                          LoweredCall* out);
  void LowerIoctl(const sim::Syscall& call, LoweredCall* out);
  void LowerFileCall(const sim::Syscall& call, LoweredCall* out) const;
  void LowerContents(const sim::Syscall& call, LoweredCall* out);
  void LowerFs(const sim::Syscall& call, LoweredCall* out) const;
  LoweredCall WithActor(const LoweredCall& body) const;
  void LowerLook(const sim::FsArgs& fs, LoweredCall* out) const;
  void LowerMake(const sim::FsArgs& fs, LoweredCall* out) const;
  std::string PathOf(uint32_t mountpoint, uint32_t name) const;
  uint64_t LowerDevice(const sim::Syscall& call, LoweredCall* out);
  uint64_t ReadOnly(absl::string_view bytes, LoweredCall* out);
  uint64_t LowerFreeze(const sim::Syscall& call, LoweredCall* out);
  void LowerWriteRead(const sim::World& world, sim::TaskId task,
                      const sim::Syscall& call, uint64_t mapping,
                      LoweredCall* out);
  uint64_t Guard() const { return SliceOf(actor_) + kGuard; }
  uint64_t PartOf(absl::string_view bytes, uint64_t readable, LoweredCall* out);
  uint64_t Payload(absl::string_view bytes, uint64_t room, LoweredCall* out);

  const uint32_t actor_;
  const sim::CompiledScenario& scenario_;
  uint64_t used_ = 0;  // bytes of payload
  bool overflow_ = false;
  bool read_only_ = false;  // the page for it was asked for
};

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_LOWER_H_
