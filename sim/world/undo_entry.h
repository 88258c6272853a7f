// The entries of the undo log. Their header is the last word, so that Undo()
// reads them backwards:
//   delta     old words..., mask of the words, old content, header (how many
//             words inside)
//   created   header
//   buried    old content, header         (freed; stays as a tombstone)
//   released  old words..., key_a, key_b, ordinal and state, old content,
//             header
//   holder    header                      (delta and frame flag inside)
//
// Used by World alone.
#ifndef BINDERY_SIM_WORLD_UNDO_ENTRY_H_
#define BINDERY_SIM_WORLD_UNDO_ENTRY_H_

#include <cstdint>

#include "sim/world/id.h"

namespace bindery::sim {

struct UndoEntry {
  enum class Type : uint8_t {
    kDelta = 1,
    kCreated,
    kBuried,
    kReleased,
    kHolder,
  };
  // Bits of a holder's `extra`.
  static constexpr uint32_t kMore = 1;  // there is one more holder, not less
  static constexpr uint32_t kFrame = 2;

  Type type;
  AnyId id;
  uint32_t extra = 0;  // 24 bits

  uint64_t Header() const {
    return uint64_t{id.value} << 32 | uint64_t{extra} << 8 |
           static_cast<uint64_t>(type);
  }
  static UndoEntry Of(uint64_t header) {
    return {static_cast<Type>(header & 0xff),
            AnyId{static_cast<uint32_t>(header >> 32)},
            static_cast<uint32_t>(header >> 8 & 0xffffff)};
  }
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_UNDO_ENTRY_H_
