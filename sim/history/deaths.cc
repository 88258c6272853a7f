// Death notifications, from registration to the last word.
//
// E66 BR_DEAD_BINDER comes at most once for each accepted registration that was
//     not cleared in time, and not before the release of the node's owner has
//     begun.
// E67 BR_CLEAR_DEATH_NOTIFICATION_DONE comes at most once for each accepted
//     clearing. If the death was queued already when it was cleared, it comes
//     after BR_DEAD_BINDER and BC_DEAD_BINDER_DONE.
//
// Words name a registration by its cookie only, which need not be unique: the
// one that the driver moves in the step of the word is meant, and any that fits
// if it moves none.
#include "sim/history/watch.h"

namespace bindery::sim {
namespace {

HistoryDeathId Find(const Watch& h, DeathId death) {
  return h.FindWhere<HistoryDeathRow>(
      [&](const HistoryDeathRow& row) { return row.death == death; });
}

void Register(Watch& h, DeathId death, NodeId node) {
  const HistoryDeathId id = h.w.Create<HistoryDeathRow>(h.w.NameOf(death), 0);
  HistoryDeathRow& row = h.w.Edit(id);
  const ProcRow& owner = h.w.Peek(h.w.Peek(node).owner);
  row.death = death;
  row.proc = h.w.Peek(death).proc;
  row.cookie = h.w.Peek(death).cookie;
  row.owner = owner.process;
  row.opening = owner.opening;
}

void NoteCommands(Watch& h) {
  for (const Change<RefRow>& ref : h.s.changes<RefRow>()) {
    const DeathId before = ref.before.death;
    const DeathId after = ref.after.death;
    if (before == after || ref.freed) continue;
    if (after && h.s.bc() == Bc::kRequestDeathNotification) {
      Register(h, after, ref.after.node);
    }
    const HistoryDeathId id = Find(h, before);
    if (!before || !id || h.s.bc() != Bc::kClearDeathNotification) continue;
    h.w.Edit(id).cleared = 1;
    h.w.Edit(id).too_late = h.s.Before(before).work.entry.linked() ? 1 : 0;
  }
}

bool Delivered(const Work& work) {
  return work.entry.head == Head::kDeliveredDeath;
}

void NoteDone(Watch& h) {
  if (h.s.bc() != Bc::kDeadBinderDone) return;
  for (const Change<DeathRow>& death : h.s.changes<DeathRow>()) {
    if (!Delivered(death.before.work) || Delivered(death.after.work) ||
        death.after.cookie != h.s.command().cookie) {
      continue;
    }
    if (const HistoryDeathId id = Find(h, death.id)) h.w.Edit(id).done = 1;
  }
}

// The registration that a word with this cookie is about.
template <typename Fits>
HistoryDeathId Meant(const Watch& h, const ReturnRow& word, Fits&& fits) {
  for (const Change<DeathRow>& death : h.s.changes<DeathRow>()) {
    const HistoryDeathId id = Find(h, death.id);
    if (id && h.w.Peek(id).cookie == word.cookie && fits(h.w.Peek(id))) {
      return id;
    }
  }
  return h.FindWhere<HistoryDeathRow>([&](const HistoryDeathRow& row) {
    return row.proc == h.s.proc() && row.cookie == word.cookie && fits(row);
  });
}

bool OwnerIsDead(const Watch& h, const HistoryDeathRow& row) {
  bool living = false;
  h.w.ForEach<ProcRow>([&](ProcId, const ProcRow& proc) {
    living |= proc.process == row.owner && proc.opening == row.opening &&
              proc.is_dead == 0;
  });
  return !living;
}

void DeadBinder(Watch& h, const ReturnRow& word) {
  const HistoryDeathId id = Meant(h, word, [](const HistoryDeathRow& row) {
    return row.told == 0 && (row.cleared == 0 || row.too_late != 0);
  });
  h.Expect(bool(id), "E66", h.s.proc().any(), [&] {
    return absl::StrCat("BR_DEAD_BINDER with cookie 0x", absl::Hex(word.cookie),
                        " comes twice, or for no registration");
  });
  if (!id) return;
  h.Expect(OwnerIsDead(h, h.w.Peek(id)), "E66", id.any(),
           [] { return "BR_DEAD_BINDER comes, but the owner lives"; });
  h.w.Edit(id).told = 1;
}

void ClearDone(Watch& h, const ReturnRow& word) {
  const HistoryDeathId id = Meant(
      h, word, [](const HistoryDeathRow& row) { return row.cleared != 0; });
  h.Expect(bool(id), "E67", h.s.proc().any(), [&] {
    return absl::StrCat("BR_CLEAR_DEATH_NOTIFICATION_DONE with cookie 0x",
                        absl::Hex(word.cookie),
                        " comes without an accepted clearing");
  });
  if (!id) return;
  const HistoryDeathRow& row = h.w.Peek(id);
  h.Expect(row.too_late == 0 || (row.told != 0 && row.done != 0), "E67",
           id.any(), [] {
             return "BR_CLEAR_DEATH_NOTIFICATION_DONE comes before "
                    "BC_DEAD_BINDER_DONE";
           });
  h.w.Free(id);
}

// A registration that ends before its last word is put, at the driver's own
// wish, stays until that word.
void ForgetFreed(Watch& h) {
  for (const Change<DeathRow>& death : h.s.changes<DeathRow>()) {
    const HistoryDeathId id =
        death.freed ? Find(h, death.id) : HistoryDeathId{};
    if (!id) continue;
    const bool word_to_come =
        h.w.Peek(id).cleared != 0 && h.s.operation() == OpId::kThreadRead;
    if (!word_to_come) h.w.Free(id);
  }
}

}  // namespace

void WatchDeaths(Watch& h) {
  h.ForgetDeadProcs<HistoryDeathRow>();
  NoteCommands(h);
  NoteDone(h);
  if (h.Living(h.s.proc())) {
    for (const ReturnRow& word : h.s.words()) {
      if (WordOf(word) == Br::kDeadBinder) DeadBinder(h, word);
      if (WordOf(word) == Br::kClearDeathNotificationDone) ClearDone(h, word);
    }
  }
  ForgetFreed(h);
}

}  // namespace bindery::sim
