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

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/check.h"
#include "model/concept.h"
#include "model/explore/encoding_queue.h"
#include "model/explore/ledger.h"
#include "model/explore/result.h"
#include "model/liveness/fair_cycle.h"
#include "model/liveness/lasso.h"
#include "model/liveness/state_graph.h"

namespace bindery::model {

template <HasObligations M>
class Liveness {
 public:
  // Both outlive the search.
  Liveness(M& model, const ExploreOptions& options)
      : model_(model), options_(options) {}

  // To be called once. The model ends in the state that it was given in.
  ExploreResult Run() {
    model_.Encode(&initial_);
    Meet({0, 0});
    for (uint32_t state = 0; queue_.size() > 0 && !stopped_; ++state) {
      const std::optional<absl::string_view> encoded = queue_.Pop();
      model_.Decode(*encoded);
      Expand(state);
    }
    if (!stopped_) FindRuns();
    if (!result_.findings.empty() && !result_.complete) AddPaths();
    model_.Decode(initial_);
    result_.states = graph_.states();
    const double n = static_cast<double>(graph_.states());
    result_.collision_bound = n * n * 0x1p-129;
    return std::move(result_);
  }

  const StateGraph& graph() const { return graph_; }

 private:
  static constexpr uint64_t kPollEvery = 4096;

  void Stop(StopReason reason, std::string detail = "") {
    if (stopped_) return;
    stopped_ = true;
    result_.stop_reason = reason;
    result_.stop_detail = std::move(detail);
  }

  // The model is in a state that `step` leads to. Returns its number.
  uint32_t Meet(StateGraph::Step step) {
    if (model_.Inconclusive()) {
      Stop(StopReason::kInconclusive, model_.InconclusiveReason());
      return 0;
    }
    bool is_new = false;
    const uint32_t state = graph_.Number(model_.GetFingerprint(), &is_new);
    if (!is_new) return state;
    graph_.SetParent(state, step);
    depths_.push_back(state == 0 ? 0 : depths_[step.state] + 1);
    result_.max_depth = depths_.back();
    result_.sometimes_seen |= model_.Sometimes();
    Report(FindingsOfState(model_), state);
    model_.Encode(&bytes_);
    queue_.Push(bytes_);
    if (graph_.states() >
        std::min<uint64_t>(options_.max_states, StateGraph::kMostStates - 1)) {
      Stop(StopReason::kMaxStates);
    }
    return state;
  }

  void Expand(uint32_t state) {
    std::vector<Choice> choices;
    model_.Enabled(&choices);
    owed_.clear();
    model_.Obligations(&owed_);
    for (const Obligation& one : owed_) graph_.AddObligation(one);
    if (choices.empty()) {
      ++result_.terminal_states;
      if (options_.report_deadlocks) {
        Report(FindingsOfTerminal(model_), state);
      }
    }
    for (uint32_t i = 0; i < choices.size() && !stopped_; ++i) {
      const uint32_t actor = model_.FairActorOf(choices[i]);
      model_.Apply(choices[i]);
      if (++result_.transitions % kPollEvery == 0) Poll(state);
      graph_.AddEdge({Meet({state, i}), actor});
      model_.Undo();
    }
    graph_.CompleteState();
  }

  void Poll(uint32_t state) {
    const size_t bytes = graph_.bytes() + FairCycleBytes(graph_) +
                         queue_.bytes() + depths_.capacity() * 4;
    result_.peak_bytes = std::max(result_.peak_bytes, bytes);
    if (bytes > options_.memory_limit) {
      Stop(StopReason::kMemoryLimit, "the graph of states and edges is full");
    }
    if (options_.tick &&
        !options_.tick({graph_.states(), result_.transitions, queue_.size(),
                        depths_[state], bytes})) {
      Stop(StopReason::kInterrupted);
    }
  }

  void Report(std::vector<Finding> findings, uint32_t state) {
    if (findings.empty() || stopped_) return;
    found_at_ = state;
    result_.findings = std::move(findings);
    Stop(StopReason::kFinding);
  }

  // To what ended the search.
  void AddPaths() {
    model_.Decode(initial_);
    const std::vector<Choice> path = Follow(graph_.PathTo(found_at_));
    for (Finding& finding : result_.findings) finding.choices = path;
  }

  void FindRuns() {
    result_.complete = true;
    for (const Lasso& lasso : FindFairCycles(graph_, options_.keep_going)) {
      model_.Decode(initial_);
      std::vector<Choice> choices = Follow(lasso.stem);
      Violation violation = model_.Describe(lasso.key);
      for (const Choice choice : Follow(lasso.loop)) choices.push_back(choice);
      Confirm(lasso, choices);
      result_.findings.push_back({FindingKind::kViolation,
                                  std::move(violation.property),
                                  std::move(violation.message),
                                  std::move(choices), true, lasso.stem.size()});
    }
    if (!result_.findings.empty()) result_.stop_reason = StopReason::kFinding;
  }

  // Executes steps from where the model is; each must begin in the state that
  // it names.
  std::vector<Choice> Follow(const std::vector<StateGraph::Step>& steps) {
    std::vector<Choice> choices;
    std::vector<Choice> enabled;
    for (const StateGraph::Step& step : steps) {
      BINDERY_CHECK_MSG(
          model_.GetFingerprint() == graph_.fingerprint(step.state),
          "a path does not lead where it led before");
      enabled.clear();
      model_.Enabled(&enabled);
      choices.push_back(enabled[step.rank]);
      model_.Apply(choices.back());
    }
    return choices;
  }

  void Confirm(const Lasso& lasso, const std::vector<Choice>& choices) {
    model_.Decode(initial_);
    const absl::Status status = LassoJudge<M>(model_).Judge(
        choices, lasso.stem.size(), static_cast<int>(lasso.key >> 56));
    BINDERY_CHECK_MSG(status.ok(), "a run that was found is none");
  }

 private:
  M& model_;
  const ExploreOptions& options_;
  StateGraph graph_;
  EncodingQueue queue_;
  std::vector<uint32_t> depths_;
  std::vector<Obligation> owed_;
  std::string initial_;
  std::string bytes_;
  ExploreResult result_;
  bool stopped_ = false;
  uint32_t found_at_ = 0;
};

template <HasObligations M>
ExploreResult ExploreLiveness(M& model, const ExploreOptions& options) {
  return Liveness<M>(model, options).Run();
}

}  // namespace bindery::model

#endif  // BINDERY_MODEL_LIVENESS_LIVENESS_H_
