// E40 (first half) The size of a mapping never changes once it is set.
// E73 When a proc is freed nothing is left in it, and no thread, node, ref or
//     transaction names it, but for those that an activation of the driver
//     still has in hand, itself or by a ref that it frees.
#include "sim/history/watch.h"
#include "sim/invariants/invariants.h"

namespace bindery::sim {
namespace {

void CheckEmpty(Watch& h, const Change<ProcRow>& proc) {
  const ProcRow& row = proc.after;
  h.Expect(row.threads.size == 0 && row.nodes.size == 0 && row.refs.size == 0 &&
               row.todo.size == 0 && row.delivered_death.size == 0,
           "E73", proc.id.any(),
           [] { return "it is freed with threads, nodes, refs or work"; });
}

template <typename Row, typename ProcOf>
void CheckNoneNames(Watch& h, ProcId proc, ProcOf&& proc_of) {
  h.w.ForEach<Row>([&](Id<Row> id, const Row& row) {
    h.Expect(proc_of(id, row) != proc || !h.w.Quiescent(id.any()), "E73",
             id.any(), [] { return "it names a freed proc"; });
  });
}

void CheckForgotten(Watch& h, ProcId proc) {
  const auto own = [](auto, const auto& row) { return row.proc; };
  CheckNoneNames<ThreadRow>(h, proc, own);
  CheckNoneNames<NodeRow>(h, proc, [&](NodeId id, const NodeRow& row) {
    return row.proc == proc && GoesWithRef(h.w, id) ? ProcId{} : row.proc;
  });
  CheckNoneNames<RefRow>(h, proc, own);
  CheckNoneNames<TransactionRow>(
      h, proc, [](auto, const auto& row) { return row.to_proc; });
  CheckNoneNames<TransactionRow>(h, proc, [&](auto, const auto& row) {
    return row.from ? h.w.Peek(row.from).proc : ProcId{};
  });
}

}  // namespace

void WatchProcs(Watch& h) {
  for (const Change<ProcRow>& proc : h.s.changes<ProcRow>()) {
    const uint64_t size = proc.before.buffer_size;
    h.Expect(size == 0 || proc.after.buffer_size == size, "E40", proc.id.any(),
             [] { return "the size of its mapping changes"; });
    if (!proc.freed) continue;
    CheckEmpty(h, proc);
    CheckForgotten(h, proc.id);
  }
}

}  // namespace bindery::sim
