// What the choices of BRM-1 touch, told from the state without executing them
// (TellsTouches of model/concept.h).
//
// Parts are the cells of the state (state.h), except that
//   - the slots of an inbox are one part, and so are a node's internal strong
//     and local weak count;
//   - life and flags of a node are two parts, and so are counts and death
//     notification of a reference;
//   - the life of a process is only whether it waits. That it lives decides
//     what its own choices do, and each of those has another part in common
//     with its death.
//
// Two things make more choices independent than cells would:
//   - That a node keeps a strong or weak count when one goes is told from
//     another process's reference, if there is one, and the count is only added
//     to. (By I1 of brm.h the internal strong count is the number of those.)
//   - A death does not touch what the dead sent to others: it renames the
//     sender there, which changes nothing of what others do with it. Whoever
//     acts upon who the sender is touches the dead process itself.
#ifndef BINDERY_MODEL_BRM_TOUCHES_H_
#define BINDERY_MODEL_BRM_TOUCHES_H_

#include <array>
#include <cstdint>

#include "model/brm/choice.h"
#include "model/brm/params.h"
#include "model/brm/questions.h"
#include "model/brm/state.h"
#include "model/concept.h"

namespace bindery::model {

// Of one state.
template <BrmUse kUse>
class BrmTouches {
 public:
  // The model outlives this, and stays in its state while it is asked.
  explicit BrmTouches(const BrmQuestions<kUse>& model);

  // Of an enabled choice.
  Touch Of(Choice choice) const;

 private:
  // Bit p: process p.
  using Processes = uint32_t;

  // Inlined, all of them: so a touch stays in registers, and telling it costs
  // half as much as with calls.
  [[gnu::always_inline]] void OfRef(const BrmChoice& c, Touch* t) const;
  [[gnu::always_inline]] void OfTransaction(const BrmChoice& c, Touch* t) const;
  [[gnu::always_inline]] void OfReceipt(int p, Touch* t) const;
  [[gnu::always_inline]] void OfFreeBuffer(int p, Touch* t) const;
  [[gnu::always_inline]] void OfReply(const BrmChoice& c, Touch* t) const;
  [[gnu::always_inline]] void OfReceivedReply(int p, Touch* t) const;
  [[gnu::always_inline]] void OfNodeWork(int n, Touch* t) const;
  [[gnu::always_inline]] void OfDeath(int p, Touch* t) const;
  [[gnu::always_inline]] void FailCallersOf(int p, Touch* t) const;
  [[gnu::always_inline]] void ReleaseNodeOf(int p, Touch* t) const;
  [[gnu::always_inline]] void DropRefsOf(int p, Touch* t) const;

  // Parts of these, as in BrmRules.
  [[gnu::always_inline]] void Release(int p, int n, Touch* t) const;
  [[gnu::always_inline]] void DropStrong(int p, int n, Touch* t) const;
  [[gnu::always_inline]] void LoseRef(int p, int n, Touch* t) const;
  [[gnu::always_inline]] void DecrementLocalStrong(int n, int by,
                                                   Touch* t) const;
  [[gnu::always_inline]] void DecrementLocalWeak(int n, Touch* t) const;
  [[gnu::always_inline]] void NotifyOrFree(int n, Touch* t) const;
  [[gnu::always_inline]] void Translate(int from, int to, int object,
                                        Touch* t) const;
  [[gnu::always_inline]] void ReleaseObject(int p, int object, Touch* t) const;

  const BrmQuestions<kUse>& m_;
  const BrmState<kUse>& s_;
  // Who has a reference to the node, and who a strong one.
  std::array<Processes, BrmParams::kMaxProcesses> refs_;
  std::array<Processes, BrmParams::kMaxProcesses> holders_;
};

extern template class BrmTouches<BrmUse::kFingerprints>;
extern template class BrmTouches<BrmUse::kEncodings>;
extern template class BrmTouches<BrmUse::kFootprints>;

}  // namespace bindery::model

#endif  // BINDERY_MODEL_BRM_TOUCHES_H_
