// One worker of a crew: a thread's model, its stack, and how it searches.
//
//  1. The model is never copied. Work arrives as an encoding; depth first goes
//     on from there with Apply and Undo, breadth first looks at the successors
//     of that state only and passes their encodings on.
//  2. Depth first gives work away from the top of its stack: the levels there
//     are undone one after the other, and each becomes an encoding with the
//     choices that are still to be taken.
//  3. No paths are kept: a finding ends the crew's search.
//
// Not thread-safe; the crew is what workers have in common.
#ifndef BINDERY_MODEL_EXPLORE_CREW_WORKER_H_
#define BINDERY_MODEL_EXPLORE_CREW_WORKER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "model/concept.h"
#include "model/explore/block.h"
#include "model/explore/crew.h"
#include "model/explore/depth_first_stack.h"
#include "model/explore/ledger.h"
#include "model/explore/namer.h"
#include "model/explore/result.h"

namespace bindery::model {

template <Model M>
class CrewWorker {
 public:
  // `options` and `crew` outlive the worker.
  CrewWorker(int number, std::unique_ptr<M> model,
             const ExploreOptions& options, Crew* crew)
      : number_(number),
        owned_(std::move(model)),
        model_(*owned_),
        options_(options),
        crew_(*crew),
        namer_(&crew->store(), options.symmetry),
        stack_(model_, options, *this) {}

  // For one of them, before any works: visits the state the model is in.
  void Begin() {
    if (!Trusted() || !Discover(KeyOf())) return;
    if (crew_.by_levels()) {
      EnterNextLevel(0);
    } else {
      stack_.Begin();
    }
    HandOver();
  }

  // Returns when the search is over.
  void Work() {
    while (crew_.Take(number_, &tally_, &block_)) {
      BlockReader reader(block_);
      reader_ = &reader;
      while (crew_.by_levels() ? ExpandSome() : DescendOne()) {
        if (crew_.signals() != 0 && !Attend()) break;
      }
      reader_ = nullptr;
      GiveFinished();
    }
  }

  // The books of the stack.
  bool stopped() const { return (crew_.signals() & Crew::kStop) != 0; }
  bool Trusted() {
    if (!model_.Inconclusive()) return true;
    crew_.Stop(StopReason::kInconclusive, model_.InconclusiveReason());
    return false;
  }
  Fingerprint KeyOf() {
    const std::optional<Fingerprint> key = namer_.KeyOf(model_);
    if (!key.has_value()) {
      crew_.Stop(StopReason::kMemoryLimit,
                 "the dictionaries of names are full");
    }
    return key.value_or(Fingerprint{});
  }
  void Prefetch(Fingerprint key) const { crew_.store().Prefetch(key); }
  bool Visited(Fingerprint key) const {
    return crew_.store().ContainsShared(key);
  }
  bool Discover(Fingerprint key) {
    const StateStore::Outcome outcome =
        crew_.store().InsertShared(key, &tally_.share);
    if (outcome == StateStore::Outcome::kFull) {
      crew_.Stop(StopReason::kMemoryLimit, "the visited set is full");
    }
    return outcome == StateStore::Outcome::kInserted;
  }
  void Count() {
    ++tally_.transitions;
    const ExactNames* names = crew_.store().names();
    if (++since_report_ < kReportEvery &&
        (names == nullptr || !names->GrowthIsDue())) {
      return;
    }
    since_report_ = 0;
    NoteHoldings();
    crew_.Report(number_, &tally_);
  }
  void Enter(uint64_t depth) {
    tally_.max_depth = std::max(tally_.max_depth, depth);
    tally_.sometimes |= model_.Sometimes();
  }
  void CountTerminal() { ++tally_.terminal_states; }
  void CutAtMaxDepth() { tally_.cut = true; }
  void Report(std::vector<Finding> findings) {
    if (!findings.empty()) crew_.StopAt(std::move(findings.front()));
  }

 private:
  static constexpr uint64_t kReportEvery = 1024;
  static constexpr uint64_t kBlockStates = 64;
  // A stack with fewer choices is not worth sharing.
  static constexpr size_t kWorthSharing = 16;
  static constexpr size_t kLevelsToShare = 64;
  // States of a level that are expanded before the store is asked.
  static constexpr size_t kTogether = 8;

  // A state of the present level, and where its choices lie in choices_.
  struct Parent {
    absl::string_view encoding;
    uint64_t depth;
    size_t first;
    size_t end;
  };

  void NoteHoldings() {
    tally_.waiting = stack_.waiting() + out_.waiting();
    tally_.bytes = stack_.bytes();
  }

  // ------------------------------------------------------------- signals --

  // Between two expansions. False if the search is over.
  bool Attend() {
    const uint32_t signals = crew_.signals();
    if ((signals & Crew::kStop) != 0) {
      while (!stack_.empty()) stack_.Leave();
      return false;
    }
    if ((signals & Crew::kPause) != 0) {
      const bool hand_over = (signals & Crew::kHandOver) != 0;
      if (hand_over) HandOver();
      NoteHoldings();
      crew_.Pause(number_, &tally_, hand_over);
    } else if ((signals & Crew::kHungry) != 0) {
      Share();
    }
    return true;
  }

