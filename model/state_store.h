// Where a search keeps which states it has seen, in one of four ways:
//
//   kFingerprints64    the low half of a fingerprint: 9.4 to 14.1 bytes a state
//   kFingerprints128   all of it, at twice the memory
//   kExact             a name that no other state has (exact_names.h)
//   kBits              four bits of a filter of fixed size (bit_filter.h)
//
// A key is a fingerprint, or {0, name} for kExact. What visited.h says of
// sharing a table among threads holds for all four.
#ifndef BINDERY_MODEL_STATE_STORE_H_
#define BINDERY_MODEL_STATE_STORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "model/bit_filter.h"
#include "model/checkpoint.h"
#include "model/concept.h"
#include "model/exact_names.h"
#include "model/visited.h"

namespace bindery::model {

enum class StoreKind { kFingerprints64, kFingerprints128, kExact, kBits };

// "fingerprints", "wide", "exact", "bitstate".
absl::string_view StoreKindName(StoreKind kind);

class StateStore {
 public:
  using Outcome = VisitedSet::Outcome;
  using Share = VisitedSet::Share;

  // `max_bytes` bounds what grows. `bit_bytes` is the size of a bit filter,
  // which counts as full if the system does not have that much.
  StateStore(StoreKind kind, size_t max_bytes, size_t bit_bytes);

  StoreKind kind() const { return kind_; }
  // Null unless the kind is kExact.
  ExactNames* names() const { return names_.get(); }

  void Prefetch(Fingerprint key) const {
    if (bits_ != nullptr) return bits_->Prefetch(key);
    visited_.Prefetch(key);
  }
  Outcome Insert(Fingerprint key) {
    if (bits_ != nullptr) [[unlikely]]
      return InsertBits(key, &alone_);
    return visited_.Insert(key);
  }
  // REQUIRES: fingerprints, and one thread.
  bool Contains(Fingerprint key) const { return visited_.Contains(key); }
  // REQUIRES: kFingerprints64.
  bool ContainsShared(Fingerprint key) const {
    return visited_.ContainsShared(key);
  }
  Outcome InsertShared(Fingerprint key, Share* share) {
    if (bits_ != nullptr) [[unlikely]]
      return InsertBits(key, share);
    return visited_.InsertShared(key, share);
  }
  void HandIn(Share* share);
  bool GrowthIsDue() const;
  // With so many threads, this one included.
  bool GrowIfDue(int threads = 1);
  // Room for what threads insert before they hand in for the first time.
  void PrepareSharing();

  // What the rest of the search takes counts against max_bytes, too.
  void SetBytesElsewhere(size_t bytes);
  size_t bytes() const;
  // Handed in, if shared.
  uint64_t size() const;

  // An upper bound for the probability that one of the states was taken for
  // another; for kBits an estimate of it.
  double CollisionBound() const;

  // While no thread inserts, and all have handed in. Load() wants a store of
  // the same kind that is still empty; errors say why it cannot be used.
  void Save(CheckpointWriter* out) const;
  absl::Status Load(CheckpointReader* in);

 private:
  Outcome InsertBits(Fingerprint key, Share* share);

  const StoreKind kind_;
  const size_t max_bytes_;
  VisitedSet visited_;
  std::unique_ptr<ExactNames> names_;
  std::unique_ptr<BitFilter> bits_;
  uint64_t bits_size_ = 0;
  Share alone_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_STATE_STORE_H_
