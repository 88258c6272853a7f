#include "model/visited.h"

#include <algorithm>
#include <cmath>
#include <thread>

#include "base/check.h"

namespace bindery::model {
namespace {

constexpr size_t kBytesPerLine = 64;
constexpr size_t kFirstBytes = 4096;

// What stands for a half of zero in a shared wide table. Small halves are as
// likely as large ones only for good fingerprints, so zero is made unlikely.
uint64_t NonZero(uint64_t half) {
  constexpr uint64_t kSalt = 0xd6e8feb86659fd93u;
  return half == kSalt ? kSalt : half ^ kSalt;
}

// Less than this is not worth moving every key for.
constexpr size_t kSmallestGrowthDivisor = 8;
// So many buckets are moved before another thread has begun.
constexpr size_t kWorthAThread = 4096;

}  // namespace

VisitedSet::VisitedSet(Width width, size_t max_bytes)
    : wide_(width == Width::k128), max_bytes_(max_bytes) {
  BINDERY_CHECK_MSG(array_.Grow(kFirstBytes), "no memory for a single page");
  buckets_ = kFirstBytes / kBytesPerLine;
  grow_at_ = DenseAt();
}

bool VisitedSet::Contains(Fingerprint fp) const {
  if (IsZeroKey(fp)) return has_zero_;
  size_t distance;
  return (wide_ ? FindEmptySlot<2>(fp, &distance)
                : FindEmptySlot<1>(fp, &distance)) == nullptr;
}

void VisitedSet::SetMaxBytes(size_t max_bytes) { max_bytes_ = max_bytes; }

double VisitedSet::CollisionBoundOf(uint64_t states, bool wide) {
  const double n = static_cast<double>(states);
  return std::min(1.0, std::ldexp(n * n, wide ? -129 : -65));
}

VisitedSet::Outcome VisitedSet::InsertZeroKey() {
  if (has_zero_) return Outcome::kPresent;
  has_zero_ = true;
  ++size_;
  return Outcome::kInserted;
}

VisitedSet::Outcome VisitedSet::InsertZeroKeyShared(Share* share) {
  if (std::atomic_ref<bool>(has_zero_).exchange(true)) return Outcome::kPresent;
  ++share->inserted;
  return Outcome::kInserted;
}

// The low half claims a slot, then the high half is published. Whoever meets
// the low half alone waits for the other: that takes its owner one store.
VisitedSet::Outcome VisitedSet::InsertHalvesShared(uint64_t lo, uint64_t hi,
                                                   Share* share) {
  size_t bucket = Home(lo);
  for (size_t distance = 0; distance < buckets_; ++distance) {
    uint64_t* line = Line(bucket);
    for (size_t i = 0; i < kLineWords; i += 2) {
      const std::atomic_ref<uint64_t> high(line[i + 1]);
      if (Load(line + i) == 0 && Claim(line + i, lo, distance, share)) {
        high.store(hi, std::memory_order_relaxed);
        return Outcome::kInserted;
      }
      if (Load(line + i) != lo) continue;
      uint64_t found = 0;
      while (found == 0) found = high.load(std::memory_order_relaxed);
      if (found == hi) return Outcome::kPresent;
    }
    if (++bucket == buckets_) bucket = 0;
  }
  return Outcome::kFull;
}

VisitedSet::Outcome VisitedSet::InsertWideShared(Fingerprint fp, Share* share) {
  return InsertHalvesShared(NonZero(fp.lo), NonZero(fp.hi), share);
}

void VisitedSet::HandIn(Share* share) {
  size_ += share->inserted;
  max_distance_ = std::max(max_distance_, share->max_distance);
  *share = {};
}

void VisitedSet::Reserve(size_t bytes) {
  BINDERY_CHECK(size_ == 0);
  bytes =
      std::min(ZeroedArray::RoundUp(bytes), ZeroedArray::RoundDown(max_bytes_));
  if (bytes > array_.bytes()) Restore({bytes, 0, 0, 0});
}

bool VisitedSet::Restore(const Shape& shape) {
  BINDERY_CHECK(size_ == 0);
  const size_t bytes = shape.bytes;
  if (bytes < kFirstBytes || bytes != ZeroedArray::RoundUp(bytes) ||
      shape.size > bytes / (wide_ ? 16 : 8) + 1) {
    return false;
  }
  if (!array_.Reset(bytes)) return false;
  buckets_ = bytes / kBytesPerLine;
  size_ = shape.size;
  max_distance_ = shape.max_distance;
  has_zero_ = shape.has_zero != 0;
  grow_at_ = DenseAt();
  return true;
}

bool VisitedSet::Grow(int threads) {
  const size_t old_bytes = array_.bytes();
  const size_t bytes = std::min(ZeroedArray::RoundUp(old_bytes + old_bytes / 2),
                                ZeroedArray::RoundDown(max_bytes_));
  if (bytes < old_bytes + old_bytes / kSmallestGrowthDivisor ||
      !array_.Grow(bytes)) {
    return FillUp();
  }
  const size_t old_buckets = buckets_;
  buckets_ = bytes / kBytesPerLine;
  Rehash(old_buckets, threads);
  grow_at_ = DenseAt();
  return true;
}

// The table stays as it is: may it take another key?
bool VisitedSet::FillUp() {
  grow_at_ = std::min(Slots() * 95 / 100, size_ + Slots() / 64 + 1);
  return size_ < grow_at_;
}

// The buckets at the front, where a key may move to a bucket that has not been
// emptied yet, and where keys lie that overflowed at the end of the array, are
// set aside first. All others are moved from the last to the first, each into
// buckets at or above its own.
void VisitedSet::Rehash(size_t old_buckets, int threads) {
  const size_t first = FirstBucketMovedInPlace(old_buckets);
  const size_t reach = max_distance_;
  std::vector<Fingerprint> aside;
  for (size_t b = 0; b < first; ++b) TakeBucket(b, &aside);
  max_distance_ = 0;
  size_t end = old_buckets;
  while (threads > 1) {
    // From here on all keys move to buckets that are empty already.
    const size_t begin =
        std::max(first, end * old_buckets / buckets_ + reach + 2);
    if (begin + kWorthAThread * threads > end) break;
    MoveTogether(begin, end, threads);
    end = begin;
  }
  Move(first, end);
  PutBack(aside);
  // A key that wrapped around further than `first` could be cut off from its
  // home by a bucket that was emptied after it.
  BINDERY_CHECK(first == old_buckets || max_distance_ < first);
}

void VisitedSet::Move(size_t begin, size_t end) {
  std::vector<Fingerprint> keys;
  for (size_t b = end; b-- > begin;) {
    keys.clear();
    TakeBucket(b, &keys);
    PutBack(keys);
  }
}

void VisitedSet::MoveTogether(size_t begin, size_t end, int threads) {
  std::vector<Share> shares(threads);
  std::vector<std::thread> others;
  const auto edge = [&](int i) { return begin + (end - begin) * i / threads; };
  for (int i = 1; i < threads; ++i) {
    others.emplace_back(
        [&, i] { MoveShared(edge(i), edge(i + 1), &shares[i]); });
  }
  MoveShared(edge(0), edge(1), &shares[0]);
  for (std::thread& other : others) other.join();
  for (const Share& share : shares) {
    max_distance_ = std::max(max_distance_, share.max_distance);
  }
}

void VisitedSet::MoveShared(size_t begin, size_t end, Share* share) {
  std::vector<Fingerprint> keys;
  for (size_t b = begin; b < end; ++b) {
    keys.clear();
    TakeBucket(b, &keys);
    for (const Fingerprint fp : keys) {
      const Outcome moved = wide_ ? InsertHalvesShared(fp.lo, fp.hi, share)
                                  : InsertNarrowShared(fp, share);
      BINDERY_CHECK(moved == Outcome::kInserted);
    }
  }
}

// With growth by a factor r, a key in bucket b has its home at b-d or later
// and moves to r(b-d)-1 or later, which is at least b once b >= (rd+1)/(r-1).
size_t VisitedSet::FirstBucketMovedInPlace(size_t old_buckets) const {
  const size_t added = buckets_ - old_buckets;
  const size_t safe = (buckets_ * max_distance_ + old_buckets) / added + 1;
  constexpr size_t kRoomForWrapping = 256;
  return std::min(old_buckets, safe + kRoomForWrapping);
}

void VisitedSet::TakeBucket(size_t bucket, std::vector<Fingerprint>* keys) {
  uint64_t* line = Line(bucket);
  const size_t step = wide_ ? 2 : 1;
  for (size_t i = 0; i < kLineWords; i += step) {
    const Fingerprint fp{wide_ ? line[i + 1] : 0, line[i]};
    if (IsZeroKey(fp)) break;
    keys->push_back(fp);
  }
  std::fill_n(line, kLineWords, 0);
}

void VisitedSet::PutBack(const std::vector<Fingerprint>& keys) {
  for (const Fingerprint fp : keys) {
    size_t distance;
    uint64_t* slot = wide_ ? FindEmptySlot<2>(fp, &distance)
                           : FindEmptySlot<1>(fp, &distance);
    slot[0] = fp.lo;
    if (wide_) slot[1] = fp.hi;
    max_distance_ = std::max(max_distance_, distance);
  }
}

}  // namespace bindery::model
