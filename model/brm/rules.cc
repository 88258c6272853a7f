#include "model/brm/rules.h"

#include "base/check.h"

namespace bindery::model {

using namespace brm;  // names of cell values

template <typename Cells>
void BrmRules<Cells>::Apply(Choice choice) {
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

template <typename Cells>
void BrmRules<Cells>::ApplyToRef(const BrmChoice& c) {
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

template <typename Cells>
void BrmRules<Cells>::AddStrong(int p, int n) {
  const int ref = RefOf(p, n);
  SetRef(p, n, ref + kOneStrong);
  if ((ref & kStrong) == 0) cells_.Add(cells_.InternalStrong(n), 1);
}

// True if that was the last strong count of the reference.
template <typename Cells>
bool BrmRules<Cells>::DropStrong(int p, int n) {
  const int ref = RefOf(p, n) - kOneStrong;
  SetRef(p, n, ref);
  if ((ref & kStrong) > 0) return false;
  if (defect_ != BrmDefect::kReleaseKeepsInternalStrong) {
    cells_.Add(cells_.InternalStrong(n), -1);
  }
  AfterStrongDecrement(n);
  return true;
}

template <typename Cells>
void BrmRules<Cells>::DropRefIfUnused(int p, int n) {
  const int ref = RefOf(p, n);
  if ((ref & kCounts) != 0) return;
  if (ref != 0) SetRef(p, n, 0);
  AfterWeakDecrement(n);
}

template <typename Cells>
void BrmRules<Cells>::AfterStrongDecrement(int n) {
  if (Get(cells_.LocalStrong(n)) == 0 && Get(cells_.InternalStrong(n)) == 0) {
    NotifyOrFree(n);
  }
}

template <typename Cells>
void BrmRules<Cells>::AfterWeakDecrement(int n) {
  if (Get(cells_.LocalWeak(n)) == 0 && !Referenced(n)) NotifyOrFree(n);
}

// The owner is told what it no longer needs to hold, if it holds anything;
// otherwise the node goes when nothing uses it.
template <typename Cells>
void BrmRules<Cells>::NotifyOrFree(int n) {
  const int flags = FlagsOf(n);
  if (Live(n) && (flags & (kHasStrong | kHasWeak)) != 0) {
    if ((flags & kWork) == 0) SetFlags(n, flags | kWork);
  } else if (flags != 0 && Unused(n)) {
    SetFlags(n, 0);
  }
}

template <typename Cells>
void BrmRules<Cells>::DecrementLocalStrong(int n) {
  cells_.Add(cells_.LocalStrong(n), -1);
  AfterStrongDecrement(n);
}

template <typename Cells>
void BrmRules<Cells>::Release(int p, int n) {
  if (DropStrong(p, n)) DropRefIfUnused(p, n);
}

template <typename Cells>
void BrmRules<Cells>::DecRefs(int p, int n) {
  SetRef(p, n, RefOf(p, n) - kOneWeak);
  DropRefIfUnused(p, n);
}

template <typename Cells>
void BrmRules<Cells>::Translate(int from, int to, int object) {
  if (object == 0) return;
  const int n = object - 1;
  if (n == to) {
    cells_.Add(cells_.LocalStrong(n), 1);
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
template <typename Cells>
void BrmRules<Cells>::ReleaseObject(int p, int object) {
  if (object == 0) return;
  const int n = object - 1;
  if (n == p) {
    DecrementLocalStrong(n);
  } else if (StrongOf(p, n) > 0) {
    Release(p, n);
  }
}

template <typename Cells>
void BrmRules<Cells>::Push(int p, int slot) {
  int i = 0;
  while (Get(cells_.Inbox(p, i)) != 0) ++i;
  BINDERY_CHECK(i < params_.inbox_capacity);
  cells_.Set(cells_.Inbox(p, i), slot);
}

template <typename Cells>
int BrmRules<Cells>::Pop(int p) {
  const int first = Get(cells_.Inbox(p, 0));
  const int last = params_.inbox_capacity - 1;
  for (int i = 0; i < last; ++i) {
    cells_.Set(cells_.Inbox(p, i), Get(cells_.Inbox(p, i + 1)));
  }
  cells_.Set(cells_.Inbox(p, last), 0);
  return first;
}

template <typename Cells>
void BrmRules<Cells>::Transact(const BrmChoice& c) {
  const int p = c.process;
  const bool one_way = c.kind == BrmKind::kOneWayTransaction;
  cells_.Add(cells_.LocalStrong(c.node), 1);
  Translate(p, c.node, c.object);
  Push(c.node, SlotOf(p, one_way ? kOneWay : 0, c.object));
  if (!one_way) cells_.Set(cells_.Life(p), kAlive | kWaiting);
}

template <typename Cells>
void BrmRules<Cells>::Receive(int p) {
  const int slot = Pop(p);
  cells_.Set(cells_.Buffer(p), 1 + ObjectOf(slot));
  if ((slot & kOneWay) == 0) {
    cells_.Set(cells_.Served(p), 1 + SenderOf(slot));
  }
}

template <typename Cells>
void BrmRules<Cells>::FreeBuffer(int p) {
  ReleaseObject(p, Get(cells_.Buffer(p)) - 1);
  cells_.Set(cells_.Buffer(p), 0);
  DecrementLocalStrong(p);
}

template <typename Cells>
void BrmRules<Cells>::Reply(int p, int object) {
  const int served = Get(cells_.Served(p));
  cells_.Set(cells_.Served(p), 0);
  if (served == 1 + dead_sender()) return;
  const int caller = served - 1;
  Translate(p, caller, object);
  cells_.Set(cells_.Reply(caller), 1 + object);
}

template <typename Cells>
void BrmRules<Cells>::ReceiveReply(int p) {
  const int reply = Get(cells_.Reply(p));
  cells_.Set(cells_.Reply(p), 0);
  cells_.Set(cells_.Life(p), kAlive);
  if (reply != dead_reply()) cells_.Set(cells_.ReplyBuffer(p), reply);
}

template <typename Cells>
void BrmRules<Cells>::FreeReplyBuffer(int p) {
  ReleaseObject(p, Get(cells_.ReplyBuffer(p)) - 1);
  cells_.Set(cells_.ReplyBuffer(p), 0);
}

template <typename Cells>
void BrmRules<Cells>::NodeWork(int n) {
  const bool strong =
      Get(cells_.InternalStrong(n)) > 0 || Get(cells_.LocalStrong(n)) > 0;
  const bool weak = strong || Referenced(n) || Get(cells_.LocalWeak(n)) > 0;
  int flags = FlagsOf(n) & ~kWork;
  if (weak && (flags & kHasWeak) == 0) {
    flags |= kHasWeak | kPendingWeak;
    cells_.Add(cells_.LocalWeak(n), 1);
  }
  if (strong && (flags & kHasStrong) == 0) {
    flags |= kHasStrong | kPendingStrong;
    cells_.Add(cells_.LocalStrong(n), 1);
  }
  if (!strong) flags &= ~kHasStrong;
  SetFlags(n, weak ? flags : 0);
}

template <typename Cells>
void BrmRules<Cells>::AcquireDone(int n) {
  SetFlags(n, FlagsOf(n) & ~kPendingStrong);
  DecrementLocalStrong(n);
}

template <typename Cells>
void BrmRules<Cells>::IncRefsDone(int n) {
  SetFlags(n, FlagsOf(n) & ~kPendingWeak);
  cells_.Add(cells_.LocalWeak(n), -1);
  AfterWeakDecrement(n);
}

// ------------------------------------------------------------------ death --

template <typename Cells>
void BrmRules<Cells>::Die(int p) {
  cells_.Set(cells_.Life(p), 0);
  FailCallersOf(p);
  if (OwnsNode(p) && Live(p)) ReleaseNodeOf(p);
  DropRefsOf(p);
  ForgetSender(p);
}

// Whoever waits for `p` gets a dead reply; then nothing waits at `p`.
template <typename Cells>
void BrmRules<Cells>::FailCallersOf(int p) {
  const int served = Get(cells_.Served(p));
  if (served > 0 && served != 1 + dead_sender()) {
    cells_.Set(cells_.Reply(served - 1), dead_reply());
  }
  for (int i = 0; i < params_.inbox_capacity; ++i) {
    const int slot = Get(cells_.Inbox(p, i));
    if (slot == 0) break;
    if ((slot & kOneWay) == 0 && SenderOf(slot) != dead_sender()) {
      cells_.Set(cells_.Reply(SenderOf(slot)), dead_reply());
    }
    cells_.Set(cells_.Inbox(p, i), 0);
  }
  for (const int cell : {cells_.Served(p), cells_.Reply(p), cells_.Buffer(p),
                         cells_.ReplyBuffer(p)}) {
    Clear(cell);
  }
}

template <typename Cells>
void BrmRules<Cells>::ReleaseNodeOf(int p) {
  Clear(cells_.LocalStrong(p));
  Clear(cells_.LocalWeak(p));
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

template <typename Cells>
void BrmRules<Cells>::DropRefsOf(int p) {
  for (int n = 0; n < params_.nodes; ++n) {
    const int ref = RefOf(p, n);
    if ((ref & kCounts) == 0) continue;
    SetRef(p, n, 0);
    if ((ref & kStrong) > 0) {
      cells_.Add(cells_.InternalStrong(n), -1);
      AfterStrongDecrement(n);
    }
    AfterWeakDecrement(n);
  }
}

template <typename Cells>
void BrmRules<Cells>::ForgetSender(int p) {
  for (int q = 0; q < params_.processes; ++q) {
    if (Get(cells_.Served(q)) == 1 + p) {
      cells_.Set(cells_.Served(q), 1 + dead_sender());
    }
    for (int i = 0; i < params_.inbox_capacity; ++i) {
      const int slot = Get(cells_.Inbox(q, i));
      if (slot == 0 || SenderOf(slot) != p) continue;
      cells_.Set(cells_.Inbox(q, i),
                 SlotOf(dead_sender(), slot & kOneWay, ObjectOf(slot)));
    }
  }
}

template class BrmRules<BrmState>;
template class BrmRules<NotedCells>;

}  // namespace bindery::model
