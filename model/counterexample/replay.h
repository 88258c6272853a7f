// Executes a list of choices, such as the trace of a finding.
#ifndef BINDERY_MODEL_COUNTEREXAMPLE_REPLAY_H_
#define BINDERY_MODEL_COUNTEREXAMPLE_REPLAY_H_

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "model/concept.h"

namespace bindery::model {

struct ReplayOutcome {
  size_t executed = 0;  // how many choices, from the first
  absl::Status status;  // why it went no further
};

// kFailedPrecondition: the choice after `executed` others is not enabled; the
// message has its position, its value and what is enabled instead.
absl::Status NotEnabled(size_t position, size_t count, Choice choice,
                        const std::vector<Choice>& enabled);

// Executes the choices from the current state as long as each is enabled. The
// model is left where that leads, with outcome.executed Applies open.
template <Model M>
ReplayOutcome Replay(M& model, const std::vector<Choice>& choices) {
  std::vector<Choice> enabled;
  for (size_t i = 0; i < choices.size(); ++i) {
    enabled.clear();
    model.Enabled(&enabled);
    if (std::find(enabled.begin(), enabled.end(), choices[i]) ==
        enabled.end()) {
      return {i, NotEnabled(i, choices.size(), choices[i], enabled)};
    }
    model.Apply(choices[i]);
  }
  return {choices.size(), absl::OkStatus()};
}

}  // namespace bindery::model

#endif  // BINDERY_MODEL_COUNTEREXAMPLE_REPLAY_H_
