#include "model/testing/shared_variables.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "model/explore/random.h"

namespace bindery::model {

SharedVariables::SharedVariables(uint64_t seed, bool loops) {
  Random random(seed);
  variables_ = 2 + static_cast<uint32_t>(random.Below(3));
  programs_.resize(2 + random.Below(3));
  for (std::vector<Instruction>& program : programs_) {
    const uint64_t length = 1 + random.Below(5);
    for (uint32_t i = 0; i < length; ++i) {
      Op op = static_cast<Op>(random.Below(5));
      if (op == Op::kJump && (!loops || i == 0)) op = Op::kSet;
      const uint64_t least = op == Op::kJump ? i : variables_;
      program.push_back({op, static_cast<uint32_t>(random.Below(least)),
                         static_cast<uint32_t>(random.Below(3))});
    }
  }
  state_.assign(variables_ + programs_.size(), '0');
  state_.push_back(kWhole);
}

const SharedVariables::Instruction* SharedVariables::Next(
    uint32_t agent) const {
  const uint32_t place = PlaceIn(agent);
  return place < programs_[agent].size() ? &programs_[agent][place] : nullptr;
}

void SharedVariables::Enabled(std::vector<Choice>* choices) const {
  for (uint32_t agent = 0; agent < Agents(); ++agent) {
    const Instruction* next = Next(agent);
    if (next == nullptr) continue;
    const char wanted = static_cast<char>('0' + next->value);
    if (next->op == Op::kAwait && state_[next->variable] != wanted) continue;
    choices->push_back({agent});
  }
}

void SharedVariables::Apply(Choice choice) {
  const uint32_t agent = AgentOf(choice);
  const Instruction* next = Next(agent);
  BINDERY_CHECK(next != nullptr);
  history_.push_back(state_);
  ++executed_;
  Broken() = kWhole;
  char& place = state_[variables_ + agent];
  if (next->op == Op::kJump) {
    place = static_cast<char>('0' + next->variable);
    return;
  }
  ++place;
  char& variable = state_[next->variable];
  const char value = static_cast<char>('0' + next->value);
  if (next->op == Op::kSet) variable = value;
  if (next->op == Op::kAdd) {
    variable = static_cast<char>('0' + (variable - '0' + next->value) % 3);
  }
  if (next->op == Op::kCheck && variable == value) {
    Broken() = static_cast<char>('a' + agent * 5 + PlaceIn(agent) - 1);
  }
}

void SharedVariables::Undo() {
  state_ = std::move(history_.back());
  history_.pop_back();
}

Fingerprint SharedVariables::GetFingerprint() const {
  uint64_t sum = 0;
  for (size_t i = 0; i < state_.size(); ++i) {
    uint64_t part = (i + 1) << 8 | static_cast<unsigned char>(state_[i]);
    for (const int shift : {29, 32}) {
      part *= 0x9e3779b97f4a7c15u;
      part ^= part >> shift;
    }
    sum += part;
  }
  return {sum, sum};
}

void SharedVariables::Decode(absl::string_view encoded) {
  state_ = std::string(encoded);
  history_.clear();
}

bool SharedVariables::Check(std::vector<Violation>* violations) const {
  if (state_.back() == kWhole) return true;
  if (violations != nullptr) {
    violations->push_back({std::string(1, state_.back()), "checked"});
  }
  return false;
}

Ending SharedVariables::Classify(std::string* reason) const {
  for (uint32_t agent = 0; agent < Agents(); ++agent) {
    if (Next(agent) == nullptr) continue;
    if (reason != nullptr) *reason = absl::StrCat("thread ", agent, " waits");
    return Ending::kUserDeadlock;
  }
  return Ending::kFinished;
}

uint64_t SharedVariables::Sometimes() const {
  return state_[0] == '2' && state_[1] == '1' ? 1 : 0;
}

void SharedVariables::ApplyNoting(Choice choice, Accesses* accesses) {
  const uint32_t agent = AgentOf(choice);
  const Instruction next = *Next(agent);
  Apply(choice);
  accesses->reads = {Thread(agent)};
  accesses->writes = {Thread(agent)};
  accesses->makes.clear();
  if (next.op == Op::kJump) return;
  if (next.op == Op::kAdd) {
    // Nobody asks for the value before: sums are the same in any order.
    accesses->writes.push_back(next.variable | kCommutingResource);
  } else if (next.op == Op::kSet) {
    accesses->writes.push_back(next.variable);
    accesses->reads.push_back(next.variable | kCommutingResource);
  } else {
    accesses->reads.push_back(next.variable);
    accesses->reads.push_back(next.variable | kCommutingResource);
  }
  const bool writes = next.op == Op::kSet || next.op == Op::kAdd;
  if (!writes || next.variable > 1) return;
  for (const uint64_t variable : {0, 1}) {
    accesses->reads.push_back(variable);
    accesses->reads.push_back(variable | kCommutingResource);
  }
}

void SharedVariables::Guards(uint32_t agent,
                             std::vector<uint64_t>* reads) const {
  reads->assign(1, Thread(agent));
  const Instruction* next = Next(agent);
  if (next == nullptr || next->op != Op::kAwait) return;
  reads->push_back(next->variable);
  reads->push_back(next->variable | kCommutingResource);
}

// What breaks a property shows until the next step, whichever that is.
Touch SharedVariables::Touches::Of(Choice choice) const {
  const uint32_t agent = model_.AgentOf(choice);
  const Instruction& next = *model_.Next(agent);
  const Parts place = Parts{1} << (model_.variables_ + agent);
  const Parts broken = Parts{1} << (model_.state_.size() - 1);
  Touch touch{place | broken, place, 0};
  if (next.op == Op::kJump) return touch;
  const Parts variable = Parts{1} << next.variable;
  if (next.op == Op::kSet) touch.writes |= variable;
  if (next.op == Op::kAdd) touch.adds |= variable;
  if (next.op == Op::kAwait || next.op == Op::kCheck) touch.reads |= variable;
  const char value = static_cast<char>('0' + next.value);
  const bool breaks =
      next.op == Op::kCheck && model_.state_[next.variable] == value;
  if (breaks) touch.writes |= broken;
  return touch;
}

}  // namespace bindery::model
