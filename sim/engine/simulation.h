// One scenario in execution: the world, the driver and the programs, moved by
// choices and by nothing else.
//
//   Simulation simulation(scenario, driver, options);
//   simulation.Enabled(&choices);
//   simulation.Apply(choices[0]);
//   simulation.Undo();
//
//  S1 A choice is one transition: a task up to the next place where another one
//     may run, a phase of the deferred worker, or an act of the environment.
//  S2 Between transitions a live task is inside a system call, or stands before
//     a visible instruction: local code of programs runs with the transition
//     before it, since nobody could tell the difference.
//  S3 Enabled() lists tasks by actor (of an open question, an idle one with all
//     that it may do), the worker, kills by their place in the
//     budget, signals by task, an allocation failure, timeouts by task; each at
//     most once.
//  S4 The world is the only state. What a transition reports (events, changes,
//     faults, broken histories, unmet expectations) is about the latest Apply()
//     and gone with the next Apply(), Undo() or Decode().
//  S5 Of an open question, a command that is over in one transition and changes
//     nothing costs nothing: it leads back to the state that it was issued in.
//
// Without a journal there is no Undo(), no fingerprint and no changes, and a
// transition allocates nothing. Not thread-safe.
#ifndef BINDERY_SIM_ENGINE_SIMULATION_H_
#define BINDERY_SIM_ENGINE_SIMULATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "proto/trace.pb.h"
#include "sim/engine/choice.h"
#include "sim/engine/names.h"
#include "sim/engine/open_client.h"
#include "sim/engine/properties.h"
#include "sim/events/events.h"
#include "sim/history/history.h"
#include "sim/invariants/sums.h"
#include "sim/kernel/driver.h"
#include "sim/kernel/kernel.h"
#include "sim/kernel/pages.h"
#include "sim/user/program.h"
#include "sim/user/runtime.h"
#include "sim/world/world.h"

namespace bindery::sim {

struct SimulationOptions {
  Granularity granularity = Granularity::kCommand;
  // Makes the layout of buffers part of the canonical state.
  bool exact_addresses = false;
  // Keeps what Undo() and fingerprints need.
  bool journal = true;
  // A choice of a task runs it until it sleeps, ends or does something visible
  // outside of the driver. For plain runs in which nobody else would be chosen
  // in between; not with a journal.
  bool run_through = false;
  // Told of every system call, those of the set-up included. May be null;
  // outlives the simulation.
  SyscallObserver* observer = nullptr;
  // Counts the branches of the driver that are taken, in the set-up too. May be
  // null; outlives the simulation.
  BranchCounts* branches = nullptr;
  // What the driver keeps of its past, for its logs. May be null; outlives the
  // simulation, of which nothing is to be undone or decoded then.
  Statistics* statistics = nullptr;
  // Which allocation behind the set-up fails, counted from 1; 0: none.
  uint32_t fail_allocation = 0;
  // Looks at pages (sim/kernel/pages.h): which are there is no part of the
  // state, so nothing can be undone or decoded.
  bool pages = false;
  // Watches properties of histories, whose memory is then part of the state.
  // Needs the journal.
  bool history = false;
  // Properties, by their identifiers, whose violations are passed over.
  std::vector<std::string> except = {};
  // Keeps what invariants add up from step to step: for runs, which go forward
  // only. Needs the journal.
  bool sums = false;
  // Notes what transitions, and whoever judges them, read and write
  // (sim/world/footprint.h). Needs the journal; nothing can be decoded then.
  bool footprints = false;
  // Processes that are interchangeable (sim/user/alike.h): the world knows the
  // fingerprints of images, then. May be null; outlives the simulation. Needs
  // the journal; not for open questions.
  const Symmetry* symmetry = nullptr;
};

class Simulation {
 public:
  // All outlive the simulation. `properties` may be null: then every `check`
  // step holds.
  Simulation(const CompiledScenario& scenario, const Driver& driver,
             const Properties* properties, const SimulationOptions& options);
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  // Appends the enabled choices.
  void Enabled(std::vector<uint64_t>* choices) const;
  // Those of a task, but for the end of its time; returns TaskEnabled().
  bool ChoicesOfTask(uint32_t actor, std::vector<uint64_t>* choices) const;
  // Those of the environment alone. `timeouts`: some TimeoutEnabled().
  void EnvironmentEnabled(bool timeouts, std::vector<uint64_t>* choices) const;
  bool IsEnabled(uint64_t choice) const;
  // REQUIRES: 1 <= actor <= number of tasks.
  bool TaskEnabled(uint32_t actor) const;
  bool WorkerEnabled() const { return kernel_.WorkerRunnable(); }
  // A task sleeps for some time at most, which may be up now.
  bool TimeoutEnabled(uint32_t actor) const;
  // Neither a task nor the worker can run, and no time will be up.
  bool Quiet() const;

