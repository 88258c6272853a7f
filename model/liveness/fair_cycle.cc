#include "model/liveness/fair_cycle.h"

#include <algorithm>
#include <functional>

#include "base/check.h"

namespace bindery::model {
namespace {

using Step = StateGraph::Step;
using States = std::vector<uint32_t>;
using Actors = std::vector<uint32_t>;  // in order, each once

constexpr uint32_t kNone = ~uint32_t{0};

// An obligation of a state.
struct Owed {
  uint64_t key;
  uint32_t state;
  bool due;
};

std::vector<Owed> ByKey(const StateGraph& graph) {
  std::vector<Owed> all;
  all.reserve(graph.owed().size());
  for (uint32_t state = 0; state < graph.states(); ++state) {
    for (size_t i = graph.first_owed(state); i < graph.first_owed(state + 1);
         ++i) {
      all.push_back({graph.owed()[i].key, state, graph.owed()[i].due});
    }
  }
  std::sort(all.begin(), all.end(), [](const Owed& a, const Owed& b) {
    return a.key != b.key ? a.key < b.key : a.state < b.state;
  });
  return all;
}

// Those who can act in a state.
Actors Acting(const StateGraph& graph, uint32_t state) {
  Actors actors;
  for (uint32_t i = 0; i < graph.degree(state); ++i) {
    if (graph.edge(state, i).actor != 0) {
      actors.push_back(graph.edge(state, i).actor);
    }
  }
  std::sort(actors.begin(), actors.end());
  actors.erase(std::unique(actors.begin(), actors.end()), actors.end());
  return actors;
}

class KeySearch {
 public:
  explicit KeySearch(const StateGraph& graph)
      : g_(graph),
        mark_(graph.states(), 0),
        index_(graph.states(), 0),
        low_(graph.states(), 0) {}

  // The states of one key, in order. True if one of its components is broken,
  // which then gets into *lasso.
  bool Find(const Owed* begin, const Owed* end, Lasso* lasso);

 private:
  enum Mark : uint8_t {
    kOutside = 0,
    kOwed = 1,
    kDue = 2,
    kInside = 4,
    kMet = 8
  };
  struct Level {
    uint32_t state;
    uint32_t rank;
  };

  bool Inside(uint32_t state) const { return (mark_[state] & kInside) != 0; }
  void Components(uint32_t root);
  void Visit(uint32_t state);
  void Leave(uint32_t state);
  bool Broken(const States& component);
  void Consider(const States& component);
  std::vector<Step> Loop();
  bool Satisfies(uint32_t state, uint32_t actor) const;
  // The shortest way inside of the component from `from` to a step or state
  // that `wanted` accepts; kNone as rank asks about the state alone.
  using Wanted = std::function<bool(uint32_t state, uint32_t rank)>;
  uint32_t Go(uint32_t from, const Wanted& wanted, std::vector<Step>* path);

