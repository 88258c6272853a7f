// The set of states that a search has seen, as fingerprints.
//
// An open-addressed table in one array (zeroed_array.h). A bucket is one cache
// line: eight slots of 64 bits, or four of 128. A fingerprint belongs to the
// bucket that its mixed low half selects and overflows into the next ones.
//
//  1. k64 keeps the low half of a fingerprint, so two states whose low halves
//     agree are taken for one: CollisionBound() says how likely that is.
//     k128 keeps and compares both halves.
//  2. Nothing is ever removed, and a bucket fills from its first slot: an empty
//     slot ends every search for a key.
//  3. The bucket number grows with the mixed key, so growth to a table r times
//     as large moves keys only upwards and is done in place.
//  4. bytes() never exceeds max_bytes (but the table has at least one page).
//     When the table may not grow it fills up to 95 %, then new keys are
//     answered kFull; a key that is present is still found.
//  5. The table grows by a half at 65 %: 12.3 to 18.5 bytes for each state
//     (twice that for k128) once it is larger than a few pages. Fuller ones
//     are slower: who finds its bucket full waits for the next one.
//  6. The answers depend on the inserted fingerprints alone.
//  7. Several threads may share a table if all of them use InsertShared() and
//     ContainsShared(), never Insert() or Contains(). Then a table does not
//     grow by itself: each thread hands in its Share from time to time, and
//     GrowIfDue() is called while no thread inserts; it may use threads of its
//     own. In between at most a third of the slots may be taken. In a wide
//     table one half out of 2^64 counts as another one, since an empty half
//     must be told apart.
//
// Thread safety: none, but for InsertShared(), ContainsShared() and Prefetch()
// among themselves.
#ifndef BINDERY_MODEL_VISITED_H_
#define BINDERY_MODEL_VISITED_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/zeroed_array.h"
#include "model/concept.h"

namespace bindery::model {

class VisitedSet {
 public:
  enum class Width { k64, k128 };
  enum class Outcome { kInserted, kPresent, kFull };

  static constexpr size_t kUnlimited = std::numeric_limits<size_t>::max();

  explicit VisitedSet(Width width = Width::k64, size_t max_bytes = kUnlimited);
  VisitedSet(const VisitedSet&) = delete;
  VisitedSet& operator=(const VisitedSet&) = delete;

  // Starts to load the bucket that Insert(fp) will look at first.
  void Prefetch(Fingerprint fp) const { PrefetchLine(Line(Home(fp.lo))); }

  Outcome Insert(Fingerprint fp) {
    if (size_ >= grow_at_) [[unlikely]] {
      if (!Grow()) return Contains(fp) ? Outcome::kPresent : Outcome::kFull;
    }
    if (wide_) [[unlikely]]
      return InsertWide(fp);
    return InsertSlot<1>(fp);
  }

  bool Contains(Fingerprint fp) const;

  // What one thread put into a shared table and has not handed in yet.
  struct Share {
    uint64_t inserted = 0;
    size_t max_distance = 0;
  };
  Outcome InsertShared(Fingerprint fp, Share* share) {
    return wide_ ? InsertWideShared(fp, share) : InsertNarrowShared(fp, share);
  }
  // May overlook what another thread is inserting. REQUIRES: Width::k64.
  bool ContainsShared(Fingerprint fp) const {
    if (fp.lo == 0) [[unlikely]]
      return false;
    size_t bucket = Home(fp.lo);
    for (size_t distance = 0; distance < buckets_; ++distance) {
      const uint64_t* line = Line(bucket);
      for (size_t i = 0; i < kLineWords; ++i) {
        const uint64_t found = Load(line + i);
        if (found == fp.lo) return true;
        if (found == 0) return false;
      }
      if (++bucket == buckets_) bucket = 0;
    }
    return false;
  }
  // Adds what a thread inserted and empties its share. One thread at a time.
  void HandIn(Share* share);
  // These require that no thread inserts and that all shares are handed in.
  bool GrowthIsDue() const { return size_ >= grow_at_; }
  // False if the table is as full as it may become. So many threads, this one
  // included, move the keys of a shared table.
  bool GrowIfDue(int threads = 1) { return !GrowthIsDue() || Grow(threads); }
  // Grows an empty table, as far as it may, to this size at least.
  void Reserve(size_t bytes);

