#include "sim/kernel/print_state.h"

#include <algorithm>
#include <tuple>

#include "sim/kernel/node.h"

namespace bindery::sim {
namespace {

// Each is held until the next one is.
class Reader {
 public:
  explicit Reader(Op& op) : op_(op) {}
  ~Reader() { Drop(); }

  void Print(NodeId node) {
    ++op_.w.Edit(node).tmp_refs;
    Drop();
    last_ = node;
  }

 private:
  void Drop() {
    if (last_) DropNodeTmpRef(op_, last_);
  }

  Op& op_;
  NodeId last_;
};

}  // namespace

std::vector<ProcId> Procs(const World& w) {
  const GlobalRow& global = w.Peek(w.Find<GlobalRow>(1, 0));
  std::vector<ProcId> procs;
  for (AnyId id = global.procs.first; id;
       id = w.PeekLink(Head::kSet, id).next) {
    const ProcId proc{id.value};
    if (w.Peek(proc).in_procs != 0) procs.push_back(proc);
  }
  return procs;
}

std::vector<NodeId> NodesByPtr(const World& w, ProcId proc) {
  std::vector<NodeId> nodes;
  for (AnyId id = w.Peek(proc).nodes.first; id;
       id = w.PeekLink(Head::kSet, id).next) {
    nodes.push_back({id.value});
  }
  std::sort(nodes.begin(), nodes.end(),
            [&](NodeId a, NodeId b) { return w.Peek(a).ptr < w.Peek(b).ptr; });
  return nodes;
}

std::vector<NodeId> DeadNodes(const World& w) {
  std::vector<NodeId> nodes;
  w.ForEach<NodeRow>([&](NodeId id, const NodeRow& node) {
    if (node.in_dead_nodes != 0) nodes.push_back(id);
  });
  const auto key = [&](NodeId id) {
    const NodeRow& node = w.Peek(id);
    const ProcRow& owner = w.Peek(node.owner);
    return std::tuple(w.Peek(owner.process).index, owner.opening, node.ptr);
  };
  std::sort(nodes.begin(), nodes.end(),
            [&](NodeId a, NodeId b) { return key(a) < key(b); });
  return nodes;
}

void PrintState(Op& op, Prints which) {
  if (which == Prints::kNoNodes) return;
  const bool all = which == Prints::kAllNodes;
  if (all) {
    Reader reader(op);
    for (const NodeId node : DeadNodes(op.w)) reader.Print(node);
  }
  for (const ProcId proc : Procs(op.w)) {
    Reader reader(op);
    for (const NodeId node : NodesByPtr(op.w, proc)) {
      const bool async = op.w.Get(node).has_async_transaction != 0;
      if (all || async) reader.Print(node);
    }
  }
}

}  // namespace bindery::sim
