// A state of BRM-1, and what its rules ask of it.
#ifndef BINDERY_MODEL_BRM_QUESTIONS_H_
#define BINDERY_MODEL_BRM_QUESTIONS_H_

#include "model/brm/params.h"
#include "model/brm/state.h"

namespace bindery::model {

template <BrmUse kUse>
class BrmQuestions {
 public:
  explicit BrmQuestions(const BrmParams& params)
      : params_(params), state_(params) {}

  const BrmParams& params() const { return params_; }
  const BrmState<kUse>& state() const { return state_; }

  int Get(int cell) const { return state_.Get(cell); }
  bool Alive(int p) const { return Get(state_.Life(p)) & brm::kAlive; }
  int FlagsOf(int n) const { return Get(state_.Flags(n)); }
  int RefOf(int p, int n) const { return Get(state_.Ref(p, n)); }
  int StrongOf(int p, int n) const { return RefOf(p, n) & brm::kStrong; }
  bool Live(int n) const { return (FlagsOf(n) & brm::kNodeLife) == brm::kLive; }
  bool OwnsNode(int p) const { return p < params_.nodes; }
  bool Referenced(int n) const {
    int any = 0;
    for (int p = 0; p < params_.processes; ++p) {
      any |= RefOf(p, n) & brm::kCounts;
    }
    return any != 0;
  }
  bool Unused(int n) const {
    return Get(state_.LocalStrong(n)) == 0 && Get(state_.LocalWeak(n)) == 0 &&
           Get(state_.InternalStrong(n)) == 0 && !Referenced(n);
  }
  bool InboxFull(int p) const {
    return Get(state_.Inbox(p, params_.inbox_capacity - 1)) != 0;
  }
  bool MayAcquire(int p, int n) const {
    const int strong = StrongOf(p, n);
    if (strong >= params_.max_strong) return false;
    return strong > 0 || Get(state_.InternalStrong(n)) > 0 ||
           (n == 0 && (FlagsOf(0) & brm::kHasStrong) != 0);
  }
  bool Sendable(int from, int to, int object) const {
    if (object == 0) return true;
    const int n = object - 1;
    if (n == to) return StrongOf(from, n) > 0 && Live(n);
    if (n != from && StrongOf(from, n) == 0) return false;
    return StrongOf(to, n) < params_.max_strong;
  }

  // Senders and replies that are none.
  int dead_sender() const { return params_.processes; }
  int dead_reply() const { return params_.nodes + 2; }

 protected:
  const BrmParams params_;
  BrmState<kUse> state_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_BRM_QUESTIONS_H_
