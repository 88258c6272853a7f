// Handle numbers and the counts behind them.
//
// E7 The number of a new ref is the lowest that no ref of the proc has, from 1,
//    or from 0 if the node is the context manager's.
// E8 At rest the counts of a ref are those that user space took less those that
//    it gave back, and one for each object that names the handle in a buffer of
//    the proc. Only for procs that are alive and never gave back a count that
//    they had not taken. Which commands the driver must accept is decided here
//    from the state before the step.
#include <algorithm>

#include "sim/history/watch.h"

namespace bindery::sim {

HistoryProcId RecordOf(Watch& h, ProcId proc) {
  const uint64_t name = h.w.NameOf(proc);
  if (const HistoryProcId found = h.w.Find<HistoryProcRow>(name, 0)) {
    return found;
  }
  const HistoryProcId id = h.w.Create<HistoryProcRow>(name, 0);
  h.w.Edit(id).proc = proc;
  return id;
}

void Tidy(Watch& h, HistoryProcId record) {
  const HistoryProcRow& row = h.w.Peek(record);
  if (row.over_released == 0 && row.spawns == 0) h.w.Free(record);
}

bool WellBehaved(const Watch& h, ProcId proc) {
  const HistoryProcId id = h.w.Find<HistoryProcRow>(h.w.NameOf(proc), 0);
  return h.Living(proc) && (!id || h.w.Peek(id).over_released == 0);
}

namespace {

// --- Numbers -----------------------------------------------------------------

bool Linked(const RefRow& ref) { return ref.rb_node.linked(); }

// Whether another ref had the number when `which` was made: one that was there
// before the step, or one that the step made earlier.
bool Taken(const Watch& h, const Change<RefRow>& which, uint32_t desc) {
  const ProcId proc = which.after.proc;
  for (const Change<RefRow>& ref : h.s.changes<RefRow>()) {
    if (ref.id == which.id) break;
    if (ref.created && ref.after.proc == proc && ref.after.desc == desc) {
      return true;
    }
  }
  bool taken = false;
  for (const Change<RefRow>& ref : h.s.changes<RefRow>()) {
    taken |= Linked(ref.before) && ref.before.proc == proc &&
             ref.before.desc == desc;
  }
  const RefId there = h.w.FindOn(&RefRow::rb_node, h.w.NameOf(proc), desc);
  return taken || (there && Linked(h.s.Before(there)));
}

void CheckNumber(Watch& h, const Change<RefRow>& ref) {
  const uint32_t lowest = ref.after.was_manager != 0 ? 0 : 1;
  for (uint32_t desc = lowest; desc < ref.after.desc; ++desc) {
    h.Expect(Taken(h, ref, desc), "E7", ref.id.any(),
             [&] { return absl::StrCat("number ", desc, " was free"); });
  }
}

// --- Commands ----------------------------------------------------------------

// The ref that a decrement, or an increment by number, is about.
RefId OldRef(const Watch& h, uint32_t desc) {
  for (const Change<RefRow>& ref : h.s.changes<RefRow>()) {
    if (Linked(ref.before) && ref.before.proc == h.s.proc() &&
        ref.before.desc == desc) {
      return ref.id;
    }
  }
  const RefId id = h.w.FindOn(&RefRow::rb_node, h.w.NameOf(h.s.proc()), desc);
  return id && Linked(h.s.Before(id)) ? id : RefId{};
}

RefId ManagerRef(const Watch& h) {
  const NodeId node = h.w.Peek(h.w.Peek(h.s.proc()).context).mgr_node;
  if (!node || h.w.Peek(node).proc == h.s.proc()) return {};
  return h.FindWhere<RefRow>([&](const RefRow& ref) {
    return ref.proc == h.s.proc() && ref.node == node && Linked(ref);
  });
}

// The command took the last count in an earlier step and frees the ref in this
// one, when its number may be another's already.
bool EndsErasedRef(const Watch& h, uint32_t desc) {
  for (const Change<RefRow>& ref : h.s.changes<RefRow>()) {
    if (ref.freed && !ref.created && !Linked(ref.before) &&
        ref.after.proc == h.s.proc() && ref.after.desc == desc) {
      return true;
    }
  }
  return false;
}

// The ref on which the command has an effect; none if it is refused.
RefId Accepted(const Watch& h, bool increment, bool strong) {
  const uint32_t handle = h.s.command().handle;
  if (EndsErasedRef(h, handle)) return {};
  if (increment && handle == 0) {
    if (const RefId ref = ManagerRef(h)) return ref;
  }
  const RefId id = OldRef(h, handle);
  if (!id) return {};
  const RefRow before = h.s.Before(id);
  const int32_t count = strong ? before.strong : before.weak;
  return count > 0 || (increment && !strong) ? id : RefId{};
}

HistoryRefRow& CountsOf(Watch& h, uint32_t desc) {
  const uint64_t name = h.w.NameOf(h.s.proc());
  HistoryRefId id = h.w.Find<HistoryRefRow>(name, desc);
  if (!id) {
    id = h.w.Create<HistoryRefRow>(name, desc);
    h.w.Edit(id).proc = h.s.proc();
    h.w.Edit(id).desc = desc;
  }
  return h.w.Edit(id);
}

void Count(Watch& h, bool increment, bool strong) {
  const RefId ref = Accepted(h, increment, strong);
  if (!ref) return;
  HistoryRefRow& row = CountsOf(h, h.w.Peek(ref).desc);
  uint32_t& count = strong ? row.strong : row.weak;
  if (increment) {
    ++count;
  } else if (count != 0) {
    --count;
  } else {
    h.w.Edit(RecordOf(h, h.s.proc())).over_released = 1;
  }
}

void TakeCommand(Watch& h) {
  if (!h.s.consumed() || !h.Living(h.s.proc())) return;
  switch (h.s.bc()) {
    case Bc::kIncrefs:
      return Count(h, true, false);
    case Bc::kAcquire:
      return Count(h, true, true);
    case Bc::kRelease:
      return Count(h, false, true);
    case Bc::kDecrefs:
      return Count(h, false, false);
    default:
      return;
  }
}

// A command that takes the last count erases the ref before it is consumed:
// when it is, nobody knows any more what user space held.
void TakeLastCount(Watch& h) {
  const bool strong = h.s.bc() == Bc::kRelease;
  if (!strong && h.s.bc() != Bc::kDecrefs) return;
  if (h.s.consumed() || !h.Living(h.s.proc())) return;
  const uint32_t desc = h.s.command().handle;
  for (const Change<RefRow>& ref : h.s.changes<RefRow>()) {
    const bool erased = Linked(ref.before) && !Linked(ref.after);
    if (!erased || ref.before.proc != h.s.proc() || ref.before.desc != desc) {
      continue;
    }
    const HistoryRefId id =
        h.w.Find<HistoryRefRow>(h.w.NameOf(h.s.proc()), desc);
    const HistoryRefRow held = id ? h.w.Peek(id) : HistoryRefRow{};
    if ((strong ? held.strong : held.weak) != 0) continue;
    h.w.Edit(RecordOf(h, h.s.proc())).over_released = 1;
  }
}

void ForgetErased(Watch& h) {
  for (const Change<RefRow>& ref : h.s.changes<RefRow>()) {
    const RefRow& row = ref.created ? ref.after : ref.before;
    if (!ref.freed && Linked(ref.after)) continue;
    if (h.w.FindOn(&RefRow::rb_node, h.w.NameOf(row.proc), row.desc)) continue;
    h.FreeWhere<HistoryRefRow>([&](const HistoryRefRow& counts) {
      return counts.proc == row.proc && counts.desc == row.desc;
    });
  }
}

// --- Counts ------------------------------------------------------------------

struct Counts {
  int32_t strong = 0;
  int32_t weak = 0;
};

void AddObjects(const Watch& h, const BufferRow& buffer, uint32_t desc,
                Counts* counts) {
  for (uint32_t i = 0; i < buffer.objects; ++i) {
    const FlatObject object = ObjectAt(h.w, buffer.data, buffer.offsets, i);
    if (!IsHandle(object) || static_cast<uint32_t>(object.binder) != desc) {
      continue;
    }
    ++(IsStrong(object) ? counts->strong : counts->weak);
  }
}

// An activation is about to change a buffer of the proc, or a ref.
bool Busy(const Watch& h, ProcId proc) {
  bool busy = false;
  h.w.ForEach<FrameRow>([&](FrameId, const FrameRow& frame) {
    busy |= frame.buffer && h.w.Peek(frame.buffer).proc == proc;
    busy |= frame.ref && h.w.Peek(frame.ref).proc == proc;
  });
  return busy;
}

void CheckRefCounts(Watch& h, RefId id, const RefRow& ref) {
  Counts counts;
  const HistoryRefId record =
      h.w.Find<HistoryRefRow>(h.w.NameOf(ref.proc), ref.desc);
  if (record) {
    counts.strong = static_cast<int32_t>(h.w.Peek(record).strong);
    counts.weak = static_cast<int32_t>(h.w.Peek(record).weak);
  }
  h.w.ForEach<BufferRow>([&](BufferId, const BufferRow& buffer) {
    if (buffer.proc == ref.proc) AddObjects(h, buffer, ref.desc, &counts);
  });
  h.Expect(ref.strong == counts.strong && ref.weak == counts.weak, "E8",
           id.any(), [&] {
             return absl::StrCat("strong ", ref.strong, " and weak ", ref.weak,
                                 ", but ", counts.strong, " and ", counts.weak,
                                 " are accounted for");
           });
}

void CheckProcCounts(Watch& h, ProcId proc) {
  if (!h.Living(proc) || h.w.Peek(proc).in_procs == 0 ||
      !WellBehaved(h, proc) || Busy(h, proc)) {
    return;
  }
  h.w.ForEach<RefRow>([&](RefId id, const RefRow& ref) {
    if (ref.proc == proc && Linked(ref)) CheckRefCounts(h, id, ref);
  });
}

// Procs whose refs, buffers or commands the step touched.
std::vector<ProcId> Touched(const Step& s) {
  std::vector<ProcId> procs;
  for (const Change<RefRow>& ref : s.changes<RefRow>()) {
    procs.push_back(ref.after.proc);
  }
  for (const Change<BufferRow>& buffer : s.changes<BufferRow>()) {
    procs.push_back(buffer.after.proc);
  }
  if (s.consumed()) procs.push_back(s.proc());
  std::sort(procs.begin(), procs.end());
  procs.erase(std::unique(procs.begin(), procs.end()), procs.end());
  return procs;
}

}  // namespace

void WatchRefs(Watch& h) {
  h.ForgetDeadProcs<HistoryRefRow>();
  h.ForgetDeadProcs<HistoryProcRow>();
  TakeCommand(h);
  TakeLastCount(h);
  ForgetErased(h);
  h.FreeWhere<HistoryRefRow>([](const HistoryRefRow& row) {
    return row.strong == 0 && row.weak == 0;
  });
  for (const Change<RefRow>& ref : h.s.changes<RefRow>()) {
    if (ref.created) CheckNumber(h, ref);
  }
  for (const ProcId proc : Touched(h.s)) CheckProcCounts(h, proc);
}

}  // namespace bindery::sim
