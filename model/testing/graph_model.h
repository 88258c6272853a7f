// A model that is an explicit graph, for tests of the checker: states are
// numbers, transitions are edges, and a test says what holds where.
//
// It counts its Applies and Undos and insists on the contract of concept.h:
// only enabled choices are applied, only open Applies undone. Not thread-safe.
#ifndef BINDERY_MODEL_TESTING_GRAPH_MODEL_H_
#define BINDERY_MODEL_TESTING_GRAPH_MODEL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "model/concept.h"

namespace bindery::model {

class GraphModel {
 public:
  // States 0 to count - 1; the model is in state 0.
  explicit GraphModel(int count) : states_(count) {}

  static Choice Edge(int from, int to) {
    return {static_cast<uint64_t>(from) << 16 | static_cast<uint64_t>(to)};
  }

  void AddEdge(int from, int to) { states_[from].next.push_back(to); }
  void Violate(int state, std::string property) {
    states_[state].violated.push_back(std::move(property));
  }
  void EndAs(int state, Ending ending) { states_[state].ending = ending; }
  void Mark(int state, uint64_t sometimes) {
    states_[state].sometimes = sometimes;
  }
  void MakeInconclusive(int state) { states_[state].inconclusive = true; }
  // Gives two states one fingerprint (low half), as a collision would.
  void Collide(int state, int with) { states_[state].alias = with + 1; }

  int current() const { return current_; }
  size_t open_applies() const { return path_.size(); }
  uint64_t applies() const { return applies_; }
  uint64_t undos() const { return undos_; }

  // The concept.
  void Enabled(std::vector<Choice>* choices) const;
  void Apply(Choice choice);
  void Undo();
  Fingerprint GetFingerprint() const;
  void Encode(std::string* bytes) const;
  void Decode(absl::string_view encoded);
  std::string CanonicalText() const;
  bool Check(std::vector<Violation>* violations) const;
  Ending Classify(std::string* reason) const;
  uint64_t Sometimes() const { return states_[current_].sometimes; }
  bool Inconclusive() const { return states_[current_].inconclusive; }
  std::string InconclusiveReason() const;

 private:
  struct State {
    std::vector<int> next;
    std::vector<std::string> violated;
    Ending ending = Ending::kFinished;
    uint64_t sometimes = 0;
    bool inconclusive = false;
    int alias = 0;
  };

  std::vector<State> states_;
  int current_ = 0;
  std::vector<int> path_;  // the states before each open Apply
  uint64_t applies_ = 0;
  uint64_t undos_ = 0;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_TESTING_GRAPH_MODEL_H_
