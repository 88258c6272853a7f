// Which ordinals the rows that an actor created have: an actor may have
// thousands, and they are found by no key.
//
//  O1 Smallest() is a function of the ordinals in use, not of their history.
//
// The first 64 ordinals of an actor in one table are the bits of a mask. Those
// of the first actors are in an array, since every call of a driver's function
// takes one and gives it back; the others are found by a hash.
//
// Not thread-safe. Used by World alone.
#ifndef BINDERY_SIM_WORLD_ORDINALS_H_
#define BINDERY_SIM_WORLD_ORDINALS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/world/contribution.h"
#include "sim/world/hash.h"
#include "sim/world/hash_index.h"
#include "sim/world/id.h"

namespace bindery::sim {

class Ordinals {
 public:
  Ordinals() : near_(kNear * kTableCount) {}

  // The smallest that is not in use.
  uint32_t Smallest(TableId table, uint64_t actor) {
    const uint64_t used = First(table, actor);
    if (used == kFull) [[unlikely]]
      return SmallestOfMany(table, actor);
    return static_cast<uint32_t>(__builtin_ctzll(~used));
  }

  // In use if it was not, free if it was.
  void Flip(TableId table, uint64_t actor, uint32_t ordinal) {
    if (ordinal < 64 && actor < kNear) [[likely]] {
      near_[PlaceOf(table, actor)] ^= uint64_t{1} << ordinal;
    } else {
      FlipFar(table, actor, ordinal);
    }
  }

  // Whether the first 64 of an actor are all in NearMask().
  static bool IsNear(uint64_t actor) { return actor < kNear; }
  const uint64_t& NearMask(TableId table, uint64_t actor) const {
    return near_[PlaceOf(table, actor)];
  }

  void Clear() {
    near_.assign(near_.size(), 0);
    far_.Clear();
    full_.Clear();
  }

 private:
  static constexpr uint64_t kFull = ~uint64_t{0};
  static constexpr size_t kNear = 64;  // actors

  static size_t PlaceOf(TableId table, uint64_t actor) {
    return actor * kTableCount + static_cast<size_t>(table);
  }
  static uint64_t KeyOf(TableId table, uint64_t actor, uint32_t group) {
    return Mix(BaseOf(table, actor, 0), group);
  }
  uint64_t First(TableId table, uint64_t actor) const {
    if (actor < kNear) return near_[PlaceOf(table, actor)];
    return far_.Get(KeyOf(table, actor, 0));
  }
  [[gnu::noinline]] uint32_t SmallestOfMany(TableId table, uint64_t actor) {
    const uint64_t key = KeyOf(table, actor, 0);
    uint32_t group = full_.Get(key) + 1;
    uint64_t used = far_.Get(KeyOf(table, actor, group));
    while (used == kFull) used = far_.Get(KeyOf(table, actor, ++group));
    full_.Set(key, group - 1);
    return group * 64 + static_cast<uint32_t>(__builtin_ctzll(~used));
  }
  [[gnu::noinline]] void FlipFar(TableId table, uint64_t actor,
                                 uint32_t ordinal) {
    const uint32_t group = ordinal / 64;
    const uint64_t key = KeyOf(table, actor, group);
    const uint64_t used = far_.Get(key);
    far_.Set(key, used ^ uint64_t{1} << ordinal % 64);
    if (used != kFull || group == 0) return;
    const uint64_t first = KeyOf(table, actor, 0);
    if (full_.Get(first) >= group) full_.Set(first, group - 1);
  }

  std::vector<uint64_t> near_;  // masks, by actor and table
  HashIndex<uint64_t> far_;     // masks, by actor, table and group of ordinals
  // So many masks behind the first one are full: a lower bound.
  HashIndex<uint32_t> full_;
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_ORDINALS_H_
