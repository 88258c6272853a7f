#include "model/visited.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace bindery::model {
namespace {

constexpr size_t kBytesPerLine = 64;
constexpr size_t kFirstBytes = 4096;

// Less than this is not worth moving every key for.
constexpr size_t kSmallestGrowthDivisor = 8;

}  // namespace

VisitedSet::VisitedSet(Width width, size_t max_bytes)
    : wide_(width == Width::k128), max_bytes_(max_bytes) {
  BINDERY_CHECK_MSG(array_.Grow(kFirstBytes), "no memory for a single page");
  buckets_ = kFirstBytes / kBytesPerLine;
  grow_at_ = Slots() * 85 / 100;
}

bool VisitedSet::Contains(Fingerprint fp) const {
  if (IsZeroKey(fp)) return has_zero_;
  size_t distance;
  return (wide_ ? FindEmptySlot<2>(fp, &distance)
                : FindEmptySlot<1>(fp, &distance)) == nullptr;
}

void VisitedSet::SetMaxBytes(size_t max_bytes) { max_bytes_ = max_bytes; }

double VisitedSet::CollisionBound() const {
  const double n = static_cast<double>(size_);
  return std::min(1.0, std::ldexp(n * n, wide_ ? -129 : -65));
}

VisitedSet::Outcome VisitedSet::InsertZeroKey() {
  if (has_zero_) return Outcome::kPresent;
  has_zero_ = true;
  ++size_;
  return Outcome::kInserted;
}

bool VisitedSet::Grow() {
  const size_t old_bytes = array_.bytes();
  const size_t bytes = std::min(ZeroedArray::RoundUp(old_bytes + old_bytes / 2),
                                ZeroedArray::RoundDown(max_bytes_));
  if (bytes < old_bytes + old_bytes / kSmallestGrowthDivisor ||
      !array_.Grow(bytes)) {
    return FillUp();
  }
  const size_t old_buckets = buckets_;
  buckets_ = bytes / kBytesPerLine;
  Rehash(old_buckets);
  grow_at_ = Slots() * 85 / 100;
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
void VisitedSet::Rehash(size_t old_buckets) {
  const size_t first = FirstBucketMovedInPlace(old_buckets);
  std::vector<Fingerprint> aside;
  for (size_t b = 0; b < first; ++b) TakeBucket(b, &aside);
  max_distance_ = 0;
  std::vector<Fingerprint> keys;
  for (size_t b = old_buckets; b-- > first;) {
    keys.clear();
    TakeBucket(b, &keys);
    PutBack(keys);
  }
  PutBack(aside);
  // A key that wrapped around further than `first` could be cut off from its
  // home by a bucket that was emptied after it.
  BINDERY_CHECK(first == old_buckets || max_distance_ < first);
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
