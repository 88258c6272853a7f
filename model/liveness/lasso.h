// Judges a run that repeats itself, by executing it: whether it closes, is
// fair, and owes something of a property all the time. Knows nothing of how it
// was found.
#ifndef BINDERY_MODEL_LIVENESS_LASSO_H_
#define BINDERY_MODEL_LIVENESS_LASSO_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "model/concept.h"

namespace bindery::model {

template <HasObligations M>
class LassoJudge {
 public:
  // `model` is in its initial state; outlives the judge.
  explicit LassoJudge(M& model) : model_(model) {}

  // Executes the choices and leaves the model at their end. OK if those from
  // `loop` on lead back to where they begin, are fair, and some key of the
  // property numbered `property` is owed all along, and due somewhere.
  absl::Status Judge(const std::vector<Choice>& choices, size_t loop,
                     int property) {
    if (loop > choices.size()) return Failed("the loop begins behind the end");
    for (size_t i = 0; i < choices.size(); ++i) {
      if (i == loop) start_ = model_.GetFingerprint();
      if (!Enables(choices[i])) {
        return Failed(absl::StrCat("choice ", i + 1, " is not enabled"));
      }
      if (i >= loop) Look(property, model_.FairActorOf(choices[i]));
      model_.Apply(choices[i]);
    }
    if (loop == choices.size()) {
      start_ = model_.GetFingerprint();
      Enables({});
      Look(property, 0);
    }
    return Verdict();
  }

 private:
  static absl::Status Failed(const std::string& why) {
    return absl::FailedPreconditionError(why);
  }

  bool Enables(Choice choice) {
    enabled_.clear();
    model_.Enabled(&enabled_);
    return std::find(enabled_.begin(), enabled_.end(), choice) !=
           enabled_.end();
  }

  // One state of the loop, in which `actor` acts.
  void Look(int property, uint32_t actor) {
    std::vector<uint32_t> acting;
    for (const Choice choice : enabled_) {
      acting.push_back(model_.FairActorOf(choice));
    }
    std::vector<Obligation> owed;
    model_.Obligations(&owed);
    std::erase_if(owed, [&](const Obligation& one) {
      return one.property() != property;
    });
    if (first_) {
      waiting_ = acting;
      owed_ = owed;
    }
    first_ = false;
    std::erase_if(waiting_, [&](uint32_t one) {
      return one == 0 || one == actor || !Has(acting, one);
    });
    std::erase_if(owed_, [&](Obligation& kept) {
      for (const Obligation& one : owed) {
        if (one.key != kept.key) continue;
        kept.due |= one.due;
        return false;
      }
      return true;
    });
  }

  static bool Has(const std::vector<uint32_t>& actors, uint32_t actor) {
    return std::find(actors.begin(), actors.end(), actor) != actors.end();
  }

  absl::Status Verdict() const {
    if (model_.GetFingerprint() != start_) {
      return Failed("the loop does not lead back to where it begins");
    }
    if (!waiting_.empty()) {
      return Failed(absl::StrCat("the loop is not fair: actor ",
                                 waiting_.front(), " could always act"));
    }
    for (const Obligation& one : owed_) {
      if (one.due) return absl::OkStatus();
    }
    return Failed("nothing is owed all along the loop");
  }

  M& model_;
  bool first_ = true;
  Fingerprint start_;
  std::vector<Choice> enabled_;
  std::vector<uint32_t> waiting_;
  std::vector<Obligation> owed_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_LIVENESS_LASSO_H_
