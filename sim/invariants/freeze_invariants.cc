// Invariants of freeze listeners.
#include "absl/strings/str_cat.h"
#include "sim/invariants/invariants.h"
#include "sim/kernel/atom.h"

namespace bindery::sim {
namespace {

// Somebody is freezing or unfreezing the proc, and may not have told yet.
bool InTransition(const World& w, ProcId proc) {
  bool found = false;
  w.ForEach<FrameRow>([&](FrameId, const FrameRow& frame) {
    const OpId op = static_cast<OpId>(frame.op);
    found |= frame.target_proc == proc &&
             (op == OpId::kFreezeProc || op == OpId::kAddFreezeWork);
  });
  return found;
}

// The ref that has the listener; none if it was cleared.
RefId RefOf(const World& w, FreezeId id) {
  RefId found;
  w.ForEach<RefRow>([&](RefId ref, const RefRow& row) {
    if (row.freeze == id) found = ref;
  });
  return found;
}

// The ref is off its proc's tree, and frees its listener next.
bool IsBeingFreed(const World& w, RefId ref) {
  return ref && !w.Peek(ref).rb_node.linked();
}

// The proc that the listener is about; none if it was cleared or is being
// freed, or if nobody will tell it anything any more.
ProcId Target(const World& w, FreezeId id) {
  const RefId ref = RefOf(w, id);
  if (!ref || IsBeingFreed(w, ref)) return {};
  const ProcId target = w.Peek(w.Peek(ref).node).proc;
  if (!target || w.Peek(target).is_dead != 0) return {};
  return target;
}

}  // namespace

void CheckFreeze(const World& w, FreezeId id, Findings* f) {
  const FreezeRow& freeze = w.Peek(id);
  // A dying proc's list is emptied before what was on it is freed.
  const bool dying = w.Peek(freeze.proc).is_dead != 0;
  const bool delivered = freeze.work.entry.head == Head::kDeliveredFreeze;
  const bool agree = (freeze.sent != 0) == delivered || dying;
  f->Expect(agree || IsBeingFreed(w, RefOf(w, id)), "E69", id.any(), [&] {
    return std::string(delivered ? "delivered, but not marked as sent"
                                 : "marked as sent, but not delivered");
  });
  f->Expect(freeze.resend == 0 || freeze.sent != 0, "E69", id.any(), [] {
    return std::string("it waits for an acknowledgement, but was not sent");
  });
  if (freeze.work.entry.linked() || !w.Quiescent(id.any())) return;
  const ProcId target = Target(w, id);
  if (!target || InTransition(w, target)) return;
  const uint8_t is_frozen = w.Peek(target).is_frozen;
  f->Expect(freeze.told == is_frozen + 1, "E70", id.any(), [&] {
    return absl::StrCat(freeze.told == 0   ? "it was told nothing"
                        : freeze.told == 1 ? "it was told: not frozen"
                                           : "it was told: frozen",
                        ", but the process is ",
                        is_frozen != 0 ? "frozen" : "not frozen");
  });
}

void CheckFreezes(const World& w, Findings* f) {
  w.ForEach<FreezeRow>(
      [&](FreezeId id, const FreezeRow&) { CheckFreeze(w, id, f); });
}

}  // namespace bindery::sim
