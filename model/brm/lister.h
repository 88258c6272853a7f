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
template <typename Cells>
class BrmLister : private BrmQuestions<Cells> {
 public:
  BrmLister(const BrmParams& params, Cells& cells, int p,
            std::vector<Choice>* choices)
      : BrmQuestions<Cells>(params, cells), p_(p), choices_(choices) {}

  void List() {
    if (!Alive(p_)) return;
    ListCommands();
    if ((params_.mortal >> p_ & 1) != 0) Add(BrmKind::kDie);
  }

  // All but death, of a process that is alive.
  void ListCommands() {
    for (int n = 0; n < params_.nodes; ++n) {
      if (n != p_ && (RefOf(p_, n) & brm::kCounts) != 0) ListRef(n);
    }
    const bool free = (Get(cells_.Life(p_)) & brm::kWaiting) == 0 &&
                      Get(cells_.Served(p_)) == 0;
    if (free && Get(cells_.ReplyBuffer(p_)) == 0) ListCalls();
    if (free && Get(cells_.Buffer(p_)) == 0 && Get(cells_.Inbox(p_, 0)) != 0) {
      Add(BrmKind::kReceive);
    }
    ListBuffersAndReplies();
    if (OwnsNode(p_)) ListNode();
  }

 private:
  void Add(BrmKind kind, int node = 0, int object = 0) {
    choices_->push_back(BrmChoice{kind, static_cast<uint8_t>(p_),
                                  static_cast<uint8_t>(node),
                                  static_cast<uint8_t>(object)}
                            .Pack());
  }

  void ListRef(int n) {
    const int ref = RefOf(p_, n);
    if (MayAcquire(p_, n)) Add(BrmKind::kAcquire, n);
    if ((ref & brm::kWeak) < params_.max_weak * brm::kOneWeak) {
      Add(BrmKind::kIncRefs, n);
    }
    if ((ref & brm::kStrong) > 0) Add(BrmKind::kRelease, n);
    if ((ref & brm::kWeak) > 0) Add(BrmKind::kDecRefs, n);
    if (params_.death_notices) ListNotice(n, ref & brm::kNotice);
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
    for (int n = 0; n < params_.nodes; ++n) {
      if (n == p_ || StrongOf(p_, n) == 0) continue;
      if (!Live(n) || InboxFull(n)) continue;
      for (int object = 0; object <= params_.nodes; ++object) {
        if (!Sendable(p_, n, object)) continue;
        Add(BrmKind::kTransaction, n, object);
        if (params_.one_way) Add(BrmKind::kOneWayTransaction, n, object);
      }
    }
  }

  void ListBuffersAndReplies() {
    if (Get(cells_.Buffer(p_)) > 0) Add(BrmKind::kFreeBuffer);
    const int served = Get(cells_.Served(p_));
    if (served == 1 + this->dead_sender()) {
      Add(BrmKind::kReply);
    } else if (served > 0) {
      for (int object = 0; object <= params_.nodes; ++object) {
        if (Sendable(p_, served - 1, object)) {
          Add(BrmKind::kReply, 0, object);
        }
      }
    }
    if (Get(cells_.Reply(p_)) > 0) Add(BrmKind::kReceiveReply);
    if (Get(cells_.ReplyBuffer(p_)) > 0) Add(BrmKind::kFreeReplyBuffer);
  }

  void ListNode() {
    const int flags = FlagsOf(p_);
    if ((flags & brm::kWork) != 0) Add(BrmKind::kNodeWork);
    if ((flags & brm::kPendingStrong) != 0) Add(BrmKind::kAcquireDone);
    if ((flags & brm::kPendingWeak) != 0) Add(BrmKind::kIncRefsDone);
  }

  using Questions = BrmQuestions<Cells>;
  using Questions::Alive;
  using Questions::cells_;
  using Questions::FlagsOf;
  using Questions::Get;
  using Questions::InboxFull;
  using Questions::Live;
  using Questions::MayAcquire;
  using Questions::OwnsNode;
  using Questions::params_;
  using Questions::RefOf;
  using Questions::Sendable;
  using Questions::StrongOf;

  const int p_;
  std::vector<Choice>* const choices_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_BRM_LISTER_H_
