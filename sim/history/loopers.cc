// E60 (second half) BC_REGISTER_LOOPER is accepted at most once for each
//     BR_SPAWN_LOOPER, and then no more loopers are counted than max_threads
//     was when that word was put. A request whose word finds no place in the
//     read buffer counts as put.
#include "sim/history/watch.h"

namespace bindery::sim {
namespace {

bool SpawnPut(const Watch& h) {
  for (const ReturnRow& word : h.s.words()) {
    if (WordOf(word) == Br::kSpawnLooper) return true;
  }
  return false;
}

void NoteRequests(Watch& h, const Change<ProcRow>& proc) {
  const bool own = proc.id == h.s.proc();
  const bool asked =
      proc.after.requested_threads > proc.before.requested_threads;
  if (!own || !(asked || SpawnPut(h))) return;
  HistoryProcRow& record = h.w.Edit(RecordOf(h, proc.id));
  ++record.spawns;
  record.limit = proc.after.max_threads;
}

void CheckRegistered(Watch& h, const Change<ProcRow>& proc) {
  const uint32_t started = proc.after.requested_threads_started;
  if (started <= proc.before.requested_threads_started) return;
  const HistoryProcId id = RecordOf(h, proc.id);
  HistoryProcRow& record = h.w.Edit(id);
  h.Expect(record.spawns != 0 && h.s.bc() == Bc::kRegisterLooper, "E60",
           proc.id.any(),
           [] { return "a looper is counted that was not asked for"; });
  h.Expect(record.spawns == 0 || started <= record.limit, "E60", proc.id.any(),
           [&] {
             return absl::StrCat(started, " loopers are counted, but ",
                                 record.limit, " were allowed");
           });
  if (record.spawns != 0) --record.spawns;
  if (record.spawns == 0) record.limit = 0;
  Tidy(h, id);
}

}  // namespace

void WatchLoopers(Watch& h) {
  for (const Change<ProcRow>& proc : h.s.changes<ProcRow>()) {
    if (proc.created || !h.Living(proc.id)) continue;
    NoteRequests(h, proc);
    CheckRegistered(h, proc);
  }
}

}  // namespace bindery::sim
