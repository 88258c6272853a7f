// A set of keys on disk that answers late: keys are offered during a round, and
// at its end those that the set did not have are told, each once. What the
// visited set of a breadth-first search is, level after level.
//
//  1. Of the offers of one key the one with the least tag counts; the new ones
//     are told by ascending tags. So the answers depend on the offers alone,
//     and not on how much memory there is.
//  2. Offers are sorted in a buffer, written as runs, and merged with the set
//     at the end of the round: every file is read and written from front to
//     back.
//  3. The set is sorted runs of keys. Two of them become one when the latter is
//     more than half as large, so there are few, and a key is rewritten about
//     log2(size) times at most. Parts of a run that no offer falls in are
//     skipped.
//  4. A table of fixed size in memory has keys that were offered before; an
//     offer of one of them is dropped at once. It may have forgotten any, so it
//     changes no answer, only how much is sorted.
//  5. Memory does not grow with the set: see bytes(). Blocks of the files come
//     on top, at most 64 of them.
//
// Not thread-safe.
#ifndef BINDERY_MODEL_DISK_DELAYED_SET_H_
#define BINDERY_MODEL_DISK_DELAYED_SET_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/check.h"
#include "model/disk/records.h"
#include "model/disk/spill.h"

namespace bindery::model {

// Keys that were offered, as many as there is room for: a newer one takes the
// place of an older one.
template <size_t W>
class RecentKeys {
 public:
  explicit RecentKeys(size_t bytes) {
    const size_t slots = std::bit_floor(bytes / sizeof(Record<W>));
    BINDERY_CHECK(slots > 0);
    slots_.resize(slots);
  }

  // False if the key is there. A key of zeroes never is.
  bool Insert(const Record<W>& key) {
    const uint64_t mixed = key[W - 1] * 0x9e3779b97f4a7c15u;
    Record<W>& slot = slots_[mixed >> 20 & (slots_.size() - 1)];
    if (slot == key) return key == Record<W>{};
    slot = key;
    return true;
  }

  size_t bytes() const { return slots_.size() * sizeof(Record<W>); }

 private:
  std::vector<Record<W>> slots_;
};

// Keys of W words.
template <size_t W>
class DelayedSet {
 public:
  // `spill` outlives this. `bytes` is for the table and the buffers together.
  DelayedSet(Spill* spill, size_t bytes)
      : spill_(spill),
        recent_(bytes / 3),
        offers_(spill, bytes / 2),
        new_tags_(spill, bytes / 6) {}

  // Tags ascend.
  void Offer(const Record<W>& key, uint64_t tag) {
    if (!recent_.Insert(key)) return;
    Record<W + 1> offer;
    std::copy(key.begin(), key.end(), offer.begin());
    offer[W] = tag;
    offers_.Add(offer);
  }

  // Ends the round: what is new becomes part of the set. False if `go_on`,
  // which is asked now and then, says so; then the set is of no more use.
  template <typename GoOn>
  bool Settle(const GoOn& go_on) {
    answers_ = {};
    new_tags_.Clear();
    std::unique_ptr<SpillFile> fresh = spill_->NewFile();
    const bool done = FindNew(go_on, fresh.get());
    offers_.Clear();
    fresh->Flush();
    if (!done) return false;
    if (fresh->size() > 0) runs_.push_back(std::move(fresh));
    while (runs_.size() >= 2 &&
           runs_[runs_.size() - 2]->size() < 2 * runs_.back()->size()) {
      if (!go_on()) return false;
      MergeLastRuns();
    }
    answers_ = new_tags_.Sorted();
    return true;
  }

  // The tag of the next new key of the latest round; nothing behind the last.
  std::optional<uint64_t> NextNew() {
    Record<1> tag;
    if (!answers_.Next(&tag)) return std::nullopt;
    return tag[0];
  }

  size_t bytes() const {
    return recent_.bytes() + offers_.bytes() + new_tags_.bytes();
  }
  // Runs that hold the set, and that the offers of this round were written to.
  size_t runs() const { return runs_.size(); }
  size_t offer_runs() const { return offers_.runs(); }

 private:
  static constexpr uint64_t kAskEvery = uint64_t{1} << 16;

  using Readers = std::vector<std::unique_ptr<RunReader<W>>>;

  template <typename GoOn>
  bool FindNew(const GoOn& go_on, SpillFile* fresh) {
    Readers known;
    for (const auto& run : runs_) {
      known.push_back(std::make_unique<RunReader<W>>(run.get()));
    }
    Merger<W + 1> offers = offers_.Sorted();
    Record<W + 1> last = {};
    Record<W + 1> offer;
    for (uint64_t n = 0; offers.Next(&offer); ++n) {
      if (n % kAskEvery == kAskEvery - 1 && !go_on()) return false;
      if (n > 0 && SameKey<W>(offer, last)) continue;
      last = offer;
      Record<W> key;
      std::copy_n(offer.begin(), W, key.begin());
      if (IsKnown(key, known)) continue;
      fresh->Append(&key, sizeof(key));
      new_tags_.Add({offer[W]});
    }
    return true;
  }

  static bool IsKnown(const Record<W>& key, const Readers& known) {
    for (const auto& reader : known) {
      reader->SkipTo(key);
      if (reader->current() != nullptr && *reader->current() == key) {
        return true;
      }
    }
    return false;
  }

  void MergeLastRuns() {
    Merger<W> merger;
    for (size_t i = runs_.size() - 2; i < runs_.size(); ++i) {
      merger.Add(std::make_unique<RunReader<W>>(runs_[i].get()));
    }
    std::unique_ptr<SpillFile> merged = WriteMerged<W>(&merger, spill_);
    runs_.pop_back();
    runs_.back() = std::move(merged);
  }

  Spill* const spill_;
  RecentKeys<W> recent_;
  Sorter<W, W + 1> offers_;
  Sorter<1, 1> new_tags_;
  Merger<1> answers_;
  std::vector<std::unique_ptr<SpillFile>> runs_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_DISK_DELAYED_SET_H_
