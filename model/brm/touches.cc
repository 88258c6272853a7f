#include "model/brm/touches.h"

#include <bit>
#include <cstdint>

namespace bindery::model {

using namespace brm;  // names of cell values

namespace {

constexpr int kMost = BrmParams::kMaxProcesses;

constexpr Parts Bit(int i) { return Parts{1} << i; }

// Of a process.
constexpr Parts Waiting(int p) { return Bit(6 * p); }
constexpr Parts Served(int p) { return Bit(6 * p + 1); }
constexpr Parts ReplyTo(int p) { return Bit(6 * p + 2); }
constexpr Parts Buffer(int p) { return Bit(6 * p + 3); }
constexpr Parts ReplyBuffer(int p) { return Bit(6 * p + 4); }
constexpr Parts Inbox(int p) { return Bit(6 * p + 5); }
constexpr Parts AllOf(int p) { return Parts{0x3f} << (6 * p); }
// Of a node.
constexpr int kNodes = 6 * kMost;
constexpr Parts NodeLife(int n) { return Bit(kNodes + 4 * n); }
constexpr Parts Flags(int n) { return Bit(kNodes + 4 * n + 1); }
constexpr Parts InternalStrong(int n) { return Bit(kNodes + 4 * n + 2); }
constexpr Parts LocalWeak(int n) { return InternalStrong(n); }
constexpr Parts LocalStrong(int n) { return Bit(kNodes + 4 * n + 3); }
// Of a reference; nobody has one to his own node.
constexpr int kRefs = kNodes + 4 * kMost;
constexpr int RefBit(int p, int n) {
  return kRefs + 2 * ((kMost - 1) * p + n - (n > p ? 1 : 0));
}
constexpr Parts Counts(int p, int n) { return Bit(RefBit(p, n)); }
constexpr Parts Notice(int p, int n) { return Bit(RefBit(p, n) + 1); }
static_assert(RefBit(kMost - 1, kMost - 2) + 2 == 64);

constexpr Parts CountsOfRefsTo(int n) {
  Parts all = 0;
  for (int p = 0; p < kMost; ++p) all |= p == n ? 0 : Counts(p, n);
  return all;
}

// Those without p.
constexpr uint32_t But(uint32_t processes, int p) {
  return processes & ~(uint32_t{1} << p);
}

// REQUIRES: there are any.
Parts CountsOfOne(uint32_t processes, int n) {
  return Counts(std::countr_zero(processes), n);
}

void ReadAndWrite(Parts parts, Touch* t) {
  t->reads |= parts;
  t->writes |= parts;
}

}  // namespace

template <BrmUse kUse>
BrmTouches<kUse>::BrmTouches(const BrmQuestions<kUse>& model)
    : m_(model), s_(model.state()) {
  for (int n = 0; n < m_.params().nodes; ++n) {
    refs_[n] = holders_[n] = 0;
    for (int p = 0; p < m_.params().processes; ++p) {
      const int ref = m_.RefOf(p, n);
      refs_[n] |= ((ref & kCounts) != 0 ? 1u : 0u) << p;
      holders_[n] |= ((ref & kStrong) != 0 ? 1u : 0u) << p;
    }
  }
}

template <BrmUse kUse>
Touch BrmTouches<kUse>::Of(Choice choice) const {
  const BrmChoice c = BrmChoice::Unpack(choice);
  const int p = c.process;
  Touch t;
  switch (c.kind) {
    case BrmKind::kTransaction:
    case BrmKind::kOneWayTransaction:
      OfTransaction(c, &t);
      break;
    case BrmKind::kReceive:
      OfReceipt(p, &t);
      break;
    case BrmKind::kFreeBuffer:
      OfFreeBuffer(p, &t);
      break;
    case BrmKind::kReply:
      OfReply(c, &t);
      break;
    case BrmKind::kReceiveReply:
      OfReceivedReply(p, &t);
      break;
    case BrmKind::kFreeReplyBuffer:
      ReadAndWrite(ReplyBuffer(p), &t);
      ReleaseObject(p, m_.Get(s_.ReplyBuffer(p)) - 1, &t);
      break;
    case BrmKind::kNodeWork:
      OfNodeWork(p, &t);
      break;
    case BrmKind::kAcquireDone:
      ReadAndWrite(Flags(p), &t);
      DecrementLocalStrong(p, 1, &t);
      break;
    case BrmKind::kIncRefsDone:
      ReadAndWrite(Flags(p), &t);
      DecrementLocalWeak(p, &t);
      break;
    case BrmKind::kDie:
      OfDeath(p, &t);
      break;
    default:
      OfRef(c, &t);
  }
  return t;
}

template <BrmUse kUse>
inline void BrmTouches<kUse>::OfRef(const BrmChoice& c, Touch* t) const {
  const int p = c.process;
  const int n = c.node;
  const int counts = m_.RefOf(p, n) & kCounts;
  t->reads |= Counts(p, n);
  switch (c.kind) {
    case BrmKind::kAcquire:
      t->writes |= Counts(p, n);
      if ((counts & kStrong) != 0) return;
      t->adds |= InternalStrong(n);
      if (holders_[n] != 0) {
        t->reads |= CountsOfOne(holders_[n], n);
      } else {
        t->reads |= Flags(n);
      }
      return;
    case BrmKind::kIncRefs:
      t->writes |= Counts(p, n);
      return;
    case BrmKind::kRelease:
      return Release(p, n, t);
    case BrmKind::kDecRefs:
      t->writes |= Counts(p, n);
      if (counts == kOneWeak) LoseRef(p, n, t);
      return;
    case BrmKind::kRequestDeath:
      t->reads |= NodeLife(n);
      return ReadAndWrite(Notice(p, n), t);
    default:
      return ReadAndWrite(Notice(p, n), t);
  }
}

template <BrmUse kUse>
inline void BrmTouches<kUse>::Release(int p, int n, Touch* t) const {
  ReadAndWrite(Counts(p, n), t);
  const int counts = m_.RefOf(p, n) & kCounts;
  if ((counts & kStrong) != kOneStrong) return;
  DropStrong(p, n, t);
  if (counts == kOneStrong) LoseRef(p, n, t);
}

// The reference holds the node no longer.
template <BrmUse kUse>
inline void BrmTouches<kUse>::DropStrong(int p, int n, Touch* t) const {
  t->adds |= InternalStrong(n);
  if (const Processes others = But(holders_[n], p); others != 0) {
    t->reads |= CountsOfOne(others, n);
    return;
  }
  t->reads |= LocalStrong(n);
  if (m_.Get(s_.LocalStrong(n)) != 0) return;
  t->reads |= InternalStrong(n);
  NotifyOrFree(n, t);
}

// The reference goes.
template <BrmUse kUse>
inline void BrmTouches<kUse>::LoseRef(int p, int n, Touch* t) const {
  t->reads |= Notice(p, n);
  if ((m_.RefOf(p, n) & kNotice) != kNoNotice) t->writes |= Notice(p, n);
  if (const Processes others = But(holders_[n], p); others != 0) {
    t->reads |= CountsOfOne(others, n);
  } else if (const Processes others = But(refs_[n], p); others != 0) {
    t->reads |= CountsOfOne(others, n);
  } else {
    t->reads |= LocalWeak(n);
    if (m_.Get(s_.LocalWeak(n)) != 0) return;
    t->reads |= CountsOfRefsTo(n);
    NotifyOrFree(n, t);
  }
}

template <BrmUse kUse>
inline void BrmTouches<kUse>::DecrementLocalStrong(int n, int by,
                                                   Touch* t) const {
  t->adds |= LocalStrong(n);
  if (holders_[n] != 0) {
    t->reads |= CountsOfOne(holders_[n], n);
    return;
  }
  t->reads |= LocalStrong(n);
  if (m_.Get(s_.LocalStrong(n)) > by) return;
  t->reads |= InternalStrong(n);
  NotifyOrFree(n, t);
}

template <BrmUse kUse>
inline void BrmTouches<kUse>::DecrementLocalWeak(int n, Touch* t) const {
  t->adds |= LocalWeak(n);
  if (refs_[n] != 0) {
    t->reads |= CountsOfOne(refs_[n], n);
    return;
  }
  t->reads |= LocalWeak(n);
  if (m_.Get(s_.LocalWeak(n)) > 1) return;
  t->reads |= CountsOfRefsTo(n);
  NotifyOrFree(n, t);
}

template <BrmUse kUse>
inline void BrmTouches<kUse>::NotifyOrFree(int n, Touch* t) const {
  const int flags = m_.FlagsOf(n);
  t->reads |= NodeLife(n) | Flags(n);
  if (m_.Live(n) && (flags & (kHasStrong | kHasWeak)) != 0) {
    if ((flags & kWork) == 0) t->writes |= Flags(n);
    return;
  }
  t->reads |= InternalStrong(n) | LocalStrong(n) | CountsOfRefsTo(n);
  t->writes |= Flags(n) | NodeLife(n);
}

template <BrmUse kUse>
inline void BrmTouches<kUse>::Translate(int from, int to, int object,
                                        Touch* t) const {
  if (object == 0) return;
  const int n = object - 1;
  if (n == to) {
    t->reads |= Counts(from, n) | NodeLife(n);
    t->adds |= LocalStrong(n);
    return;
  }
  ReadAndWrite(Counts(to, n), t);
  const bool first = m_.StrongOf(to, n) == 0;
  if (first) t->adds |= InternalStrong(n);
  if (n != from) {
    t->reads |= Counts(from, n);
    return;
  }
  const int flags = m_.FlagsOf(n);
  t->reads |= NodeLife(n);
  if ((flags & kNodeLife) == kFree) t->writes |= NodeLife(n);
  if (!first) return;
  t->reads |= Flags(n);
  if ((flags & kHasStrong) == 0) t->writes |= Flags(n);
}

template <BrmUse kUse>
inline void BrmTouches<kUse>::ReleaseObject(int p, int object, Touch* t) const {
  if (object == 0) return;
  const int n = object - 1;
  if (n == p) return DecrementLocalStrong(n, 1, t);
  t->reads |= Counts(p, n);
  if (m_.StrongOf(p, n) > 0) Release(p, n, t);
}

template <BrmUse kUse>
inline void BrmTouches<kUse>::OfTransaction(const BrmChoice& c,
                                            Touch* t) const {
  const int p = c.process;
  const int n = c.node;
  t->reads |=
      Waiting(p) | Served(p) | ReplyBuffer(p) | Counts(p, n) | NodeLife(n);
  ReadAndWrite(Inbox(n), t);
  t->adds |= LocalStrong(n);
  Translate(p, n, c.object, t);
  if (c.kind == BrmKind::kTransaction) t->writes |= Waiting(p);
}

template <BrmUse kUse>
inline void BrmTouches<kUse>::OfReceipt(int p, Touch* t) const {
  t->reads |= Waiting(p) | Served(p);
  ReadAndWrite(Inbox(p) | Buffer(p), t);
  if ((m_.Get(s_.Inbox(p, 0)) & kOneWay) == 0) t->writes |= Served(p);
}

template <BrmUse kUse>
inline void BrmTouches<kUse>::OfFreeBuffer(int p, Touch* t) const {
  ReadAndWrite(Buffer(p), t);
  const int object = m_.Get(s_.Buffer(p)) - 1;
  if (object == p + 1) return DecrementLocalStrong(p, 2, t);
  ReleaseObject(p, object, t);
  DecrementLocalStrong(p, 1, t);
}

template <BrmUse kUse>
inline void BrmTouches<kUse>::OfReply(const BrmChoice& c, Touch* t) const {
  const int p = c.process;
  ReadAndWrite(Served(p), t);
  const int served = m_.Get(s_.Served(p));
  if (served == 1 + m_.dead_sender()) return;
  Translate(p, served - 1, c.object, t);
  t->writes |= ReplyTo(served - 1);
}

template <BrmUse kUse>
inline void BrmTouches<kUse>::OfReceivedReply(int p, Touch* t) const {
  ReadAndWrite(ReplyTo(p), t);
  t->writes |= Waiting(p);
  if (m_.Get(s_.Reply(p)) != m_.dead_reply()) t->writes |= ReplyBuffer(p);
}

template <BrmUse kUse>
inline void BrmTouches<kUse>::OfNodeWork(int n, Touch* t) const {
  ReadAndWrite(Flags(n), t);
  t->adds |= LocalStrong(n) | LocalWeak(n);
  if (holders_[n] != 0) {
    t->reads |= CountsOfOne(holders_[n], n);
    return;
  }
  t->reads |= InternalStrong(n) | LocalStrong(n) | CountsOfRefsTo(n);
  t->writes |= NodeLife(n);
}

// ------------------------------------------------------------------ death --

template <BrmUse kUse>
inline void BrmTouches<kUse>::OfDeath(int p, Touch* t) const {
  t->writes |= AllOf(p);
  FailCallersOf(p, t);
  if (m_.OwnsNode(p)) ReleaseNodeOf(p, t);
  DropRefsOf(p, t);
}

template <BrmUse kUse>
inline void BrmTouches<kUse>::FailCallersOf(int p, Touch* t) const {
  const int served = m_.Get(s_.Served(p));
  if (served > 0 && served != 1 + m_.dead_sender()) {
    t->writes |= ReplyTo(served - 1);
  }
  for (int i = 0; i < m_.params().inbox_capacity; ++i) {
    const int slot = m_.Get(s_.Inbox(p, i));
    if (slot == 0) break;
    if ((slot & kOneWay) == 0 && SenderOf(slot) != m_.dead_sender()) {
      t->writes |= ReplyTo(SenderOf(slot));
    }
  }
}

template <BrmUse kUse>
inline void BrmTouches<kUse>::ReleaseNodeOf(int p, Touch* t) const {
  t->reads |= NodeLife(p);
  if (!m_.Live(p)) return;
  t->reads |= refs_[p] != 0 ? CountsOfOne(refs_[p], p) : CountsOfRefsTo(p);
  t->writes |= NodeLife(p) | Flags(p) | LocalStrong(p) | LocalWeak(p);
  for (int q = 0; q < m_.params().processes; ++q) {
    if (q == p) continue;
    t->reads |= Notice(q, p);
    if ((m_.RefOf(q, p) & kNotice) == kRequested) t->writes |= Notice(q, p);
  }
}

template <BrmUse kUse>
inline void BrmTouches<kUse>::DropRefsOf(int p, Touch* t) const {
  for (int n = 0; n < m_.params().nodes; ++n) {
    if (n == p) continue;
    t->reads |= Counts(p, n);
    if ((refs_[n] >> p & 1) == 0) continue;
    t->writes |= Counts(p, n);
    if ((holders_[n] >> p & 1) != 0) DropStrong(p, n, t);
    LoseRef(p, n, t);
  }
}

template class BrmTouches<BrmUse::kFingerprints>;
template class BrmTouches<BrmUse::kEncodings>;
template class BrmTouches<BrmUse::kFootprints>;

}  // namespace bindery::model
