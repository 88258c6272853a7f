// What of the driver a scenario exercises: the branches (sim/kernel/branches.h)
// that its executions take, and the facts (facts.h) that they show.
//
// Four kinds of executions are told apart, the earlier ones being the easier to
// point at:
//   as written  the one schedule of `bindery run`
//   explored    interleavings between commands, depth first up to a limit
//   failing     that of `bindery run`, with each allocation failing in turn, if
//               the scenario's budget allows one to fail
//   windows     interleavings wherever no lock is held: at random, and if the
//               scenario is to be explored so, depth first up to the limit
// All are the same each time. Whether the scenario passes is not judged here.
#ifndef BINDERY_TOOLS_COVERAGE_EXERCISE_H_
#define BINDERY_TOOLS_COVERAGE_EXERCISE_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "sim/engine/properties.h"
#include "sim/engine/scheduler.h"
#include "sim/engine/simulation.h"
#include "sim/kernel/driver.h"
#include "sim/user/program.h"

namespace bindery::coverage {

enum class Kind { kAsWritten, kExplored, kFailing, kWindows };
inline constexpr int kKinds = 4;

struct Exercise {
  std::string scenario;
  // By Kind: names of the branches that executions of this kind or an earlier
  // one take, and of facts.
  std::set<std::string> taken[kKinds];
};

struct Limits {
  uint64_t states = 0;  // of each search, depth first; 0: none
  uint64_t walks = 0;   // windows; 0: none
};

// `options` are those of `bindery run`, for the executions as written.
// `scheduler` picks their schedule.
Exercise Measure(const std::string& name, const sim::CompiledScenario& scenario,
                 const sim::Driver& driver, const sim::Properties& properties,
                 const sim::SimulationOptions& options,
                 sim::Scheduler& scheduler, const Limits& limits);

}  // namespace bindery::coverage

#endif  // BINDERY_TOOLS_COVERAGE_EXERCISE_H_
