// Footprints as numbers, for partial-order reduction.
//
//  1. A footprint is what choices read and what they write: two sets of
//     resources (HasFootprints in concept.h).
//  2. Equal ones have equal numbers, so that most questions are looked up. 0 is
//     the empty one.
//  3. Two footprints conflict if one reads or writes what the other writes,
//     unless both only write it and its writes commute.
//
// Numbers are given out in the order of the calls. Not thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_FOOTPRINTS_H_
#define BINDERY_MODEL_EXPLORE_FOOTPRINTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/concept.h"
#include "model/explore/interning.h"
#include "model/explore/word_table.h"

namespace bindery::model {

using SetId = uint32_t;  // of resources
using FootprintId = uint32_t;

class Footprints {
 public:
  // Of its reads and writes.
  FootprintId Make(const Accesses& accesses);
  SetId SetOf(const std::vector<uint64_t>& resources);
  // What is not in the set.
  FootprintId Without(FootprintId f, SetId set);
  FootprintId Union(FootprintId a, FootprintId b);
  // What both read and what both write.
  FootprintId Common(FootprintId a, FootprintId b);
  bool Conflict(FootprintId a, FootprintId b);
  // Whether they conflict, or both write what commutes.
  bool Touch(FootprintId a, FootprintId b) {
    return Conflict(a, b) || Meet(Writes(a), Writes(b), true);
  }
  // Whether `a` writes what `b` reads.
  bool WritesInto(FootprintId a, FootprintId b);

  size_t bytes() const;

 private:
  uint32_t PlaceOf(uint64_t resource);
  FootprintId Pair(SetId reads, SetId writes);
  SetId Reads(FootprintId f) const;
  SetId Writes(FootprintId f) const;
  bool Meet(SetId a, SetId b, bool all) const;
  bool FindConflict(FootprintId a, FootprintId b) const;
  // The set whose words are those of two others, word by word.
  template <typename Combine>
  SetId Combined(SetId a, SetId b, Combine&& combine);
  SetId UnionOfSets(SetId a, SetId b);
  SetId CommonOfSets(SetId a, SetId b);
  SetId SetWithout(SetId from, SetId set);

  WordTable resources_;              // their places in a set, from 1
  std::vector<uint64_t> commuting_;  // as a set
  Sequences sets_;                   // bit by bit
  Sequences pairs_;                  // one word: reads, writes
  std::vector<uint64_t> scratch_;
  Memo unions_;
  Memo common_;
  Memo without_;
  Memo conflicts_;
  Memo writes_into_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_FOOTPRINTS_H_