  // Gives everything away: the stack, what was found, what was taken.
  void HandOver() {
    GiveLevels(stack_.levels());
    GiveFinished();
    if (reader_ == nullptr || reader_->Rest().empty()) return;
    crew_.GiveBack({std::string(reader_->Rest()), 0});
    *reader_ = BlockReader(nothing_);
  }

  void GiveFinished() {
    if (!out_.empty()) crew_.Give(out_.Finish());
  }

  void Share() {
    if (stack_.waiting() < kWorthSharing) return;
    if (stack_.levels() > 1) {
      GiveLevels(std::min(kLevelsToShare, stack_.levels() / 2));
    } else {
      GiveFromTop(stack_.top_size() / 2);
      GiveFinished();
    }
  }

  // The lowest of these levels is given first, so that the topmost is the
  // first to be taken again.
  void GiveLevels(size_t count) {
    std::vector<Block> blocks;
    for (size_t i = 1; i <= count; ++i) {
      GiveFromTop(stack_.top_size());
      stack_.Leave();
      if ((i % kLevelsToShare == 0 || i == count) && !out_.empty()) {
        blocks.push_back(out_.Finish());
      }
    }
    for (; !blocks.empty(); blocks.pop_back()) {
      crew_.Give(std::move(blocks.back()));
    }
  }

  // The choices that the topmost level would take last stay.
  void GiveFromTop(size_t count) {
    if (count == 0) return;
    stack_.ApplyTop();
    model_.Encode(&encoding_);
    out_.Add(encoding_, stack_.depth(),
             stack_.top_pending() + (stack_.top_size() - count), count);
    stack_.DropFromTop(count);
  }

  // --------------------------------------------------------- depth first --

  // Searches all that lies behind the next state of the block. False if there
  // is none.
  bool DescendOne() {
    absl::string_view encoding;
    uint64_t depth;
    if (!reader_->Next(&encoding, &depth, &choices_)) return false;
    model_.Decode(encoding);
    stack_.Resume(depth, choices_);
    while (!stack_.empty()) {
      if (crew_.signals() != 0) [[unlikely]] {
        if (!Attend()) return false;
        if (stack_.empty()) return true;
      }
      stack_.Step();
    }
    return true;
  }

  // -------------------------------------------------------- breadth first --

  // Expands some states of the block. False if there are none.
  bool ExpandSome() {
    const bool batched = options_.probing == Probing::kBatched;
    parents_.clear();
    choices_.clear();
    keys_.clear();
    absl::string_view encoding;
    uint64_t depth;
    while (parents_.size() < (batched ? kTogether : 1) &&
           reader_->Next(&encoding, &depth, &unused_)) {
      model_.Decode(encoding);
      List({encoding, depth, choices_.size(), 0});
      if (batched) Probe(parents_.back().first);
    }
    for (const Parent& parent : parents_) {
      if (batched) {
        EnterNewOnes(parent);
      } else {
        TryInTurn(parent);
      }
    }
    return !parents_.empty();
  }

  void List(Parent parent) {
    model_.Enabled(&choices_);
    if (choices_.size() == parent.first) {
      CountTerminal();
      if (options_.report_deadlocks) Report(FindingsOfTerminal(model_));
    } else if (parent.depth >= options_.max_depth) {
      choices_.resize(parent.first);
      CutAtMaxDepth();
    }
    parent.end = choices_.size();
    parents_.push_back(parent);
  }

  void Probe(size_t first) {
    for (size_t i = first; i < choices_.size(); ++i) {
      model_.Apply(choices_[i]);
      // One that cannot be trusted stops the crew; its key does no harm.
      Trusted();
      keys_.push_back(KeyOf());
      Prefetch(keys_.back());
      model_.Undo();
      Count();
    }
  }

  void EnterNewOnes(const Parent& parent) {
    bool decoded = false;
    for (size_t i = parent.first; i < parent.end; ++i) {
      if (!Discover(keys_[i])) continue;
      if (!decoded) model_.Decode(parent.encoding);
      decoded = true;
      model_.Apply(choices_[i]);
      EnterNextLevel(parent.depth + 1);
      model_.Undo();
    }
  }

  void TryInTurn(const Parent& parent) {
    for (size_t i = parent.first; i < parent.end; ++i) {
      model_.Apply(choices_[i]);
      Count();
      if (Trusted() && Discover(KeyOf())) EnterNextLevel(parent.depth + 1);
      model_.Undo();
    }
  }

  void EnterNextLevel(uint64_t depth) {
    Enter(depth);
    if (!model_.Check(nullptr)) return Report(FindingsOfState(model_));
    model_.Encode(&encoding_);
    out_.Add(encoding_, depth);
    if (out_.waiting() >= kBlockStates) GiveFinished();
  }

  const int number_;
  const std::unique_ptr<M> owned_;
  M& model_;
  const ExploreOptions& options_;
  Crew& crew_;
  Namer namer_;
  Tally tally_;
  uint64_t since_report_ = 0;
  Block block_;
  const Block nothing_;
  BlockReader* reader_ = nullptr;  // of block_, while it is being worked on
  BlockWriter out_;
  DepthFirstStack<M, CrewWorker> stack_;
  std::vector<Parent> parents_;
  std::vector<Choice> choices_;
  std::vector<Choice> unused_;
  std::vector<Fingerprint> keys_;
  std::string encoding_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_CREW_WORKER_H_