  // REQUIRES: IsEnabled(choice).
  void Apply(uint64_t choice);
  // REQUIRES: journal, and an Apply() that was not taken back.
  void Undo();
  // Replaces the state by what World::Encode() wrote.
  void Decode(absl::string_view bytes);

  // More to do for a task that has finished, of a scenario that grows: the
  // code at `entry`. Not a transition, and nothing before it can be undone.
  void Continue(uint32_t actor, uint32_t entry);

  // Somebody outside of the scenario reads the driver's `state`
  // (Kernel::ReadState). Not a transition, and nothing before it can be undone.
  void ReadState();

  // Whether transitions collect events, and changes (these need the journal).
  void set_recording(bool events, bool changes);
  const std::vector<proto::Event>& events() const { return sink_.events; }
  const std::vector<proto::Change>& changes() const { return changes_; }

  // By actor - 1: the system call that a task submitted during the set-up; a
  // nameless event if it did not.
  const std::vector<proto::Event>& first_calls() const { return first_calls_; }
  // Expectations of programs that the latest transition, or the set-up, did not
  // meet.
  const std::vector<std::string>& failures() const {
    return runtime_.failures();
  }
  // Misdeeds of the modelled driver in the latest transition.
  const std::vector<Fault>& faults() const;
  // Properties of histories that the latest transition broke.
  const std::vector<BrokenProperty>& broken_history() const;
  // Why answers about all interleavings can no longer be trusted (see
  // Kernel::inconclusive); null if they can.
  const char* inconclusive() const { return kernel_.inconclusive(); }
  const char* unmodelled() const { return kernel_.unmodelled(); }
  // A transition was applied since the set-up, the latest Undo() or Decode():
  // the reports of S4 are about the present state.
  bool has_step() const { return has_step_; }

  const Properties* properties() const { return properties_; }
  const CompiledScenario& scenario() const { return scenario_; }
  const Driver& driver() const { return kernel_.driver(); }
  const SimulationOptions& options() const { return options_; }
  const World& world() const { return world_; }
  World& world() { return world_; }
  // Null unless options.pages.
  const Memory* memory() const {
    return memory_.has_value() ? &*memory_ : nullptr;
  }
  const UserRuntime& runtime() const { return runtime_; }
  // Null unless they are kept.
  const Sums* sums() const { return sums_ ? &*sums_ : nullptr; }
  const ScenarioNames& names() const { return names_; }
  TaskId task(uint32_t actor) const { return tasks_[actor - 1]; }
  // So few tasks are looked at one by one, without anything being noted.
  static constexpr uint32_t kFewTasks = 8;
  uint32_t task_count() const { return static_cast<uint32_t>(tasks_.size()); }

 private:
  void FindTasks();
  void FindPrices();
  bool Idle(uint32_t actor) const {
    return open_ && open_->CanAct(tasks_[actor - 1]);
  }
  void Issue(uint64_t choice);
  void Refund(uint64_t choice, const Hash128& before);
  void FailLater();
  void FindFirstCalls();
  bool KillEnabled(uint32_t index) const;
  bool SignalEnabled(uint32_t actor) const;
  bool FailureEnabled() const;
  void RunTask(TaskId task);
  void RunWorker();
  void KillProcess(uint32_t index);
  void SignalTask(uint32_t actor);
  void FailNextAllocation();
  void ExpireTask(uint32_t actor);
  void Execute(uint64_t choice);
  void CollectChanges();
  void ForgetStep();

  const CompiledScenario& scenario_;
  const Properties* const properties_;
  const SimulationOptions options_;
  World world_;
  std::optional<Memory> memory_;
  Kernel kernel_;
  UserRuntime runtime_;
  ScenarioNames names_;
  std::optional<History> history_;
  std::optional<Sums> sums_;
  std::optional<OpenClient> open_;
  std::vector<Hash128> prices_;  // what a budget adds to the fingerprint
  mutable std::vector<uint32_t> operands_;  // scratch of Enabled()
  std::vector<TaskId> tasks_;  // by actor - 1; derived from the world
  bool has_step_ = false;
  bool record_changes_ = false;
  EventSink sink_;
  std::vector<proto::Change> changes_;
  std::vector<proto::Event> first_calls_;
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_ENGINE_SIMULATION_H_
