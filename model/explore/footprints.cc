#include "model/explore/footprints.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace bindery::model {
namespace {

uint64_t Twin(uint32_t a, uint32_t b) { return uint64_t{a} << 32 | b; }

uint64_t HashOf(const std::vector<uint64_t>& words) {
  uint64_t hash = words.size();
  for (const uint64_t word : words) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 29;
  }
  return hash;
}

void Mark(std::vector<uint64_t>* words, uint32_t place) {
  if (words->size() <= place / 64) words->resize(place / 64 + 1);
  (*words)[place / 64] |= uint64_t{1} << place % 64;
}

}  // namespace

uint32_t Sequences::Number(const std::vector<uint64_t>& words) {
  std::vector<uint32_t>& candidates = by_hash_[HashOf(words)];
  for (const uint32_t number : candidates) {
    if (values_[number] == words) return number;
  }
  const uint32_t number = static_cast<uint32_t>(values_.size());
  candidates.push_back(number);
  values_.push_back(words);
  bytes_ += words.size() * 8 + 96;
  return number;
}

SetId Footprints::SetOf(const std::vector<uint64_t>& resources) {
  std::vector<uint64_t> words;
  for (const uint64_t resource : resources) {
    const auto [it, fresh] =
        places_.emplace(resource, static_cast<uint32_t>(places_.size()));
    if (fresh && (resource & kCommutingResource) != 0) {
      Mark(&commuting_, it->second);
    }
    Mark(&words, it->second);
  }
  return sets_.Number(words);
}

uint32_t Footprints::UnionOfSets(uint32_t a, uint32_t b) {
  if (a == b || b == 0) return a;
  if (a == 0) return b;
  const auto [it, fresh] =
      unions_of_sets_.emplace(Twin(std::min(a, b), std::max(a, b)), 0);
  if (!fresh) return it->second;
  std::vector<uint64_t> words = sets_.At(a);
  const std::vector<uint64_t>& more = sets_.At(b);
  if (words.size() < more.size()) words.resize(more.size());
  for (size_t i = 0; i < more.size(); ++i) words[i] |= more[i];
  return it->second = sets_.Number(words);
}

uint32_t Footprints::Pair(uint32_t reads, uint32_t writes) {
  if (reads == 0 && writes == 0) return 0;
  return pairs_.Number({Twin(reads, writes)});
}
uint32_t Footprints::Reads(FootprintId f) const {
  return f == 0 ? 0 : static_cast<uint32_t>(pairs_.At(f)[0] >> 32);
}
uint32_t Footprints::Writes(FootprintId f) const {
  return f == 0 ? 0 : static_cast<uint32_t>(pairs_.At(f)[0]);
}

FootprintId Footprints::Make(const Accesses& accesses) {
  const uint32_t reads = SetOf(accesses.reads);
  return Pair(reads, SetOf(accesses.writes));
}

FootprintId Footprints::Union(FootprintId a, FootprintId b) {
  if (a == b || b == 0) return a;
  if (a == 0) return b;
  const auto [it, fresh] =
      unions_.emplace(Twin(std::min(a, b), std::max(a, b)), 0);
  if (!fresh) return it->second;
  const uint32_t reads = UnionOfSets(Reads(a), Reads(b));
  return it->second = Pair(reads, UnionOfSets(Writes(a), Writes(b)));
}

uint32_t Footprints::CommonOfSets(uint32_t a, uint32_t b) {
  if (a == b) return a;
  std::vector<uint64_t> words = sets_.At(a);
  const std::vector<uint64_t>& other = sets_.At(b);
  words.resize(std::min(words.size(), other.size()));
  for (size_t i = 0; i < words.size(); ++i) words[i] &= other[i];
  while (!words.empty() && words.back() == 0) words.pop_back();
  return sets_.Number(words);
}

FootprintId Footprints::Common(FootprintId a, FootprintId b) {
  if (a == b) return a;
  if (a == 0 || b == 0) return 0;
  const auto [it, fresh] =
      common_.emplace(Twin(std::min(a, b), std::max(a, b)), 0);
  if (!fresh) return it->second;
  const uint32_t reads = CommonOfSets(Reads(a), Reads(b));
  return it->second = Pair(reads, CommonOfSets(Writes(a), Writes(b)));
}

SetId Footprints::SetWithout(SetId from, SetId set) {
  if (!Meet(from, set, true)) return from;
  std::vector<uint64_t> words = sets_.At(from);
  const std::vector<uint64_t>& less = sets_.At(set);
  for (size_t i = 0; i < std::min(words.size(), less.size()); ++i) {
    words[i] &= ~less[i];
  }
  while (!words.empty() && words.back() == 0) words.pop_back();
  return sets_.Number(words);
}

FootprintId Footprints::Without(FootprintId f, SetId set) {
  if (f == 0 || set == 0) return f;
  const auto [it, fresh] = without_.emplace(Twin(f, set), 0);
  if (!fresh) return it->second;
  const SetId reads = SetWithout(Reads(f), set);
  return it->second = Pair(reads, SetWithout(Writes(f), set));
}

// Whether the sets meet at a resource; `all`: also at one that commutes.
bool Footprints::Meet(uint32_t a, uint32_t b, bool all) const {
  const std::vector<uint64_t>& one = sets_.At(a);
  const std::vector<uint64_t>& other = sets_.At(b);
  const size_t size = std::min(one.size(), other.size());
  for (size_t i = 0; i < size; ++i) {
    uint64_t both = one[i] & other[i];
    if (!all && i < commuting_.size()) both &= ~commuting_[i];
    if (both != 0) return true;
  }
  return false;
}

bool Footprints::Conflict(FootprintId a, FootprintId b) {
  if (a == 0 || b == 0) return false;
  const auto [it, fresh] =
      conflicts_.emplace(Twin(std::min(a, b), std::max(a, b)), 0);
  if (fresh) {
    it->second = Meet(Reads(a), Writes(b), true) ||
                 Meet(Writes(a), Reads(b), true) ||
                 Meet(Writes(a), Writes(b), false);
  }
  return it->second != 0;
}

bool Footprints::WritesInto(FootprintId a, FootprintId b) {
  if (a == 0 || b == 0) return false;
  const auto [it, fresh] = writes_into_.emplace(Twin(a, b), 0);
  if (fresh) it->second = Meet(Writes(a), Reads(b), true);
  return it->second != 0;
}

// A node of a table takes about so much, and its bucket.
size_t Footprints::bytes() const {
  constexpr size_t kEntry = 40;
  const size_t entries = places_.size() + unions_of_sets_.size() +
                         unions_.size() + common_.size() + without_.size() +
                         conflicts_.size() + writes_into_.size();
  return entries * kEntry + sets_.bytes() + pairs_.bytes();
}

}  // namespace bindery::model
