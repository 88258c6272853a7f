// What the workers of one search share: the store of states, the work that
// waits, the books, the budgets and the checkpoint. Each worker is a thread
// with a model of its own (crew_worker.h).
//
//  1. Work comes in blocks. Depth first takes the latest block first; breadth
//     first takes those of one level, in any order, and begins the next when
//     all workers are idle. The search is over when all are idle and nothing
//     waits.
//  2. Each worker looks at signals() between two expansions, and calls Pause()
//     if kPause is set. When all have come the store grows, which it never does
//     elsewhere. With kHandOver they first give everything they hold; then what
//     waits is the whole search, and is saved.
//  3. The books are complete when all workers wait or are done: a worker keeps
//     a Tally and folds it in with each call that takes one. Budgets are looked
//     at then, so a search may go beyond them by what fits into a tally.
//  4. Nothing is reported from here: who finds something stops the crew, and
//     the search is repeated by one thread (parallel.h).
//
// Thread-safe, except Open(), which comes before all, and Close(), after all.
#ifndef BINDERY_MODEL_EXPLORE_CREW_H_
#define BINDERY_MODEL_EXPLORE_CREW_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "model/checkpoint.h"
#include "model/explore/block.h"
#include "model/explore/result.h"
#include "model/explore/strategy.h"
#include "model/state_store.h"

namespace bindery::model {

// What a worker did since it last told, and what it holds now.
struct Tally {
  StateStore::Share share;
  uint64_t transitions = 0;
  uint64_t terminal_states = 0;
  uint64_t max_depth = 0;
  uint64_t sometimes = 0;
  bool cut = false;
  uint64_t waiting = 0;  // states or choices on its stack
  size_t bytes = 0;      // of its stack
};

class Crew {
 public:
  enum Signal : uint32_t {
    kStop = 1,
    kPause = 2,
    kHandOver = 4,
    kHungry = 8,  // there is less work than workers: give some if you can
  };

  // `options` outlive the crew.
  Crew(const ExploreOptions& options, Strategy strategy, Probing probing,
       int workers);

  // Reads the checkpoint that is to be resumed, if any. Errors: there is one
  // but it is not to be resumed; it is damaged, or of another search.
  absl::Status Open();
  bool resumed() const { return resumed_; }

  StateStore& store() { return store_; }
  bool by_levels() const { return by_levels_; }
  uint32_t signals() const { return signals_.load(std::memory_order_relaxed); }

  // Waits for a block; false if the search is over. The caller holds nothing.
  bool Take(int worker, Tally* tally, Block* block);
  // Work that was found; with levels it belongs to the next one.
  void Give(Block block);
  // Work that was taken and not done.
  void GiveBack(Block block);
  // Folds the tally in and looks at the budgets.
  void Report(int worker, Tally* tally);
  // Waits until all workers have come. `handed_over`: the caller holds nothing.
  void Pause(int worker, Tally* tally, bool handed_over);

  void Stop(StopReason reason, std::string detail = "");
  // Stops and keeps what made it; the first one only.
  void StopAt(Finding finding);

  ExploreResult Close();

 private:
  using Lock = std::unique_lock<std::mutex>;

  // All of these need the mutex.
  bool Has(uint32_t signals) const { return (this->signals() & signals) != 0; }
  void Set(uint32_t signals) { signals_.fetch_or(signals); }
  void Clear(uint32_t signals) { signals_.fetch_and(~signals); }
  void Fold(int worker, Tally* tally);
  void LookAtBudgets();
  void End(StopReason reason, const char* detail);
  void StopNow(StopReason reason, std::string detail);
  void WaitForAll(Lock* lock, bool handed_over);
  void RunBarrier();
  void AddTo(std::vector<Block>* blocks, Block block);
  void Pop(Block* block);
  bool BeginNextLevel();
  void LookForHunger();
  uint64_t Waiting() const;
  size_t FrontierBytes() const;

  absl::Status Save();
  absl::Status Load(CheckpointReader* in);
  absl::Status CheckIdentity(CheckpointReader* in) const;
  std::string Identity() const;

  const ExploreOptions& options_;
  const Strategy strategy_;
  const Probing probing_;
  const bool by_levels_;
  const int workers_;
  StateStore store_;
  std::atomic<uint32_t> signals_{0};

  std::mutex mutex_;
  std::condition_variable wake_;
  ExploreResult result_;
  bool cut_ = false;
  bool resumed_ = false;
  bool ending_ = false;  // stops after the next checkpoint
  StopReason end_reason_ = StopReason::kExhausted;
  std::string end_detail_;
  std::vector<Block> current_;
  std::vector<Block> next_;
  uint64_t block_states_ = 0;
  size_t block_bytes_ = 0;
  int idle_ = 0;
  int paused_ = 0;
  int handed_over_ = 0;
  uint64_t barriers_ = 0;
  std::vector<Tally> holdings_;  // waiting and bytes of each worker
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_CREW_H_