  const StateGraph& g_;
  std::vector<uint8_t> mark_;
  std::vector<uint32_t> index_;  // Tarjan's; 0: not met yet
  std::vector<uint32_t> low_;
  States open_;
  std::vector<Level> levels_;
  uint32_t next_index_ = 1;
  States best_;  // the broken component that is nearest
};

void KeySearch::Visit(uint32_t state) {
  index_[state] = low_[state] = next_index_++;
  open_.push_back(state);
  levels_.push_back({state, 0});
}

// The state's successors are done: closes its component if it is the root.
void KeySearch::Leave(uint32_t state) {
  levels_.pop_back();
  if (!levels_.empty()) {
    uint32_t& low = low_[levels_.back().state];
    low = std::min(low, low_[state]);
  }
  if (low_[state] != index_[state]) return;
  const auto first = std::find(open_.rbegin(), open_.rend(), state).base() - 1;
  const States component(first, open_.end());
  open_.erase(first, open_.end());
  for (const uint32_t one : component) low_[one] = kNone;  // closed
  Consider(component);
}

void KeySearch::Components(uint32_t root) {
  Visit(root);
  while (!levels_.empty()) {
    Level& level = levels_.back();
    if (level.rank == g_.degree(level.state)) {
      Leave(level.state);
      continue;
    }
    const uint32_t from = level.state;
    const uint32_t to = g_.edge(from, level.rank++).to;
    if (mark_[to] == kOutside) continue;
    if (index_[to] == 0) {
      Visit(to);
    } else if (low_[to] != kNone) {
      low_[from] = std::min(low_[from], index_[to]);
    }
  }
}

bool KeySearch::Broken(const States& component) {
  bool due = false;
  Actors kept_waiting = Acting(g_, component[0]);
  for (const uint32_t state : component) {
    due |= (mark_[state] & kDue) != 0;
    const Actors acting = Acting(g_, state);
    std::erase_if(kept_waiting, [&](uint32_t actor) {
      return !std::binary_search(acting.begin(), acting.end(), actor);
    });
  }
  for (const uint32_t state : component) {
    for (uint32_t i = 0; i < g_.degree(state); ++i) {
      if (Inside(g_.edge(state, i).to)) {
        std::erase(kept_waiting, g_.edge(state, i).actor);
      }
    }
  }
  return due && kept_waiting.empty();
}

void KeySearch::Consider(const States& component) {
  for (const uint32_t state : component) mark_[state] |= kInside;
  if (Broken(component) &&
      (best_.empty() || *std::min_element(component.begin(), component.end()) <
                            *std::min_element(best_.begin(), best_.end()))) {
    best_ = component;
  }
  for (const uint32_t state : component) {
    mark_[state] &= static_cast<uint8_t>(~kInside);
  }
}

uint32_t KeySearch::Go(uint32_t from, const Wanted& wanted,
                       std::vector<Step>* path) {
  if (wanted(from, kNone)) return from;
  struct Met {
    uint32_t state;
    uint32_t parent;  // in `met`
    Step how;
  };
  std::vector<Met> met = {{from, 0, {}}};
  const auto forget = [&] {
    for (const Met& one : met) mark_[one.state] &= static_cast<uint8_t>(~kMet);
  };
  mark_[from] |= kMet;
  for (uint32_t i = 0; i < met.size(); ++i) {
    const uint32_t state = met[i].state;
    for (uint32_t rank = 0; rank < g_.degree(state); ++rank) {
      const uint32_t to = g_.edge(state, rank).to;
      if (!Inside(to)) continue;
      const bool found = wanted(state, rank) || wanted(to, kNone);
      if (!found && (mark_[to] & kMet) != 0) continue;
      mark_[to] |= kMet;
      met.push_back({to, i, {state, rank}});
      if (!found) continue;
      const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(path->size());
      for (size_t k = met.size() - 1; k != 0; k = met[k].parent) {
        path->push_back(met[k].how);
      }
      std::reverse(path->begin() + at, path->end());
      forget();
      return to;
    }
  }
  BINDERY_CHECK_MSG(false, "a component is not connected");
  return kNone;
}

bool KeySearch::Satisfies(uint32_t state, uint32_t actor) const {
  const Actors acting = Acting(g_, state);
  return !std::binary_search(acting.begin(), acting.end(), actor);
}

// Through a state where it is due, then past what each actor may demand, then
// home, by at least one step if there is any.
std::vector<Step> KeySearch::Loop() {
  const uint32_t start = *std::min_element(best_.begin(), best_.end());
  std::vector<Step> loop;
  uint32_t at = Go(
      start,
      [&](uint32_t s, uint32_t rank) {
        return rank == kNone && (mark_[s] & kDue) != 0;
      },
      &loop);
  // Whoever cannot act where the loop begins demands nothing.
  for (const uint32_t actor : Acting(g_, start)) {
    at = Go(
        at,
        [&](uint32_t s, uint32_t rank) {
          return rank == kNone ? Satisfies(s, actor)
                               : g_.edge(s, rank).actor == actor;
        },
        &loop);
  }
  if (at == start && !loop.empty()) return loop;
  const bool alone = best_.size() == 1;
  if (alone && loop.empty()) return loop;  // it rests
  Go(
      at,
      [&](uint32_t s, uint32_t rank) {
        return rank == kNone ? s == start && !loop.empty()
                             : g_.edge(s, rank).to == start;
      },
      &loop);
  return loop;
}

bool KeySearch::Find(const Owed* begin, const Owed* end, Lasso* lasso) {
  for (const Owed* one = begin; one != end; ++one) {
    mark_[one->state] = one->due ? kOwed | kDue : kOwed;
  }
  best_.clear();
  next_index_ = 1;
  for (const Owed* one = begin; one != end; ++one) {
    if (index_[one->state] == 0) Components(one->state);
  }
  if (!best_.empty()) {
    for (const uint32_t state : best_) mark_[state] |= kInside;
    const uint32_t start = *std::min_element(best_.begin(), best_.end());
    *lasso = {begin->key, g_.PathTo(start), Loop()};
  }
  for (const Owed* one = begin; one != end; ++one) {
    mark_[one->state] = 0;
    index_[one->state] = low_[one->state] = 0;
  }
  return !best_.empty();
}

}  // namespace

size_t FairCycleBytes(const StateGraph& graph) {
  return graph.owed().size() * sizeof(Owed) + graph.states() * size_t{9};
}

std::vector<Lasso> FindFairCycles(const StateGraph& graph, bool all) {
  const std::vector<Owed> owed = ByKey(graph);
  KeySearch search(graph);
  std::vector<Lasso> lassos;
  const Owed* const end = owed.data() + owed.size();
  for (const Owed* from = owed.data(); from != end;) {
    const Owed* to = from;
    while (to != end && to->key == from->key) ++to;
    const bool known =
        !lassos.empty() && lassos.back().key >> 56 == from->key >> 56;
    Lasso lasso;
    if (!known && search.Find(from, to, &lasso)) {
      lassos.push_back(std::move(lasso));
      if (!all) break;
    }
    from = to;
  }
  return lassos;
}

}  // namespace bindery::model
