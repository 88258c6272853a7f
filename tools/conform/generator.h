// Random scenarios: mostly what a correct program could do in the state that it
// is in, sometimes what no correct program would.
//
// A scenario grows step by step while the model executes it in lock-step: the
// state says what every process has (handles, buffers, nodes to acknowledge,
// calls to answer) and who is not asleep in the driver; one of those gets the
// next step. Events tie the steps into that order, so that a generated file
// shows the same thing to every command that reads it.
#ifndef BINDERY_TOOLS_CONFORM_GENERATOR_H_
#define BINDERY_TOOLS_CONFORM_GENERATOR_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/scenario.pb.h"
#include "sim/kernel/driver.h"
#include "tools/conform/lockstep.h"
#include "tools/conform/stats.h"

namespace bindery::conform {

struct Shape {
  uint32_t processes = 0;  // 0: two to four, as the seed has it
  uint32_t threads = 0;    // of each process; 0: one to three, as well
  uint32_t commands = 24;  // steps of the scenario, at most
};

// A step and whose it is: places in the scenario's lists.
struct OrderedStep {
  int process = 0;
  int thread = 0;
  proto::Step step;
};

struct RandomScenario {
  proto::Scenario base;  // processes and threads, without steps
  std::vector<OrderedStep> steps;

  // The scenario, with events that keep the steps in order.
  proto::Scenario Build() const;
};

// A scenario and what it did in the model, which is what it does when it is
// read from its text.
struct Generated {
  RandomScenario scenario;
  LockstepRun run;
  Stats stats;
};

// The same for a seed for ever, as long as the model stays the same. Errors:
// what the model says of a scenario that it cannot run.
absl::StatusOr<Generated> Generate(uint64_t seed, const Shape& shape,
                                   const sim::Driver& driver);

// As a file to check in.
std::string ToText(const proto::Scenario& scenario);

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_GENERATOR_H_
