// The threads of an open question (sim/user/open_question.h): what each may do
// next, and doing it.
//
//  O1 What a thread may do follows from the canonical state alone: it remembers
//     nothing. Handles, pointers and cookies are those in use and the least
//     unused; a buffer is its place among those of the process in order of
//     name.
//  O2 A command is one system call with one command and without a read. A read
//     is one without a command; where commands are whole it begins at once:
//     till then its thread has looked for itself and can do nothing else.
//     BINDER_GET_EXTENDED_ERROR is in no alphabet, so extended errors are not
//     kept.
//  O3 Commands and ioctls are counted by event 1 of the scenario. Reads are
//     not.
#ifndef BINDERY_SIM_ENGINE_OPEN_CLIENT_H_
#define BINDERY_SIM_ENGINE_OPEN_CLIENT_H_

#include <array>
#include <cstdint>
#include <vector>

#include "sim/kernel/kernel.h"
#include "sim/user/alphabet.h"
#include "sim/user/program.h"
#include "sim/user/runtime.h"
#include "sim/world/world.h"

namespace bindery::sim {

class OpenClient {
 public:
  // All outlive it. REQUIRES: scenario.open.
  OpenClient(const CompiledScenario& scenario, UserRuntime& runtime,
             Kernel& kernel);

  // The task is in no system call and there is something that it may do.
  bool CanAct(TaskId task) const;
  // Appends the operands of its choices (choice.h), by letter, target, object.
  void AppendOperands(TaskId task, std::vector<uint32_t>* operands) const;
  bool Allows(TaskId task, uint32_t operand) const;
  // Submits the system call and takes it from the budget.
  // REQUIRES: Allows(task, operand).
  void Issue(TaskId task, uint32_t operand);
  // It is in binder_ioctl_write_read(), which is about to read.
  bool BeforeItsRead(TaskId task) const;

  uint64_t left() const { return w_.Peek(Budget()).value; }
  // What is left, for whoever changes it. REQUIRES: inside a step.
  void SetLeft(uint64_t commands) { w_.Edit(Budget()).value = commands; }

 private:
  static constexpr size_t kOvers = static_cast<size_t>(Over::kProcess) + 1;
  using Values = std::array<std::vector<uint32_t>, kOvers>;

  VariableId Budget() const { return w_.Find<VariableRow>(0, 1); }
  bool Idle(TaskId task) const;
  bool Opened(ProcessId process) const;
  ProcId Mapped(ProcessId process) const;
  ProcId ProcOf(ProcessId process) const;
  void Collect(ProcessId process) const;
  void HandlesInUse(ProcId proc, std::vector<uint32_t>* values) const;
  void NodesInUse(ProcId proc, std::vector<uint32_t>* values) const;
  std::vector<BufferId> Buffers(ProcId proc) const;
  void Aim(TaskId task, Over target, uint32_t value);

  const CompiledScenario& scenario_;
  const OpenSpec& open_;
  UserRuntime& runtime_;
  Kernel& kernel_;
  World& w_;
  mutable Values values_;  // by Over; of the process looked at last
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_ENGINE_OPEN_CLIENT_H_
