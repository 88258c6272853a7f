// The set of states that a search has seen, as bits: a Bloom filter of fixed
// size, for questions that no table can hold ("bitstate").
//
//  1. A fingerprint sets kBits bits of one word. A state whose bits are all set
//     already is taken for known, rightly or not: a search may so miss states,
//     and all that lies behind them, but never visits one that is not there.
//  2. The size is given once, and is what the filter takes from the start.
//  3. The answers depend on the inserted fingerprints alone. Of threads that
//     insert one fingerprint at the same time at most one is told that it is
//     new: all bits are set at once.
//
// Insert() and Prefetch() are thread-safe among themselves, the rest is not.
#ifndef BINDERY_MODEL_BIT_FILTER_H_
#define BINDERY_MODEL_BIT_FILTER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/zeroed_array.h"
#include "model/concept.h"

namespace bindery::model {

class BitFilter {
 public:
  static constexpr int kBits = 4;

  // The size is rounded down to whole pages, but is one page at least. ok() is
  // false if the system does not have that much.
  explicit BitFilter(size_t bytes);
  BitFilter(const BitFilter&) = delete;
  BitFilter& operator=(const BitFilter&) = delete;

  bool ok() const { return words_ > 0; }
  size_t bytes() const { return array_.bytes(); }
  uint64_t* words() const { return array_.words(); }

  void Prefetch(Fingerprint fp) const { PrefetchLine(Word(fp)); }

  // True if some of its bits were not set.
  bool Insert(Fingerprint fp) {
    const std::atomic_ref<uint64_t> word(*Word(fp));
    const uint64_t bits = BitsOf(fp);
    if ((word.load(std::memory_order_relaxed) & bits) == bits) return false;
    return (word.fetch_or(bits, std::memory_order_relaxed) & bits) != bits;
  }

  // The probability that a fingerprint which was never inserted, and behaves
  // like a random number, is taken for known. Reads the whole filter.
  double FalsePositiveRate() const;

 private:
  static constexpr uint64_t kMultiplier = 0x9e3779b97f4a7c15u;

  uint64_t* Word(Fingerprint fp) const {
    const uint64_t mixed = fp.hi * kMultiplier;
    return array_.words() +
           static_cast<size_t>(
               (static_cast<unsigned __int128>(mixed) * words_) >> 64);
  }
  // Fewer than kBits if some fall together.
  static uint64_t BitsOf(Fingerprint fp) {
    uint64_t choose = fp.lo * kMultiplier >> (64 - 6 * kBits);
    uint64_t bits = 0;
    for (int i = 0; i < kBits; ++i, choose >>= 6) {
      bits |= uint64_t{1} << (choose & 63);
    }
    return bits;
  }

  size_t words_ = 0;
  ZeroedArray array_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_BIT_FILTER_H_
