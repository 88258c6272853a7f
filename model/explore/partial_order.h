// Depth-first search that leaves out orders of choices which make no
// difference; docs/partial-order.md has the proofs.
//
//  1. In each state a set of agents is chosen, and only their choices are
//     explored. It is enough if no choice that the others can make, as long as
//     none of the chosen ones moves, conflicts with one of the explored ones.
//  2. That is judged by what was seen: behind an explored choice the search
//     sees, by induction, everything that can happen there up to the order of
//     what does not conflict. So it is judged when all explored choices have
//     been searched: who conflicts is then added, and searched as well. A
//     state's future (futures.h) is kept with it, for when it is met again.
//  3. Who is chosen at first is a guess from what agents at the same place did
//     before: a bad guess costs states, and never an answer.
//  4. States on a cycle are expanded in full; so are states from which one is
//     reached whose continuation is unknown, because it violates a property or
//     lies at max_depth.
//  5. A choice that was made before steps that it has nothing to do with is not
//     executed again behind them if it leads to a known state (sleep_set.h).
//  6. Verdicts are those of a full search: every property that is violated
//     somewhere, every kind of ending, every `sometimes` that is reached. The
//     numbers of states and transitions are not.
//
// The model is never copied and ends in the state it was given in. Not
// thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_PARTIAL_ORDER_H_
#define BINDERY_MODEL_EXPLORE_PARTIAL_ORDER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "model/concept.h"
#include "model/explore/footprints.h"
#include "model/explore/future_table.h"
#include "model/explore/ledger.h"
#include "model/explore/persistent_set.h"
#include "model/explore/result.h"
#include "model/explore/sleep_set.h"

namespace bindery::model {

template <HasFootprints M>
class PartialOrder {
 public:
  // Both must outlive the search.
  PartialOrder(M& model, const ExploreOptions& options)
      : model_(model),
        options_(options),
        ledger_(options),
        futures_(seen_),
        sets_(seen_),
        agents_(model.Agents()) {}

  // To be called once.
  ExploreResult Run() {
    const Fingerprint key = model_.GetFingerprint();
    if (Trusted() && ledger_.AdmitNew()) Enter(Choice{}, key);
    while (!levels_.empty() && !ledger_.stopped()) Step();
    ledger_.NoteFrontier({0, bytes()});
    while (!levels_.empty()) Drop();
    ExploreResult result = std::move(ledger_).Close();
    // Each state that was entered was looked up, kept or not.
    const double entered = static_cast<double>(entered_);
    result.collision_bound = std::min(1.0, entered * entered * 0x1p-65);
    return result;
  }

 private:
  // Of a footprint that is not known.
  static constexpr FootprintId kUnknown = ~FootprintId{0};
  // Of a state behind which something is that was not searched.
  static constexpr FutureId kUnsearched = ~FutureId{0} - 1;
  // A list for each pair of agents (p, q), with one row more: what q may do as
  // long as p does not move, or whoever moves.
  using Lists = std::vector<ListId>;

  struct Level {
    Choice via;  // that leads here; meaningless for the lowest level
    Fingerprint fingerprint;
    uint64_t number;  // in the order in which states were entered, from 1
    uint64_t low;     // the smallest number that is reached from here on the
                      // stack, or on a cycle with it
    std::vector<AgentView> agents;
    std::vector<Choice> choices;  // agent by agent
    SleepSet asleep;              // some of them, and others
    Lists future;  // of the choices explored so far, those of p left out
    // Row p: behind those of p, as far as it need not be a consequence of
    // them; with what it meets them at, and without.
    Lists through;
    Lists before;
    bool in_full = false;     // everybody is to be explored
    bool unsearched = false;  // so are those below
    bool on_cycle = false;
    uint32_t skipped = 0;      // states below, one behind the other, not kept
    uint32_t agent = 0;        // that is being explored
    uint32_t next_choice = 0;  // of it
    FootprintId step = 0;      // of the choice that is being explored
    SetId makes = 0;           // what is new behind it
  };

  bool Trusted() {
    if (!model_.Inconclusive()) return true;
    ledger_.Stop(StopReason::kInconclusive, model_.InconclusiveReason());
    return false;
  }

  void Step() {
    Level& top = levels_.back();
    const AgentView& agent = top.agents[top.agent];
    if (agent.explored && top.next_choice < agent.end) return Take();
    if (NextAgent()) return;
    if (top.in_full) {
      if (ChooseAll(&top) && NextAgent()) return;
    } else if (top.choices.size() > 1) {
      const auto seen = [&](uint32_t p, uint32_t q) {
        return futures_.All(top.through[p * agents_ + q]);
      };
      if (sets_.Grow(&top.agents, seen) && NextAgent()) return;
    }
    Leave();
  }

