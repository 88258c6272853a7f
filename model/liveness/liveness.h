// Exploration with the graph kept: what any search finds, and behind that runs
// that break a promise for ever (HasObligations in concept.h).
//
//  1. Breadth first, one thread; states are named by 128 bits.
//  2. A state property or a deadlock ends the search first, with a shortest
//     trace: of a part of the graph nothing can be said.
//  3. A run that is reported has been executed: each state of stem and loop has
//     the fingerprint that was found, and LassoJudge agrees.
//  4. options.max_states bounds states, options.memory_limit the graph, what
//     is to be computed on it, and the frontier; a bound that is reached makes
//     the answer incomplete.
//
// Not thread-safe.
#ifndef BINDERY_MODEL_LIVENESS_LIVENESS_H_
#define BINDERY_MODEL_LIVENESS_LIVENESS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "model/concept.h"
#include "model/explore/encoding_queue.h"
#include "model/explore/ledger.h"
#include "model/explore/result.h"
#include "model/explore/sites.h"
#include "model/liveness/fair_cycle.h"
#include "model/liveness/lasso.h"
#include "model/liveness/state_graph.h"
#include "model/visited.h"

namespace bindery::model {

template <HasObligations M>
class Liveness {
 public:
  // Both outlive the search.
  Liveness(M& model, const ExploreOptions& options)
      : model_(model),
        options_(options),
        ledger_(options),
        sites_(&model, &ledger_) {}

  // To be called once. The model ends in the state that it was given in.
  ExploreResult Run() {
    Meet({0, 0}, 0);
    for (uint32_t state = 0; queue_.size() > 0; ++depth_) {
      for (uint64_t n = queue_.size(); n > 0 && !ledger_.stopped(); --n) {
        model_.Decode(*queue_.Pop());
        Expand(state++);
      }
      if (ledger_.stopped()) break;
    }
    sites_.Complete([this](uint64_t state, std::vector<uint32_t>* positions) {
      for (const StateGraph::Step& step :
           graph_.PathTo(static_cast<uint32_t>(state))) {
        positions->push_back(step.rank);
      }
      return true;
    });
    const bool whole = !ledger_.stopped();
    if (whole) FindRuns();
    sites_.Return();
    const uint64_t states = ledger_.states();
    ExploreResult result = std::move(ledger_).Close();
    result.complete = whole;
    result.collision_bound = VisitedSet::CollisionBoundOf(states, true);
    return result;
  }

 private:
  // The model is in a state that `step` leads to. Returns its number.
  uint32_t Meet(StateGraph::Step step, uint64_t depth) {
    if (model_.Inconclusive()) {
      ledger_.Stop(StopReason::kInconclusive, model_.InconclusiveReason());
      return 0;
    }
    bool is_new = false;
    const uint32_t state = graph_.Number(model_.GetFingerprint(), &is_new);
    if (!is_new) return state;
    if (state + 1 == StateGraph::kMostStates) {
      ledger_.Stop(StopReason::kMaxStates);
    }
    if (!ledger_.AdmitNew()) return state;
    graph_.SetParent(state, step);
    ledger_.Enter(depth, model_.Sometimes());
    Report(FindingsOfState(model_), state);
    model_.Encode(&bytes_);
    queue_.Push(bytes_);
    return state;
  }

  void Expand(uint32_t state) {
    choices_.clear();
    model_.Enabled(&choices_);
    owed_.clear();
    model_.Obligations(&owed_);
    for (const Obligation& one : owed_) graph_.AddObligation(one);
    if (choices_.empty()) {
      ledger_.CountTerminal();
      if (options_.report_deadlocks) {
        Report(FindingsOfTerminal(model_), state);
      }
    }
    for (uint32_t i = 0; i < choices_.size() && !ledger_.stopped(); ++i) {
      const uint32_t actor = model_.FairActorOf(choices_[i]);
      model_.Apply(choices_[i]);
      if (ledger_.CountTransition()) Poll();
      graph_.AddEdge({Meet({state, i}, depth_ + 1), actor});
      model_.Undo();
    }
    graph_.CompleteState();
  }

  void Poll() {
    const size_t bytes =
        graph_.bytes() + FairCycleBytes(graph_) + queue_.bytes();
    if (bytes > options_.memory_limit) {
      ledger_.Stop(StopReason::kMemoryLimit,
                   "the graph of states and edges is full");
    }
    ledger_.Poll({queue_.size(), bytes});
  }

  // Ends the search, also if it may keep going.
  void Report(std::vector<Finding> findings, uint32_t state) {
    if (findings.empty()) return;
    sites_.Report(std::move(findings), state, model_.GetFingerprint());
    ledger_.Stop(StopReason::kFinding);
  }

  void FindRuns() {
    for (const Lasso& lasso : FindFairCycles(graph_, options_.keep_going)) {
      sites_.Return();
      std::vector<Choice> choices = Follow(lasso.stem);
      Violation violation = model_.Describe(lasso.key);
      for (const Choice choice : Follow(lasso.loop)) choices.push_back(choice);
      Confirm(lasso, choices);
      ledger_.Report({FindingKind::kViolation, std::move(violation.property),
                      std::move(violation.message), std::move(choices), true,
                      lasso.stem.size()});
    }
  }

  // Executes steps from where the model is; each must begin in the state that
  // it names.
  std::vector<Choice> Follow(const std::vector<StateGraph::Step>& steps) {
    std::vector<Choice> choices;
    for (const StateGraph::Step& step : steps) {
      BINDERY_CHECK_MSG(
          model_.GetFingerprint() == graph_.fingerprint(step.state),
          "a path does not lead where it led before");
      choices_.clear();
      model_.Enabled(&choices_);
      choices.push_back(choices_[step.rank]);
      model_.Apply(choices.back());
    }
    return choices;
  }

  void Confirm(const Lasso& lasso, const std::vector<Choice>& choices) {
    sites_.Return();
    const absl::Status status = LassoJudge<M>(model_).Judge(
        choices, lasso.stem.size(), static_cast<int>(lasso.key >> 56));
    BINDERY_CHECK_MSG(status.ok(), "a run that was found is none");
  }

  M& model_;
  const ExploreOptions& options_;
  Ledger ledger_;
  Sites<M> sites_;
  StateGraph graph_;
  EncodingQueue queue_;
  uint64_t depth_ = 0;  // of the states being expanded
  std::vector<Choice> choices_;
  std::vector<Obligation> owed_;
  std::string bytes_;
};

template <HasObligations M>
ExploreResult ExploreLiveness(M& model, const ExploreOptions& options) {
  return Liveness<M>(model, options).Run();
}

}  // namespace bindery::model

#endif  // BINDERY_MODEL_LIVENESS_LIVENESS_H_
