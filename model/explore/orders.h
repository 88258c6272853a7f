// Which choices a search need not execute, because another order of the same
// two choices leads to the same state.
//
// Let u be a state that the search found by the choice d of the state s. A
// choice c of u is *spared* if c comes before d in the order of all choices
// (RanksChoices) and the two touch nothing in common: then c and d, made in s
// in the other order, lead there, too. What is spared is counted as a
// transition. A model tells what a choice touches from the state alone
// (TellsTouches), or knows it from having executed it before (HasForesight).
//
//  1. A search that spares, and ends without a finding, visits every reachable
//     state. Suppose that some choice leads out of the states that it visited.
//     Of all those choices take one that comes last in the order, say c, and of
//     the states that have it take the one that was found first, say u. Nothing
//     but sparing keeps a search from where a choice leads; so c is spared in
//     u, which was found by some d of some s, and c is a choice of s as well.
//     If what it leads to there was not visited, then c leads out of s, which
//     was found before u: a contradiction. If it was, then d leads out of that,
//     and d comes after c: a contradiction.
//  2. That holds for any order of expansion and any number of threads. It asks
//     that each state that is found is expanded by all its choices that are not
//     spared (so: no bound on depth, no going on after a finding), and that
//     states are what they seem (so: no symmetry, no bits).
//  3. States, transitions and terminal states are those of a search that spares
//     nothing; the paths by which states are found are others.
//
// Not thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_ORDERS_H_
#define BINDERY_MODEL_EXPLORE_ORDERS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/concept.h"

namespace bindery::model {

// What one expansion knows of how its state was found; at first, by no choice.
template <Model M>
class Orders {};

template <TellsTouches M>
class Orders<M> {
 public:
  // The model is in a state from which this choice leads to the one that is
  // expanded next.
  void Begin(const M& model, Choice found_by) {
    touched_ = typename M::Touches(model).Of(found_by);
    rank_ = M::RankOf(found_by);
  }
  // Whether the choice of that state is spared. `touches` are the state's.
  bool Spares(const typename M::Touches& touches, Choice choice) const {
    return M::RankOf(choice) < rank_ && !Meet(touched_, touches.Of(choice));
  }

 private:
  Touch touched_;
  uint64_t rank_ = 0;
};

// What is known of the choices of the states on a depth-first stack. A choice
// that changes places with the one that leads to the next state is known there,
// too, without the model being asked.
class KnownTouches {
 public:
  // A level for the state that this choice of the topmost one leads to; of the
  // lowest level it is meaningless.
  void Push(uint64_t rank, uint64_t touched) {
    found_by_ = {rank, touched};
    levels_.push_back(known_.size());
  }
  void Pop() {
    known_.resize(levels_.back());
    levels_.pop_back();
  }
  // Of the topmost state, which has just been pushed.
  void Note(Choice choice, uint64_t touched) {
    known_.push_back({choice, touched});
  }
  // Whether the choice of that state is spared; notes it if so.
  template <HasForesight M>
  bool Spares(const M& model, Choice choice) {
    if (M::RankOf(choice) >= found_by_.rank || levels_.size() < 2) return false;
    const uint64_t touched = InParent(choice);
    if (model.Meet(touched, found_by_.touched)) return false;
    Note(choice, touched);
    return true;
  }

  size_t bytes() const {
    return known_.capacity() * sizeof(Known) +
           levels_.capacity() * sizeof(size_t);
  }

 private:
  struct Known {
    Choice choice;
    uint64_t touched;
  };
  struct FoundBy {
    uint64_t rank = 0;
    uint64_t touched = 0;
  };

  uint64_t InParent(Choice choice) const {
    const size_t end = levels_.back();
    for (size_t i = levels_[levels_.size() - 2]; i < end; ++i) {
      if (known_[i].choice == choice) return known_[i].touched;
    }
    return 0;
  }

  std::vector<Known> known_;    // of all levels, one above the other
  std::vector<size_t> levels_;  // where each begins
  FoundBy found_by_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_ORDERS_H_
