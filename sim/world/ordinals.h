// Which ordinals the rows that an actor created have: an actor may have
// thousands, and they are found by no key.
//
//  O1 Smallest() is a function of the ordinals in use, not of their history.
//
// Not thread-safe. Used by World alone.
#ifndef BINDERY_SIM_WORLD_ORDINALS_H_
#define BINDERY_SIM_WORLD_ORDINALS_H_

#include <cstdint>

#include "sim/world/hash.h"
#include "sim/world/hash_index.h"

namespace bindery::sim {

class Ordinals {
 public:
  // The smallest that is not in use. `base` stands for the actor and the table.
  uint32_t Smallest(uint64_t base) {
    const uint64_t used = masks_.Get(base);
    if (used == kFull) [[unlikely]]
      return SmallestOfMany(base);
    return static_cast<uint32_t>(__builtin_ctzll(~used));
  }

  // In use if it was not, free if it was.
  void Flip(uint64_t base, uint32_t ordinal) {
    if (ordinal >= 64) [[unlikely]]
      return FlipOfMany(base, ordinal);
    const uint64_t used = masks_.Get(base);
    masks_.Set(base, used ^ uint64_t{1} << ordinal);
    if (used == kFull) [[unlikely]]
      full_.Set(base, 0);
  }

  void Clear() {
    masks_.Clear();
    full_.Clear();
  }

 private:
  static constexpr uint64_t kFull = ~uint64_t{0};

  static uint64_t KeyOf(uint64_t base, uint32_t group) {
    return group == 0 ? base : Mix(base, group);
  }
  [[gnu::noinline]] uint32_t SmallestOfMany(uint64_t base) {
    uint32_t group = full_.Get(base);
    uint64_t used = masks_.Get(KeyOf(base, group));
    while (used == kFull) used = masks_.Get(KeyOf(base, ++group));
    full_.Set(base, group);
    return group * 64 + static_cast<uint32_t>(__builtin_ctzll(~used));
  }
  [[gnu::noinline]] void FlipOfMany(uint64_t base, uint32_t ordinal) {
    const uint32_t group = ordinal / 64;
    const uint64_t key = KeyOf(base, group);
    const uint64_t used = masks_.Get(key);
    masks_.Set(key, used ^ uint64_t{1} << ordinal % 64);
    if (used == kFull && full_.Get(base) > group) full_.Set(base, group);
  }

  HashIndex<uint64_t> masks_;  // of 64 ordinals each
  // So many of the first masks are full: a lower bound.
  HashIndex<uint32_t> full_;
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_ORDINALS_H_
