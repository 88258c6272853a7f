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
#include <unordered_map>
#include <vector>

#include "model/concept.h"

namespace bindery::model {

using SetId = uint32_t;  // of resources
using FootprintId = uint32_t;

// Gives numbers to sequences of words: equal ones have equal numbers.
class Sequences {
 public:
  Sequences() { Number({}); }
  uint32_t Number(const std::vector<uint64_t>& words);
  const std::vector<uint64_t>& At(uint32_t number) const {
    return values_[number];
  }
  size_t bytes() const { return bytes_; }

 private:
  std::vector<std::vector<uint64_t>> values_;
  std::unordered_map<uint64_t, std::vector<uint32_t>> by_hash_;
  size_t bytes_ = 0;
};

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
  // Whether `a` writes what `b` reads.
  bool WritesInto(FootprintId a, FootprintId b);

  size_t bytes() const;

 private:
  // The tables of what was asked before, by the two numbers.
  using Memo = std::unordered_map<uint64_t, uint32_t>;

  SetId SetWithout(SetId from, SetId set);
  uint32_t UnionOfSets(uint32_t a, uint32_t b);
  uint32_t CommonOfSets(uint32_t a, uint32_t b);
  uint32_t Pair(uint32_t reads, uint32_t writes);
  uint32_t Reads(FootprintId f) const;
  uint32_t Writes(FootprintId f) const;
  bool Meet(uint32_t a, uint32_t b, bool all) const;

  // By resource, its place in a set's words. Zero-based.
  std::unordered_map<uint64_t, uint32_t> places_;
  std::vector<uint64_t> commuting_;  // as a set's words
  Sequences sets_;                   // bit by bit
  Sequences pairs_;                  // one word: reads, writes
  Memo unions_of_sets_;
  Memo unions_;
  Memo common_;
  Memo without_;
  Memo conflicts_;
  Memo writes_into_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_FOOTPRINTS_H_
