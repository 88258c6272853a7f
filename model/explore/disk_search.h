// Breadth-first search in bounded memory: whatever grows with the states is on
// disk (model/disk).
//
//  1. A level is searched in two passes over its encodings. The first one
//     executes every choice and offers the fingerprint it leads to, under the
//     number of the parent and the position of the choice. At the end the set
//     tells which offers were new. The second pass goes back to the parents of
//     those, executes just these choices again, and only then looks at the
//     state: each new state is checked once, behind the Apply that reached it.
//  2. New states are told in the order of the offers, which is that in which
//     BreadthFirst (Probing::kImmediate) finds them. So everything is counted
//     and reported as there: states, transitions, terminal states, depths,
//     findings and traces, also if a finding, an ending or a budget of states
//     stops the search in the middle of a level.
//  3. When time is up or the disk fails in the first pass, nothing of that
//     level counts.
//  4. What leads to a state is kept as one word, so a path costs one read for
//     each step. A finding whose path cannot be read has no trace.
//  5. memory_limit does not stop the search. A single state and its choices
//     are in memory whatever their size.
//  6. The model ends in the state it was given in, without open Applies.
//
// Not thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_DISK_SEARCH_H_
#define BINDERY_MODEL_EXPLORE_DISK_SEARCH_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/check.h"
#include "model/concept.h"
#include "model/disk/byte_stream.h"
#include "model/disk/delayed_set.h"
#include "model/disk/spill.h"
#include "model/explore/ledger.h"
#include "model/explore/result.h"
#include "model/explore/sites.h"
#include "model/visited.h"

namespace bindery::model {

// The number of a state and the position of one of its choices, in a word.
struct Step {
  static constexpr int kPositionBits = 24;

  uint64_t parent;
  uint32_t position;

  static Step Of(uint64_t word) {
    return {word >> kPositionBits,
            static_cast<uint32_t>(word) & ((uint32_t{1} << kPositionBits) - 1)};
  }
  uint64_t word() const { return parent << kPositionBits | position; }
};

// Fingerprints of W words.
template <Model M, size_t W>
class DiskSearch {
 public:
  // All outlive the search; `bytes` is what it may take in memory.
  DiskSearch(M& model, const ExploreOptions& options, Spill* spill,
             size_t bytes)
      : model_(model),
        options_(options),
        spill_(spill),
        unlimited_(WithoutLimit(options)),
        ledger_(unlimited_),
        sites_(&model, &ledger_),
        set_(spill, bytes / 4 * 3),
        block_bytes_(bytes / 4),
        trail_(spill->NewFile()),
        frontier_(spill->NewFile()),
        next_(spill->NewFile()) {}

  // To be called once.
  ExploreResult Run() {
    if (Trusted()) {
      set_.Offer(Key(), 0);
      if (Settle() && set_.NextNew().has_value() && ledger_.AdmitNew()) {
        Enter(0);
      }
    }
    for (; Advance(); ++depth_) {
      Generate();
      if (!ledger_.stopped() && Settle()) Adopt();
    }
    return Close();
  }

 private:
  // The number of choices plus this is logged for each state of a level.
  static constexpr uint64_t kNotExpanded = 0;
  static constexpr uint64_t kExpanded = 1;
  static constexpr uint64_t kPollEvery = 4096;

  // A state without choices that is not as it should be.
  struct Ending {
    uint64_t state;
    Fingerprint fingerprint;
    std::vector<Finding> findings;
  };

  static ExploreOptions WithoutLimit(ExploreOptions options) {
    options.memory_limit = ExploreOptions().memory_limit;
    return options;
  }

  Record<W> Key() {
    const Fingerprint key = ledger_.KeyOf(model_);
    if constexpr (W == 1) {
      return {key.lo};
    } else {
      return {key.hi, key.lo};
    }
  }

  size_t bytes() const { return set_.bytes() + block_bytes_; }

  bool Trusted() {
    if (!model_.Inconclusive()) return true;
    ledger_.Stop(StopReason::kInconclusive, model_.InconclusiveReason());
    return false;
  }

  bool DiskHolds() {
    if (spill_->ok()) return true;
    ledger_.Stop(StopReason::kDisk, std::string(spill_->status().message()));
    return false;
  }

  // False if the search is to stop.
  bool Poll(uint64_t waiting) {
    if (!DiskHolds()) return false;
    const Progress progress{
        ledger_.states(), ledger_.transitions() + generated_,
        waiting,          ledger_.max_depth(),
        bytes(),          spill_->bytes()};
    if (options_.tick && !options_.tick(progress)) {
      ledger_.Stop(StopReason::kInterrupted);
    }
    return !ledger_.stopped();
  }

  bool Settle() {
    const auto go_on = [this] { return Poll(level_states_); };
    return set_.Settle(go_on) && DiskHolds();
  }

