#include "model/explore/footprints.h"

#include <algorithm>

namespace bindery::model {
namespace {

uint64_t Twin(uint32_t a, uint32_t b) { return uint64_t{a} << 32 | b; }

void Mark(std::vector<uint64_t>* words, uint32_t place) {
  if (words->size() <= place / 64) words->resize(place / 64 + 1);
  (*words)[place / 64] |= uint64_t{1} << place % 64;
}

uint64_t WordOf(Sequences::Words words, size_t i) {
  return i < words.size() ? words[i] : 0;
}

}  // namespace

SetId Footprints::SetOf(const std::vector<uint64_t>& resources) {
  scratch_.clear();
  for (const uint64_t resource : resources) {
    const uint32_t place = PlaceOf(resource);
    if ((resource & kCommutingResource) != 0) Mark(&commuting_, place);
    Mark(&scratch_, place);
  }
  return sets_.Number(scratch_);
}

uint32_t Footprints::PlaceOf(uint64_t resource) {
  const uint64_t known = resources_.Get(resource);
  if (known != 0) return static_cast<uint32_t>(known - 1);
  const size_t place = resources_.size();
  resources_.Set(resource, place + 1);
  return static_cast<uint32_t>(place);
}

template <typename Combine>
SetId Footprints::Combined(SetId a, SetId b, Combine&& combine) {
  const Sequences::Words one = sets_.At(a);
  const Sequences::Words other = sets_.At(b);
  scratch_.clear();
  for (size_t i = 0; i < std::max(one.size(), other.size()); ++i) {
    scratch_.push_back(combine(WordOf(one, i), WordOf(other, i)));
  }
  while (!scratch_.empty() && scratch_.back() == 0) scratch_.pop_back();
  return sets_.Number(scratch_);
}

SetId Footprints::UnionOfSets(SetId a, SetId b) {
  if (a == b || b == 0) return a;
  if (a == 0) return b;
  return Combined(a, b, [](uint64_t x, uint64_t y) { return x | y; });
}

SetId Footprints::CommonOfSets(SetId a, SetId b) {
  if (a == b) return a;
  return Combined(a, b, [](uint64_t x, uint64_t y) { return x & y; });
}

SetId Footprints::SetWithout(SetId from, SetId set) {
  if (!Meet(from, set, true)) return from;
  return Combined(from, set, [](uint64_t x, uint64_t y) { return x & ~y; });
}

FootprintId Footprints::Pair(SetId reads, SetId writes) {
  if (reads == 0 && writes == 0) return 0;
  const uint64_t word = Twin(reads, writes);
  return pairs_.Number(Sequences::Words(&word, 1));
}
SetId Footprints::Reads(FootprintId f) const {
  return f == 0 ? 0 : static_cast<SetId>(pairs_.At(f)[0] >> 32);
}
SetId Footprints::Writes(FootprintId f) const {
  return f == 0 ? 0 : static_cast<SetId>(pairs_.At(f)[0]);
}

FootprintId Footprints::Make(const Accesses& accesses) {
  const SetId reads = SetOf(accesses.reads);
  return Pair(reads, SetOf(accesses.writes));
}

FootprintId Footprints::Union(FootprintId a, FootprintId b) {
  if (a == b || b == 0) return a;
  if (a == 0) return b;
  if (a > b) std::swap(a, b);
  if (const auto known = unions_.Get(a, b)) return *known;
  const SetId reads = UnionOfSets(Reads(a), Reads(b));
  return unions_.Put(a, b, Pair(reads, UnionOfSets(Writes(a), Writes(b))));
}

FootprintId Footprints::Common(FootprintId a, FootprintId b) {
  if (a == b) return a;
  if (a == 0 || b == 0) return 0;
  if (a > b) std::swap(a, b);
  if (const auto known = common_.Get(a, b)) return *known;
  const SetId reads = CommonOfSets(Reads(a), Reads(b));
  return common_.Put(a, b, Pair(reads, CommonOfSets(Writes(a), Writes(b))));
}

FootprintId Footprints::Without(FootprintId f, SetId set) {
  if (f == 0 || set == 0) return f;
  if (const auto known = without_.Get(f, set)) return *known;
  const SetId reads = SetWithout(Reads(f), set);
  return without_.Put(f, set, Pair(reads, SetWithout(Writes(f), set)));
}

// Whether the sets meet at a resource; `all`: also at one that commutes.
bool Footprints::Meet(SetId a, SetId b, bool all) const {
  const Sequences::Words one = sets_.At(a);
  const Sequences::Words other = sets_.At(b);
  const size_t size = std::min(one.size(), other.size());
  for (size_t i = 0; i < size; ++i) {
    uint64_t both = one[i] & other[i];
    if (!all && i < commuting_.size()) both &= ~commuting_[i];
    if (both != 0) return true;
  }
  return false;
}

bool Footprints::FindConflict(FootprintId a, FootprintId b) const {
  return Meet(Reads(a), Writes(b), true) || Meet(Writes(a), Reads(b), true) ||
         Meet(Writes(a), Writes(b), false);
}

bool Footprints::Conflict(FootprintId a, FootprintId b) {
  if (a == 0 || b == 0) return false;
  if (a > b) std::swap(a, b);
  if (const auto known = conflicts_.Get(a, b)) return *known != 0;
  return conflicts_.Put(a, b, FindConflict(a, b) ? 1 : 0) != 0;
}

bool Footprints::WritesInto(FootprintId a, FootprintId b) {
  if (a == 0 || b == 0) return false;
  if (const auto known = writes_into_.Get(a, b)) return *known != 0;
  return writes_into_.Put(a, b, Meet(Writes(a), Reads(b), true) ? 1 : 0) != 0;
}

size_t Footprints::bytes() const {
  return resources_.bytes() + sets_.bytes() + pairs_.bytes();
}

}  // namespace bindery::model
