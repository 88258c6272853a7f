// The model's side of conformance: a scenario executed in lock-step, as a plan
// for an agent and as the transcript that a kernel is expected to give.
//
// In lock-step one task at a time makes a system call; then everything inside
// the driver goes on until nothing can: the calling task until it sleeps, then
// the others in the order in which they were woken, then the deferred worker to
// its end, then whoever it woke. Programs do nothing in between. A real kernel
// that is driven in the same way has no choice left that matters. Who makes the
// next call: the task that made the latest one as long as it can, else the next
// one in order of declaration, around in a circle.
//
// The last two steps are none of the scenario's: they read what the driver says
// of itself (driver_log.h). They come last because reading changes the state;
// what the first of them changes, the second one shows. When a scenario reads a
// log itself, what it reads is a result of that step.
#ifndef BINDERY_TOOLS_CONFORM_LOCKSTEP_H_
#define BINDERY_TOOLS_CONFORM_LOCKSTEP_H_

#include <array>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/engine/properties.h"
#include "sim/engine/simulation.h"
#include "sim/kernel/driver.h"
#include "sim/user/program.h"
#include "tools/conform/transcript.h"
#include "tools/export/binder_logs.h"

namespace bindery::conform {

// The allocation that failed in a run, and where a plan arms it.
struct FailedAllocation {
  size_t step = 0;       // counted from 0
  size_t plan_at = 0;    // before the call, in LockstepRun::plan
  uint32_t actor = 0;    // by the agent's number
  std::string function;  // of the driver
};

struct LockstepRun {
  std::string plan;  // one scenario of tools/agent/plan.md
  Transcript transcript;
  // For each of tools::kLogDialects the results of the steps that differ, by
  // their places; the transcript has the latest.
  std::array<std::map<size_t, std::vector<std::string>>,
             std::size(tools::kLogDialects)>
      in_words_of;
  // An expectation of the scenario that the model did not meet, or what it did
  // that no driver may do; the run ends there. "" if there is none.
  std::string failure;
  // Objects that stay although every process is dead, by the kernel's counter:
  // a finding's.
  std::map<std::string, int64_t> leaks;
  // By the agent's numbers: names of processes and of actors.
  std::vector<std::string> processes;
  std::vector<std::string> actors;
  std::optional<FailedAllocation> failed;
};

struct LockstepOptions {
  // Somebody listens to the driver's reports of failed transactions, which are
  // results of their steps then. The driver must make some (Features.reports).
  bool listens = false;
};

// Whether some kernel has such a binderfs. Designs that were not taken are for
// the model alone.
bool IsOfSomeKernel(const sim::CompiledScenario& scenario);

// `properties` may be null. Errors: FailedPrecondition if the scenario does
// something that the model leaves open, or that an agent cannot do; says which.
absl::StatusOr<LockstepRun> RunLockstep(const sim::CompiledScenario& scenario,
                                        const sim::Driver& driver,
                                        const sim::Properties* properties,
                                        const LockstepOptions& options = {});

// The same, with the driver's Nth allocation failing, counted from 1 behind the
// set-up. `failed` says which that was, if there are so many.
absl::StatusOr<LockstepRun> RunLockstepFailing(
    const sim::CompiledScenario& scenario, const sim::Driver& driver,
    uint32_t allocation);

class Lockstep;

// The same for a scenario that grows (sim/user/growing_scenario.h): one step at
// a time, each chosen in the state that the ones before have led to.
class LiveLockstep {
 public:
  // Both outlive it.
  LiveLockstep(const sim::CompiledScenario& scenario,
               const sim::Driver& driver);
  ~LiveLockstep();

  const sim::Simulation& simulation() const;
  // In a system call.
  bool Inside(uint32_t actor) const;
  // The run is over: the model did what no driver may do, or a limit is
  // reached.
  bool over() const { return over_; }
  // The actor goes on with the code at `entry`, and everything comes to rest.
  // REQUIRES: !over(), the actor has finished and is not Inside().
  void Take(uint32_t actor, uint32_t entry);
  // To be called once, at the end. Errors: those of RunLockstep().
  absl::StatusOr<LockstepRun> Finish();

 private:
  std::unique_ptr<Lockstep> lockstep_;
  bool over_ = false;
};

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_LOCKSTEP_H_
