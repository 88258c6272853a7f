// BRM-1, the abstract binder reference model, as a model of the checker.
//
// One thread in each process; one command, or one process death, is one atomic
// choice. Modelled: strong and weak references with their local and internal
// counts, the increment and decrement handshakes with a node's owner,
// synchronous and one-way transactions that carry at most one binder object,
// replies, buffers that hold references, death of processes and death
// notifications. Not modelled: serialisation of one-way work, callbacks while
// waiting, several threads, temporary references, file descriptors, space in
// buffers, binderfs, freezing.
//
// Five independent explorers agree on its counts, so it serves as an oracle
// for ours; docs/model-checker.md has them.
//
// Invariants, checked in every state:
//   I1  internal strong count of n = number of processes with a strong
//       reference to n
//   I2  a reference exists  =>  its node is not free
//   I3  a node that is not live has no flags and no local counts
//   I4  pending strong => has strong; pending weak => has weak
//
// Processes are interchangeable if neither owns a node, or each owns one but
// neither is the context manager, and both or none may die.
//
// Every state without enabled choices is a finished one. There are no
// `sometimes` properties and nothing is ever inconclusive. Not thread-safe.
#ifndef BINDERY_MODEL_BRM_BRM_H_
#define BINDERY_MODEL_BRM_BRM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "model/brm/choice.h"
#include "model/brm/params.h"
#include "model/brm/state.h"
#include "model/brm/symmetry.h"
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

class Brm {
 public:
  explicit Brm(const BrmParams& params, BrmDefect defect = BrmDefect::kNone);

  static constexpr bool kCanonicalEncoding = true;

  void Enabled(std::vector<Choice>* choices) const;
  void Apply(Choice choice);
  void Undo() { state_.Undo(); }
  Fingerprint GetFingerprint() const { return state_.fingerprint(); }
  void Encode(std::string* bytes) const { state_.Encode(bytes); }
  void Decode(absl::string_view encoded) { state_.Decode(encoded); }
  std::string CanonicalText() const;
  bool Check(std::vector<Violation>* violations) const;
  Ending Classify(std::string*) const { return Ending::kFinished; }
  uint64_t Sometimes() const { return 0; }
  uint32_t ActorOf(Choice choice) const {
    return BrmChoice::Unpack(choice).process + 1;
  }
  // A command of BRM-1 is one choice.
  bool InsideCommand(uint32_t) const { return false; }
  bool Inconclusive() const { return false; }
  std::string InconclusiveReason() const { return ""; }

  // Symmetry.
  int Permutations() const { return static_cast<int>(symmetry_->size()); }
  void Permute(int i) { state_.BecomeImage((*symmetry_)[i].image); }
  Choice PermuteChoice(int i, Choice choice) const;
  Fingerprint LeastFingerprint() const;

 private:
  class Lister;

  // Questions.
  bool Alive(int p) const { return state_.Get(state_.Life(p)) & brm::kAlive; }
  int FlagsOf(int n) const { return state_.Get(state_.Flags(n)); }
  int RefOf(int p, int n) const { return state_.Get(state_.Ref(p, n)); }
  int StrongOf(int p, int n) const { return RefOf(p, n) & brm::kStrong; }
  bool Live(int n) const { return (FlagsOf(n) & brm::kNodeLife) == brm::kLive; }
  bool OwnsNode(int p) const { return p < params_.nodes; }
  bool Referenced(int n) const;
  bool Unused(int n) const;
  bool InboxFull(int p) const;
  bool Sendable(int from, int to, int object) const;
  bool MayAcquire(int p, int n) const;

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

  const BrmParams params_;
  const BrmDefect defect_;
  const int dead_sender_;  // one beyond the processes
  const int dead_reply_;   // one beyond the objects of replies
  BrmState state_;
  std::shared_ptr<const std::vector<BrmPermutation>> symmetry_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_BRM_BRM_H_
