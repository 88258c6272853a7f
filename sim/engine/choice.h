// Choices of the simulator: every nondeterministic decision as one number.
//
//   bits 56..63 kind, bits 32..55 actor, bits 0..31 operand
//
// Actors are numbered as in the scenario: tasks from 1 in order of declaration,
// then the driver's deferred worker, then the environment. The numbers are part
// of the trace format and never change meaning.
#ifndef BINDERY_SIM_ENGINE_CHOICE_H_
#define BINDERY_SIM_ENGINE_CHOICE_H_

#include <cstdint>
#include <string>

#include "sim/user/program.h"
#include "sim/world/symmetry.h"

namespace bindery::sim {

enum class ChoiceKind : uint8_t {
  kNone = 0,               // the zero choice: nothing
  kTask = 1,               // the actor's task makes a transition
  kWorker = 2,             // the driver's deferred worker makes one
  kKill = 3,               // operand: index into budget.kill
  kSignal = 4,             // operand: the task whose sleep a signal ends
  kAllocationFailure = 5,  // the next allocation in the driver fails
  kTimeout = 6,            // operand: the task that has slept long enough
  kIssue = 7,              // the actor's task does what IssueOperand() says
};

constexpr uint64_t MakeChoice(ChoiceKind kind, uint32_t actor,
                              uint32_t operand = 0) {
  return uint64_t{static_cast<uint8_t>(kind)} << 56 |
         uint64_t{actor & 0xffffff} << 32 | operand;
}
constexpr ChoiceKind KindOf(uint64_t choice) {
  return static_cast<ChoiceKind>(choice >> 56);
}
constexpr uint32_t ActorOf(uint64_t choice) {
  return static_cast<uint32_t>(choice >> 32) & 0xffffff;
}
constexpr uint32_t OperandOf(uint64_t choice) {
  return static_cast<uint32_t>(choice);
}

// Somebody, or time, goes on with what was begun: neither does the environment
// spend its budget, nor does an idle task get something new to do.
constexpr bool GoesOn(uint64_t choice) {
  const ChoiceKind kind = KindOf(choice);
  return kind == ChoiceKind::kTask || kind == ChoiceKind::kWorker ||
         kind == ChoiceKind::kTimeout;
}

// Of kIssue: a letter of the alphabet (sim/user/alphabet.h) and its operands.
constexpr uint32_t IssueOperand(uint32_t letter, uint32_t target,
                                uint32_t object) {
  return letter | target << 8 | object << 20;
}
constexpr uint32_t LetterOf(uint32_t operand) { return operand & 0xff; }
constexpr uint32_t TargetOf(uint32_t operand) { return operand >> 8 & 0xfff; }
constexpr uint32_t ObjectOf(uint32_t operand) { return operand >> 20; }

// What a choice becomes if processes are renamed.
// REQUIRES: not a kIssue.
uint64_t ImageOf(uint64_t choice, const Symmetry& symmetry,
                 const Renaming& renaming);

// "run client.main", "kill server", "signal client.main", ...; the number in
// hexadecimal if the scenario has no such choice.
std::string ChoiceText(const CompiledScenario& scenario, uint64_t choice);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_ENGINE_CHOICE_H_
