// What each part of a row adds to the fingerprint; shared by the incremental
// computation and the one from scratch.
#ifndef BINDERY_SIM_WORLD_CONTRIBUTION_H_
#define BINDERY_SIM_WORLD_CONTRIBUTION_H_

#include <array>
#include <cstdint>
#include <type_traits>

#include "sim/world/hash.h"
#include "sim/world/id.h"
#include "sim/world/list.h"

namespace bindery::sim {

template <typename T>
struct IsId : std::false_type {};
template <typename Row>
struct IsId<Id<Row>> : std::true_type {};
template <>
struct IsId<AnyId> : std::true_type {};

inline constexpr auto kSmallSpreads = [] {
  std::array<uint64_t, 64> spreads{};
  for (size_t i = 0; i < spreads.size(); ++i) spreads[i] = Spread(i);
  return spreads;
}();
// Mix() for numbers that are mostly small.
inline uint64_t MixSmall(uint64_t a, uint64_t b) {
  return b < kSmallSpreads.size() ? MixSpread(a, kSmallSpreads[b]) : Mix(a, b);
}

// A table and a key in it, as one number.
inline uint64_t BaseOf(TableId table, uint64_t a, uint64_t b) {
  return MixSmall(Mix(static_cast<uint64_t>(table) + 1, a), b);
}

// The place of the index-th field (from 1) of the row with this name. No row
// has more than kMostFields.
inline constexpr size_t kMostFields = kSmallSpreads.size() - 1;
inline uint64_t FieldKey(uint64_t name, uint64_t index) {
  return MixSpread(name, kSmallSpreads[index]);
}

// That a row is there, even if all its fields are zero, or a tombstone.
enum class Presence : uint64_t { kLive = 1, kTombstone = 2 };
inline uint64_t PresenceKey(uint64_t name) { return FieldKey(name, 0); }

// The place on a list of the row whose field with this key holds the link.
inline uint64_t PlaceKey(uint64_t field_key) { return Mix(field_key, 1); }

// What a field with this key adds to the content of its row (dependence.h)
// without being part of the canonical state, which has it from other rows: the
// head of a list, and a number, which is the size of a set or derived.
inline uint64_t ListContent(uint64_t field_key, uint64_t size, uint64_t first,
                            uint64_t last) {
  return size == 0 ? 0 : Fold(field_key + size, Mix(first, last));
}
inline uint64_t NumberContent(uint64_t field_key, uint64_t number) {
  return field_key * number;
}

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_CONTRIBUTION_H_
