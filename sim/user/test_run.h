// For tests: a scenario, loaded and run as written, without the engine.
#ifndef BINDERY_SIM_USER_TEST_RUN_H_
#define BINDERY_SIM_USER_TEST_RUN_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/kernel/driver.h"
#include "sim/kernel/kernel.h"
#include "sim/user/program.h"
#include "sim/user/runtime.h"
#include "sim/world/world.h"

namespace bindery::sim {

// Runs the current task until it blocks, then the first that can go on, in
// order of declaration, then the worker, then time passes. Each transition is a
// step of the world.
class TestRun {
 public:
  // `seed` 0: as written; else the next task is drawn.
  TestRun(CompiledScenario scenario, uint64_t seed = 0);

  // Executes one transition; false if none is enabled or a task failed.
  bool Step();
  // Steps to the end. False if it takes more than `most` steps.
  bool Run(int most = 100000);
  // Executes a transition of this actor, which must be enabled.
  void StepOf(uint32_t actor);
  bool Enabled(uint32_t actor) const;

  World& world() { return world_; }
  UserRuntime& runtime() { return *runtime_; }
  Kernel& kernel() { return *kernel_; }
  const CompiledScenario& scenario() const { return scenario_; }
  // Unmet expectations and faults of the driver, in order.
  const std::vector<std::string>& problems() const { return problems_; }
  // What is left for each task that has not finished, for messages.
  std::string Unfinished() const;
  // Every task has finished or is idle.
  bool Done() const;
  int steps() const { return steps_; }

 private:
  bool ExpireFirst();

  CompiledScenario scenario_;
  Driver driver_;
  World world_;
  std::unique_ptr<Kernel> kernel_;
  std::unique_ptr<UserRuntime> runtime_;
  std::vector<std::string> problems_;
  uint32_t current_ = 1;
  uint64_t random_ = 0;
  int steps_ = 0;
};

// The text of `error` with its place, or "" if the scenario loads.
std::string LoadError(absl::string_view text);
// REQUIRES: the text is a good scenario.
CompiledScenario MustLoad(absl::string_view text);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_USER_TEST_RUN_H_
