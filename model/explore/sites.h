// Findings of a breadth-first search on their way to a trace: until the search
// is over a finding has the number of its state only; then the way there is
// executed from the initial state.
//
// Not thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_SITES_H_
#define BINDERY_MODEL_EXPLORE_SITES_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "model/concept.h"
#include "model/explore/ledger.h"
#include "model/explore/result.h"

namespace bindery::model {

template <Model M>
class Sites {
 public:
  // All outlive this. The model is in the initial state.
  Sites(M* model, Ledger* ledger) : model_(*model), ledger_(*ledger) {
    model_.Encode(&initial_);
  }

  // Findings in the state of that number and fingerprint.
  void Report(std::vector<Finding> findings, uint64_t state,
              Fingerprint fingerprint) {
    for (Finding& finding : findings) {
      if (!ledger_.IsNews(finding.property)) continue;
      ledger_.Report(std::move(finding));
      sites_.push_back({state, fingerprint});
    }
  }

  // Gives each finding its choices. `path_to(state, &positions)` tells those of
  // the choices that lead to a state, among what is enabled before each; false
  // if it cannot.
  template <typename PathTo>
  void Complete(const PathTo& path_to) {
    std::vector<Finding>& findings = ledger_.findings();
    for (size_t i = 0; i < findings.size(); ++i) {
      std::vector<uint32_t> positions;
      findings[i].has_trace = path_to(sites_[i].state, &positions);
      if (findings[i].has_trace) Execute(positions, sites_[i], &findings[i]);
    }
  }

  // Back to the initial state; forgets every open Apply.
  void Return() { model_.Decode(initial_); }

 private:
  struct Site {
    uint64_t state;
    Fingerprint fingerprint;
  };

  void Execute(const std::vector<uint32_t>& positions, const Site& site,
               Finding* finding) {
    Return();
    for (const uint32_t position : positions) {
      choices_.clear();
      model_.Enabled(&choices_);
      BINDERY_CHECK(position < choices_.size());
      finding->choices.push_back(choices_[position]);
      model_.Apply(choices_[position]);
    }
    BINDERY_CHECK_MSG(model_.GetFingerprint() == site.fingerprint,
                      "the model took another way when it was re-executed");
    Reword(finding);
    for (size_t n = positions.size(); n > 0; --n) model_.Undo();
  }

  // Words its message by the names that the trace shows.
  void Reword(Finding* finding) {
    const std::vector<Finding> again = finding->kind == FindingKind::kViolation
                                           ? FindingsOfState(model_)
                                           : FindingsOfTerminal(model_);
    for (const Finding& other : again) {
      if (other.property == finding->property) finding->message = other.message;
    }
  }

  M& model_;
  Ledger& ledger_;
  std::string initial_;
  std::vector<Site> sites_;
  std::vector<Choice> choices_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_SITES_H_
