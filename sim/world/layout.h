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

// When a field is part of the canonical state. One that follows from other rows
// need not be, but is of what the row holds (dependence.h): steps read it
// instead of those.
enum class Hashed : uint8_t {
  kAlways,
  kWithExactAddresses,
  kInContent,
  kNever
};

struct NarrowField {
  enum class Kind : uint8_t { kUnsigned, kSigned, kBlob, kId, kAnyId };

  uint64_t mask;  // its bits in the word
  uint8_t shift;  // the lowest of them
  Kind kind;
  Hashed hashed;
  uint8_t index;  // from 1, in the order of Fields()
  Meaning meaning;

  // Its value in a word of the row, without a sign.
  uint64_t In(uint64_t word) const { return (word & mask) >> shift; }
  // The number that this is.
  uint64_t NumberOf(uint64_t value) const {
    const uint64_t sign = (mask >> shift) / 2 + 1;
    return kind == Kind::kSigned ? (value ^ sign) - sign : value;
  }
};

struct WideField {
  enum class Kind : uint8_t { kLink, kWork, kListHead, kSetHead };

  uint64_t words;  // bit i: it has a part in the i-th word
  uint16_t begin;  // bytes before it
  uint8_t size;
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
