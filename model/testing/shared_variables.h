// Random programs that share variables, for tests of searches that leave out
// orders: they know what they read and write, deadlock, loop, and break
// properties.
//
// Each of some threads has a short program over variables with values 0 to 2:
// set, add, wait until a variable has a value, jump back, check that a variable
// does not have a value (the property "thread.place"). `add` commutes if the
// model says so. Not thread-safe.
#ifndef BINDERY_MODEL_TESTING_SHARED_VARIABLES_H_
#define BINDERY_MODEL_TESTING_SHARED_VARIABLES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "model/concept.h"

namespace bindery::model {

class SharedVariables {
 public:
  // The same for the same seed. `loops`: there may be jumps.
  SharedVariables(uint64_t seed, bool loops);

  void Enabled(std::vector<Choice>* choices) const;
  void Apply(Choice choice);
  void Undo();
  Fingerprint GetFingerprint() const;
  void Encode(std::string* bytes) const { *bytes = state_; }
  void Decode(absl::string_view encoded);
  std::string CanonicalText() const { return state_; }
  bool Check(std::vector<Violation>* violations) const;
  Ending Classify(std::string* reason) const;
  // Bit 0: the first two variables have the values 2 and 1.
  uint64_t Sometimes() const;
  bool Inconclusive() const { return false; }
  std::string InconclusiveReason() const { return ""; }

  uint32_t Agents() const { return static_cast<uint32_t>(programs_.size()); }
  uint32_t AgentOf(Choice choice) const {
    return static_cast<uint32_t>(choice.value);
  }
  void ApplyNoting(Choice choice, Accesses* accesses);
  void Guards(uint32_t agent, std::vector<uint64_t>* reads) const;
  Fingerprint Carried(Fingerprint here, Fingerprint from,
                      Fingerprint to) const {
    return {here.hi + (to.hi - from.hi), here.lo + (to.lo - from.lo)};
  }
  uint64_t PlaceOf(uint32_t agent) const {
    return agent * 100 + PlaceIn(agent);
  }

  // Characters of the state are parts.
  class Touches {
   public:
    explicit Touches(const SharedVariables& model) : model_(model) {}
    Touch Of(Choice choice) const;

   private:
    const SharedVariables& model_;
  };
  static uint64_t RankOf(Choice choice) { return choice.value; }

  // How often a choice was executed.
  uint64_t executed() const { return executed_; }

 private:
  enum class Op { kSet, kAdd, kAwait, kJump, kCheck };
  struct Instruction {
    Op op;
    uint32_t variable;  // kJump: where to
    uint32_t value;
  };

  static constexpr char kWhole = 'n';  // nothing is broken

  uint32_t PlaceIn(uint32_t agent) const {
    return static_cast<uint32_t>(state_[variables_ + agent] - '0');
  }
  char& Broken() { return state_.back(); }
  const Instruction* Next(uint32_t agent) const;
  uint64_t Thread(uint32_t agent) const { return 1000 + agent; }

  uint32_t variables_;
  std::vector<std::vector<Instruction>> programs_;
  // The variables' values, the threads' places, and who broke a property in
  // the latest step.
  std::string state_;
  std::vector<std::string> history_;
  uint64_t executed_ = 0;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_TESTING_SHARED_VARIABLES_H_
