// Which choices a search need not execute, because another order of the same
// two choices leads to the same state.
//
// Let u be a state that the search found by the choice d of the state s. A
// choice c of u is *spared* if c comes before d in a fixed order of all choices
// and the two touch nothing in common (TellsTouches): then c and d, made in s
// in the other order, lead there, too. What is spared is counted as a
// transition.
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

#include <cstdint>

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

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_ORDERS_H_
