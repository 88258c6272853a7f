#include "sim/engine/choice.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "sim/user/alphabet.h"

namespace bindery::sim {
namespace {

bool IsTask(const CompiledScenario& scenario, uint32_t actor) {
  return actor >= 1 && actor <= scenario.tasks.size();
}

std::string KillText(const CompiledScenario& scenario, uint32_t index) {
  if (index >= scenario.budget.kill.size()) return "";
  const uint32_t process = scenario.budget.kill[index];
  return absl::StrCat("kill ", scenario.processes[process - 1].name);
}

// ", handle 1"; "" for nothing.
std::string OperandText(Over over, uint32_t value) {
  if (over == Over::kNothing) return "";
  return absl::StrCat(", ", OverName(over), " ", value);
}

std::string IssueText(const CompiledScenario& scenario, uint64_t choice) {
  const uint32_t operand = OperandOf(choice);
  if (!scenario.open || !IsTask(scenario, ActorOf(choice)) ||
      LetterOf(operand) >= scenario.open->alphabet->size()) {
    return "";
  }
  const Letter& letter = (*scenario.open->alphabet)[LetterOf(operand)];
  return absl::StrCat(letter.name, " by ", scenario.ActorName(ActorOf(choice)),
                      OperandText(letter.target, TargetOf(operand)),
                      OperandText(letter.object, ObjectOf(operand)));
}

// "" if the scenario has no such choice.
std::string KnownChoiceText(const CompiledScenario& scenario, uint64_t choice) {
  switch (KindOf(choice)) {
    case ChoiceKind::kTask:
      if (!IsTask(scenario, ActorOf(choice))) return "";
      return absl::StrCat("run ", scenario.ActorName(ActorOf(choice)));
    case ChoiceKind::kWorker:
      return "run kworker";
    case ChoiceKind::kKill:
      return KillText(scenario, OperandOf(choice));
    case ChoiceKind::kSignal:
      if (!IsTask(scenario, OperandOf(choice))) return "";
      return absl::StrCat("signal ", scenario.ActorName(OperandOf(choice)));
    case ChoiceKind::kAllocationFailure:
      return "fail the next allocation";
    case ChoiceKind::kTimeout:
      if (!IsTask(scenario, OperandOf(choice))) return "";
      return absl::StrCat("time is up for ",
                          scenario.ActorName(OperandOf(choice)));
    case ChoiceKind::kIssue:
      return IssueText(scenario, choice);
    case ChoiceKind::kNone:
      break;
  }
  return "";
}

}  // namespace

uint64_t ImageOf(uint64_t choice, const Symmetry& symmetry,
                 const Renaming& renaming) {
  const uint32_t actor = ActorOf(choice);
  const uint32_t operand = OperandOf(choice);
  switch (KindOf(choice)) {
    case ChoiceKind::kTask:
      return MakeChoice(ChoiceKind::kTask,
                        symmetry.ImageOfActor(actor, renaming));
    case ChoiceKind::kKill:
      return MakeChoice(ChoiceKind::kKill, actor,
                        symmetry.ImageOfKill(operand, renaming));
    case ChoiceKind::kSignal:
    case ChoiceKind::kTimeout:
      return MakeChoice(KindOf(choice), actor,
                        symmetry.ImageOfActor(operand, renaming));
    case ChoiceKind::kIssue:
      BINDERY_CHECK_MSG(false, "open questions have no symmetry");
    case ChoiceKind::kNone:
    case ChoiceKind::kWorker:
    case ChoiceKind::kAllocationFailure:
      break;
  }
  return choice;
}

std::string ChoiceText(const CompiledScenario& scenario, uint64_t choice) {
  const std::string text = KnownChoiceText(scenario, choice);
  if (!text.empty()) return text;
  return absl::StrCat("choice 0x", absl::Hex(choice, absl::kZeroPad16));
}

}  // namespace bindery::sim