  // Goes on to an agent that is chosen and was not explored.
  bool NextAgent() {
    Level& top = levels_.back();
    for (uint32_t i = 0; i < top.agents.size(); ++i) {
      AgentView& agent = top.agents[i];
      if (!agent.chosen || agent.explored) continue;
      agent.explored = true;
      top.agent = i;
      top.next_choice = agent.first;
      return true;
    }
    return false;
  }

  static bool ChooseAll(Level* level) {
    bool more = false;
    for (AgentView& agent : level->agents) {
      more |= agent.enabled() && !agent.chosen;
      agent.chosen |= agent.enabled();
    }
    return more;
  }

  // Takes the next choice of the topmost level; executes it unless it sleeps
  // and leads to a state that is known.
  void Take() {
    Level& top = levels_.back();
    const Choice choice = top.choices[top.next_choice++];
    if (PassOver(choice)) return;
    const Sleeper made = Execute(choice, top.agent);
    top.step = made.step;
    top.makes = made.makes;
    if (ledger_.CountTransition()) ledger_.Poll({levels_.size(), bytes()});
    if (!Trusted()) return model_.Undo();
    PutToSleep(made);
    const FutureTable::Entry known = table_.Get(made.to.lo);
    if (known.number != 0) {
      Meet(known);
    } else if (ledger_.AdmitNew()) {
      return Enter(choice, made.to);
    }
    model_.Undo();
  }

  bool PassOver(Choice choice) {
    Level& top = levels_.back();
    const Sleeper* const sleeper = top.asleep.Find(choice);
    if (sleeper == nullptr) return false;
    const Fingerprint key =
        model_.Carried(top.fingerprint, sleeper->from, sleeper->to);
    const FutureTable::Entry known = table_.Get(key.lo);
    if (known.number == 0) return false;
    top.step = sleeper->step;
    top.makes = sleeper->makes;
    Meet(known);
    return true;
  }

  // The latest choice of the topmost level leads to this state.
  void Meet(const FutureTable::Entry& known) {
    Level& top = levels_.back();
    if (known.open) {
      top.low = std::min(top.low, known.number);
      top.on_cycle = top.in_full = true;
      child_.assign(top.future.size(), 0);
      Absorb(child_);
    } else if (known.future() == kUnsearched) {
      top.unsearched = top.in_full = true;
    } else {
      futures_.Get(known.future(), agents_, &child_);
      Absorb(child_);
    }
  }

  // Executes an agent's choice of the topmost level.
  Sleeper Execute(Choice choice, uint32_t agent) {
    const Level& top = levels_.back();
    model_.ApplyNoting(choice, &accesses_);
    return {choice,
            agent,
            seen_.Union(seen_.Make(accesses_), top.agents[agent].guard),
            seen_.SetOf(accesses_.makes),
            top.fingerprint,
            model_.GetFingerprint()};
  }

  void PutToSleep(const Sleeper& made) {
    SleepSet& asleep = levels_.back().asleep;
    if (options_.sleep_sets && asleep.Find(made.choice) == nullptr) {
      asleep.Add(made);
    }
  }

  // The topmost level learns what can happen behind the latest choice.
  void Absorb(const Lists& child) {
    Level& top = levels_.back();
    const uint32_t mover = top.agent;
    for (uint32_t p = 0; p <= agents_; ++p) {
      for (uint32_t q = 0; q < agents_; ++q) {
        const size_t i = p * agents_ + q;
        ListId list = futures_.Without(child[i], top.makes);
        if (p == mover) {
          const ListId through = futures_.Through(list, top.step);
          const ListId before = futures_.Before(list, top.step);
          top.through[i] = futures_.Join(top.through[i], through);
          top.before[i] = futures_.Join(top.before[i], before);
          continue;
        }
        if (q == mover) list = futures_.Behind(top.step, list);
        top.future[i] = futures_.Join(top.future[i], list);
      }
    }
  }

  // The lists of a level that has been searched.
  void Complete(Level* level) {
    uint32_t members = 0;
    for (const AgentView& agent : level->agents) members += agent.chosen;
    for (uint32_t p = 0; p <= agents_; ++p) {
      const bool alone = p < agents_ && level->agents[p].chosen && members == 1;
      for (uint32_t q = 0; q < agents_; ++q) {
        const size_t i = p * agents_ + q;
        ListId& list = level->future[i];
        if (alone) list = level->before[i];
        if (p == q || level->agents[q].enabled()) continue;
        list = futures_.Waiting(list, level->agents[q].guard);
      }
    }
  }

