// Dining philosophers as a model, for tests of the checker: each takes the
// left fork, then the right one, eats, and puts both back at once.
//
// With n philosophers the reachable states are those in which no fork is held
// twice: 6, 14, 34, 82, ... for n = 2, 3, 4, 5, ..., that is
// a(n) = 2 a(n-1) + a(n-2). One of them is a deadlock, after n choices at the
// earliest: everybody holds the left fork. Not thread-safe.
#ifndef BINDERY_MODEL_TESTING_PHILOSOPHERS_H_
#define BINDERY_MODEL_TESTING_PHILOSOPHERS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "model/concept.h"

namespace bindery::model {

class Philosophers {
 public:
  explicit Philosophers(int count) : hands_(count, kNone) {}

  void Enabled(std::vector<Choice>* choices) const;
  void Apply(Choice choice);
  void Undo();
  Fingerprint GetFingerprint() const;
  void Encode(std::string* bytes) const { *bytes = hands_; }
  void Decode(absl::string_view encoded);
  std::string CanonicalText() const { return hands_; }
  bool Check(std::vector<Violation>*) const { return true; }
  Ending Classify(std::string* reason) const;
  // Bit i: philosopher i eats.
  uint64_t Sometimes() const;
  uint32_t ActorOf(Choice choice) const {
    return static_cast<uint32_t>(choice.value) + 1;
  }
  // From the first fork to the end of the meal.
  bool InsideCommand(uint32_t actor) const {
    return hands_[actor - 1] != kNone && MayMove(actor - 1);
  }
  bool Inconclusive() const { return false; }
  std::string InconclusiveReason() const { return ""; }

 private:
  static constexpr char kNone = '0';
  static constexpr char kLeft = '1';
  static constexpr char kBoth = '2';

  bool MayMove(size_t i) const;

  std::string hands_;  // what each philosopher holds
  std::vector<std::string> history_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_TESTING_PHILOSOPHERS_H_
