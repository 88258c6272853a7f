// One scenario on both sides: what is said about it.
#ifndef BINDERY_TOOLS_CONFORM_JUDGE_H_
#define BINDERY_TOOLS_CONFORM_JUDGE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/conform/kernel/machine.h"
#include "tools/conform/lockstep.h"

namespace bindery::conform {

struct Verdict {
  bool same = false;
  size_t steps = 0;         // compared
  std::string explanation;  // for people, if not the same
  size_t agreed = 0;        // of the steps, before the first that differs
  // What the scenario needs and the kernel was built without: nothing was
  // compared. "" if it has everything.
  std::string lacking;
};

// What the kernel that made the record was built without, for people: the line
// of the plan says nothing to them.
std::string WhatItLacks(const ScenarioRecord& record);

// What an observed transcript says about the model's run, which also has to
// have met the scenario's own expectations.
Verdict JudgeTranscript(const LockstepRun& run, const Transcript& observed);

// What the kernel's record says about the model's run. A record whose outcome
// is not kOk, or that leaks anything but what the scenario expects to stay, is
// never the same.
Verdict Judge(const LockstepRun& run, const ScenarioRecord& record);

// Runs all plans on the kernel; a record for each, in order.
absl::StatusOr<std::vector<ScenarioRecord>> RunAll(
    const std::vector<LockstepRun>& runs, const KernelSpec& kernel,
    const MachineOptions& options);

// The same, judged.
absl::StatusOr<std::vector<Verdict>> JudgeAll(
    const std::vector<LockstepRun>& runs, const KernelSpec& kernel,
    const MachineOptions& options);

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_JUDGE_H_