  // On a cycle whatever happens may happen at any time, whoever moved before.
  void Flatten(Level* level) {
    const size_t last = size_t{agents_} * agents_;
    for (uint32_t p = 0; p <= agents_; ++p) {
      for (uint32_t q = 0; q < agents_; ++q) {
        level->future[p * agents_ + q] =
            p == q ? 0
                   : futures_.Anything(futures_.All(level->future[last + q]));
      }
    }
  }

  // The model is in a new state, which is counted.
  void Enter(Choice via, Fingerprint fingerprint) {
    const uint64_t number = ++entered_;
    table_.Open(fingerprint.lo, number);
    Level level;
    level.via = via;
    level.fingerprint = fingerprint;
    level.number = level.low = number;
    for (Lists* lists : {&level.future, &level.through, &level.before}) {
      lists->assign(size_t{agents_} * (agents_ + 1), 0);
    }
    ledger_.Enter(levels_.size(), model_.Sometimes());
    if (!levels_.empty()) {
      const Level& below = levels_.back();
      level.asleep.Inherit(below.asleep, below.agent, below.step, &seen_);
    }
    levels_.push_back(std::move(level));
    if (!Look()) return;
    View();
    Choose();
  }

  // False if the state is not to be expanded.
  bool Look() {
    Level& top = levels_.back();
    top.agents.assign(1, AgentView{});
    if (!model_.Check(nullptr)) {
      top.unsearched = true;
      Report(FindingsOfState(model_));
      return false;
    }
    model_.Enabled(&top.choices);
    if (!top.choices.empty() && levels_.size() - 1 >= options_.max_depth) {
      top.choices.clear();
      top.unsearched = true;
      ledger_.CutAtMaxDepth();
      return false;
    }
    if (top.choices.empty()) {
      ledger_.CountTerminal();
      if (options_.report_deadlocks) Report(FindingsOfTerminal(model_));
    }
    return true;
  }

  // Fills in what each agent may do here.
  void View() {
    Level& top = levels_.back();
    top.agents.assign(agents_, AgentView{});
    SortByAgent(&top);
    for (uint32_t i = 0; i < top.agents.size(); ++i) {
      AgentView& agent = top.agents[i];
      Inherit(i, &agent);
      if (agent.guard == kUnknown) {
        model_.Guards(i, &accesses_.reads);
        accesses_.writes.clear();
        agent.guard = seen_.Make(accesses_);
      }
    }
  }

  void SortByAgent(Level* level) {
    std::stable_sort(level->choices.begin(), level->choices.end(),
                     [this](Choice a, Choice b) {
                       return model_.AgentOf(a) < model_.AgentOf(b);
                     });
    for (uint32_t i = 0; i < level->choices.size(); ++i) {
      AgentView& agent = level->agents[model_.AgentOf(level->choices[i])];
      if (!agent.enabled()) agent.first = i;
      agent.end = i + 1;
    }
  }

  // What an agent is about to do is what it was about to do, unless what was
  // done instead has to do with it.
  void Inherit(uint32_t index, AgentView* agent) {
    agent->guard = agent->next = kUnknown;
    if (levels_.size() > 1) {
      const Level& below = levels_[levels_.size() - 2];
      const AgentView& before = below.agents[index];
      const bool same =
          index != below.agent && !seen_.Conflict(below.step, before.guard);
      if (same) {
        agent->guard = before.guard;
        agent->place = before.place;
        const bool known = before.next != kUnknown;
        if (known && !seen_.Conflict(below.step, before.next)) {
          agent->next = before.next;
        }
        return;
      }
    }
    agent->place = model_.PlaceOf(index);
  }

  // Guesses whose choices are enough.
  void Choose() {
    Level& top = levels_.back();
    size_t enabled = 0;
    for (AgentView& agent : top.agents) enabled += agent.enabled() ? 1 : 0;
    if (enabled < 2) {
      ChooseAll(&top);
      return;
    }
    for (uint32_t i = 0; i < top.agents.size(); ++i) {
      const AgentView& agent = top.agents[i];
      if (agent.enabled() && agent.next == kUnknown) Probe(i);
    }
    if (ledger_.stopped()) return;
    sets_.Guess(&top.agents, [&](uint32_t p, uint32_t q) {
      const uint64_t pair = Pair(top, p, q);
      return learned_.Get(High(pair), Low(pair)).value_or(0);
    });
  }

  static uint32_t High(uint64_t word) {
    return static_cast<uint32_t>(word >> 32);
  }
  static uint32_t Low(uint64_t word) { return static_cast<uint32_t>(word); }

  static uint64_t Pair(const Level& level, uint32_t p, uint32_t q) {
    const uint64_t place = level.agents[p].place * 0x9e3779b97f4a7c15u;
    return (place ^ place >> 31) + level.agents[q].place;
  }

