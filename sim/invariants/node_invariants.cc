// Invariants of nodes and refs.
#include "absl/strings/str_cat.h"
#include "sim/invariants/invariants.h"
#include "sim/kernel/object.h"
#include "sim/kernel/uapi.h"

namespace bindery::sim {
namespace {

// What holds a node besides the refs of other processes.
struct Holders {
  int32_t strong = 0;
  int32_t weak = 0;
  bool one_way_turn = false;  // some buffer owns has_async_transaction
  bool in_flight = false;     // an activation is about to change the counts
};

void CountObjects(const World& w, const NodeRow& node, const BufferRow& buffer,
                  Holders* holders) {
  for (uint32_t i = 0; i < buffer.objects; ++i) {
    const uint64_t offset =
        ReadWord64(w.blobs().Bytes(buffer.offsets), uint64_t{i} * 8);
    const FlatObject object = ReadObject(w.blobs().Bytes(buffer.data), offset);
    if (object.binder != node.ptr) continue;
    if (object.type == kTypeBinder) ++holders->strong;
    if (object.type == kTypeWeakBinder) ++holders->weak;
  }
}

bool WaitsForItsTurn(const World& w, TransactionId t) {
  return t && w.Peek(t).work.entry.head == Head::kAsyncTodo;
}

// From buffers.
Holders WalkBuffers(const World& w, NodeId id, const NodeRow& node) {
  Holders holders;
  for (AnyId i = w.Peek(node.proc).buffers.first; i;
       i = w.PeekLink(Head::kBuffers, i).next) {
    if (i.table() != TableId::kBuffer) continue;
    const BufferRow& buffer = w.Peek(BufferId{i.value});
    if (buffer.objects != 0) CountObjects(w, node, buffer, &holders);
    holders.in_flight |= !w.Quiescent(i);
    if (buffer.target_node != id) continue;
    ++holders.strong;
    holders.one_way_turn |= buffer.async_transaction != 0 &&
                            !WaitsForItsTurn(w, buffer.transaction);
  }
  return holders;
}

// The same. One-ways that wait for their turn are on the node's list.
Holders SumOfBuffers(const Sums& sums, NodeId id, const NodeRow& node) {
  const NodeSums own = sums.node(id);
  const ObjectSums objects = sums.objects(node.proc, node.ptr);
  Holders holders;
  holders.strong = own.buffers + objects.strong;
  holders.weak = objects.weak;
  holders.one_way_turn =
      own.one_way_buffers > static_cast<int32_t>(node.async_todo.size);
  holders.in_flight = sums.proc(node.proc).moving_buffers != 0;
  return holders;
}

Holders HoldersOf(const World& w, NodeId id, const NodeRow& node,
                  const Sums* sums) {
  Holders holders = sums != nullptr ? SumOfBuffers(*sums, id, node)
                                    : WalkBuffers(w, id, node);
  holders.strong += node.pending_strong_ref;
  holders.weak += node.pending_weak_ref;
  if (w.Peek(node.context).mgr_node == id) {
    ++holders.strong;
    ++holders.weak;
  }
  return holders;
}

void CheckCounts(const World& w, NodeId id, const NodeRow& node, Findings* f) {
  const Holders holders = HoldersOf(w, id, node, f->sums());
  if (holders.in_flight) return;
  f->Expect(node.local_strong_refs == holders.strong, "E9", id.any(), [&] {
    return absl::StrCat("local_strong_refs is ", node.local_strong_refs,
                        ", but ", holders.strong, " things hold it");
  });
  f->Expect(node.local_weak_refs == holders.weak, "E10", id.any(), [&] {
    return absl::StrCat("local_weak_refs is ", node.local_weak_refs, ", but ",
                        holders.weak, " things hold it");
  });
  f->Expect((node.has_async_transaction != 0) == holders.one_way_turn, "E61",
            id.any(), [&] {
              return absl::StrCat(
                  "has_async_transaction is ", node.has_async_transaction,
                  holders.one_way_turn ? ", but a one-way buffer owns it"
                                       : ", but no one-way buffer owns it");
            });
}

// Of the refs on the node's list.
NodeSums WalkRefs(const World& w, const NodeRow& node) {
  NodeSums sums;
  for (AnyId i = node.refs.first; i; i = w.PeekLink(Head::kNodeRefs, i).next) {
    sums.strong_refs += w.Peek(RefId{i.value}).strong > 0 ? 1 : 0;
    sums.moving_refs += w.Quiescent(i) ? 0 : 1;
  }
  return sums;
}

bool OnListOf(const World& w, const NodeRow& node) {
  const Link& entry = node.work.entry;
  if (entry.head == Head::kProcTodo) return entry.owner == node.proc.any();
  return entry.head == Head::kThreadTodo &&
         w.Peek(ThreadId{entry.owner.value}).proc == node.proc;
}

void CheckNews(const World& w, NodeId id, const NodeRow& node, Findings* f) {
  const bool strong =
      node.internal_strong_refs != 0 || node.local_strong_refs != 0;
  const bool weak = node.refs.size != 0 || node.local_weak_refs != 0 ||
                    node.tmp_refs != 0 || strong;
  const bool news =
      strong != (node.has_strong_ref != 0) || weak != (node.has_weak_ref != 0);
  f->Expect(!news || node.work.entry.linked(), "E16", id.any(), [&] {
    return absl::StrCat("has_strong_ref ", node.has_strong_ref, " and needed ",
                        strong, ", has_weak_ref ", node.has_weak_ref,
                        " and needed ", weak, ", but its work is idle");
  });
  f->Expect(weak || node.work.entry.linked() || GoesWithRef(w, id), "E17",
            id.any(), [] { return std::string("nothing refers to it"); });
}

void CheckFlags(NodeId id, const NodeRow& node, Findings* f) {
  f->Expect((node.pending_strong_ref == 0 ||
             (node.has_strong_ref != 0 && node.local_strong_refs >= 1)) &&
                (node.pending_weak_ref == 0 ||
                 (node.has_weak_ref != 0 && node.local_weak_refs >= 1)),
            "E11", id.any(), [] {
              return std::string("pending without has, or without a count");
            });
  f->Expect(node.has_strong_ref == 0 || node.has_weak_ref != 0, "E12", id.any(),
            [] { return std::string("strong but not weak"); });
  f->Expect(node.async_todo.size == 0 || node.has_async_transaction != 0, "E61",
            id.any(),
            [] { return std::string("one-ways wait, but none is in flight"); });
}

void CheckDeadNode(const World& w, NodeId id, const NodeRow& node, bool quiet,
                   Findings* f) {
  const bool with_work = node.work.entry.linked() || node.async_todo.size != 0;
  const bool listed = node.in_dead_nodes != 0 || GoesWithRef(w, id);
  f->Expect(listed && !with_work, "E14", id.any(), [with_work] {
    return std::string(with_work ? "dead, but with work"
                                 : "dead, but not on the dead list");
  });
  if (!quiet || !w.Quiescent(id.any())) return;
  f->Expect(node.local_strong_refs == 0 && node.local_weak_refs == 0, "E15",
            id.any(), [&] {
              return absl::StrCat("local_strong_refs ", node.local_strong_refs,
                                  ", local_weak_refs ", node.local_weak_refs);
            });
  f->Expect(node.refs.size != 0 || GoesWithRef(w, id), "E17", id.any(),
            [] { return std::string("dead and without refs"); });
}

}  // namespace

bool GoesWithRef(const World& w, NodeId id) {
  bool goes = false;
  w.ForEachHolder(&RefRow::node, id, [&](RefId ref, const RefRow& row) {
    goes |= !row.rb_node.linked() && !w.Quiescent(ref.any());
  });
  return goes;
}

void CheckNode(const World& w, NodeId id, Findings* f) {
  const NodeRow& node = w.Peek(id);
  const NodeSums refs =
      f->sums() != nullptr ? f->sums()->node(id) : WalkRefs(w, node);
  const int32_t strong = refs.strong_refs;
  const bool refs_quiet = refs.moving_refs == 0;
  f->Expect(node.internal_strong_refs == strong, "E2", id.any(), [&] {
    return absl::StrCat("internal_strong_refs is ", node.internal_strong_refs,
                        ", but ", strong, " refs are strong");
  });
  f->Expect(node.tmp_refs >= 0, "E13", id.any(),
            [&] { return absl::StrCat("tmp_refs is ", node.tmp_refs); });
  if (!node.proc) {
    CheckDeadNode(w, id, node, refs_quiet, f);
    return;
  }
  f->Expect(node.in_dead_nodes == 0, "E14", id.any(),
            [] { return std::string("on the dead list, but has a proc"); });
  CheckFlags(id, node, f);
  f->Expect(!node.work.entry.linked() || OnListOf(w, node), "E18", id.any(),
            [] { return std::string("its work is on a foreign list"); });
  // Releasing a proc is an operation on all of its nodes.
  if (!refs_quiet || !w.Quiescent(id.any()) ||
      w.Peek(node.proc).in_procs == 0) {
    return;
  }
  f->Expect(node.tmp_refs == 0, "E13", id.any(), [&] {
    return absl::StrCat("tmp_refs is ", node.tmp_refs, " at rest");
  });
  CheckCounts(w, id, node, f);
  CheckNews(w, id, node, f);
}

void CheckRef(const World& w, RefId id, Findings* f) {
  const RefRow& ref = w.Peek(id);
  const bool counts = ref.strong >= 0 && ref.weak >= 0;
  const bool rest = !w.Quiescent(id.any()) || ref.strong + ref.weak >= 1;
  f->Expect(counts && rest, "E1", id.any(), [&] {
    return absl::StrCat("strong ", ref.strong, ", weak ", ref.weak);
  });
  if (!w.Quiescent(id.any())) return;
  f->Expect(ref.node && w.Alive(ref.node) && w.Alive(ref.proc) &&
                ref.node_entry.owner == ref.node.any(),
            "E3", id.any(),
            [] { return std::string("not on the list of a live node"); });
  const NodeRow& node = w.Peek(ref.node);
  f->Expect(node.proc != ref.proc, "E4", id.any(),
            [] { return std::string("the node is the process's own"); });
  f->Expect(node.context == w.Peek(ref.proc).context, "E5", id.any(),
            [] { return std::string("the node is another device's"); });
  f->Expect(ref.desc != 0 || ref.was_manager != 0, "E6", id.any(),
            [] { return std::string("handle 0 for an ordinary node"); });
  const bool queued_death =
      ref.death && w.Peek(ref.death).work.entry.linked() &&
      w.Peek(ref.death).work.type == WorkType::kDeadBinder;
  f->Expect(!queued_death || !node.proc, "E65", id.any(),
            [] { return std::string("a death is queued, the node lives"); });
}

void CheckContext(const World& w, ContextId id, Findings* f) {
  const ContextRow& context = w.Peek(id);
  if (!context.mgr_node) return;
  const NodeRow& node = w.Peek(context.mgr_node);
  f->Expect(w.Alive(context.mgr_node) && node.context == id, "E74", id.any(),
            [] { return std::string("the manager's node is not its own"); });
  f->Expect(node.proc && w.Peek(node.proc).is_dead == 0, "E72", id.any(),
            [] { return std::string("the manager is dead"); });
}

}  // namespace bindery::sim
