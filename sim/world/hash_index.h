// Maps a key's hash to a number that is not 0. Open addressing, linear probing;
// deletion closes the gap, so there are no markers to clean up.
//
// Keys that hash alike are one key. Not thread-safe.
#ifndef BINDERY_SIM_WORLD_HASH_INDEX_H_
#define BINDERY_SIM_WORLD_HASH_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bindery::sim {

template <typename Value>
class HashIndex {
 public:
  HashIndex() : entries_(64) {}

  // 0: none.
  Value Get(uint64_t base) const { return entries_[Find(base)].value; }

  // 0 takes the key out.
  void Set(uint64_t base, Value value) {
    size_t i = Find(base);
    if (entries_[i].value == 0) {
      if (value == 0) return;
      if (++used_ * 2 > entries_.size()) {
        Grow();
        i = Find(base);
      }
      entries_[i] = {base, value};
    } else if (value == 0) {
      --used_;
      Erase(i);
    } else {
      entries_[i].value = value;
    }
  }
  void Clear() {
    entries_.assign(entries_.size(), {});
    used_ = 0;
  }

 private:
  struct Entry {
    uint64_t base = 0;
    Value value = 0;
  };

  size_t Find(uint64_t base) const {
    size_t i = base & (entries_.size() - 1);
    while (entries_[i].value != 0 && entries_[i].base != base) {
      i = (i + 1) & (entries_.size() - 1);
    }
    return i;
  }
  void Erase(size_t gap) {
    const size_t mask = entries_.size() - 1;
    for (size_t i = (gap + 1) & mask; entries_[i].value != 0;
         i = (i + 1) & mask) {
      const size_t home = entries_[i].base & mask;
      if (((i - home) & mask) >= ((i - gap) & mask)) {
        entries_[gap] = entries_[i];
        gap = i;
      }
    }
    entries_[gap] = {};
  }
  void Grow() {
    std::vector<Entry> old(entries_.size() * 2);
    old.swap(entries_);
    for (const Entry& entry : old) {
      if (entry.value != 0) entries_[Find(entry.base)] = entry;
    }
  }

  std::vector<Entry> entries_;
  size_t used_ = 0;
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_HASH_INDEX_H_
