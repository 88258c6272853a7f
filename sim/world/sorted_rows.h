// Rows in an order that does not depend on history.
#ifndef BINDERY_SIM_WORLD_SORTED_ROWS_H_
#define BINDERY_SIM_WORLD_SORTED_ROWS_H_

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <vector>

#include "sim/world/world.h"

namespace bindery::sim {

// Slots of the live rows and tombstones of a table, by key and ordinal.
template <typename Row>
std::vector<uint32_t> SortedSlots(const World& world) {
  const Table<Row>& table = world.table<Row>();
  std::vector<uint32_t> slots;
  for (uint32_t i = 1; i < table.end(); ++i) {
    if (table.at(i).meta.state != SlotState::kFree) slots.push_back(i);
  }
  const auto key = [&table](uint32_t slot) {
    const Meta& meta = table.at(slot).meta;
    return std::make_tuple(meta.key_a, meta.key_b, meta.ordinal);
  };
  std::sort(slots.begin(), slots.end(),
            [&key](uint32_t a, uint32_t b) { return key(a) < key(b); });
  return slots;
}

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_SORTED_ROWS_H_