  // For checkpoints: the table as it is, whose words go with it. No thread may
  // insert meanwhile.
  struct Shape {
    uint64_t bytes = 0;
    uint64_t size = 0;
    uint64_t max_distance = 0;
    uint64_t has_zero = 0;
  };
  Shape shape() const {
    return {array_.bytes(), size_, max_distance_, has_zero_ ? 1u : 0u};
  }
  // Gives an empty table this shape; the words are to be filled in. False if
  // no table has it, or the system refuses.
  bool Restore(const Shape& shape);
  uint64_t* words() const { return array_.words(); }

  // Takes effect at the next growth; what is in use already stays in use.
  void SetMaxBytes(size_t max_bytes);

  size_t size() const { return size_; }
  size_t bytes() const { return array_.bytes(); }

  // An upper bound for the probability that any two of the size() states were
  // merged: n^2 / 2^(bits+1), never more than 1.
  double CollisionBound() const { return CollisionBoundOf(size_, wide_); }
  static double CollisionBoundOf(uint64_t states, bool wide);

 private:
  static constexpr size_t kLineWords = 8;

  uint64_t* Line(size_t bucket) const {
    return array_.words() + bucket * kLineWords;
  }
  static size_t HomeIn(uint64_t key, size_t buckets) {
    const uint64_t mixed = key * 0x9e3779b97f4a7c15u;
    return static_cast<size_t>(
        (static_cast<unsigned __int128>(mixed) * buckets) >> 64);
  }
  size_t Home(uint64_t key) const { return HomeIn(key, buckets_); }

  // The empty slot where the key belongs, or null if the key is there; kWords
  // per slot. The all-zero key is never looked for: it has a flag of its own.
  template <size_t kWords>
  uint64_t* FindEmptySlot(Fingerprint fp, size_t* distance) const {
    size_t bucket = Home(fp.lo);
    for (*distance = 0;; ++*distance) {
      uint64_t* line = Line(bucket);
      if (LineHolds<kWords>(line, fp)) return nullptr;
      uint64_t* slot = FirstEmptyIn<kWords>(line);
      if (slot != nullptr) return slot;
      if (++bucket == buckets_) bucket = 0;
    }
  }

  // Most probes find their key, at no predictable place in the line: comparing
  // all of it without a branch is faster than stopping at the key. Halves are
  // compared: SSE2 cannot do more.
  template <size_t kWords>
  static bool LineHolds(const uint64_t* line, Fingerprint fp) {
    using Halves = uint32_t __attribute__((vector_size(16), may_alias));
    using Slots = uint64_t __attribute__((vector_size(16)));
    const Slots key = {fp.lo, kWords == 1 ? fp.lo : fp.hi};
    const auto* pairs = reinterpret_cast<const Halves*>(line);
    Slots either = {};
    uint64_t both = 0;
#pragma GCC unroll 4
    for (size_t i = 0; i < kLineWords / 2; ++i) {
      Slots equal = (Slots)(pairs[i] == (Halves)key);
      equal &= equal >> 32;
      either |= equal;
      both |= equal[0] & equal[1];
    }
    return static_cast<uint32_t>(kWords == 1 ? either[0] | either[1] : both) !=
           0;
  }
  template <size_t kWords>
  static uint64_t* FirstEmptyIn(uint64_t* line) {
    if (!IsEmpty<kWords>(line + kLineWords - kWords)) return nullptr;
    while (!IsEmpty<kWords>(line)) line += kWords;
    return line;
  }
  template <size_t kWords>
  static bool IsEmpty(const uint64_t* slot) {
    return kWords == 1 ? slot[0] == 0 : (slot[0] | slot[1]) == 0;
  }
  bool IsZeroKey(Fingerprint fp) const {
    return fp.lo == 0 && (!wide_ || fp.hi == 0);
  }

