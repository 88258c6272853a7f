#include "adapter/binder_model.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/engine/choice.h"
#include "sim/engine/ending.h"
#include "sim/world/dump.h"

namespace bindery {
namespace {

constexpr uint64_t kFaulty = 0x8f1bbcdc5a827999u;

model::Foreseen ForeseenOf(const std::optional<sim::Foresight::Known>& known) {
  if (!known.has_value()) return {};
  return {{known->next.hi, known->next.lo}, known->touched};
}

}  // namespace

void BinderModel::Enabled(std::vector<model::Choice>* choices) const {
  enabled_.clear();
  simulation_.Enabled(&enabled_);
  if (Stuck()) return;
  for (const uint64_t value : enabled_) choices->push_back({value});
}

// The environment could go on, but what is broken is broken already.
bool BinderModel::Stuck() const {
  return simulation_.Quiet() &&
         sim::Classify(simulation_, nullptr) != sim::Ending::kFinished;
}

bool BinderModel::Faulty() const {
  return !simulation_.faults().empty() || !simulation_.broken_history().empty();
}

// A fault is part of the state that it leads to; else a faulty step into a
// state that was visited before would go unnoticed.
model::Fingerprint BinderModel::WithFaults(const sim::Hash128& hash) const {
  const uint64_t fault = Faulty() ? kFaulty : 0;
  return {hash.hi ^ fault, hash.lo ^ fault};
}

model::Fingerprint BinderModel::GetFingerprint() const {
  return WithFaults(simulation_.world().fingerprint());
}

// With exact addresses it matters which buffers are next to each other, which
// no row's content says.
model::Foreseen BinderModel::Foresee(model::Choice choice) {
  if (simulation_.world().exact_addresses()) return {};
  if (foresight_ == nullptr) {
    foresight_ = std::make_unique<sim::Foresight>(simulation_);
  }
  return ForeseenOf(foresight_->Know(choice.value));
}

model::Foreseen BinderModel::ForeseeOrLearn(model::Choice choice) {
  if (foresight_ == nullptr) return {};
  return ForeseenOf(foresight_->KnowOrLearn(choice.value));
}

model::Fingerprint BinderModel::LeastFingerprint() const {
  return WithFaults(simulation_.world().orbit()->Least());
}

std::string BinderModel::CanonicalText() const {
  const char* fault = Faulty() ? "fault\n" : "";
  return sim::CanonicalText(simulation_.world()) + fault;
}

uint32_t BinderModel::ActorOf(model::Choice choice) const {
  const sim::ChoiceKind kind = sim::KindOf(choice.value);
  const bool acts = kind == sim::ChoiceKind::kTask ||
                    kind == sim::ChoiceKind::kWorker ||
                    kind == sim::ChoiceKind::kIssue;
  return acts ? sim::ActorOf(choice.value) : 0;
}

sim::FrameId BinderModel::FrameOf(uint32_t actor) const {
  const sim::World& world = simulation_.world();
  return actor == simulation_.scenario().worker_actor()
             ? world.Peek(world.Find<sim::GlobalRow>(1, 0)).worker
             : world.Peek(simulation_.task(actor)).frame;
}

bool BinderModel::InsideCommand(uint32_t actor) const {
  if (boundaries_ == nullptr) return false;
  const bool worker = actor == simulation_.scenario().worker_actor();
  return (worker || simulation_.TaskEnabled(actor)) &&
         boundaries_->Inside(simulation_.world(), FrameOf(actor));
}

uint32_t BinderModel::FairActorOf(model::Choice choice) const {
  if (sim::KindOf(choice.value) == sim::ChoiceKind::kTimeout) {
    return sim::OperandOf(choice.value);
  }
  return ActorOf(choice);
}

void BinderModel::Obligations(std::vector<model::Obligation>* owed) const {
  owed_.clear();
  sim::AppendOwed(simulation_, &owed_);
  for (const sim::OwedThing& one : owed_) owed->push_back({one.key, one.due});
}

model::Violation BinderModel::Describe(uint64_t key) const {
  return {sim::PropertyOfOwed(simulation_, key),
          sim::DescribeOwed(simulation_, key)};
}

bool BinderModel::Check(std::vector<model::Violation>* violations) const {
  if (violations == nullptr) return sim::Check(simulation_, nullptr);
  std::vector<sim::PropertyViolation> found;
  if (sim::Check(simulation_, &found)) return true;
  for (sim::PropertyViolation& violation : found) {
    violations->push_back(
        {std::move(violation.property), std::move(violation.message)});
  }
  return false;
}

model::Ending BinderModel::Classify(std::string* reason) const {
  switch (sim::Classify(simulation_, reason)) {
    case sim::Ending::kFinished:
      return model::Ending::kFinished;
    case sim::Ending::kUserDeadlock:
      return model::Ending::kUserDeadlock;
    case sim::Ending::kLostWork:
      break;
  }
  return model::Ending::kLostWork;
}

std::string BinderModel::InconclusiveReason() const {
  const char* reason = simulation_.inconclusive();
  return reason == nullptr ? "" : reason;
}

}  // namespace bindery
