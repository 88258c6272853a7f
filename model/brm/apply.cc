// What the choices of BRM-1 do, except death (die.cc).

#include "base/check.h"
#include "model/brm/brm.h"

namespace bindery::model {

using namespace brm;  // names of cell values

void Brm::Apply(Choice choice) {
  const BrmChoice c = BrmChoice::Unpack(choice);
  const int p = c.process;
  state_.Open();
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

void Brm::ApplyToRef(const BrmChoice& c) {
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

bool Brm::Referenced(int n) const {
  int any = 0;
  for (int p = 0; p < params_.processes; ++p) any |= RefOf(p, n) & kCounts;
  return any != 0;
}

bool Brm::Unused(int n) const {
  return state_.Get(state_.LocalStrong(n)) == 0 &&
         state_.Get(state_.LocalWeak(n)) == 0 &&
         state_.Get(state_.InternalStrong(n)) == 0 && !Referenced(n);
}

void Brm::AddStrong(int p, int n) {
  const int ref = RefOf(p, n);
  SetRef(p, n, ref + kOneStrong);
  if ((ref & kStrong) == 0) state_.Add(state_.InternalStrong(n), 1);
}

// True if that was the last strong count of the reference.
bool Brm::DropStrong(int p, int n) {
  const int ref = RefOf(p, n) - kOneStrong;
  SetRef(p, n, ref);
  if ((ref & kStrong) > 0) return false;
  if (defect_ != BrmDefect::kReleaseKeepsInternalStrong) {
    state_.Add(state_.InternalStrong(n), -1);
  }
  AfterStrongDecrement(n);
  return true;
}

void Brm::DropRefIfUnused(int p, int n) {
  const int ref = RefOf(p, n);
  if ((ref & kCounts) != 0) return;
  if (ref != 0) SetRef(p, n, 0);
  AfterWeakDecrement(n);
}

void Brm::AfterStrongDecrement(int n) {
  if (state_.Get(state_.LocalStrong(n)) == 0 &&
      state_.Get(state_.InternalStrong(n)) == 0) {
    NotifyOrFree(n);
  }
}

void Brm::AfterWeakDecrement(int n) {
  if (state_.Get(state_.LocalWeak(n)) == 0 && !Referenced(n)) NotifyOrFree(n);
}

// The owner is told what it no longer needs to hold, if it holds anything;
// otherwise the node goes when nothing uses it.
void Brm::NotifyOrFree(int n) {
  const int flags = FlagsOf(n);
  if (Live(n) && (flags & (kHasStrong | kHasWeak)) != 0) {
    if ((flags & kWork) == 0) SetFlags(n, flags | kWork);
  } else if (flags != 0 && Unused(n)) {
    SetFlags(n, 0);
  }
}

void Brm::DecrementLocalStrong(int n) {
  state_.Add(state_.LocalStrong(n), -1);
  AfterStrongDecrement(n);
}

void Brm::Release(int p, int n) {
  if (DropStrong(p, n)) DropRefIfUnused(p, n);
}

void Brm::DecRefs(int p, int n) {
  SetRef(p, n, RefOf(p, n) - kOneWeak);
  DropRefIfUnused(p, n);
}

void Brm::Translate(int from, int to, int object) {
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
void Brm::ReleaseObject(int p, int object) {
  if (object == 0) return;
  const int n = object - 1;
  if (n == p) {
    DecrementLocalStrong(n);
  } else if (StrongOf(p, n) > 0) {
    Release(p, n);
  }
}

void Brm::Push(int p, int slot) {
  int i = 0;
  while (state_.Get(state_.Inbox(p, i)) != 0) ++i;
  BINDERY_CHECK(i < params_.inbox_capacity);
  state_.Set(state_.Inbox(p, i), slot);
}

int Brm::Pop(int p) {
  const int first = state_.Get(state_.Inbox(p, 0));
  const int last = params_.inbox_capacity - 1;
  for (int i = 0; i < last; ++i) {
    state_.Set(state_.Inbox(p, i), state_.Get(state_.Inbox(p, i + 1)));
  }
  state_.Set(state_.Inbox(p, last), 0);
  return first;
}

void Brm::Transact(const BrmChoice& c) {
  const int p = c.process;
  const bool one_way = c.kind == BrmKind::kOneWayTransaction;
  state_.Add(state_.LocalStrong(c.node), 1);
  Translate(p, c.node, c.object);
  Push(c.node, SlotOf(p, one_way ? kOneWay : 0, c.object));
  if (!one_way) state_.Set(state_.Life(p), kAlive | kWaiting);
}

void Brm::Receive(int p) {
  const int slot = Pop(p);
  state_.Set(state_.Buffer(p), 1 + ObjectOf(slot));
  if ((slot & kOneWay) == 0) {
    state_.Set(state_.Served(p), 1 + SenderOf(slot));
  }
}

void Brm::FreeBuffer(int p) {
  ReleaseObject(p, state_.Get(state_.Buffer(p)) - 1);
  state_.Set(state_.Buffer(p), 0);
  DecrementLocalStrong(p);
}

void Brm::Reply(int p, int object) {
  const int served = state_.Get(state_.Served(p));
  state_.Set(state_.Served(p), 0);
  if (served == 1 + dead_sender_) return;
  const int caller = served - 1;
  Translate(p, caller, object);
  state_.Set(state_.Reply(caller), 1 + object);
}

void Brm::ReceiveReply(int p) {
  const int reply = state_.Get(state_.Reply(p));
  state_.Set(state_.Reply(p), 0);
  state_.Set(state_.Life(p), kAlive);
  if (reply != dead_reply_) state_.Set(state_.ReplyBuffer(p), reply);
}

void Brm::FreeReplyBuffer(int p) {
  ReleaseObject(p, state_.Get(state_.ReplyBuffer(p)) - 1);
  state_.Set(state_.ReplyBuffer(p), 0);
}

void Brm::NodeWork(int n) {
  const bool strong = state_.Get(state_.InternalStrong(n)) > 0 ||
                      state_.Get(state_.LocalStrong(n)) > 0;
  const bool weak =
      strong || Referenced(n) || state_.Get(state_.LocalWeak(n)) > 0;
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

void Brm::AcquireDone(int n) {
  SetFlags(n, FlagsOf(n) & ~kPendingStrong);
  DecrementLocalStrong(n);
}

void Brm::IncRefsDone(int n) {
  SetFlags(n, FlagsOf(n) & ~kPendingWeak);
  state_.Add(state_.LocalWeak(n), -1);
  AfterWeakDecrement(n);
}

}  // namespace bindery::model