  // Goes on to the level that was found; false if there is none.
  bool Advance() {
    if (ledger_.stopped() || next_states_ == 0) return false;
    next_->Flush();
    first_ += level_states_;
    level_states_ = std::exchange(next_states_, 0);
    frontier_ = std::move(next_);
    next_ = spill_->NewFile();
    fanout_ = spill_->NewFile();
    generated_ = 0;
    return DiskHolds();
  }

  // ------------------------------------------------------- the first pass --

  void Generate() {
    ByteReader in(frontier_.get());
    const uint64_t end = first_ + level_states_;
    for (generating_ = first_; generating_ < end; ++generating_) {
      if (ledger_.stopped() || over_) break;
      const uint64_t word = in.Number();
      uint64_t logged = kNotExpanded;
      if (word != 0) {
        const absl::string_view encoded = in.Bytes(word - 1);
        if (!DiskHolds()) return;
        model_.Decode(encoded);
        logged = Expand();
      }
      AppendNumber(logged, fanout_.get());
    }
    fanout_->Flush();
    DiskHolds();
  }

  // What is to be logged.
  uint64_t Expand() {
    choices_.clear();
    model_.Enabled(&choices_);
    BINDERY_CHECK(choices_.size() >> Step::kPositionBits == 0);
    if (choices_.empty()) {
      NoteEnding();
    } else if (depth_ >= options_.max_depth) {
      ledger_.CutAtMaxDepth();
      return kNotExpanded;
    }
    uint32_t tried = 0;
    while (tried < choices_.size() && !ledger_.stopped() && !over_) {
      Offer(tried++);
    }
    return kExpanded + tried;
  }

  void Offer(uint32_t position) {
    model_.Apply(choices_[position]);
    if (model_.Inconclusive()) {
      distrust_ = model_.InconclusiveReason();
      over_ = true;
    } else {
      set_.Offer(Key(), Step{generating_, position}.word());
    }
    model_.Undo();
    if (++generated_ % kPollEvery == 0) {
      Poll(first_ + level_states_ - generating_);
    }
  }

  void NoteEnding() {
    if (!options_.report_deadlocks) return;
    Ending ending{generating_, model_.GetFingerprint(), {}};
    for (Finding& finding : FindingsOfTerminal(model_)) {
      if (!IsNews(finding)) continue;
      ending.findings.push_back(std::move(finding));
    }
    if (ending.findings.empty()) return;
    endings_.push_back(std::move(ending));
    over_ = !options_.keep_going;
  }

  bool IsNews(const Finding& finding) const {
    for (const Ending& ending : endings_) {
      for (const Finding& other : ending.findings) {
        if (other.property == finding.property) return false;
      }
    }
    return ledger_.IsNews(finding.property);
  }

  // ------------------------------------------------------ the second pass --

  void Adopt() {
    ByteReader in(frontier_.get());
    ByteReader log(fanout_.get());
    TakeNew();
    const uint64_t end = generating_;
    generated_ = 0;
    for (uint64_t parent = first_; parent < end; ++parent) {
      AdoptChildren(parent, log.Number(), in.Number(), &in);
      if (distrust_.has_value() && parent + 1 == end) {
        ledger_.Stop(StopReason::kInconclusive, *distrust_);
      }
      const uint64_t waiting = first_ + level_states_ - parent - 1;
      ledger_.NoteFrontier({waiting + next_states_, bytes()});
      if (parent % kPollEvery == 0) Poll(waiting + next_states_);
      if (ledger_.stopped() || !DiskHolds()) return;
    }
    BINDERY_CHECK_MSG(!new_.has_value(), "a new state has no parent");
  }

  // `logged` is what the first pass knows of the parent, `word` the length of
  // its encoding plus one.
  void AdoptChildren(uint64_t parent, uint64_t logged, uint64_t word,
                     ByteReader* in) {
    if (!DiskHolds()) return;
    if (logged == kExpanded) Finish(parent);
    uint64_t counted = 0;
    if (new_.has_value() && new_->parent == parent) {
      if (!GoTo(word, in)) return;
    } else if (word != 0) {
      in->Skip(word - 1);
    }
    while (new_.has_value() && new_->parent == parent && !ledger_.stopped()) {
      ledger_.CountTransitions(new_->position + 1 - counted);
      counted = new_->position + 1;
      AdoptChild();
      TakeNew();
    }
    if (!ledger_.stopped() && logged > kExpanded) {
      ledger_.CountTransitions(logged - kExpanded - counted);
    }
  }

  bool GoTo(uint64_t word, ByteReader* in) {
    BINDERY_CHECK(word != 0);
    const absl::string_view encoded = in->Bytes(word - 1);
    if (!DiskHolds()) return false;
    model_.Decode(encoded);
    choices_.clear();
    model_.Enabled(&choices_);
    return true;
  }

