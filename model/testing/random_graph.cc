#include "model/testing/random_graph.h"

#include "model/explore/random.h"

namespace bindery::model {

GraphModel RandomGraph(uint64_t seed) {
  Random random(seed);
  const int states = 2 + static_cast<int>(random.Below(40));
  GraphModel graph(states);
  for (int from = 0; from < states; ++from) {
    const int step = 1 + static_cast<int>(random.Below(states));
    const uint64_t edges = random.Below(4);
    int to = static_cast<int>(random.Below(states));
    for (uint64_t i = 0; i < edges && (i == 0 || step * i < 40u); ++i) {
      graph.AddEdge(from, to);
      to = (to + 1 + static_cast<int>(random.Below(states / 4 + 1))) % states;
      if (to == from) break;
    }
    if (random.Below(20) == 0) graph.Violate(from, "P");
    if (random.Below(20) == 0) graph.Violate(from, "Q");
    if (random.Below(2) == 0) graph.EndAs(from, Ending::kLostWork);
    graph.Mark(from, uint64_t{1} << random.Below(64));
  }
  return graph;
}

}  // namespace bindery::model
