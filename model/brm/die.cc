// The death of a process in BRM-1, as one atomic choice.

#include "model/brm/brm.h"

namespace bindery::model {

using namespace brm;  // names of cell values

void Brm::Die(int p) {
  state_.Set(state_.Life(p), 0);
  FailCallersOf(p);
  if (OwnsNode(p) && Live(p)) ReleaseNodeOf(p);
  DropRefsOf(p);
  ForgetSender(p);
}

// Whoever waits for `p` gets a dead reply; then nothing waits at `p`.
void Brm::FailCallersOf(int p) {
  const int served = state_.Get(state_.Served(p));
  if (served > 0 && served != 1 + dead_sender_) {
    state_.Set(state_.Reply(served - 1), dead_reply_);
  }
  for (int i = 0; i < params_.inbox_capacity; ++i) {
    const int slot = state_.Get(state_.Inbox(p, i));
    if (slot == 0) break;
    if ((slot & kOneWay) == 0 && SenderOf(slot) != dead_sender_) {
      state_.Set(state_.Reply(SenderOf(slot)), dead_reply_);
    }
    state_.Set(state_.Inbox(p, i), 0);
  }
  for (const int cell : {state_.Served(p), state_.Reply(p), state_.Buffer(p),
                         state_.ReplyBuffer(p)}) {
    state_.Set(cell, 0);
  }
}

void Brm::ReleaseNodeOf(int p) {
  state_.Set(state_.LocalStrong(p), 0);
  state_.Set(state_.LocalWeak(p), 0);
  if (!Referenced(p)) {
    SetFlags(p, 0);
    return;
  }
  const bool keep = defect_ == BrmDefect::kDeathKeepsNodeFlags;
  SetFlags(p, kOwnerDead | (keep ? FlagsOf(p) & ~kNodeLife : 0));
  for (int q = 0; q < params_.processes; ++q) {
    const int ref = RefOf(q, p);
    if ((ref & kNotice) == kRequested) {
      SetRef(q, p, (ref & kCounts) | kQueued);
    }
  }
}

void Brm::DropRefsOf(int p) {
  for (int n = 0; n < params_.nodes; ++n) {
    const int ref = RefOf(p, n);
    if ((ref & kCounts) == 0) continue;
    SetRef(p, n, 0);
    if ((ref & kStrong) > 0) {
      state_.Add(state_.InternalStrong(n), -1);
      AfterStrongDecrement(n);
    }
    AfterWeakDecrement(n);
  }
}

void Brm::ForgetSender(int p) {
  for (int q = 0; q < params_.processes; ++q) {
    if (state_.Get(state_.Served(q)) == 1 + p) {
      state_.Set(state_.Served(q), 1 + dead_sender_);
    }
    for (int i = 0; i < params_.inbox_capacity; ++i) {
      const int slot = state_.Get(state_.Inbox(q, i));
      if (slot == 0 || SenderOf(slot) != p) continue;
      state_.Set(state_.Inbox(q, i),
                 SlotOf(dead_sender_, slot & kOneWay, ObjectOf(slot)));
    }
  }
}

}  // namespace bindery::model
