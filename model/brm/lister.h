// Which choices BRM-1 offers: process by process, and for each its reference
// commands, calls, receipts, node work and death.
#ifndef BINDERY_MODEL_BRM_LISTER_H_
#define BINDERY_MODEL_BRM_LISTER_H_

#include <cstdint>
#include <vector>

#include "model/brm/choice.h"
#include "model/brm/params.h"
#include "model/brm/questions.h"
#include "model/brm/state.h"
#include "model/concept.h"

namespace bindery::model {

// Appends the choices of one process.
template <BrmUse kUse>
class BrmLister {
 public:
  // The model outlives the lister.
  BrmLister(const BrmQuestions<kUse>& model, int p,
            std::vector<Choice>* choices)
      : m_(model), s_(model.state()), p_(p), choices_(choices) {}

  void List() {
    if (!m_.Alive(p_)) return;
    ListCommands();
    if ((m_.params().mortal >> p_ & 1) != 0) Add(BrmKind::kDie);
  }

  // All but death, of a process that is alive.
  void ListCommands() {
    for (int n = 0; n < m_.params().nodes; ++n) {
      if (n != p_ && (m_.RefOf(p_, n) & brm::kCounts) != 0) ListRef(n);
    }
    const bool free = (s_.Get(s_.Life(p_)) & brm::kWaiting) == 0 &&
                      s_.Get(s_.Served(p_)) == 0;
    if (free && s_.Get(s_.ReplyBuffer(p_)) == 0) ListCalls();
    if (free && s_.Get(s_.Buffer(p_)) == 0 && s_.Get(s_.Inbox(p_, 0)) != 0) {
      Add(BrmKind::kReceive);
    }
    ListBuffersAndReplies();
    if (m_.OwnsNode(p_)) ListNode();
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
    if ((ref & brm::kWeak) < m_.params().max_weak * brm::kOneWeak) {
      Add(BrmKind::kIncRefs, n);
    }
    if ((ref & brm::kStrong) > 0) Add(BrmKind::kRelease, n);
    if ((ref & brm::kWeak) > 0) Add(BrmKind::kDecRefs, n);
    if (m_.params().death_notices) ListNotice(n, ref & brm::kNotice);
  }

  void ListNotice(int n, int notice) {
    if (notice == brm::kNoNotice) Add(BrmKind::kRequestDeath, n);
    if (notice == brm::kRequested || notice == brm::kAcknowledged) {
      Add(BrmKind::kClearDeath, n);
    }
    if (notice == brm::kQueued) Add(BrmKind::kDeadBinder, n);
    if (notice == brm::kDelivered) Add(BrmKind::kDeadBinderDone, n);
  }

  void ListCalls() {
    for (int n = 0; n < m_.params().nodes; ++n) {
      if (n == p_ || m_.StrongOf(p_, n) == 0) continue;
      if (!m_.Live(n) || m_.InboxFull(n)) continue;
      for (int object = 0; object <= m_.params().nodes; ++object) {
        if (!m_.Sendable(p_, n, object)) continue;
        Add(BrmKind::kTransaction, n, object);
        if (m_.params().one_way) Add(BrmKind::kOneWayTransaction, n, object);
      }
    }
  }

  void ListBuffersAndReplies() {
    if (s_.Get(s_.Buffer(p_)) > 0) Add(BrmKind::kFreeBuffer);
    const int served = s_.Get(s_.Served(p_));
    if (served == 1 + m_.dead_sender()) {
      Add(BrmKind::kReply);
    } else if (served > 0) {
      for (int object = 0; object <= m_.params().nodes; ++object) {
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
    if ((flags & brm::kWork) != 0) Add(BrmKind::kNodeWork);
    if ((flags & brm::kPendingStrong) != 0) Add(BrmKind::kAcquireDone);
    if ((flags & brm::kPendingWeak) != 0) Add(BrmKind::kIncRefsDone);
  }

  const BrmQuestions<kUse>& m_;
  const BrmState<kUse>& s_;
  const int p_;
  std::vector<Choice>* const choices_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_BRM_LISTER_H_
