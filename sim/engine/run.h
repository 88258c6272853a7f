// Runs one schedule to its end, with or without a record of it; and checks that
// a recorded execution happens again.
#ifndef BINDERY_SIM_ENGINE_RUN_H_
#define BINDERY_SIM_ENGINE_RUN_H_

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "proto/trace.pb.h"
#include "sim/engine/checker.h"
#include "sim/engine/clock.h"
#include "sim/engine/ending.h"
#include "sim/engine/scheduler.h"
#include "sim/engine/simulation.h"

namespace bindery::sim {

enum class StopReason {
  kEnded,          // neither a task nor the worker can run
  kScheduleEnded,  // the list of choices is used up
  kBudget,         // max_steps
  kViolation,      // a property does not hold
  kDiverged,       // the schedule wants what is not enabled
  kUnmodelled,     // something happened that the model does not have
};

struct RunOptions {
  uint64_t max_steps = std::numeric_limits<uint64_t>::max();
  CostTable costs;
  // Checks invariants and predicates after every step (needs the journal), not
  // only faults and expectations.
  bool check_properties = true;
  // Filled with a complete trace if set. Needs the journal.
  proto::Trace* trace = nullptr;
  // Recorded as the seed of the run.
  uint64_t seed = 0;
};

struct RunResult {
  StopReason stop = StopReason::kEnded;
  uint64_t steps = 0;
  uint64_t nanoseconds = 0;           // of virtual time
  Ending ending = Ending::kFinished;  // if stop is kEnded
  // Who waits for what, or how the schedule diverged.
  std::string message;
  std::vector<PropertyViolation> violations;

  // "pass", "violated", "deadlock" or "inconclusive".
  const char* Verdict() const;
};

// Applies what `scheduler` picks until it picks nothing, a property breaks, or
// the budget is used up. The journal's history is dropped on the way. Without a
// trace a step allocates nothing.
RunResult Run(Simulation& simulation, Scheduler& scheduler,
              const RunOptions& options);

// How a replay went.
struct ReplayResult {
  bool same = false;
  std::string difference;  // the first one, in a sentence
  RunResult run;
};

// Re-executes a trace in a fresh simulation of its scenario and options, and
// compares each step, as bytes, with the recorded one, then the verdict.
// `record`, if set, gets the trace of the re-execution.
ReplayResult ReplayTrace(const proto::Trace& trace, Simulation& simulation,
                         bool check_properties = true,
                         proto::Trace* record = nullptr);

// The choices of a trace.
std::vector<uint64_t> ChoicesOf(const proto::Trace& trace);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_ENGINE_RUN_H_
