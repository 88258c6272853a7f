// The reference explorer: the definition of a correct answer, in as few ideas
// as possible, to test the others against.
//
// Breadth first. A state is its full canonical text, kept in an ordered map;
// moving to a state means decoding its encoding. No Undo, no fingerprint, no
// visited set, no budget except max_states and max_depth; tick is not polled.
// Slow and large on purpose. Not thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_REFERENCE_H_
#define BINDERY_MODEL_EXPLORE_REFERENCE_H_

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/concept.h"
#include "model/explore/ledger.h"
#include "model/explore/result.h"

namespace bindery::model {

template <Model M>
class Reference {
 public:
  Reference(M& model, const ExploreOptions& options)
      : model_(model), options_(options) {}

  ExploreResult Run() {
    std::string initial;
    model_.Encode(&initial);
    Visit({});
    while (!stopped_ && !level_.empty()) {
      std::vector<Waiting> level = std::move(level_);
      level_.clear();
      for (const Waiting& waiting : level) {
        if (!stopped_) Expand(waiting);
      }
    }
    model_.Decode(initial);
    if (!stopped_ && cut_) Stop(StopReason::kMaxDepth);
    result_.complete = result_.stop_reason == StopReason::kExhausted;
    return std::move(result_);
  }

 private:
  struct Waiting {
    std::string encoding;
    std::vector<Choice> path;
  };

  void Expand(const Waiting& waiting) {
    model_.Decode(waiting.encoding);
    std::vector<Choice> choices;
    model_.Enabled(&choices);
    if (choices.empty()) {
      ++result_.terminal_states;
      if (options_.report_deadlocks) {
        Report(FindingsOfTerminal(model_), waiting.path);
      }
    } else if (waiting.path.size() >= options_.max_depth) {
      cut_ = true;
    } else {
      for (const Choice choice : choices) {
        if (!stopped_) Execute(waiting, choice);
      }
    }
  }

  void Execute(const Waiting& from, Choice choice) {
    model_.Decode(from.encoding);
    model_.Apply(choice);
    ++result_.transitions;
    std::vector<Choice> path = from.path;
    path.push_back(choice);
    Visit(std::move(path));
  }

  void Visit(std::vector<Choice> path) {
    if (model_.Inconclusive()) {
      result_.stop_detail = model_.InconclusiveReason();
      return Stop(StopReason::kInconclusive);
    }
    std::string text = model_.CanonicalText();
    if (seen_.contains(text)) return;
    if (seen_.size() == options_.max_states) {
      return Stop(StopReason::kMaxStates);
    }
    seen_.insert(std::move(text));
    result_.states = seen_.size();
    result_.max_depth = std::max<uint64_t>(result_.max_depth, path.size());
    result_.sometimes_seen |= model_.Sometimes();
    const std::vector<Finding> findings = FindingsOfState(model_);
    if (!findings.empty()) return Report(findings, path);
    std::string encoding;
    model_.Encode(&encoding);
    level_.push_back({std::move(encoding), std::move(path)});
    result_.peak_frontier =
        std::max<uint64_t>(result_.peak_frontier, level_.size());
  }

  void Report(const std::vector<Finding>& findings,
              const std::vector<Choice>& path) {
    for (Finding finding : findings) {
      if (stopped_ || !reported_.insert(finding.property).second) continue;
      finding.choices = path;
      result_.findings.push_back(std::move(finding));
      if (!options_.keep_going ||
          result_.findings.size() >= options_.max_findings) {
        Stop(StopReason::kFinding);
      }
    }
  }

  void Stop(StopReason reason) {
    stopped_ = true;
    result_.stop_reason = reason;
  }

  M& model_;
  const ExploreOptions& options_;
  ExploreResult result_;
  std::set<std::string> seen_;
  std::set<std::string> reported_;
  std::vector<Waiting> level_;
  bool stopped_ = false;
  bool cut_ = false;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_REFERENCE_H_
