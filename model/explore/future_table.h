// What is known of each state of a partial-order search: its number while it,
// or a cycle that it is on, is being searched, then its future.
//
// An open-addressed table of 16 bytes for each key, which doubles at 70 %. Two
// keys that agree in 64 bits are taken for one. Not thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_FUTURE_TABLE_H_
#define BINDERY_MODEL_EXPLORE_FUTURE_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "model/explore/futures.h"

namespace bindery::model {

class FutureTable {
 public:
  // A number from 1; 0: the state is new.
  struct Entry {
    uint64_t number = 0;
    bool open = false;
    FutureId future() const { return static_cast<FutureId>(number - 1); }
  };

  FutureTable() : slots_(kFirst) {}

  Entry Get(uint64_t key) const {
    const Slot& slot = slots_[Find(slots_, key)];
    return {slot.value >> 1, (slot.value & 1) != 0};
  }
  // REQUIRES: number is not 0.
  void Open(uint64_t key, uint64_t number) { Put(key, number << 1 | 1); }
  void Close(uint64_t key, FutureId future) {
    Put(key, (uint64_t{future} + 1) << 1);
  }

  // REQUIRES: the key is there.
  void Erase(uint64_t key) {
    const size_t mask = slots_.size() - 1;
    size_t gap = Find(slots_, key);
    --size_;
    for (size_t i = (gap + 1) & mask; slots_[i].value != 0;
         i = (i + 1) & mask) {
      const size_t home = Home(slots_[i].key) & mask;
      if (((i - home) & mask) < ((i - gap) & mask)) continue;
      slots_[gap] = slots_[i];
      gap = i;
    }
    slots_[gap] = Slot{};
  }

  size_t bytes() const { return slots_.capacity() * sizeof(Slot); }
  size_t size() const { return size_; }

 private:
  static constexpr size_t kFirst = 1024;  // a power of two

  struct Slot {
    uint64_t key = 0;
    uint64_t value = 0;
  };

  static size_t Home(uint64_t key) {
    return static_cast<size_t>(key * 0x9e3779b97f4a7c15u >> 20);
  }
  static size_t Find(const std::vector<Slot>& slots, uint64_t key) {
    const size_t mask = slots.size() - 1;
    size_t at = Home(key) & mask;
    while (slots[at].value != 0 && slots[at].key != key) at = (at + 1) & mask;
    return at;
  }
  void Put(uint64_t key, uint64_t value) {
    if (size_ * 10 >= slots_.size() * 7) Grow();
    Slot& slot = slots_[Find(slots_, key)];
    if (slot.value == 0) ++size_;
    slot = {key, value};
  }
  void Grow() {
    std::vector<Slot> larger(slots_.size() * 2);
    for (const Slot& slot : slots_) {
      if (slot.value != 0) larger[Find(larger, slot.key)] = slot;
    }
    slots_.swap(larger);
  }

  std::vector<Slot> slots_;
  size_t size_ = 0;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_FUTURE_TABLE_H_
