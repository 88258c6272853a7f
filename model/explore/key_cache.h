// Keys that were noted lately: a newer one takes the place of an older one.
// Not thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_KEY_CACHE_H_
#define BINDERY_MODEL_EXPLORE_KEY_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/concept.h"

namespace bindery::model {

class KeyCache {
 public:
  // For this many, a power of two.
  explicit KeyCache(size_t keys) : keys_(keys) {}

  // The key 0 is never held.
  bool Holds(Fingerprint key) const {
    return keys_[PlaceOf(key)] == key.lo && key.lo != 0;
  }
  void Note(Fingerprint key) { keys_[PlaceOf(key)] = key.lo; }
  size_t bytes() const { return keys_.capacity() * sizeof(uint64_t); }

 private:
  size_t PlaceOf(Fingerprint key) const {
    return static_cast<size_t>(key.lo * 0x9e3779b97f4a7c15u >> 32) &
           (keys_.size() - 1);
  }

  std::vector<uint64_t> keys_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_KEY_CACHE_H_
