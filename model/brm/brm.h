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
#include "model/brm/rules.h"
#include "model/brm/state.h"
#include "model/brm/symmetry.h"
#include "model/brm/touches.h"
#include "model/concept.h"

namespace bindery::model {

// `kUse` decides what is kept up to date (state.h), and nothing else.
template <BrmUse kUse>
class BasicBrm : protected BrmRules<kUse> {
 public:
  explicit BasicBrm(const BrmParams& params,
                    BrmDefect defect = BrmDefect::kNone);

  static constexpr bool kCanonicalEncoding = true;

  void Enabled(std::vector<Choice>* choices) const;
  void Apply(Choice choice) {
    state_.Open();
    this->Execute(choice);
  }
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

  // Orders (model/explore/orders.h). Deaths come first, since they cost most to
  // execute; choices that differ in their objects alone have one place.
  class Touches : public BrmTouches<kUse> {
   public:
    explicit Touches(const BasicBrm& model) : BrmTouches<kUse>(model) {}
  };
  static uint64_t RankOf(Choice choice) {
    const BrmChoice c = BrmChoice::Unpack(choice);
    if (c.kind == BrmKind::kDie) return c.process;
    return (uint64_t{c.process} + 1) << 8 | static_cast<uint64_t>(c.kind);
  }

  // Symmetry.
  int Permutations() const { return static_cast<int>(symmetry_->size()); }
  void Permute(int i) { state_.BecomeImage((*symmetry_)[i].image); }
  Choice PermuteChoice(int i, Choice choice) const;
  Fingerprint LeastFingerprint() const;

 protected:
  using BrmRules<kUse>::params_;
  using BrmRules<kUse>::state_;

 private:
  std::shared_ptr<const std::vector<BrmPermutation>> symmetry_;
};

extern template class BasicBrm<BrmUse::kFingerprints>;
extern template class BasicBrm<BrmUse::kEncodings>;
extern template class BasicBrm<BrmUse::kFootprints>;

using Brm = BasicBrm<BrmUse::kFingerprints>;

}  // namespace bindery::model

#endif  // BINDERY_MODEL_BRM_BRM_H_
