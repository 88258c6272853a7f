// Names for byte strings, 64 bits each, without any collision: two strings get
// one name exactly if they are equal.
//
// A string is cut into words of eight bytes; a dictionary gives each distinct
// word a number. Pairs of numbers get numbers, pairs of those too, until one
// pair is left: it is the name (mixed, so that names spread like fingerprints).
// Words and pairs that many states share are stored once, and the last pair,
// which tells states apart, is stored by whoever keeps the name. So a set of
// exact names takes little more than a set of fingerprints as long as states
// have most of their parts in common.
//
//  1. A number stands for one word or one pair of numbers, never for two: a
//     name can be unfolded to one string only. The last word, if it is not
//     full, carries its length and has a dictionary of its own.
//  2. Numbers are given in the order of asking, so names differ from run to
//     run if several threads ask. Which names are equal does not.
//  3. NameOf() gives nothing once about 2^32 numbers are in use or a dictionary
//     is full: they grow only in GrowIfDue(), which is to be called often. A
//     dictionary is half empty after that.
//
// NameOf() is thread-safe if each thread brings its own scratch; while a thread
// grows or saves, no other may be inside.
#ifndef BINDERY_MODEL_EXACT_NAMES_H_
#define BINDERY_MODEL_EXACT_NAMES_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/zeroed_array.h"

namespace bindery::model {

// From 64-bit keys to numbers: open addressing, two words a slot.
class NumberTable {
 public:
  // `reserved` is the number of the one key that cannot be stored.
  explicit NumberTable(uint32_t reserved);

  // The number of `key`; a new key gets the next one of `numbers`. Returns 0
  // if there is no room or no number left.
  uint32_t NumberOf(uint64_t key, std::atomic<uint64_t>* numbers);

  bool GrowthIsDue() const { return size() * 2 > slots_; }
  // Doubles it. False if the system refuses; then it is as it was.
  bool Grow();

  size_t bytes() const { return array_->bytes(); }
  uint64_t* words() const { return array_->words(); }
  uint64_t size() const { return size_.load(std::memory_order_relaxed); }
  // For checkpoints: an empty table of this many bytes, to be filled in by way
  // of words() with `size` keys. False if the system refuses.
  bool Restore(size_t bytes, uint64_t size);

 private:
  bool Allocate(size_t bytes);
  uint64_t* SlotAt(size_t i) const { return words() + 2 * i; }
  size_t HomeOf(uint64_t stored) const;

  const uint32_t reserved_;
  size_t slots_ = 0;
  std::atomic<uint64_t> size_{0};
  std::unique_ptr<ZeroedArray> array_;
};

class ExactNames {
 public:
  // The numbers of one level; one for each thread.
  using Scratch = std::vector<uint32_t>;

  ExactNames();

  std::optional<uint64_t> NameOf(absl::string_view bytes, Scratch* scratch);

  bool GrowthIsDue() const;
  // False if the system refuses.
  bool GrowIfDue();
  size_t bytes() const;

  // For checkpoints.
  static constexpr int kTables = 3;
  NumberTable& table(int i) { return tables_[i]; }
  uint64_t next_number() const { return next_; }
  void set_next_number(uint64_t next) { next_ = next; }

 private:
  enum Kind { kWords, kTails, kPairs };

  bool NumberWords(absl::string_view bytes, Scratch* numbers);
  bool PairUp(Scratch* numbers);

  NumberTable tables_[kTables];
  std::atomic<uint64_t> next_{1};
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXACT_NAMES_H_
