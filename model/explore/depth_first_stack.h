// The stack of a depth-first search: what one thread does between taking a
// state and having seen all that lies behind it. The books, alone or shared
// with others, belong to whoever owns the stack.
//
//  1. The model is never copied: each Apply is taken back by exactly one Undo,
//     last in first out.
//  2. No recursion. A level is 16 bytes; the choices still to be tried, of all
//     levels, lie in one flat stack of 8 bytes each. What is foreseen of them
//     lies beside, in 24 bytes each, and what is known of all choices of those
//     states in 16 bytes each.
//  3. Each new state is entered and expanded once. With Probing::kImmediate it
//     is marked as visited when it is entered. With kBatched up to kTogether
//     children of a state are expanded together: all their successors are
//     fingerprinted, and the slots fetched, before the first is looked up. A
//     state is then marked when its parent is expanded; those children that
//     have new successors stay on the stack as levels that are not applied yet,
//     above each other. Both orders visit the same states.
//
// Books is a class with
//   bool stopped() const                  the search is over
//   bool Trusted(), Fingerprint KeyOf(), void Prefetch(key), bool Discover(key)
//   bool Visited(key)                     of a fingerprint that was foreseen
//   void Count()                          a transition
//   void Enter(depth), void CountTerminal(), void CutAtMaxDepth()
//   void Report(findings)                 of the model's present state
// where Report() finds the way there in Path(). Not thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_DEPTH_FIRST_STACK_H_
#define BINDERY_MODEL_EXPLORE_DEPTH_FIRST_STACK_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/concept.h"
#include "model/explore/key_cache.h"
#include "model/explore/ledger.h"
#include "model/explore/orders.h"
#include "model/explore/result.h"

namespace bindery::model {

template <Model M, typename Books>
class DepthFirstStack {
 public:
  // All must outlive the stack.
  DepthFirstStack(M& model, const ExploreOptions& options, Books& books)
      : model_(model),
        options_(options),
        foresees_(HasForesight<M> && options.foresees()),
        spares_(options.spares() && (batched() ? TellsTouches<M> : foresees_)),
        books_(books) {
    if (foresees_ && options.symmetry) met_.emplace(kKeysMet);
  }

  // Enters the state that the model is in, which is new.
  void Begin() {
    base_depth_ = 0;
    orders_ = {};
    known_ = {};
    PushLevel(Choice{}, true);
    if (!batched()) {
      if (Look(0)) PushAhead();
      return;
    }
    Child self{Choice{}, 0};
    LookFurther(0, &self);
    KeepNewOnes(&self);
    PushAhead();
    successors_.clear();
  }

  // Goes on from a state that the model is in and that was entered before, by
  // these choices of it.
  void Resume(uint64_t depth, const std::vector<Choice>& choices) {
    base_depth_ = depth;
    known_ = {};
    PushLevel(Choice{}, true);
    pending_ = choices;
    Foresee(&pending_, &pending_keys_);
  }

  bool empty() const { return levels_.empty(); }
  size_t levels() const { return levels_.size(); }
  uint64_t waiting() const { return pending_.size(); }
  size_t bytes() const {
    return pending_.capacity() * sizeof(Choice) +
           pending_keys_.capacity() * sizeof(Foreseen) +
           levels_.capacity() * sizeof(Level) + known_.bytes() +
           (met_.has_value() ? met_->bytes() : 0);
  }

  // Requires !empty().
  void Step() {
    if (pending_.size() == levels_.back().first_pending) {
      Leave();
      return;
    }
    ApplyTop();
    if (batched()) {
      TakeTogether();
    } else {
      TakeOne();
    }
  }

  // Brings the model to the state of the topmost level; then its depth and
  // what is still to be tried there.
  void ApplyTop() {
    Level& top = levels_.back();
    if (top.applied != 0) return;
    top.applied = 1;
    ++applied_;
    model_.Apply(top.choice);
  }
  uint64_t depth() const { return base_depth_ + applied_ - 1; }
  const Choice* top_pending() const {
    return pending_.data() + levels_.back().first_pending;
  }
  size_t top_size() const {
    return pending_.size() - levels_.back().first_pending;
  }
  void DropFromTop(size_t count) { Shorten(pending_.size() - count); }

  // Gives up what is left of the topmost level.
  void Leave() {
    const Level top = levels_.back();
    Shorten(top.first_pending);
    levels_.pop_back();
    if (HasForesight<M> && !batched()) known_.Pop();
    if (top.applied == 0) return;
    --applied_;
    if (!levels_.empty()) model_.Undo();
  }

  // The choices from the state of the lowest level to the present one.
  std::vector<Choice> Path() const {
    std::vector<Choice> path;
    for (size_t i = 1; i < levels_.size(); ++i) {
      if (levels_[i].applied != 0) path.push_back(levels_[i].choice);
    }
    if (looking_at_child_) path.push_back(child_);
    return path;
  }

