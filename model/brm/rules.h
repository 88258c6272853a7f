// What the choices of BRM-1 do.
#ifndef BINDERY_MODEL_BRM_RULES_H_
#define BINDERY_MODEL_BRM_RULES_H_

#include "model/brm/choice.h"
#include "model/brm/params.h"
#include "model/brm/questions.h"
#include "model/brm/state.h"
#include "model/concept.h"

namespace bindery::model {

// A deliberate mistake, to test that the checker notices.
enum class BrmDefect {
  kNone,
  // The last RELEASE leaves the internal strong count as it was: breaks I1.
  kReleaseKeepsInternalStrong,
  // A process that dies leaves the flags of a node that others still refer
  // to: breaks I3.
  kDeathKeepsNodeFlags,
};

template <BrmUse kUse>
class BrmRules : public BrmQuestions<kUse> {
 public:
  BrmRules(const BrmParams& params, BrmDefect defect)
      : BrmQuestions<kUse>(params), defect_(defect) {}

  // Executes an enabled choice.
  void Execute(Choice choice);

 protected:
  using Questions = BrmQuestions<kUse>;
  using Questions::dead_reply;
  using Questions::dead_sender;
  using Questions::FlagsOf;
  using Questions::Get;
  using Questions::Live;
  using Questions::OwnsNode;
  using Questions::params_;
  using Questions::Referenced;
  using Questions::RefOf;
  using Questions::state_;
  using Questions::StrongOf;
  using Questions::Unused;

 private:
  // Effects; each is a part of several commands.
  void SetFlags(int n, int flags) { state_.Set(state_.Flags(n), flags); }
  void SetRef(int p, int n, int ref) { state_.Set(state_.Ref(p, n), ref); }
  void AddStrong(int p, int n);
  bool DropStrong(int p, int n);
  void DropRefIfUnused(int p, int n);
  void AfterStrongDecrement(int n);
  void AfterWeakDecrement(int n);
  void NotifyOrFree(int n);
  void DecrementLocalStrong(int n);
  void Translate(int from, int to, int object);
  void ReleaseObject(int p, int object);
  void Push(int p, int slot);
  int Pop(int p);

  // Commands.
  void ApplyToRef(const BrmChoice& c);
  void Release(int p, int n);
  void DecRefs(int p, int n);
  void Transact(const BrmChoice& c);
  void Receive(int p);
  void FreeBuffer(int p);
  void Reply(int p, int object);
  void ReceiveReply(int p);
  void FreeReplyBuffer(int p);
  void NodeWork(int n);
  void AcquireDone(int n);
  void IncRefsDone(int n);

  // The steps of a death.
  void Die(int p);
  void FailCallersOf(int p);
  void ReleaseNodeOf(int p);
  void DropRefsOf(int p);
  void ForgetSender(int p);

  const BrmDefect defect_;
};

extern template class BrmRules<BrmUse::kFingerprints>;
extern template class BrmRules<BrmUse::kEncodings>;
extern template class BrmRules<BrmUse::kFootprints>;

}  // namespace bindery::model

#endif  // BINDERY_MODEL_BRM_RULES_H_
