// A word for each of many keys.
//
// An open-addressed table of 16 bytes for each key, which doubles at 70 %. Two
// keys that agree in 64 bits are one. Taking a key out closes the gap, so there
// are no markers to clean up. The answers depend on the calls alone. Not
// thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_WORD_TABLE_H_
#define BINDERY_MODEL_EXPLORE_WORD_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bindery::model {

class WordTable {
 public:
  WordTable() : slots_(kFirst) {}

  // 0: none.
  uint64_t Get(uint64_t key) const { return slots_[Find(slots_, key)].word; }

  // REQUIRES: `word` is not 0.
  void Set(uint64_t key, uint64_t word) {
    if (size_ * 10 >= slots_.size() * 7) Grow();
    Slot& slot = slots_[Find(slots_, key)];
    if (slot.word == 0) ++size_;
    slot = {key, word};
  }

  // REQUIRES: the key is there.
  void Erase(uint64_t key) {
    const size_t mask = slots_.size() - 1;
    size_t gap = Find(slots_, key);
    --size_;
    for (size_t i = (gap + 1) & mask; slots_[i].word != 0; i = (i + 1) & mask) {
      const size_t home = Home(slots_[i].key) & mask;
      if (((i - home) & mask) < ((i - gap) & mask)) continue;
      slots_[gap] = slots_[i];
      gap = i;
    }
    slots_[gap] = Slot{};
  }

  void Clear() {
    slots_.assign(kFirst, Slot{});
    size_ = 0;
  }

  size_t size() const { return size_; }
  size_t bytes() const { return slots_.capacity() * sizeof(Slot); }

 private:
  static constexpr size_t kFirst = 1024;  // a power of two

  struct Slot {
    uint64_t key = 0;
    uint64_t word = 0;
  };

  static size_t Home(uint64_t key) {
    return static_cast<size_t>(key * 0x9e3779b97f4a7c15u >> 20);
  }
  static size_t Find(const std::vector<Slot>& slots, uint64_t key) {
    const size_t mask = slots.size() - 1;
    size_t at = Home(key) & mask;
    while (slots[at].word != 0 && slots[at].key != key) at = (at + 1) & mask;
    return at;
  }

  void Grow() {
    std::vector<Slot> larger(slots_.size() * 2);
    for (const Slot& slot : slots_) {
      if (slot.word != 0) larger[Find(larger, slot.key)] = slot;
    }
    slots_.swap(larger);
  }

  std::vector<Slot> slots_;
  size_t size_ = 0;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_WORD_TABLE_H_
