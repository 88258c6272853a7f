// Exhaustive searches by several threads, such as can be interrupted and
// resumed, and such as keep on disk what they know.
//
//  1. A search that finds nothing has the counts of one thread: states,
//     transitions and terminal states, and for breadth first also max_depth.
//  2. What is reported does not depend on the number of threads. As soon as
//     they find anything, or the model says that it cannot be trusted, they
//     stop, and one thread searches again as if it had been alone (Explore()
//     of explore.h) but without a bound on states. Its answer counts.
//     If that one does not get there, because its time or memory is over or a
//     bit filter hides the state from it, the violation stands as it was first
//     met, without a trace.
//  3. Budgets may be exceeded by what the threads do in about a millisecond.
//  4. With a checkpoint (options.checkpoint) what the search knows is saved
//     when it is due and when a budget ends it; a search resumed from it ends
//     with the counts of one that was never interrupted. It is removed when the
//     search has its answer.
//  5. With a folder in options.disk one thread searches breadth first, in
//     bounded memory (disk_search.h).
//
// `make` gives a model in the initial state, a new one with each call; the
// models must not share anything that changes.
#ifndef BINDERY_MODEL_EXPLORE_PARALLEL_H_
#define BINDERY_MODEL_EXPLORE_PARALLEL_H_

#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/checkpoint.h"
#include "model/concept.h"
#include "model/explore/crew.h"
#include "model/explore/crew_worker.h"
#include "model/explore/disk_search.h"
#include "model/explore/explore.h"
#include "model/explore/result.h"
#include "model/explore/strategy.h"

namespace bindery::model {

inline constexpr int kMaxJobs = 64;

template <Model M>
using ModelFactory = std::function<std::unique_ptr<M>()>;

// The threads' part. Errors: those of Crew::Open().
template <Model M>
absl::StatusOr<ExploreResult> RunCrew(const ModelFactory<M>& make,
                                      Strategy strategy,
                                      const ExploreOptions& options) {
  Crew crew(options, strategy, options.probing, options.jobs);
  if (absl::Status s = crew.Open(); !s.ok()) return s;
  std::vector<std::unique_ptr<CrewWorker<M>>> workers;
  for (int i = 0; i < options.jobs; ++i) {
    workers.push_back(
        std::make_unique<CrewWorker<M>>(i, make(), options, &crew));
  }
  if (!crew.resumed()) workers[0]->Begin();
  std::vector<std::thread> threads;
  for (int i = 1; i < options.jobs; ++i) {
    threads.emplace_back([&worker = *workers[i]] { worker.Work(); });
  }
  workers[0]->Work();
  for (std::thread& thread : threads) thread.join();
  return crew.Close();
}

// What one thread says of a search in which several have found something.
template <Model M>
ExploreResult SearchAgain(const ModelFactory<M>& make, Strategy strategy,
                          ExploreOptions options, Finding first) {
  options.max_states = ExploreOptions::kUnlimited;
  ExploreResult result = Explore(*make(), strategy, options);
  if (result.findings.empty() &&
      result.stop_reason != StopReason::kInconclusive) {
    first.has_trace = false;
    result.findings.push_back(std::move(first));
    result.stop_reason = StopReason::kFinding;
    result.complete = false;
  }
  return result;
}

// A search by one thread that keeps nothing.
template <Model M>
absl::StatusOr<ExploreResult> ExploreAlone(const ModelFactory<M>& make,
                                           Strategy strategy,
                                           const ExploreOptions& options) {
  if (options.disk.folder.empty()) return Explore(*make(), strategy, options);
  if (strategy != Strategy::kBreadthFirst) {
    return absl::InvalidArgumentError("only bfs can search on disk");
  }
  return SearchOnDisk(*make(), options);
}

// Errors: InvalidArgument for what several threads, a checkpoint or a disk
// cannot do; those of Crew::Open() and SearchOnDisk().
template <Model M>
absl::StatusOr<ExploreResult> Explore(const ModelFactory<M>& make,
                                      Strategy strategy,
                                      const ExploreOptions& options) {
  const bool kept = !options.checkpoint.folder.empty();
  if (options.jobs == 1 && !kept) return ExploreAlone(make, strategy, options);
  if (!options.disk.folder.empty()) {
    return absl::InvalidArgumentError(
        "a search on disk has one thread and no checkpoints");
  }
  if (strategy != Strategy::kDepthFirst &&
      strategy != Strategy::kBreadthFirst) {
    return absl::InvalidArgumentError(
        "only the strategies dfs and bfs know several threads and checkpoints");
  }
  if (options.jobs < 1 || options.jobs > kMaxJobs) {
    return absl::InvalidArgumentError("the number of threads is 1 to 64");
  }
  absl::StatusOr<ExploreResult> result = RunCrew<M>(make, strategy, options);
  if (!result.ok()) return result;
  if (result->stop_reason == StopReason::kFinding) {
    Finding first = std::move(result->findings.front());
    if (options.found) options.found(first);
    *result = ExploreResult();
    *result = SearchAgain<M>(make, strategy, options, std::move(first));
  } else if (result->stop_reason == StopReason::kInconclusive) {
    *result = Explore(*make(), strategy, options);
  }
  if (kept && HasAnswer(result->stop_reason)) {
    RemoveCheckpoint(options.checkpoint.folder);
  }
  return result;
}

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_PARALLEL_H_
