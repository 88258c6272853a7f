#include "model/explore/interning.h"

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

// The upper half of a hash, or of an entry of the index.
uint64_t TagOf(uint64_t word) { return word >> 32; }
uint32_t NumberOf(uint64_t entry) { return static_cast<uint32_t>(entry) - 1; }

}  // namespace

size_t Sequences::Find(uint64_t hash, Words words) const {
  const size_t mask = index_.size() - 1;
  size_t at = static_cast<size_t>(hash) & mask;
  for (; index_[at] != 0; at = (at + 1) & mask) {
    if (TagOf(index_[at]) == TagOf(hash) && At(NumberOf(index_[at])) == words) {
      break;
    }
  }
  return at;
}

uint32_t Sequences::Number(Words words) {
  const uint64_t hash = HashOf(words);
  const size_t at = Find(hash, words);
  if (index_[at] != 0) return NumberOf(index_[at]);
  words_.insert(words_.end(), words.begin(), words.end());
  ends_.push_back(words_.size());
  index_[at] = TagOf(hash) << 32 | size();
  if (size_t{size()} * 2 > index_.size()) Grow();
  return size() - 1;
}

void Sequences::Grow() {
  index_.assign(index_.size() * 2, 0);
  const size_t mask = index_.size() - 1;
  for (uint32_t number = 0; number < size(); ++number) {
    const uint64_t hash = HashOf(At(number));
    size_t at = static_cast<size_t>(hash) & mask;
    while (index_[at] != 0) at = (at + 1) & mask;
    index_[at] = TagOf(hash) << 32 | (number + 1);
  }
}

}  // namespace bindery::model
