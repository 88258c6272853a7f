// Where the fields of a row are and what they are: Fields() of each row type as
// data, for what treats the rows of all tables alike.
//
// A field is narrow if it fits into a word of the row, and is found through
// that word: closing a step looks at the words that changed and at no others.
// Links, work and heads of lists are wide.
//
// Immutable after the first call, so that threads may share it.
#ifndef BINDERY_SIM_WORLD_LAYOUT_H_
#define BINDERY_SIM_WORLD_LAYOUT_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "sim/world/contribution.h"
#include "sim/world/id.h"
#include "sim/world/symmetry.h"

namespace bindery::sim {

// When a field is part of the canonical state.
enum class Hashed : uint8_t { kAlways, kWithExactAddresses, kNever };

struct NarrowField {
  enum class Kind : uint8_t { kUnsigned, kSigned, kBlob, kId, kAnyId };

  uint8_t shift;  // its lowest bit in the word
  uint8_t bits;
  Kind kind;
  Hashed hashed;
  uint8_t index;  // from 1, in the order of Fields()
  Meaning meaning;

  // Its bits in a word of the row, as they are.
  uint64_t In(uint64_t word) const {
    return word >> shift & ~uint64_t{0} >> (64 - bits);
  }
  // The number that they are.
  uint64_t NumberOf(uint64_t raw) const {
    if (kind != Kind::kSigned) return raw;
    const int above = 64 - bits;
    return static_cast<uint64_t>(static_cast<int64_t>(raw << above) >> above);
  }
};

struct WideField {
  enum class Kind : uint8_t { kLink, kWork, kListHead, kSetHead };

  uint64_t words;  // bit i: it has a part in the i-th word
  uint16_t begin;  // bytes before it
  Kind kind;
  Hashed hashed;
  uint8_t index;
};

struct RowLayout {
  static constexpr size_t kMostWords = 64;
  static constexpr size_t kMostWide = 12;

  // The narrow fields of the i-th word are narrow[begin[i]] and on, up to
  // narrow[begin[i + 1]].
  std::array<NarrowField, kMostFields> narrow;
  std::array<uint8_t, kMostWords + 1> begin;
  std::array<WideField, kMostWide> wide;
  size_t wide_count;
  size_t words;  // in a row
  // Bit i: the i-th words of the two rows differ.
  uint64_t (*differing)(const char* row, const char* other);
};

using RowLayouts = std::array<RowLayout, kTableCount>;

// By TableId; that of kNone is the one of the global row.
const RowLayouts& Layouts();

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_LAYOUT_H_
