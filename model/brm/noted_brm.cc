#include "model/brm/noted_brm.h"

#include <bit>
#include <cstdint>
#include <vector>

#include "model/brm/choice.h"
#include "model/brm/lister.h"

namespace bindery::model {
namespace {

void Spread(BrmCellSet cells, std::vector<uint64_t>* resources) {
  resources->clear();
  for (; cells != 0; cells &= cells - 1) {
    resources->push_back(static_cast<uint64_t>(std::countr_zero(cells)));
  }
}

}  // namespace

uint32_t NotedBrm::AgentOf(Choice choice) const {
  const BrmChoice c = BrmChoice::Unpack(choice);
  return c.kind == BrmKind::kDie ? Processes() + c.process : c.process;
}

void NotedBrm::ApplyNoting(Choice choice, Accesses* accesses) {
  state_.Forget();
  Apply(choice);
  const BrmCellSet written = state_.written();
  const BrmCellSet touched = state_.looked_at() | written;
  BrmCellSet changed = 0;
  for (BrmCellSet rest = written; rest != 0; rest &= rest - 1) {
    const int cell = std::countr_zero(rest);
    if (state_.Before(cell) == state_.Get(cell)) continue;
    changed |= BrmCellSet{1} << cell;
  }
  Spread(touched | ReadByJudges(changed), &accesses->reads);
  Spread(changed, &accesses->writes);
  accesses->makes.clear();
}

// Each invariant is about one node.
BrmCellSet NotedBrm::ReadByJudges(BrmCellSet written) const {
  BrmCellSet all = 0;
  for (int n = 0; n < params_.nodes; ++n) {
    BrmCellSet judged = BrmCellSet{0xf} << state_.Flags(n);
    for (int p = 0; p < params_.processes; ++p) {
      judged |= BrmCellSet{1} << state_.Ref(p, n);
    }
    if ((written & judged) != 0) all |= judged;
  }
  return all;
}

void NotedBrm::Guards(uint32_t agent, std::vector<uint64_t>* reads) const {
  const bool death = agent >= Processes();
  const int p = static_cast<int>(death ? agent - Processes() : agent);
  state_.Forget();
  std::vector<Choice> unused;
  if (Alive(p) && !death) {
    BrmLister<BrmUse::kFootprints>(*this, p, &unused).ListCommands();
  }
  Spread(state_.looked_at(), reads);
}

// What a process is in the middle of.
uint64_t NotedBrm::PlaceOf(uint32_t agent) const {
  if (agent >= Processes()) return agent + 1;
  const int p = static_cast<int>(agent);
  uint64_t place = agent + 1;
  for (const int cell : {state_.Life(p), state_.Served(p), state_.Reply(p),
                         state_.Buffer(p), state_.ReplyBuffer(p)}) {
    place = place << 4 | static_cast<uint64_t>(state_.Get(cell));
  }
  return place;
}

}  // namespace bindery::model
