#include "sim/kernel/nice.h"

#include "sim/binderfs/binderfs.h"
#include "sim/kernel/process.h"

namespace bindery::sim {
namespace {

// set_user_nice() leaves alone what is out of range.
void SetUserNice(Op& op, int32_t nice) {
  if (nice < kLeastNice || nice > kMostNice) return;
  if (op.w.Get(op.f->task).nice == nice) return;
  op.w.Edit(op.f->task).nice = static_cast<int8_t>(nice);
}

// can_nice(). Who is root of a user namespace has no capability outside of it.
// The limit counts from 1 for 19 up to 40 for -20, and is compared
// without a sign.
bool MayHaveNice(Op& op, int32_t nice) {
  const ProcessRow& process = op.w.Get(CurrentProcess(op));
  const int32_t needed = kMostNice + 1 - nice;
  return (needed >= 0 && needed <= process.rlimit_nice) ||
         Capable(op.w, CurrentProcess(op), kInitialUserNs);
}

}  // namespace

void SetNice(Op& op, int32_t nice) {
  if (op.Check(Guard::kSetNiceAllowed, MayHaveNice(op, nice))) {
    SetUserNice(op, nice);
    return;
  }
  const int32_t least =
      kMostNice + 1 - op.w.Get(CurrentProcess(op)).rlimit_nice;
  SetUserNice(op, least);
  if (least > kMostNice) op.UserError("RLIMIT_NICE not set");
}

void TakeOverNice(Op& op) {
  const NodeId node = op.w.Get(op.w.Get(op.f->t).buffer).target_node;
  if (!node) return;
  TransactionRow& t = op.w.Edit(op.f->t);
  t.saved_priority = op.w.Get(op.f->task).nice;
  const int32_t min_priority =
      static_cast<int32_t>(op.w.Get(node).flags & kFlatPriorityMask);
  const bool sync = (t.flags & kTfOneWay) == 0;
  if (op.Check(Guard::kNiceOfCaller, sync && t.priority < min_priority)) {
    SetNice(op, t.priority);
  } else if (op.Check(Guard::kNiceOfNode,
                      sync || t.saved_priority > min_priority)) {
    SetNice(op, min_priority);
  }
}

}  // namespace bindery::sim