 private:
  static constexpr size_t kTogether = 8;
  static constexpr size_t kKeysMet = size_t{1} << 20;

  struct Level {
    Choice choice;  // that leads here; meaningless for the lowest level
    uint64_t applied : 1;
    uint64_t first_pending : 63;
  };
  // A child that is looked at, where its successors lie, and where in ahead_
  // those choices that lead to new ones.
  struct Child {
    Choice choice;
    size_t first;
    size_t end = 0;
    size_t first_new = 0;
    size_t end_new = 0;
  };

  // A choice of a child, and where it leads. The halves of the key lie apart:
  // stored one by one, and loaded together, they would stall the load.
  class Successor {
   public:
    Successor(Fingerprint key, Choice choice)
        : hi_(key.hi), choice_(choice), lo_(key.lo) {}
    Fingerprint key() const { return {hi_, lo_}; }
    Choice choice() const { return choice_; }

   private:
    uint64_t hi_;
    Choice choice_;
    uint64_t lo_;
  };

  bool batched() const { return options_.probing == Probing::kBatched; }

  // `touched` by the choice, as far as it is known.
  void PushLevel(Choice choice, bool applied, uint64_t touched = 0) {
    Level level;
    level.choice = choice;
    level.applied = applied ? 1 : 0;
    level.first_pending = pending_.size();
    levels_.push_back(level);
    if (applied) ++applied_;
    if constexpr (HasForesight<M>) {
      if (!batched()) known_.Push(M::RankOf(choice), touched);
    }
  }

  // Enters the state that the model is in; true if it is to be expanded, by
  // the choices that are then ahead_, which is empty before.
  bool Look(uint64_t depth) {
    books_.Enter(depth);
    model_.Enabled(&ahead_);
    // While slots are fetched the state is judged.
    const size_t choices = ahead_.size();
    Foresee(&ahead_, &ahead_keys_);
    if (Judge() && MayExpand(depth, choices != 0)) {
      CountSpared(choices - ahead_.size());
      return true;
    }
    ahead_.clear();
    return false;
  }
  // True if what is asked of states is true of it.
  bool Judge() {
    if (model_.Check(nullptr)) return true;
    books_.Report(FindingsOfState(model_));
    return false;
  }
  bool MayExpand(uint64_t depth, bool has_choices) {
    if (!has_choices) {
      books_.CountTerminal();
      if (options_.report_deadlocks) books_.Report(FindingsOfTerminal(model_));
      return false;
    }
    if (depth < options_.max_depth) return true;
    books_.CutAtMaxDepth();
    return false;
  }

  void TakeOne() {
    child_ = pending_.back();
    Foreseen foreseen;
    if (foresees_) foreseen = AskAgain(pending_keys_.back());
    Shorten(pending_.size() - 1);
    if (Visited(foreseen)) return books_.Count();
    model_.Apply(child_);
    books_.Count();
    if (!books_.Trusted() || !DiscoverHere()) return model_.Undo();
    PushLevel(child_, true, TouchedByChild(foreseen));
    if (Look(depth())) PushAhead();
  }

  bool DiscoverHere() {
    const bool is_new = books_.Discover(books_.KeyOf());
    if (met_.has_value()) met_->Note(model_.GetFingerprint());
    return is_new;
  }

  // ----------------------------------------------------------- foresight --
  // With symmetry a key is the least of all images, which nobody foresees. So
  // foreseen fingerprints are compared with those of states that were met.

  // What is known of these choices of the model's state; nothing if nobody
  // asks. Those that are spared go.
  void Foresee(std::vector<Choice>* choices, std::vector<Foreseen>* foreseen) {
    foreseen->clear();
    if constexpr (HasForesight<M>) {
      if (!foresees_) return;
      size_t kept = 0;
      for (const Choice choice : *choices) {
        if (spares_ && known_.Spares(model_, choice)) continue;
        (*choices)[kept++] = choice;
        foreseen->push_back(model_.Foresee(choice));
        if (foreseen->back().known()) Note(choice, foreseen->back());
      }
      choices->resize(kept);
    }
  }
  void Note(Choice choice, const Foreseen& foreseen) {
    if (spares_) known_.Note(choice, foreseen.touched);
    if (!met_.has_value()) books_.Prefetch(foreseen.key);
  }
  // The model may know more of the child by now; else it may learn it.
  Foreseen AskAgain(const Foreseen& foreseen) {
    if constexpr (HasForesight<M>) {
      if (!foreseen.known()) return model_.ForeseeOrLearn(child_);
    }
    return foreseen;
  }
  bool Visited(const Foreseen& foreseen) const {
    if (!foreseen.known()) return false;
    return met_.has_value() ? met_->Holds(foreseen.key)
                            : books_.Visited(foreseen.key);
  }
  // The child was applied.
  uint64_t TouchedByChild(const Foreseen& foreseen) const {
    if constexpr (HasForesight<M>) {
      if (!foreseen.known()) return model_.Touched();
    }
    return foreseen.touched;
  }
  void CountSpared(size_t choices) {
    for (; choices > 0; --choices) books_.Count();
  }
  // The choices ahead become those that wait, the first on top. Those that lead
  // to visited states are done with.
  void PushAhead() {
    if (foresees_) DropVisited();
    for (size_t i = ahead_.size(); i > 0; --i) {
      pending_.push_back(ahead_[i - 1]);
      if (foresees_) pending_keys_.push_back(ahead_keys_[i - 1]);
    }
    ahead_.clear();
  }
  // In the order in which their slots are being fetched.
  void DropVisited() {
    size_t kept = 0;
    for (size_t i = 0; i < ahead_.size(); ++i) {
      if (Visited(ahead_keys_[i])) {
        books_.Count();
        continue;
      }
      ahead_[kept] = ahead_[i];
      ahead_keys_[kept++] = ahead_keys_[i];
    }
    ahead_.resize(kept);
  }
  void Shorten(size_t size) {
    pending_.resize(size);
    if (foresees_) pending_keys_.resize(size);
  }

