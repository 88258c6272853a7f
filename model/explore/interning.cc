#include "model/explore/interning.h"

#include <algorithm>

namespace bindery::model {
namespace {

uint64_t HashOf(Sequences::Words words) {
  uint64_t hash = words.size();
  for (const uint64_t word : words) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 29;
  }
  return hash;
}

}  // namespace

size_t Sequences::Find(const std::vector<uint32_t>& index, Words words) const {
  const size_t mask = index.size() - 1;
  size_t at = static_cast<size_t>(HashOf(words)) & mask;
  while (index[at] != 0 && At(index[at] - 1) != words) at = (at + 1) & mask;
  return at;
}

uint32_t Sequences::Number(Words words) {
  size_t at = Find(index_, words);
  if (index_[at] != 0) return index_[at] - 1;
  words_.insert(words_.end(), words.begin(), words.end());
  ends_.push_back(words_.size());
  index_[at] = size();
  if (size_t{size()} * 2 > index_.size()) Grow();
  return size() - 1;
}

void Sequences::Grow() {
  std::vector<uint32_t> larger(index_.size() * 2);
  for (uint32_t number = 0; number < size(); ++number) {
    larger[Find(larger, At(number))] = number + 1;
  }
  index_.swap(larger);
}

}  // namespace bindery::model
