#include "sim/engine/recorder.h"

#include <string>
#include <vector>

#include "sim/world/dump.h"

namespace bindery::sim {

Recorder::Recorder(Simulation& simulation, uint64_t seed, proto::Trace* trace)
    : simulation_(simulation), trace_(trace) {
  const size_t actors = simulation.scenario().environment_actor() + 1;
  submitted_.resize(actors);
  call_.resize(actors);
  const std::vector<proto::Event>& calls = simulation.first_calls();
  for (size_t i = 0; i < calls.size(); ++i) {
    if (!calls[i].name().empty()) submitted_[i + 1].push_back(calls[i]);
  }
  Begin(seed);
  simulation.set_recording(true, true);
}

Recorder::~Recorder() { simulation_.set_recording(false, false); }

void Recorder::Begin(uint64_t seed) {
  const CompiledScenario& scenario = simulation_.scenario();
  const SimulationOptions& options = simulation_.options();
  trace_->Clear();
  trace_->set_model_version(kModelVersion);
  trace_->set_scenario_name(scenario.name);
  trace_->set_scenario_text(scenario.text);
  proto::TraceOptions* recorded = trace_->mutable_options();
  recorded->set_profile(simulation_.driver().profile());
  recorded->set_granularity(
      options.granularity == Granularity::kCommand ? "command" : "lock");
  for (const std::string& id : simulation_.driver().mutations()) {
    recorded->add_mutation(id);
  }
  recorded->set_seed(seed);
  recorded->set_addresses(options.exact_addresses ? "exact" : "symbolic");
  recorded->set_properties(options.history ? "all" : "state");
  for (const std::string& id : options.except) recorded->add_except(id);
  if (scenario.open) recorded->set_open(scenario.open->text);
  for (uint32_t i = 1; i <= scenario.environment_actor(); ++i) {
    trace_->add_actor(scenario.ActorName(i));
  }
}

// A call that is submitted begins in the next transition, but for one that was
// issued, which begins at once.
void Recorder::AddEvents(uint64_t choice, proto::TraceStep* step) {
  const uint32_t actor = ActorOf(choice);
  const bool issued = KindOf(choice) == ChoiceKind::kIssue;
  for (const proto::Event& event : submitted_[actor]) {
    call_[actor] = event.name();
    *step->add_event() = event;
  }
  submitted_[actor].clear();
  for (const proto::Event& event : simulation_.events()) {
    if (event.kind() == proto::Event::SYSCALL && !issued) {
      submitted_[actor].push_back(event);
      continue;
    }
    if (event.kind() == proto::Event::SYSCALL) call_[actor] = event.name();
    proto::Event* added = step->add_event();
    *added = event;
    if (event.kind() == proto::Event::SYSCALL_RETURN) {
      added->set_name(call_[actor]);
    }
  }
}

void Recorder::Step(uint64_t choice) {
  proto::TraceStep* step = trace_->add_step();
  step->set_choice(choice);
  step->set_actor(simulation_.scenario().ActorName(ActorOf(choice)));
  AddEvents(choice, step);
  for (const proto::Change& change : simulation_.changes()) {
    *step->add_change() = change;
  }
  step->set_fingerprint(FingerprintText(simulation_.world().fingerprint()));
}

}  // namespace bindery::sim
