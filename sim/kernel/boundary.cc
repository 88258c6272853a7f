#include "sim/kernel/boundary.h"

#include <cstddef>

#include "sim/kernel/atom.h"

namespace bindery::sim {
namespace {

// The places that are reached from `from` past atoms that nobody can see, the
// first that somebody can included. What an operation that is called does is
// its own.
void Follow(const std::vector<Atom>& atoms, size_t from,
            std::vector<bool>* reached) {
  std::vector<size_t> pending = {from};
  while (!pending.empty()) {
    const size_t at = pending.back();
    pending.pop_back();
    if (at >= atoms.size() || (*reached)[at]) continue;
    (*reached)[at] = true;
    const Atom& atom = atoms[at];
    const AtomKind kind = atom.kind;
    if (atom.visible || kind == AtomKind::kCall || kind == AtomKind::kReturn) {
      continue;
    }
    if (kind != AtomKind::kGoto) pending.push_back(at + 1);
    if (kind == AtomKind::kGoto || kind == AtomKind::kCheck ||
        kind == AtomKind::kBranch) {
      pending.push_back(atom.target);
    }
  }
}

}  // namespace

Boundaries::Boundaries(const Driver& driver)
    : operations_(static_cast<size_t>(OpId::kCount)) {
  for (size_t id = 1; id < operations_.size(); ++id) {
    const std::vector<Atom>& atoms =
        driver.operation(static_cast<OpId>(id)).atoms;
    Places& places = operations_[id];
    places.behind_step.resize(atoms.size());
    places.at_begin.resize(atoms.size());
    Follow(atoms, 0, &places.at_begin);
    for (size_t i = 0; i < atoms.size(); ++i) {
      if (atoms[i].kind == AtomKind::kStep) {
        Follow(atoms, i, &places.behind_step);
      }
    }
  }
}

bool Boundaries::Inside(const World& w, FrameId innermost) const {
  bool called = false;
  for (FrameId id = innermost; id; called = true) {
    const FrameRow& frame = w.Peek(id);
    const Places& places = operations_[frame.op];
    // A frame that has called another goes on behind the call.
    const size_t at = called ? frame.pc - size_t{1} : frame.pc;
    if (places.behind_step[at]) return false;
    if (!places.at_begin[at]) return true;
    id = frame.caller;
  }
  return false;
}

}  // namespace bindery::sim