  void TakeTogether() {
    children_.clear();
    const uint64_t depth_of_children = depth() + 1;
    looking_at_child_ = true;
    for (size_t i = std::min(kTogether, top_size()); i > 0; --i) {
      child_ = pending_.back();
      pending_.pop_back();
      if constexpr (TellsTouches<M>) {
        if (spares_) orders_.Begin(model_, child_);
      }
      model_.Apply(child_);
      children_.push_back({child_, successors_.size()});
      LookFurther(depth_of_children, &children_.back());
      model_.Undo();
      if (books_.stopped()) break;
    }
    looking_at_child_ = false;
    Sort();
  }

  // The model is in the state of the child; the keys of its successors are
  // asked for if it is to be expanded.
  void LookFurther(uint64_t depth, Child* child) {
    books_.Enter(depth);
    if (Judge()) {
      listed_.clear();
      model_.Enabled(&listed_);
      if (MayExpand(depth, !listed_.empty())) Probe();
    }
    child->end = successors_.size();
  }

  void Probe() {
    if constexpr (TellsTouches<M>) {
      if (spares_) return ProbeSparing();
    }
    for (const Choice choice : listed_) ProbeOne(choice);
  }
  void ProbeSparing() requires TellsTouches<M> {
    const typename M::Touches touches(model_);
    for (const Choice choice : listed_) {
      if (orders_.Spares(touches, choice)) {
        books_.Count();
      } else {
        ProbeOne(choice);
      }
    }
  }
  void ProbeOne(Choice choice) {
    model_.Apply(choice);
    const bool trusted = books_.Trusted();
    const Fingerprint key = books_.KeyOf();
    successors_.emplace_back(key, choice);
    books_.Prefetch(key);
    model_.Undo();
    if (trusted) books_.Count();
  }

  // Marks the new ones among the successors of all children. The first child
  // comes to lie on top.
  void Sort() {
    for (Child& child : children_) KeepNewOnes(&child);
    for (size_t i = children_.size(); i > 0; --i) {
      const Child& child = children_[i - 1];
      if (child.first_new == child.end_new) continue;
      PushLevel(child.choice, false);
      PushReversed(child.first_new, child.end_new);
    }
    ahead_.clear();
    successors_.clear();
  }

  void KeepNewOnes(Child* child) {
    child->first_new = ahead_.size();
    for (size_t i = child->first; i < child->end; ++i) {
      if (!books_.Discover(successors_[i].key())) continue;
      ahead_.push_back(successors_[i].choice());
    }
    child->end_new = ahead_.size();
  }

  // The stack is popped from its end.
  void PushReversed(size_t first, size_t end) {
    for (size_t i = end; i > first; --i) pending_.push_back(ahead_[i - 1]);
  }

  M& model_;
  const ExploreOptions& options_;
  const bool foresees_;
  const bool spares_;
  Books& books_;
  uint64_t base_depth_ = 0;
  uint64_t applied_ = 0;
  std::vector<Level> levels_;
  std::vector<Choice> pending_;
  std::vector<Foreseen> pending_keys_;  // of those, if it is asked for
  std::vector<Choice> ahead_;           // those about to be pushed
  std::vector<Foreseen> ahead_keys_;
  std::optional<KeyCache> met_;  // if foreseen with symmetry
  std::vector<Child> children_;
  std::vector<Successor> successors_;  // of those
  std::vector<Choice> listed_;         // scratch
  Orders<M> orders_;                   // of the child that is looked at
  KnownTouches known_;                 // unless batched
  Choice child_;
  bool looking_at_child_ = false;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_DEPTH_FIRST_STACK_H_