  void TakeNew() {
    const std::optional<uint64_t> word = set_.NextNew();
    new_.reset();
    if (word.has_value()) new_ = Step::Of(*word);
  }

  void AdoptChild() {
    if (!ledger_.AdmitNew()) return;
    const uint64_t word = new_->word();
    trail_->Append(&word, sizeof(word));
    BINDERY_CHECK(new_->position < choices_.size());
    model_.Apply(choices_[new_->position]);
    Enter(depth_ + 1);
    model_.Undo();
  }

  // The model is in a new state, with the number states() - 1.
  void Enter(uint64_t depth) {
    ledger_.Enter(depth, model_.Sometimes());
    ++next_states_;
    if (model_.Check(nullptr)) {
      model_.Encode(&encoding_);
      AppendNumber(encoding_.size() + 1, next_.get());
      next_->Append(encoding_.data(), encoding_.size());
    } else {
      AppendNumber(0, next_.get());
      sites_.Report(FindingsOfState(model_), ledger_.states() - 1,
                    model_.GetFingerprint());
    }
  }

  void Finish(uint64_t state) {
    ledger_.CountTerminal();
    for (Ending& ending : endings_) {
      if (ending.state != state) continue;
      sites_.Report(std::move(ending.findings), state, ending.fingerprint);
      ending.findings.clear();
    }
  }

  // -------------------------------------------------------------- the end --

  ExploreResult Close() {
    trail_->Flush();
    sites_.Complete([this](uint64_t state, std::vector<uint32_t>* positions) {
      return PathTo(state, positions);
    });
    sites_.Return();
    const uint64_t states = ledger_.states();
    ExploreResult result = std::move(ledger_).Close();
    result.collision_bound = VisitedSet::CollisionBoundOf(states, W == 2);
    result.peak_bytes = bytes();
    result.peak_disk_bytes = spill_->peak_bytes();
    return result;
  }

  bool PathTo(uint64_t state, std::vector<uint32_t>* positions) const {
    while (state != 0) {
      uint64_t word;
      const uint64_t at = (state - 1) * sizeof(word);
      if (!trail_->ReadAt(at, &word, sizeof(word))) return false;
      BINDERY_CHECK(Step::Of(word).parent < state);
      state = Step::Of(word).parent;
      positions->push_back(Step::Of(word).position);
    }
    std::reverse(positions->begin(), positions->end());
    return true;
  }

  M& model_;
  const ExploreOptions& options_;
  Spill* const spill_;
  const ExploreOptions unlimited_;
  Ledger ledger_;
  Sites<M> sites_;
  DelayedSet<W> set_;
  const size_t block_bytes_;

  // The step that led to each state but the initial one.
  std::unique_ptr<SpillFile> trail_;
  // Of the states of a level: length plus one and encoding; a zero for what is
  // not to be expanded.
  std::unique_ptr<SpillFile> frontier_;
  std::unique_ptr<SpillFile> next_;
  // What the first pass did with each of them.
  std::unique_ptr<SpillFile> fanout_;

  uint64_t depth_ = 0;         // of the level
  uint64_t first_ = 0;         // number of its first state
  uint64_t level_states_ = 0;  // in it
  uint64_t next_states_ = 0;   // in the one behind it, so far

  uint64_t generating_ = 0;  // the state that the first pass expands
  uint64_t generated_ = 0;   // transitions of this first pass
  bool over_ = false;        // nothing behind this state matters
  std::optional<std::string> distrust_;
  std::vector<Ending> endings_;

  std::optional<Step> new_;  // the next new state
  std::vector<Choice> choices_;
  std::string encoding_;
};

// Errors: InvalidArgument for what cannot be searched so; those of
// Spill::Open().
template <Model M>
absl::StatusOr<ExploreResult> SearchOnDisk(M& model,
                                           const ExploreOptions& options) {
  if (options.store != StoreKind::kFingerprints64 &&
      options.store != StoreKind::kFingerprints128) {
    return absl::InvalidArgumentError(
        "a search on disk keeps fingerprints, of 64 or 128 bits");
  }
  size_t bytes = options.memory_limit;
  if (bytes == ExploreOptions().memory_limit) bytes = DiskOptions::kUsualMemory;
  if (bytes < DiskOptions::kLeastMemory) {
    return absl::InvalidArgumentError(
        "a search on disk needs at least 512 bytes of memory");
  }
  constexpr size_t kBlocks = 64;
  const size_t block =
      std::clamp<size_t>(bytes / 4 / kBlocks, 96, size_t{1} << 20);
  auto spill = Spill::Open(options.disk.folder, block);
  if (!spill.ok()) return spill.status();
  if (options.store == StoreKind::kFingerprints64) {
    return DiskSearch<M, 1>(model, options, spill->get(), bytes).Run();
  }
  return DiskSearch<M, 2>(model, options, spill->get(), bytes).Run();
}

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_DISK_SEARCH_H_
