// What each part of a row adds to the fingerprint; shared by the incremental
// computation and the one from scratch.
#ifndef BINDERY_SIM_WORLD_CONTRIBUTION_H_
#define BINDERY_SIM_WORLD_CONTRIBUTION_H_

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

// The place of the index-th field (from 1) of the row with this name.
inline uint64_t FieldKey(uint64_t name, uint64_t index) {
  return Mix(name, index);
}

// That a row is there, even if all its fields are zero.
inline Hash128 LiveContribution(uint64_t name) {
  return Contribution(FieldKey(name, 0), 1);
}

inline Hash128 TombstoneContribution(uint64_t name) {
  return Contribution(FieldKey(name, 0), 2);
}

// A member of a list. Places count from 1; `key` is that of the list's head.
inline Hash128 PlaceContribution(uint64_t key, uint64_t place, uint64_t name) {
  return Contribution(Mix(key, place), name);
}

// Sets have no order, so each member says whether it belongs; what is on an
// ordered list is in the list's walk.
inline uint64_t Membership(const Link& link) {
  return link.head == Head::kSet ? 1 : 0;
}

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_CONTRIBUTION_H_
