// The simulator as a model of the checker: binds sim::Simulation to the concept
// in model/concept.h.
//
// Adds nothing of its own: choices, states and properties are the simulation's.
// One model is one world; a parallel search uses one for each worker. The
// scenario, the driver and the properties are immutable and shared.
#ifndef BINDERY_ADAPTER_BINDER_MODEL_H_
#define BINDERY_ADAPTER_BINDER_MODEL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "model/concept.h"
#include "sim/engine/checker.h"
#include "sim/engine/choice.h"
#include "sim/engine/foresight.h"
#include "sim/engine/simulation.h"
#include "sim/kernel/boundary.h"
#include "sim/liveness/liveness.h"

namespace bindery {

class BinderModel {
 public:
  // All outlive the model; `properties` may be null.
  BinderModel(const sim::CompiledScenario& scenario, const sim::Driver& driver,
              const sim::Properties* properties,
              const sim::SimulationOptions& options)
      : simulation_(scenario, driver, properties, WithJournal(options)),
        boundaries_(options.granularity == sim::Granularity::kLock
                        ? std::make_unique<sim::Boundaries>(driver)
                        : nullptr) {}

  void Enabled(std::vector<model::Choice>* choices) const;
  void Apply(model::Choice choice) {
    if (foresight_ != nullptr) return foresight_->Apply(choice.value);
    simulation_.Apply(choice.value);
  }
  // What is known of a choice without executing it (sim/engine/foresight.h).
  // REQUIRES: no footprints.
  model::Foreseen Foresee(model::Choice choice);
  model::Foreseen ForeseeOrLearn(model::Choice choice);
  uint64_t Touched() const {
    return foresight_ == nullptr ? 0 : foresight_->touched();
  }
  bool Meet(uint64_t a, uint64_t b) const {
    return foresight_ == nullptr || foresight_->Meet(a, b);
  }
  // What does not just go on comes first, all of it in one place: so it changes
  // places with what goes on later, and never has to be possible behind it.
  static uint64_t RankOf(model::Choice choice) {
    return sim::GoesOn(choice.value) ? choice.value : 0;
  }
  void Undo() { simulation_.Undo(); }
  model::Fingerprint GetFingerprint() const;
  void Encode(std::string* bytes) const { simulation_.world().Encode(bytes); }
  void Decode(absl::string_view bytes) { simulation_.Decode(bytes); }
  std::string CanonicalText() const;
  bool Check(std::vector<model::Violation>* violations) const;
  model::Ending Classify(std::string* reason) const;
  uint64_t Sometimes() const { return sim::Sometimes(simulation_); }
  // Tasks and the deferred worker have their numbers; all else is the
  // environment.
  uint32_t ActorOf(model::Choice choice) const;
  bool InsideCommand(uint32_t actor) const;
  // The innermost frame of a task or of the deferred worker; none if it is not
  // in the driver.
  sim::FrameId FrameOf(uint32_t actor) const;
  // Tasks, the end of whose sleep counts as theirs, and the worker.
  uint32_t FairActorOf(model::Choice choice) const;
  void Obligations(std::vector<model::Obligation>* owed) const;
  model::Violation Describe(uint64_t key) const;
  // Tasks, the worker, each kill of the budget, failing allocations, and the
  // signal for each task if there are any.
  uint32_t Agents() const;
  uint32_t AgentOf(model::Choice choice) const;
  // REQUIRES: footprints are on (sim::SimulationOptions).
  void ApplyNoting(model::Choice choice, model::Accesses* accesses);
  void Guards(uint32_t agent, std::vector<uint64_t>* reads) const;
  // Fingerprints are sums (sim/world/hash.h).
  model::Fingerprint Carried(model::Fingerprint here, model::Fingerprint from,
                             model::Fingerprint to) const {
    return {here.hi + (to.hi - from.hi), here.lo + (to.lo - from.lo)};
  }
  uint64_t PlaceOf(uint32_t agent) const;
  // Of the state and its images; see sim/world/orbit_sums.h.
  // REQUIRES: a symmetry (sim::SimulationOptions).
  model::Fingerprint LeastFingerprint() const;
  // An allocation depended on the layout of buffers, which symbolic addresses
  // abstract from.
  bool Inconclusive() const { return simulation_.inconclusive() != nullptr; }
  std::string InconclusiveReason() const;

  sim::Simulation& simulation() { return simulation_; }
  const sim::Simulation& simulation() const { return simulation_; }

 private:
  static sim::SimulationOptions WithJournal(sim::SimulationOptions options) {
    options.journal = true;
    return options;
  }

  // The latest transition did what shows in no row.
  bool Faulty() const;
  model::Fingerprint WithFaults(const sim::Hash128& hash) const;
  // No task can run and some program can never finish.
  bool Stuck() const;

  sim::Simulation simulation_;
  std::unique_ptr<sim::Foresight> foresight_;  // once it is asked for
  // Null at command granularity, where nobody else runs inside of a command.
  const std::unique_ptr<const sim::Boundaries> boundaries_;
  mutable std::vector<sim::OwedThing> owed_;  // scratch of Obligations()
  mutable std::vector<uint64_t> enabled_;     // scratch of Enabled()
};

static_assert(model::HasActors<BinderModel>);
static_assert(model::HasFootprints<BinderModel>);
static_assert(model::HasForesight<BinderModel>);
static_assert(model::HasObligations<BinderModel>);
static_assert(model::Symmetric<BinderModel>);

}  // namespace bindery

#endif  // BINDERY_ADAPTER_BINDER_MODEL_H_
