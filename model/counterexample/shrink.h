// Makes a counterexample smaller: without actors that it does not need, with
// fewer steps, with fewer switches between actors.
//
//  1. What comes out leads to a state of which the model itself says that the
//     property does not hold, or, for an ending, that this is the ending.
//  2. It is never longer than what went in, nor has it more switches at the
//  same
//     length. No single choice of it can be left out, no actor's, and no two
//     runs of one actor can be joined.
//  3. What a candidate wants and is not enabled is passed over, so that leaving
//     out one choice leaves out what depended on it.
//  4. Deterministic: the answer depends on the model and the choices alone.
//
// Not the smallest one there is, which only breadth-first search finds. Each
// candidate is executed from the beginning: n choices take some n^2 steps of
// the model, times the rounds until nothing changes. Not thread-safe.
#ifndef BINDERY_MODEL_COUNTEREXAMPLE_SHRINK_H_
#define BINDERY_MODEL_COUNTEREXAMPLE_SHRINK_H_

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "model/concept.h"
#include "model/explore/ledger.h"

namespace bindery::model {

template <Model M>
requires HasActors<M>
class Shrinker {
 public:
  // The model is in the state that counterexamples begin in, and is so after
  // every call. It outlives the shrinker.
  Shrinker(M& model, std::string property)
      : model_(model), property_(std::move(property)) {}

  // What of the choices is executed until the property does not hold. Empty if
  // it holds all the way, or if another one breaks first.
  std::vector<Choice> Reach(const std::vector<Choice>& choices) {
    std::vector<Choice> taken;
    bool broken = false;
    bool wanted = false;
    for (const Choice choice : choices) {
      if (!IsEnabled(choice)) continue;
      model_.Apply(choice);
      taken.push_back(choice);
      broken = !model_.Check(nullptr) || model_.Inconclusive();
      if (!broken) continue;
      wanted = Has(FindingsOfState(model_));
      break;
    }
    if (!broken && NothingIsEnabled()) wanted = Has(FindingsOfTerminal(model_));
    for (size_t i = 0; i < taken.size(); ++i) model_.Undo();
    return wanted ? taken : std::vector<Choice>{};
  }

  // REQUIRES: !Reach(choices).empty().
  std::vector<Choice> Run(const std::vector<Choice>& choices) {
    best_ = Reach(choices);
    BINDERY_CHECK_MSG(!best_.empty(), "nothing to shrink");
    bool smaller = true;
    while (smaller) {
      smaller = DropActors();
      smaller |= DropRuns();
      smaller |= JoinRuns();
    }
    return best_;
  }

  // How often the actor is another one than before.
  size_t Switches(const std::vector<Choice>& choices) const {
    size_t count = 0;
    for (size_t i = 1; i < choices.size(); ++i) {
      if (ActorAt(choices, i) != ActorAt(choices, i - 1)) ++count;
    }
    return count;
  }

 private:
  uint32_t ActorAt(const std::vector<Choice>& choices, size_t i) const {
    return model_.ActorOf(choices[i]);
  }

  bool IsEnabled(Choice choice) {
    enabled_.clear();
    model_.Enabled(&enabled_);
    return std::find(enabled_.begin(), enabled_.end(), choice) !=
           enabled_.end();
  }
  bool NothingIsEnabled() {
    enabled_.clear();
    model_.Enabled(&enabled_);
    return enabled_.empty();
  }
  bool Has(const std::vector<Finding>& findings) const {
    return std::any_of(
        findings.begin(), findings.end(),
        [&](const Finding& one) { return one.property == property_; });
  }

  // Keeps the candidate if it is smaller.
  bool Try(const std::vector<Choice>& candidate) {
    std::vector<Choice> reached = Reach(candidate);
    if (reached.empty()) return false;
    const auto size = [this](const std::vector<Choice>& choices) {
      return std::pair(choices.size(), Switches(choices));
    };
    if (size(reached) >= size(best_)) return false;
    best_ = std::move(reached);
    return true;
  }

  bool DropActors() {
    bool any = false;
    std::set<uint32_t> actors;
    for (size_t i = 0; i < best_.size(); ++i) actors.insert(ActorAt(best_, i));
    for (const uint32_t actor : actors) {
      std::vector<Choice> candidate;
      for (size_t i = 0; i < best_.size(); ++i) {
        if (ActorAt(best_, i) != actor) candidate.push_back(best_[i]);
      }
      any |= Try(candidate);
    }
    return any;
  }

  // Half of the choices, a quarter, ..., one, from the end: what comes late
  // depends on more.
  bool DropRuns() {
    bool any = false;
    for (size_t size = best_.size() / 2; size > 0; size /= 2) {
      for (size_t end = best_.size(); end >= size;) {
        std::vector<Choice> candidate(best_.begin(),
                                      best_.begin() + Offset(end - size));
        candidate.insert(candidate.end(), best_.begin() + Offset(end),
                         best_.end());
        const bool dropped = Try(candidate);
        any |= dropped;
        end = dropped ? std::min(end - size, best_.size()) : end - size;
      }
    }
    return any;
  }

  // Moves what an actor does next to where it stopped, or what it did before to
  // where it goes on.
  bool JoinRuns() {
    bool any = false;
    for (size_t end = 1; end < best_.size(); ++end) {
      if (ActorAt(best_, end) == ActorAt(best_, end - 1)) continue;
      any |= JoinBehind(end);
    }
    return any;
  }

  // The run that ends before `end`.
  bool JoinBehind(size_t end) {
    const uint32_t actor = ActorAt(best_, end - 1);
    size_t begin = end - 1;
    while (begin > 0 && ActorAt(best_, begin - 1) == actor) --begin;
    size_t next = end;
    while (next < best_.size() && ActorAt(best_, next) != actor) ++next;
    if (next == best_.size()) return false;
    size_t next_end = next;
    while (next_end < best_.size() && ActorAt(best_, next_end) == actor) {
      ++next_end;
    }
    std::vector<Choice> early = best_;
    std::rotate(early.begin() + Offset(end), early.begin() + Offset(next),
                early.begin() + Offset(next_end));
    if (Try(early)) return true;
    std::vector<Choice> late = best_;
    std::rotate(late.begin() + Offset(begin), late.begin() + Offset(end),
                late.begin() + Offset(next));
    return Try(late);
  }

  static std::ptrdiff_t Offset(size_t i) {
    return static_cast<std::ptrdiff_t>(i);
  }

  M& model_;
  const std::string property_;
  std::vector<Choice> best_;
  std::vector<Choice> enabled_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_COUNTEREXAMPLE_SHRINK_H_
