#include "adapter/binder_model.h"

#include <string>
#include <vector>

#include "sim/engine/ending.h"
#include "sim/world/dump.h"

namespace bindery {

void BinderModel::Enabled(std::vector<model::Choice>* choices) const {
  enabled_.clear();
  simulation_.Enabled(&enabled_);
  for (const uint64_t value : enabled_) choices->push_back({value});
}

model::Fingerprint BinderModel::GetFingerprint() const {
  const sim::Hash128 hash = simulation_.world().fingerprint();
  return {hash.hi, hash.lo};
}

std::string BinderModel::CanonicalText() const {
  return sim::CanonicalText(simulation_.world());
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
