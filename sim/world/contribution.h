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

// A table and a key in it, as one number.
inline uint64_t BaseOf(TableId table, uint64_t a, uint64_t b) {
  return Mix(Mix(static_cast<uint64_t>(table) + 1, a), b);
}

// No row has more fields.
inline constexpr size_t kMostFields = 63;
inline constexpr auto kFieldSpreads = [] {
  std::array<uint64_t, kMostFields + 1> spreads{};
  for (size_t i = 0; i <= kMostFields; ++i) spreads[i] = Spread(i);
  return spreads;
}();

// The place of the index-th field (from 1) of the row with this name: the Mix()
// of both.
inline uint64_t FieldKey(uint64_t name, uint64_t index) {
  return MixSpread(name, kFieldSpreads[index]);
}

// That a row is there, even if all its fields are zero, or a tombstone.
enum class Presence : uint64_t { kLive = 1, kTombstone = 2 };
inline uint64_t PresenceKey(uint64_t name) { return FieldKey(name, 0); }

// The place on a list of the row whose field with this key holds the link.
inline uint64_t PlaceKey(uint64_t field_key) { return Mix(field_key, 1); }

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_CONTRIBUTION_H_
