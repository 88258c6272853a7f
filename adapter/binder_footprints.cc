// What the simulator's choices read and write (sim/world/footprint.h), for
// partial-order reduction.
#include <algorithm>
#include <string>
#include <vector>

#include "adapter/binder_model.h"
#include "sim/engine/choice.h"
#include "sim/world/footprint.h"
#include "sim/world/hash.h"

namespace bindery {

static_assert(sim::kCommutes == model::kCommutingResource);

namespace {

// How many agents there are of each kind, in the order of their numbers.
struct Kinds {
  explicit Kinds(const sim::CompiledScenario& scenario)
      : tasks(static_cast<uint32_t>(scenario.tasks.size())),
        kills(static_cast<uint32_t>(scenario.budget.kill.size())),
        signals(scenario.budget.signals != 0) {}
  uint32_t worker() const { return tasks; }
  uint32_t kill(uint32_t index) const { return tasks + 1 + index; }
  uint32_t failure() const { return tasks + 1 + kills; }
  uint32_t signal(uint32_t actor) const { return failure() + actor; }
  uint64_t OfEnvironment(uint32_t agent, uint32_t environment) const {
    using sim::ChoiceKind;
    if (agent < failure()) {
      return sim::MakeChoice(ChoiceKind::kKill, environment, agent - kill(0));
    }
    if (agent == failure()) {
      return sim::MakeChoice(ChoiceKind::kAllocationFailure, environment);
    }
    return sim::MakeChoice(ChoiceKind::kSignal, environment, agent - signal(0));
  }
  uint32_t all() const { return failure() + (signals ? tasks : 0) + 1; }

  const uint32_t tasks;
  const uint32_t kills;
  const bool signals;  // whether there are any
};

}  // namespace

uint32_t BinderModel::Agents() const {
  return Kinds(simulation_.scenario()).all();
}

uint32_t BinderModel::AgentOf(model::Choice choice) const {
  const Kinds kinds(simulation_.scenario());
  const uint32_t operand = sim::OperandOf(choice.value);
  switch (sim::KindOf(choice.value)) {
    case sim::ChoiceKind::kWorker:
      return kinds.worker();
    case sim::ChoiceKind::kKill:
      return kinds.kill(operand);
    case sim::ChoiceKind::kAllocationFailure:
      return kinds.failure();
    case sim::ChoiceKind::kSignal:
      return kinds.signal(operand);
    case sim::ChoiceKind::kTimeout:
      return operand - 1;
    default:
      return sim::ActorOf(choice.value) - 1;
  }
}

void BinderModel::ApplyNoting(model::Choice choice, model::Accesses* accesses) {
  simulation_.world().footprint()->Begin();
  simulation_.Apply(choice.value);
  sim::NoteJudged(simulation_, &accesses->reads, &accesses->writes,
                  &accesses->makes);
}

void BinderModel::Guards(uint32_t agent, std::vector<uint64_t>* reads) const {
  const Kinds kinds(simulation_.scenario());
  sim::FootprintLog* const log = simulation_.world().footprint();
  log->Begin();
  if (agent < kinds.tasks) {
    std::vector<uint64_t> choices;
    simulation_.ChoicesOfTask(agent + 1, &choices);
    simulation_.TimeoutEnabled(agent + 1);
  } else if (agent == kinds.worker()) {
    simulation_.WorkerEnabled();
  } else if (simulation_.IsEnabled(kinds.OfEnvironment(
                 agent, simulation_.scenario().environment_actor()))) {
    Stuck();
  }
  *reads = log->reads();
}

uint64_t BinderModel::PlaceOf(uint32_t agent) const {
  const Kinds kinds(simulation_.scenario());
  uint64_t place = sim::Mix(0x706c6163, agent);
  if (agent > kinds.worker()) return place;
  const sim::World& world = simulation_.world();
  if (agent < kinds.tasks) {
    const sim::TaskRow& task = world.Peek(simulation_.task(agent + 1));
    place = sim::Mix(place, task.pc << 8 | static_cast<uint8_t>(task.state));
    for (sim::ActivationId i = task.activation; i; i = world.Peek(i).parent) {
      place = sim::Mix(place, world.Peek(i).pc);
    }
  }
  for (sim::FrameId i = FrameOf(agent + 1); i; i = world.Peek(i).caller) {
    const sim::FrameRow& frame = world.Peek(i);
    place = sim::Mix(place, uint64_t{frame.op} << 32 | frame.pc);
  }
  return place;
}

}  // namespace bindery
