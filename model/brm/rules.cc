#include "model/brm/rules.h"

#include "base/check.h"

namespace bindery::model {

using namespace brm;  // names of cell values

template <BrmUse kUse>
void BrmRules<kUse>::Execute(Choice choice) {
  const BrmChoice c = BrmChoice::Unpack(choice);
  const int p = c.process;
  switch (c.kind) {
    case BrmKind::kTransaction:
    case BrmKind::kOneWayTransaction:
      return Transact(c);
    case BrmKind::kReceive:
      return Receive(p);
    case BrmKind::kFreeBuffer:
      return FreeBuffer(p);
    case BrmKind::kReply:
      return Reply(p, c.object);
    case BrmKind::kReceiveReply:
      return ReceiveReply(p);
    case BrmKind::kFreeReplyBuffer:
      return FreeReplyBuffer(p);
    case BrmKind::kNodeWork:
      return NodeWork(p);
    case BrmKind::kAcquireDone:
      return AcquireDone(p);
    case BrmKind::kIncRefsDone:
      return IncRefsDone(p);
    case BrmKind::kDie:
      return Die(p);
    default:
      return ApplyToRef(c);
  }
}

template <BrmUse kUse>
void BrmRules<kUse>::ApplyToRef(const BrmChoice& c) {
  const int p = c.process;
  const int n = c.node;
  const int counts = RefOf(p, n) & kCounts;
  switch (c.kind) {
    case BrmKind::kAcquire:
      return AddStrong(p, n);
    case BrmKind::kIncRefs:
      return SetRef(p, n, RefOf(p, n) + kOneWeak);
    case BrmKind::kRelease:
      return Release(p, n);
    case BrmKind::kDecRefs:
      return DecRefs(p, n);
    case BrmKind::kRequestDeath:
      return SetRef(p, n, counts | (Live(n) ? kRequested : kQueued));
    case BrmKind::kClearDeath:
      return SetRef(p, n, counts);
    case BrmKind::kDeadBinder:
      return SetRef(p, n, counts | kDelivered);
    case BrmKind::kDeadBinderDone:
      return SetRef(p, n, counts | kAcknowledged);
    default:
      BINDERY_CHECK_MSG(false, "not a choice of BRM-1");
  }
}

template <BrmUse kUse>
void BrmRules<kUse>::AddStrong(int p, int n) {
  const int ref = RefOf(p, n);
  SetRef(p, n, ref + kOneStrong);
  if ((ref & kStrong) == 0) state_.Add(state_.InternalStrong(n), 1);
}

// True if that was the last strong count of the reference.
template <BrmUse kUse>
bool BrmRules<kUse>::DropStrong(int p, int n) {
  const int ref = RefOf(p, n) - kOneStrong;
  SetRef(p, n, ref);
  if ((ref & kStrong) > 0) return false;
  if (defect_ != BrmDefect::kReleaseKeepsInternalStrong) {
    state_.Add(state_.InternalStrong(n), -1);
  }
  AfterStrongDecrement(n);
  return true;
}

template <BrmUse kUse>
void BrmRules<kUse>::DropRefIfUnused(int p, int n) {
  const int ref = RefOf(p, n);
  if ((ref & kCounts) != 0) return;
  if (ref != 0) SetRef(p, n, 0);
  AfterWeakDecrement(n);
}

template <BrmUse kUse>
void BrmRules<kUse>::AfterStrongDecrement(int n) {
  if (Get(state_.LocalStrong(n)) == 0 && Get(state_.InternalStrong(n)) == 0) {
    NotifyOrFree(n);
  }
}

template <BrmUse kUse>
void BrmRules<kUse>::AfterWeakDecrement(int n) {
  if (Get(state_.LocalWeak(n)) == 0 && !Referenced(n)) NotifyOrFree(n);
}

// The owner is told what it no longer needs to hold, if it holds anything;
// otherwise the node goes when nothing uses it.
template <BrmUse kUse>
void BrmRules<kUse>::NotifyOrFree(int n) {
  const int flags = FlagsOf(n);
  if (Live(n) && (flags & (kHasStrong | kHasWeak)) != 0) {
    if ((flags & kWork) == 0) SetFlags(n, flags | kWork);
  } else if (flags != 0 && Unused(n)) {
    SetFlags(n, 0);
  }
}

template <BrmUse kUse>
void BrmRules<kUse>::DecrementLocalStrong(int n) {
  state_.Add(state_.LocalStrong(n), -1);
  AfterStrongDecrement(n);
}

template <BrmUse kUse>
void BrmRules<kUse>::Release(int p, int n) {
  if (DropStrong(p, n)) DropRefIfUnused(p, n);
}

template <BrmUse kUse>
void BrmRules<kUse>::DecRefs(int p, int n) {
  SetRef(p, n, RefOf(p, n) - kOneWeak);
  DropRefIfUnused(p, n);
}

template <BrmUse kUse>
void BrmRules<kUse>::Translate(int from, int to, int object) {
  if (object == 0) return;
  const int n = object - 1;
  if (n == to) {
    state_.Add(state_.LocalStrong(n), 1);
    return;
  }
  const bool first = StrongOf(to, n) == 0;
  AddStrong(to, n);
  if (n != from) return;
  int flags = FlagsOf(n);
  if ((flags & kNodeLife) == kFree) flags |= kLive;
  if (first && (flags & kHasStrong) == 0) flags |= kWork;
  if (flags != FlagsOf(n)) SetFlags(n, flags);
}

// Gives back what a buffer of `p` held.
template <BrmUse kUse>
void BrmRules<kUse>::ReleaseObject(int p, int object) {
  if (object == 0) return;
  const int n = object - 1;
  if (n == p) {
    DecrementLocalStrong(n);
  } else if (StrongOf(p, n) > 0) {
    Release(p, n);
  }
}

template <BrmUse kUse>
void BrmRules<kUse>::Push(int p, int slot) {
  int i = 0;
  while (Get(state_.Inbox(p, i)) != 0) ++i;
  BINDERY_CHECK(i < params_.inbox_capacity);
  state_.Set(state_.Inbox(p, i), slot);
}

template <BrmUse kUse>
int BrmRules<kUse>::Pop(int p) {
  const int first = Get(state_.Inbox(p, 0));
  const int last = params_.inbox_capacity - 1;
  for (int i = 0; i < last; ++i) {
    state_.Set(state_.Inbox(p, i), Get(state_.Inbox(p, i + 1)));
  }
  state_.Set(state_.Inbox(p, last), 0);
  return first;
}

template <BrmUse kUse>
void BrmRules<kUse>::Transact(const BrmChoice& c) {
  const int p = c.process;
  const bool one_way = c.kind == BrmKind::kOneWayTransaction;
  state_.Add(state_.LocalStrong(c.node), 1);
  Translate(p, c.node, c.object);
  Push(c.node, SlotOf(p, one_way ? kOneWay : 0, c.object));
  if (!one_way) state_.Set(state_.Life(p), kAlive | kWaiting);
}

template <BrmUse kUse>
void BrmRules<kUse>::Receive(int p) {
  const int slot = Pop(p);
  state_.Set(state_.Buffer(p), 1 + ObjectOf(slot));
  if ((slot & kOneWay) == 0) {
    state_.Set(state_.Served(p), 1 + SenderOf(slot));
  }
}

template <BrmUse kUse>
void BrmRules<kUse>::FreeBuffer(int p) {
  ReleaseObject(p, Get(state_.Buffer(p)) - 1);
  state_.Set(state_.Buffer(p), 0);
  DecrementLocalStrong(p);
}

template <BrmUse kUse>
void BrmRules<kUse>::Reply(int p, int object) {
  const int served = Get(state_.Served(p));
  state_.Set(state_.Served(p), 0);
  if (served == 1 + dead_sender()) return;
  const int caller = served - 1;
  Translate(p, caller, object);
  state_.Set(state_.Reply(caller), 1 + object);
}

template <BrmUse kUse>
void BrmRules<kUse>::ReceiveReply(int p) {
  const int reply = Get(state_.Reply(p));
  state_.Set(state_.Reply(p), 0);
  state_.Set(state_.Life(p), kAlive);
  if (reply != dead_reply()) state_.Set(state_.ReplyBuffer(p), reply);
}

template <BrmUse kUse>
void BrmRules<kUse>::FreeReplyBuffer(int p) {
  ReleaseObject(p, Get(state_.ReplyBuffer(p)) - 1);
  state_.Set(state_.ReplyBuffer(p), 0);
}

template <BrmUse kUse>
void BrmRules<kUse>::NodeWork(int n) {
  const bool strong =
      Get(state_.InternalStrong(n)) > 0 || Get(state_.LocalStrong(n)) > 0;
  const bool weak = strong || Referenced(n) || Get(state_.LocalWeak(n)) > 0;
  int flags = FlagsOf(n) & ~kWork;
  if (weak && (flags & kHasWeak) == 0) {
    flags |= kHasWeak | kPendingWeak;
    state_.Add(state_.LocalWeak(n), 1);
  }
  if (strong && (flags & kHasStrong) == 0) {
    flags |= kHasStrong | kPendingStrong;
    state_.Add(state_.LocalStrong(n), 1);
  }
  if (!strong) flags &= ~kHasStrong;
  SetFlags(n, weak ? flags : 0);
}

template <BrmUse kUse>
void BrmRules<kUse>::AcquireDone(int n) {
  SetFlags(n, FlagsOf(n) & ~kPendingStrong);
  DecrementLocalStrong(n);
}

template <BrmUse kUse>
void BrmRules<kUse>::IncRefsDone(int n) {
  SetFlags(n, FlagsOf(n) & ~kPendingWeak);
  state_.Add(state_.LocalWeak(n), -1);
  AfterWeakDecrement(n);
}

// ------------------------------------------------------------------ death --

template <BrmUse kUse>
void BrmRules<kUse>::Die(int p) {
  state_.Set(state_.Life(p), 0);
  FailCallersOf(p);
  if (OwnsNode(p) && Live(p)) ReleaseNodeOf(p);
  DropRefsOf(p);
  ForgetSender(p);
}

// Whoever waits for `p` gets a dead reply; then nothing waits at `p`.
template <BrmUse kUse>
void BrmRules<kUse>::FailCallersOf(int p) {
  const int served = Get(state_.Served(p));
  if (served > 0 && served != 1 + dead_sender()) {
    state_.Set(state_.Reply(served - 1), dead_reply());
  }
  for (int i = 0; i < params_.inbox_capacity; ++i) {
    const int slot = Get(state_.Inbox(p, i));
    if (slot == 0) break;
    if ((slot & kOneWay) == 0 && SenderOf(slot) != dead_sender()) {
      state_.Set(state_.Reply(SenderOf(slot)), dead_reply());
    }
    state_.Set(state_.Inbox(p, i), 0);
  }
  for (const int cell : {state_.Served(p), state_.Reply(p), state_.Buffer(p),
                         state_.ReplyBuffer(p)}) {
    state_.Set(cell, 0);
  }
}

template <BrmUse kUse>
void BrmRules<kUse>::ReleaseNodeOf(int p) {
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

template <BrmUse kUse>
void BrmRules<kUse>::DropRefsOf(int p) {
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

template <BrmUse kUse>
void BrmRules<kUse>::ForgetSender(int p) {
  for (int q = 0; q < params_.processes; ++q) {
    if (Get(state_.Served(q)) == 1 + p) {
      state_.Set(state_.Served(q), 1 + dead_sender());
    }
    for (int i = 0; i < params_.inbox_capacity; ++i) {
      const int slot = Get(state_.Inbox(q, i));
      if (slot == 0 || SenderOf(slot) != p) continue;
      state_.Set(state_.Inbox(q, i),
                 SlotOf(dead_sender(), slot & kOneWay, ObjectOf(slot)));
    }
  }
}

template class BrmRules<BrmUse::kFingerprints>;
template class BrmRules<BrmUse::kEncodings>;
template class BrmRules<BrmUse::kFootprints>;

}  // namespace bindery::model