  // Not inline: it wants the halves in memory, which takes the narrow way long.
  [[gnu::noinline]] Outcome InsertWide(Fingerprint fp) {
    return InsertSlot<2>(fp);
  }
  template <size_t kWords>
  Outcome InsertSlot(Fingerprint fp) {
    if (IsZeroKey(fp)) [[unlikely]]
      return InsertZeroKey();
    size_t distance;
    uint64_t* slot = FindEmptySlot<kWords>(fp, &distance);
    if (slot == nullptr) return Outcome::kPresent;
    slot[0] = fp.lo;
    if (kWords == 2) slot[1] = fp.hi;
    if (distance > max_distance_) max_distance_ = distance;
    ++size_;
    return Outcome::kInserted;
  }
  Outcome InsertZeroKey();

  Outcome InsertNarrowShared(Fingerprint fp, Share* share) {
    if (fp.lo == 0) [[unlikely]]
      return InsertZeroKeyShared(share);
    size_t bucket = Home(fp.lo);
    for (size_t distance = 0; distance < buckets_; ++distance) {
      uint64_t* line = Line(bucket);
      for (size_t i = 0; i < kLineWords; ++i) {
        const uint64_t found = Load(line + i);
        if (found == fp.lo) return Outcome::kPresent;
        if (found == 0 && Claim(line + i, fp.lo, distance, share)) {
          return Outcome::kInserted;
        }
        if (found == 0 && Load(line + i) == fp.lo) return Outcome::kPresent;
      }
      if (++bucket == buckets_) bucket = 0;
    }
    return Outcome::kFull;
  }
  static uint64_t Load(const uint64_t* word) {
    return std::atomic_ref<uint64_t>(*const_cast<uint64_t*>(word))
        .load(std::memory_order_relaxed);
  }
  // Puts a key into an empty slot, unless another thread was faster.
  static bool Claim(uint64_t* word, uint64_t key, size_t distance,
                    Share* share) {
    uint64_t empty = 0;
    if (!std::atomic_ref<uint64_t>(*word).compare_exchange_strong(
            empty, key, std::memory_order_relaxed)) {
      return false;
    }
    ++share->inserted;
    if (distance > share->max_distance) share->max_distance = distance;
    return true;
  }
  Outcome InsertWideShared(Fingerprint fp, Share* share);
  Outcome InsertHalvesShared(uint64_t lo, uint64_t hi, Share* share);
  Outcome InsertZeroKeyShared(Share* share);

  // So many keys make a table that may grow do so.
  size_t DenseAt() const { return Slots() * 65 / 100; }
  size_t Slots() const { return buckets_ * kLineWords / (wide_ ? 2 : 1); }
  bool Grow(int threads = 1);
  bool FillUp();
  void Rehash(size_t old_buckets, int threads);
  size_t FirstBucketMovedInPlace(size_t old_buckets) const;
  void MoveTogether(size_t begin, size_t end, int threads);
  void Move(size_t begin, size_t end);
  void MoveShared(size_t begin, size_t end, Share* share);
  void TakeBucket(size_t bucket, std::vector<Fingerprint>* keys);
  void PutBack(const std::vector<Fingerprint>& keys);

  const bool wide_;
  bool has_zero_ = false;
  size_t max_bytes_;
  size_t buckets_ = 0;
  size_t size_ = 0;
  size_t grow_at_ = 0;
  // How many buckets the most displaced key lies after its home.
  size_t max_distance_ = 0;
  ZeroedArray array_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_VISITED_H_
