#include "sim/kernel/ref.h"

#include <algorithm>

#include "sim/kernel/node.h"
#include "sim/kernel/work.h"

namespace bindery::sim {

RefId FindRef(Op& op, ProcId proc, uint32_t desc, bool need_strong) {
  const RefId id = op.w.FindOn(&RefRow::rb_node, op.w.NameOf(proc), desc);
  if (!id) return {};
  if (need_strong && op.w.Get(id).strong == 0) {
    op.UserError("tried to use weak ref as strong ref");
    return {};
  }
  return id;
}

namespace {

RefId FindAmongRefsOf(Op& op, ProcId proc, NodeId node) {
  for (AnyId i = op.w.Get(proc).refs.first; i; i = op.w.Next(Head::kSet, i)) {
    if (op.w.Get(RefId{i.value}).node == node) return RefId{i.value};
  }
  return {};
}

}  // namespace

// The driver has a tree (refs_by_node); here it is the shorter of two lists.
RefId FindRefForNode(Op& op, ProcId proc, NodeId node) {
  if (op.w.Get(proc).refs.size < op.w.Get(node).refs.size) {
    return FindAmongRefsOf(op, proc, node);
  }
  for (AnyId i = op.w.First(Head::kNodeRefs, node.any()); i;
       i = op.w.Next(Head::kNodeRefs, i)) {
    if (op.w.Get(RefId{i.value}).proc == proc) return RefId{i.value};
  }
  return {};
}

namespace {

bool IsManager(Op& op, NodeId node) {
  return op.w.Get(op.w.Get(node).context).mgr_node == node;
}

// get_ref_desc_olocked.
uint32_t LowestFreeDesc(Op& op, ProcId proc, bool manager) {
  const uint64_t name = op.w.NameOf(proc);
  if (manager && !op.w.FindOn(&RefRow::rb_node, name, 0)) return 0;
  uint32_t desc = std::max<uint32_t>(op.w.Get(proc).lowest_desc, 1);
  while (op.w.FindOn(&RefRow::rb_node, name, desc)) ++desc;
  op.w.Edit(proc).lowest_desc = desc + 1;
  return desc;
}

}  // namespace

RefId NewRef(Op& op, ProcId proc, NodeId node) {
  const bool manager = IsManager(op, node);
  const uint32_t desc = LowestFreeDesc(op, proc, manager);
  const RefId id = op.w.Create<RefRow>(op.w.NameOf(proc), desc);
  RefRow& ref = op.w.Edit(id);
  ref.proc = proc;
  ref.node = node;
  ref.desc = desc;
  ref.was_manager = manager ? 1 : 0;
  op.w.PushFront(Head::kSet, proc.any(), id.any());
  op.w.PushFront(Head::kNodeRefs, node.any(), id.any());
  op.k.Created(Counted::kRef, id.any());
  return id;
}

Errno IncRef(Op& op, RefId id, bool strong, ThreadId target_list) {
  const RefRow& ref = op.w.Get(id);
  if ((strong ? ref.strong : ref.weak) == 0) {
    const Errno e =
        IncNode(op, ref.node, strong, /*internal=*/true, target_list);
    if (e != Errno::kOk) return e;
  }
  RefRow& row = op.w.Edit(id);
  ++(strong ? row.strong : row.weak);
  return Errno::kOk;
}

bool DecRef(Op& op, RefId id, bool strong) {
  RefRow& ref = op.w.Edit(id);
  if ((strong ? ref.strong : ref.weak) == 0) {
    op.UserError("invalid dec of a reference count that is 0");
    return false;
  }
  if (strong) {
    --ref.strong;
    if (ref.strong == 0) {
      DecNodeAndFree(op, ref.node, /*strong=*/true, /*internal=*/true);
    }
  } else {
    --ref.weak;
  }
  if (ref.strong != 0 || ref.weak != 0) return false;
  CleanupRef(op, id);
  return true;
}

void CleanupRef(Op& op, RefId id) {
  RefRow& ref = op.w.Edit(id);
  ProcRow& proc = op.w.Edit(ref.proc);
  if (ref.desc != 0) {
    proc.lowest_desc =
        std::min(std::max<uint32_t>(proc.lowest_desc, 1), ref.desc);
  }
  op.w.Remove(Head::kSet, id.any());
  if (ref.strong != 0 && op.Does(Guard::kCleanupRefStrong)) {
    DecNode(op, ref.node, /*strong=*/true, /*internal=*/true);
  }
  if (op.Does(Guard::kCleanupRefUnlink)) {
    op.w.Remove(Head::kNodeRefs, id.any());
  }
  // The caller frees the node with the ref exactly if nothing else needs it.
  if (!DecNode(op, ref.node, /*strong=*/false, /*internal=*/true)) {
    ref.node = {};
  }
  if (ref.death && op.Does(Guard::kCleanupRefDeathWork)) {
    DequeueWork(op, ref.death.any());
  }
  if (ref.freeze && op.Does(Guard::kCleanupRefFreezeWork)) {
    DequeueWork(op, ref.freeze.any());
  }
}

void FreeRef(Op& op, RefId id) {
  const RefRow ref = op.w.Get(id);
  if (ref.node) FreeNode(op, ref.node);
  if (ref.death) FreeDeath(op, ref.death);
  if (ref.freeze) FreeListener(op, ref.freeze);
  op.w.Free(id);
  op.k.Deleted(Counted::kRef);
}

}  // namespace bindery::sim
