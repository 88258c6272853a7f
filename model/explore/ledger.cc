#include "model/explore/ledger.h"

#include <algorithm>
#include <utility>

namespace bindery::model {

Ledger::Ledger(const ExploreOptions& options)
    : options_(options),
      visited_(options.wide_fingerprints ? VisitedSet::Width::k128
                                         : VisitedSet::Width::k64,
               options.memory_limit) {}

bool Ledger::Admit(VisitedSet::Outcome outcome) {
  if (stopped_) return false;
  if (outcome == VisitedSet::Outcome::kFull) {
    Stop(StopReason::kMemoryLimit, "the visited set is full");
    return false;
  }
  if (result_.states >= options_.max_states) {
    Stop(StopReason::kMaxStates);
    return false;
  }
  ++result_.states;
  return true;
}

void Ledger::NoteFrontier(FrontierSize frontier) {
  result_.peak_frontier = std::max(result_.peak_frontier, frontier.states);
  result_.peak_bytes =
      std::max(result_.peak_bytes, visited_.bytes() + frontier.bytes);
}

void Ledger::Poll(FrontierSize frontier) {
  NoteFrontier(frontier);
  const size_t limit = options_.memory_limit;
  visited_.SetMaxBytes(limit - std::min(limit, frontier.bytes));
  if (visited_.bytes() + frontier.bytes > limit) {
    Stop(StopReason::kMemoryLimit, "the frontier needs the rest");
  }
  if (!options_.tick || stopped_) return;
  const Progress progress{result_.states, result_.transitions, frontier.states,
                          result_.max_depth, visited_.bytes() + frontier.bytes};
  if (!options_.tick(progress)) Stop(StopReason::kInterrupted);
}

void Ledger::Stop(StopReason reason, std::string detail) {
  if (stopped_) return;
  stopped_ = true;
  result_.stop_reason = reason;
  result_.stop_detail = std::move(detail);
}

bool Ledger::IsNews(absl::string_view property) const {
  return !stopped_ &&
         std::none_of(result_.findings.begin(), result_.findings.end(),
                      [property](const Finding& finding) {
                        return finding.property == property;
                      });
}

void Ledger::Report(Finding finding) {
  if (!IsNews(finding.property)) return;
  result_.findings.push_back(std::move(finding));
  if (!options_.keep_going ||
      result_.findings.size() >= options_.max_findings) {
    Stop(StopReason::kFinding);
  }
}

ExploreResult Ledger::Close() && {
  if (!stopped_ && cut_) Stop(StopReason::kMaxDepth);
  result_.complete = result_.stop_reason == StopReason::kExhausted;
  result_.collision_bound = visited_.CollisionBound();
  result_.peak_bytes = std::max(result_.peak_bytes, visited_.bytes());
  return std::move(result_);
}

std::vector<Finding> FindingsOfEnding(Ending ending, std::string reason) {
  FindingKind kind = FindingKind::kLostWork;
  if (ending == Ending::kFinished) return {};
  if (ending == Ending::kUserDeadlock) kind = FindingKind::kUserDeadlock;
  return {{kind, FindingKindName(kind), std::move(reason), {}}};
}

}  // namespace bindery::model
