#include "model/explore/ledger.h"

#include <algorithm>
#include <utility>

namespace bindery::model {

Ledger::Ledger(const ExploreOptions& options)
    : options_(options),
      store_(options.store, options.memory_limit, options.bit_bytes),
      namer_(&store_, options.symmetry),
      plain_(options.store != StoreKind::kExact && !options.symmetry) {}

void Ledger::GrowNames() {
  if (!store_.names()->GrowIfDue()) {
    Stop(StopReason::kMemoryLimit, kNoMoreNames);
  }
}

bool Ledger::Admit(StateStore::Outcome outcome) {
  if (stopped_) return false;
  if (outcome == StateStore::Outcome::kFull) {
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
      std::max(result_.peak_bytes, store_.bytes() + frontier.bytes);
}

void Ledger::Poll(FrontierSize frontier) {
  NoteFrontier(frontier);
  const size_t limit = options_.memory_limit;
  store_.SetBytesElsewhere(frontier.bytes);
  if (store_.bytes() + frontier.bytes > limit) {
    Stop(StopReason::kMemoryLimit, "the frontier needs the rest");
  }
  if (!options_.tick || stopped_) return;
  const Progress progress{result_.states, result_.transitions, frontier.states,
                          result_.max_depth, store_.bytes() + frontier.bytes};
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
  if (cut_) Stop(StopReason::kMaxDepth);
  if (store_.kind() == StoreKind::kBits) Stop(StopReason::kBitstate);
  result_.complete = result_.stop_reason == StopReason::kExhausted;
  result_.collision_bound = store_.CollisionBound();
  result_.peak_bytes = std::max(result_.peak_bytes, store_.bytes());
  return std::move(result_);
}

std::vector<Finding> FindingsOfEnding(Ending ending, std::string reason) {
  FindingKind kind = FindingKind::kLostWork;
  if (ending == Ending::kFinished) return {};
  if (ending == Ending::kUserDeadlock) kind = FindingKind::kUserDeadlock;
  return {{kind, FindingKindName(kind), std::move(reason), {}, true}};
}

}  // namespace bindery::model
