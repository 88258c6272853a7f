// Which choices BRM-1 offers: process by process, and for each its reference
// commands, calls, receipts, node work and death.

#include "model/brm/brm.h"

namespace bindery::model {

using namespace brm;  // names of cell values

// Appends the choices of one process.
class Brm::Lister {
 public:
  Lister(const Brm& model, int p, std::vector<Choice>* choices)
      : m_(model), s_(model.state_), p_(p), choices_(choices) {}

  void ListAll() {
    for (int n = 0; n < m_.params_.nodes; ++n) {
      if (n != p_ && (m_.RefOf(p_, n) & kCounts) != 0) ListRef(n);
    }
    const bool free =
        (s_.Get(s_.Life(p_)) & kWaiting) == 0 && s_.Get(s_.Served(p_)) == 0;
    if (free && s_.Get(s_.ReplyBuffer(p_)) == 0) ListCalls();
    if (free && s_.Get(s_.Buffer(p_)) == 0 && s_.Get(s_.Inbox(p_, 0)) != 0) {
      Add(BrmKind::kReceive);
    }
    ListBuffersAndReplies();
    if (m_.OwnsNode(p_)) ListNode();
    if ((m_.params_.mortal >> p_ & 1) != 0) Add(BrmKind::kDie);
  }

 private:
  void Add(BrmKind kind, int node = 0, int object = 0) {
    choices_->push_back(BrmChoice{kind, static_cast<uint8_t>(p_),
                                  static_cast<uint8_t>(node),
                                  static_cast<uint8_t>(object)}
                            .Pack());
  }

  void ListRef(int n) {
    const int ref = m_.RefOf(p_, n);
    if (m_.MayAcquire(p_, n)) Add(BrmKind::kAcquire, n);
    if ((ref & kWeak) < m_.params_.max_weak * kOneWeak) {
      Add(BrmKind::kIncRefs, n);
    }
    if ((ref & kStrong) > 0) Add(BrmKind::kRelease, n);
    if ((ref & kWeak) > 0) Add(BrmKind::kDecRefs, n);
    if (m_.params_.death_notices) ListNotice(n, ref & kNotice);
  }

  void ListNotice(int n, int notice) {
    if (notice == kNoNotice) Add(BrmKind::kRequestDeath, n);
    if (notice == kRequested || notice == kAcknowledged) {
      Add(BrmKind::kClearDeath, n);
    }
    if (notice == kQueued) Add(BrmKind::kDeadBinder, n);
    if (notice == kDelivered) Add(BrmKind::kDeadBinderDone, n);
  }

  void ListCalls() {
    for (int n = 0; n < m_.params_.nodes; ++n) {
      if (n == p_ || m_.StrongOf(p_, n) == 0) continue;
      if (!m_.Live(n) || m_.InboxFull(n)) continue;
      for (int object = 0; object <= m_.params_.nodes; ++object) {
        if (!m_.Sendable(p_, n, object)) continue;
        Add(BrmKind::kTransaction, n, object);
        if (m_.params_.one_way) Add(BrmKind::kOneWayTransaction, n, object);
      }
    }
  }

  void ListBuffersAndReplies() {
    if (s_.Get(s_.Buffer(p_)) > 0) Add(BrmKind::kFreeBuffer);
    const int served = s_.Get(s_.Served(p_));
    if (served == 1 + m_.dead_sender_) {
      Add(BrmKind::kReply);
    } else if (served > 0) {
      for (int object = 0; object <= m_.params_.nodes; ++object) {
        if (m_.Sendable(p_, served - 1, object)) {
          Add(BrmKind::kReply, 0, object);
        }
      }
    }
    if (s_.Get(s_.Reply(p_)) > 0) Add(BrmKind::kReceiveReply);
    if (s_.Get(s_.ReplyBuffer(p_)) > 0) Add(BrmKind::kFreeReplyBuffer);
  }

  void ListNode() {
    const int flags = m_.FlagsOf(p_);
    if ((flags & kWork) != 0) Add(BrmKind::kNodeWork);
    if ((flags & kPendingStrong) != 0) Add(BrmKind::kAcquireDone);
    if ((flags & kPendingWeak) != 0) Add(BrmKind::kIncRefsDone);
  }

  const Brm& m_;
  const BrmState& s_;
  const int p_;
  std::vector<Choice>* const choices_;
};

void Brm::Enabled(std::vector<Choice>* choices) const {
  for (int p = 0; p < params_.processes; ++p) {
    if (Alive(p)) Lister(*this, p, choices).ListAll();
  }
}

bool Brm::MayAcquire(int p, int n) const {
  const int strong = StrongOf(p, n);
  if (strong >= params_.max_strong) return false;
  return strong > 0 || state_.Get(state_.InternalStrong(n)) > 0 ||
         (n == 0 && (FlagsOf(0) & kHasStrong) != 0);
}

bool Brm::InboxFull(int p) const {
  return state_.Get(state_.Inbox(p, params_.inbox_capacity - 1)) != 0;
}

bool Brm::Sendable(int from, int to, int object) const {
  if (object == 0) return true;
  const int n = object - 1;
  if (n == to) return StrongOf(from, n) > 0 && Live(n);
  if (n != from && StrongOf(from, n) == 0) return false;
  return StrongOf(to, n) < params_.max_strong;
}

}  // namespace bindery::model