  // Executes an agent's choices to see what they do, but for those that sleep.
  void Probe(uint32_t index) {
    Level& top = levels_.back();
    AgentView* const agent = &top.agents[index];
    agent->next = 0;
    for (uint32_t i = agent->first; i < agent->end; ++i) {
      if (const Sleeper* const sleeper = top.asleep.Find(top.choices[i])) {
        agent->next = seen_.Union(agent->next, sleeper->step);
        continue;
      }
      const Sleeper made = Execute(top.choices[i], index);
      agent->next = seen_.Union(agent->next, made.step);
      PutToSleep(made);
      const bool trusted = Trusted();
      model_.Undo();
      if (!trusted) return;
    }
  }

  // The topmost level has been searched.
  void Leave() {
    Level& top = levels_.back();
    if (!top.unsearched) {
      Learn(top);
      Complete(&top);
    }
    if (top.low == top.number) {
      if (top.on_cycle) Flatten(&top);
      Close(top, top.unsearched ? kUnsearched
                                : futures_.Number(top.future, agents_));
    } else {
      on_cycle_.push_back({top.fingerprint.lo, top.number});
    }
    const uint64_t low = top.low;
    const bool unsearched = top.unsearched;
    const uint32_t skipped = Skip(top) ? top.skipped + 1 : 0;
    child_.swap(top.future);
    Drop();
    if (levels_.empty()) return;
    Level& below = levels_.back();
    below.skipped = skipped;
    below.low = std::min(below.low, low);
    if (low <= below.number) below.on_cycle = below.in_full = true;
    if (!unsearched) return Absorb(child_);
    below.unsearched = below.in_full = true;
  }

  // The level has its future; so have those that are on a cycle with it and
  // have no lower one.
  void Close(const Level& level, FutureId future) {
    table_.Close(level.fingerprint.lo, future);
    while (!on_cycle_.empty() && on_cycle_.back().number > level.number) {
      table_.Close(on_cycle_.back().key, future);
      on_cycle_.pop_back();
    }
  }

  // A state of which only one choice was explored need not be kept: whoever
  // meets it again goes on to the next that is. Returns whether it is not.
  bool Skip(const Level& level) {
    constexpr uint32_t kMost = 16;
    uint32_t explored = 0;
    for (const AgentView& agent : level.agents) {
      if (agent.explored) explored += agent.end - agent.first;
    }
    if (explored != 1 || level.on_cycle || level.low != level.number ||
        level.unsearched || level.skipped == kMost) {
      return false;
    }
    table_.Erase(level.fingerprint.lo);
    ledger_.Forget();
    return true;
  }

  void Learn(const Level& level) {
    if (level.choices.size() < 2) return;
    for (uint32_t p = 0; p < agents_; ++p) {
      if (!level.agents[p].explored) continue;
      for (uint32_t q = 0; q < agents_; ++q) {
        const FootprintId does = futures_.All(level.through[p * agents_ + q]);
        if (does == 0) continue;
        const uint64_t pair = Pair(level, p, q);
        const FootprintId known =
            learned_.Get(High(pair), Low(pair)).value_or(0);
        learned_.Put(High(pair), Low(pair), seen_.Union(known, does));
      }
    }
  }

  // Takes the topmost level off, and its choice back.
  void Drop() {
    levels_.pop_back();
    if (!levels_.empty()) model_.Undo();
  }

  void Report(std::vector<Finding> findings) {
    for (Finding& finding : findings) {
      for (size_t i = 1; i < levels_.size(); ++i) {
        finding.choices.push_back(levels_[i].via);
      }
      ledger_.Report(std::move(finding));
    }
  }

  size_t bytes() const {
    const size_t level = sizeof(Level) + agents_ * sizeof(AgentView) +
                         3 * sizeof(ListId) * agents_ * (agents_ + 1);
    size_t asleep = 0;
    for (const Level& one : levels_) asleep += one.asleep.bytes();
    return asleep + table_.bytes() + seen_.bytes() + futures_.bytes() +
           levels_.size() * level;
  }

  struct OnCycle {
    uint64_t key;
    uint64_t number;
  };

  M& model_;
  const ExploreOptions& options_;
  Ledger ledger_;
  Footprints seen_;
  Futures futures_;
  PersistentSets sets_;
  const uint32_t agents_;
  FutureTable table_;
  std::vector<Level> levels_;
  std::vector<OnCycle> on_cycle_;  // left, but on a cycle with a lower level
  Memo learned_;                   // by two places
  Lists child_;                    // scratch
  Accesses accesses_;
  uint64_t entered_ = 0;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_PARTIAL_ORDER_H_
