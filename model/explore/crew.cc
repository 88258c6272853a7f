#include "model/explore/crew.h"

#include <algorithm>
#include <utility>

namespace bindery::model {

Crew::Crew(const ExploreOptions& options, Strategy strategy, Probing probing,
           int workers)
    : options_(options),
      strategy_(strategy),
      probing_(probing),
      by_levels_(strategy == Strategy::kBreadthFirst),
      workers_(workers),
      store_(options.store, options.memory_limit, options.bit_bytes),
      holdings_(workers) {
  store_.PrepareSharing();
}

// ------------------------------------------------------------------- books --

void Crew::Fold(int worker, Tally* tally) {
  result_.states += tally->share.inserted;
  store_.HandIn(&tally->share);
  result_.transitions += tally->transitions;
  result_.terminal_states += tally->terminal_states;
  result_.max_depth = std::max(result_.max_depth, tally->max_depth);
  result_.sometimes_seen |= tally->sometimes;
  cut_ |= tally->cut;
  holdings_[worker].waiting = tally->waiting;
  holdings_[worker].bytes = tally->bytes;
  *tally = Tally{};
}

uint64_t Crew::Waiting() const {
  uint64_t sum = block_states_;
  for (const Tally& held : holdings_) sum += held.waiting;
  return sum;
}

size_t Crew::FrontierBytes() const {
  size_t sum = block_bytes_;
  for (const Tally& held : holdings_) sum += held.bytes;
  return sum;
}

void Crew::LookAtBudgets() {
  if (Has(kStop) || ending_) return;
  const size_t frontier = FrontierBytes();
  const size_t bytes = store_.bytes() + frontier;
  result_.peak_frontier = std::max(result_.peak_frontier, Waiting());
  result_.peak_bytes = std::max(result_.peak_bytes, bytes);
  store_.SetBytesElsewhere(frontier);
  if (store_.GrowthIsDue()) Set(kPause);
  if (bytes > options_.memory_limit) {
    return End(StopReason::kMemoryLimit, "the frontier needs the rest");
  }
  if (result_.states >= options_.max_states) {
    return End(StopReason::kMaxStates, "");
  }
  if (options_.tick && !options_.tick({result_.states, result_.transitions,
                                       Waiting(), result_.max_depth, bytes})) {
    return End(StopReason::kInterrupted, "");
  }
  const CheckpointOptions& checkpoint = options_.checkpoint;
  if (!checkpoint.folder.empty() && checkpoint.due && checkpoint.due()) {
    Set(kPause | kHandOver);
  }
}

// A budget ran out: what was done is saved first, if anything is.
void Crew::End(StopReason reason, const char* detail) {
  if (options_.checkpoint.folder.empty()) return StopNow(reason, detail);
  ending_ = true;
  end_reason_ = reason;
  end_detail_ = detail;
  Set(kPause | kHandOver);
  wake_.notify_all();
}

void Crew::StopNow(StopReason reason, std::string detail) {
  if (Has(kStop)) return;
  result_.stop_reason = reason;
  result_.stop_detail = std::move(detail);
  Set(kStop);
  wake_.notify_all();
}

void Crew::Report(int worker, Tally* tally) {
  const Lock lock(mutex_);
  Fold(worker, tally);
  LookAtBudgets();
  if (Has(kPause)) wake_.notify_all();
}

void Crew::Stop(StopReason reason, std::string detail) {
  const Lock lock(mutex_);
  StopNow(reason, std::move(detail));
}

void Crew::StopAt(Finding finding) {
  const Lock lock(mutex_);
  if (!Has(kStop)) result_.findings.push_back(std::move(finding));
  StopNow(StopReason::kFinding, "");
}

ExploreResult Crew::Close() {
  if (result_.stop_reason == StopReason::kExhausted) {
    if (cut_) {
      result_.stop_reason = StopReason::kMaxDepth;
    } else if (store_.kind() == StoreKind::kBits) {
      result_.stop_reason = StopReason::kBitstate;
    }
  }
  result_.complete = result_.stop_reason == StopReason::kExhausted;
  result_.collision_bound = store_.CollisionBound();
  result_.peak_bytes = std::max(result_.peak_bytes, store_.bytes());
  return std::move(result_);
}

// -------------------------------------------------------------------- work --

void Crew::AddTo(std::vector<Block>* blocks, Block block) {
  block_states_ += block.waiting;
  block_bytes_ += block.bytes.capacity() + sizeof(Block);
  blocks->push_back(std::move(block));
  LookForHunger();
}

void Crew::Pop(Block* block) {
  *block = std::move(current_.back());
  current_.pop_back();
  block_states_ -= block->waiting;
  block_bytes_ -= block->bytes.capacity() + sizeof(Block);
  LookForHunger();
}

void Crew::LookForHunger() {
  if (by_levels_ || workers_ == 1) return;
  if (current_.size() < static_cast<size_t>(workers_)) {
    Set(kHungry);
  } else {
    Clear(kHungry);
  }
}

void Crew::Give(Block block) {
  const Lock lock(mutex_);
  AddTo(by_levels_ ? &next_ : &current_, std::move(block));
  if (idle_ > 0 && !by_levels_) wake_.notify_one();
}

void Crew::GiveBack(Block block) {
  const Lock lock(mutex_);
  AddTo(&current_, std::move(block));
}

bool Crew::BeginNextLevel() {
  current_.swap(next_);
  return !current_.empty();
}

bool Crew::Take(int worker, Tally* tally, Block* block) {
  Lock lock(mutex_);
  Fold(worker, tally);
  while (!Has(kStop)) {
    if (Has(kPause)) {
      WaitForAll(&lock, /*handed_over=*/true);
    } else if (!current_.empty()) {
      Pop(block);
      return true;
    } else if (idle_ + 1 == workers_) {
      if (!BeginNextLevel()) StopNow(StopReason::kExhausted, "");
      wake_.notify_all();
    } else {
      ++idle_;
      LookForHunger();
      wake_.wait(lock,
                 [this] { return Has(kStop | kPause) || !current_.empty(); });
      --idle_;
    }
  }
  return false;
}

// ---------------------------------------------------------------- barriers --

void Crew::Pause(int worker, Tally* tally, bool handed_over) {
  Lock lock(mutex_);
  Fold(worker, tally);
  if (Has(kPause) && !Has(kStop)) WaitForAll(&lock, handed_over);
}

void Crew::WaitForAll(Lock* lock, bool handed_over) {
  if (handed_over) ++handed_over_;
  if (++paused_ == workers_) return RunBarrier();
  const uint64_t now = barriers_;
  wake_.wait(*lock, [this, now] { return barriers_ != now || Has(kStop); });
}

// Somebody may have come for the store to grow before a checkpoint was asked
// for: then all have to come again.
void Crew::RunBarrier() {
  const bool whole = handed_over_ == workers_;
  const bool save = Has(kHandOver);
  Clear(kPause);
  if (!store_.GrowIfDue(workers_) && !ending_) {
    End(StopReason::kMemoryLimit, "the visited set is full");
  }
  if (save && whole) {
    Clear(kPause | kHandOver);
    if (absl::Status saved = Save(); !saved.ok()) {
      StopNow(StopReason::kCheckpoint, std::string(saved.message()));
    }
    if (ending_) StopNow(end_reason_, end_detail_);
  } else if (save) {
    Set(kPause);
  }
  paused_ = 0;
  handed_over_ = 0;
  ++barriers_;
  wake_.notify_all();
}

}  // namespace bindery::model
