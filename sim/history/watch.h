// What the monitors have in common; for sim/history alone.
#ifndef BINDERY_SIM_HISTORY_WATCH_H_
#define BINDERY_SIM_HISTORY_WATCH_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/history/history.h"
#include "sim/history/step.h"
#include "sim/kernel/object.h"
#include "sim/kernel/uapi.h"
#include "sim/world/dump.h"
#include "sim/world/world.h"

namespace bindery::sim {

// The world, the step, and where to report.
class Watch {
 public:
  Watch(World& world, const Step& step, const RowNames& names,
        const Features& kernel, std::vector<BrokenProperty>* broken)
      : w(world), s(step), features(kernel), names_(names), broken_(broken) {}

  // `detail` is only called if it is wanted.
  template <typename Detail>
  void Expect(bool holds, const char* id, AnyId object, Detail&& detail) {
    if (holds) return;
    broken_->push_back(
        {id, absl::StrCat(RowName(w, names_, object), ": ", detail())});
  }
  std::string Name(AnyId id) const { return RowName(w, names_, id); }

  // The one row for which `wanted` holds, if any. It must not hold for two.
  template <typename Row, typename Wanted>
  Id<Row> FindWhere(Wanted&& wanted) const {
    Id<Row> found;
    w.ForEach<Row>([&](Id<Row> id, const Row& row) {
      if (wanted(row)) found = id;
    });
    return found;
  }
  // Calls f(row) for each row for which `wanted` holds, to be changed. The
  // order must not matter.
  template <typename Row, typename Wanted, typename F>
  void EditWhere(Wanted&& wanted, F&& f) {
    w.ForEach<Row>([&](Id<Row> id, const Row& row) {
      if (wanted(row)) f(w.Edit(id));
    });
  }
  template <typename Row, typename Wanted>
  void FreeWhere(Wanted&& wanted) {
    w.ForEach<Row>([&](Id<Row> id, const Row& row) {
      if (wanted(row)) w.Free(id);
    });
  }

  // Whether the proc can still hear of anything.
  bool Living(ProcId proc) const {
    return proc && w.Alive(proc) && w.Peek(proc).is_dead == 0;
  }
  // Forgets what rows of a kind say about procs that died in this step.
  template <typename Row>
  void ForgetDeadProcs() {
    for (const Change<ProcRow>& proc : s.changes<ProcRow>()) {
      if (Living(proc.id)) continue;
      FreeWhere<Row>([&](const Row& row) { return row.proc == proc.id; });
    }
  }

  World& w;
  const Step& s;
  const Features& features;

 private:
  const RowNames& names_;
  std::vector<BrokenProperty>* broken_;
};

// True if the step ended the thread's part in the driver.
inline bool Died(const Change<ThreadRow>& thread) {
  return thread.before.is_dead == 0 && thread.after.is_dead != 0;
}

// The index-th object of a payload.
inline FlatObject ObjectAt(const World& w, BlobId data, BlobId offsets,
                           uint32_t index) {
  const uint64_t offset =
      ReadWord64(w.blobs().Bytes(offsets), uint64_t{index} * 8);
  return ReadObject(w.blobs().Bytes(data), offset);
}
inline bool IsStrong(const FlatObject& object) {
  return IsStrongType(object.type);
}
inline bool IsBinder(const FlatObject& object) {
  return IsBinderType(object.type);
}
inline bool IsHandle(const FlatObject& object) {
  return IsHandleType(object.type);
}

// The proc's record, made if there is none.
HistoryProcId RecordOf(Watch& h, ProcId proc);
// Forgets a record that says nothing.
void Tidy(Watch& h, HistoryProcId record);
// It never gave back a count that it had not taken.
bool WellBehaved(const Watch& h, ProcId proc);

// The monitors, in the order in which they run.
void WatchNodes(Watch& h);        // E19, E20, E21, E22, E23
void WatchTranslation(Watch& h);  // E25, E26, E27, E29
void WatchRefs(Watch& h);         // E7, E8
void WatchMessages(Watch& h);     // E32, E36, E40, E62, E64
void WatchCalls(Watch& h);        // E52, E53, E75
void WatchLoopers(Watch& h);      // E60
void WatchDeaths(Watch& h);       // E66, E67
void WatchFrozen(Watch& h);       // E63, E71
void WatchProcs(Watch& h);        // E40, E73
void WatchFiles(Watch& h);        // E41, E44, E45, E46, E47
void WatchSpam(Watch& h);         // E42
void WatchCommands(Watch& h);     // E51, E59
void WatchFailures(Watch& h);     // E24
void WatchDevices(Watch& h);      // E80

}  // namespace bindery::sim

#endif  // BINDERY_SIM_HISTORY_WATCH_H_
