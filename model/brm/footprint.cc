// What the choices of BRM-1 read and write, for partial-order reduction.

#include <bit>
#include <cstdint>
#include <vector>

#include "model/brm/brm.h"
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

uint32_t Brm::AgentOf(Choice choice) const {
  const BrmChoice c = BrmChoice::Unpack(choice);
  return c.kind == BrmKind::kDie ? Processes() + c.process : c.process;
}

void Brm::ApplyNoting(Choice choice, Accesses* accesses) {
  state_.Open();
  NotedCells cells(&state_);
  BrmRules<NotedCells>(params_, defect_, cells).Apply(choice);
  BrmCellSet changed = 0;
  for (BrmCellSet rest = cells.written(); rest != 0; rest &= rest - 1) {
    const int cell = std::countr_zero(rest);
    if (state_.Before(cell) == state_.Get(cell)) continue;
    changed |= BrmCellSet{1} << cell;
  }
  Spread(cells.looked_at() | cells.written() | ReadByJudges(changed),
         &accesses->reads);
  Spread(changed, &accesses->writes);
  accesses->makes.clear();
}

// Each invariant is about one node.
BrmCellSet Brm::ReadByJudges(BrmCellSet written) const {
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

void Brm::Guards(uint32_t agent, std::vector<uint64_t>* reads) const {
  const bool death = agent >= Processes();
  const int p = static_cast<int>(death ? agent - Processes() : agent);
  NotedLooks cells(state_);
  const bool alive = BrmQuestions<NotedLooks>(params_, cells).Alive(p);
  std::vector<Choice> unused;
  if (alive && !death) {
    BrmLister<NotedLooks>(params_, cells, p, &unused).ListCommands();
  }
  Spread(cells.looked_at(), reads);
}

// What a process is in the middle of.
uint64_t Brm::PlaceOf(uint32_t agent) const {
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
