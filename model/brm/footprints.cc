// What the choices of BRM-1 read and write, for partial-order reduction.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "model/brm/brm.h"
#include "model/brm/choice.h"
#include "model/concept.h"

namespace bindery::model {

uint32_t Brm::AgentOf(Choice choice) const {
  const BrmChoice c = BrmChoice::Unpack(choice);
  const bool death = c.kind == BrmKind::kDie;
  return c.process + (death ? static_cast<uint32_t>(params_.processes) : 0u);
}

// The invariants of a node look at no other node, so those of a node that was
// not written hold as before.
void Brm::ApplyNoting(Choice choice, Accesses* accesses) {
  *accesses = {};
  state_.Note(accesses);
  Apply(choice);
  for (int n = 0; n < params_.nodes; ++n) {
    const std::vector<int> cells = CellsOfNode(n);
    const bool written = std::any_of(cells.begin(), cells.end(), [&](int cell) {
      return std::count(accesses->writes.begin(), accesses->writes.end(),
                        static_cast<uint64_t>(cell)) != 0;
    });
    if (written) {
      accesses->reads.insert(accesses->reads.end(), cells.begin(), cells.end());
    }
  }
  state_.StopNoting();
}

std::vector<int> Brm::CellsOfNode(int n) const {
  std::vector<int> cells = {state_.Flags(n), state_.InternalStrong(n),
                            state_.LocalStrong(n), state_.LocalWeak(n)};
  for (int p = 0; p < params_.processes; ++p) {
    cells.push_back(state_.Ref(p, n));
  }
  return cells;
}

void Brm::Guards(uint32_t agent, std::vector<uint64_t>* reads) const {
  const int processes = params_.processes;
  const int p = static_cast<int>(agent) % processes;
  Accesses accesses;
  state_.Note(&accesses);
  if (Alive(p) && static_cast<int>(agent) < processes) {
    std::vector<Choice> choices;
    ListCommands(p, &choices);
  }
  state_.StopNoting();
  *reads = std::move(accesses.reads);
}

uint64_t Brm::PlaceOf(uint32_t agent) const {
  const int p = static_cast<int>(agent) % params_.processes;
  uint64_t place = agent;
  for (const int cell : {state_.Life(p), state_.Served(p), state_.Reply(p),
                         state_.Buffer(p), state_.ReplyBuffer(p)}) {
    place = place << 8 | static_cast<uint64_t>(state_.Get(cell));
  }
  return place;
}

}  // namespace bindery::model
