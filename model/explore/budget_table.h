// How much of a budget was left when each state was entered: what a search
// with a budget for each path needs to know, since a state that was entered
// with less than now has to be expanded again.
//
// An open-addressed table of 16 bytes for each key, which doubles at 70 %.
// Two keys that agree in 64 bits are taken for one. The answers depend on the
// calls alone. Not thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_BUDGET_TABLE_H_
#define BINDERY_MODEL_EXPLORE_BUDGET_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bindery::model {

class BudgetTable {
 public:
  BudgetTable() : slots_(kFirst) {}

  // Notes that the state was entered with so much left. False if it was
  // entered with as much before.
  bool Improve(uint64_t key, uint64_t left) {
    if (size_ * 10 >= slots_.size() * 7) Grow();
    Slot& slot = Find(&slots_, key);
    if (slot.left > left) return false;  // stored one higher, 0 is empty
    if (slot.left == 0) ++size_;
    slot = {key, left + 1};
    return true;
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
    uint64_t left = 0;
  };

  static Slot& Find(std::vector<Slot>* slots, uint64_t key) {
    const size_t mask = slots->size() - 1;
    size_t at = static_cast<size_t>(key * 0x9e3779b97f4a7c15u >> 20) & mask;
    while ((*slots)[at].left != 0 && (*slots)[at].key != key) {
      at = (at + 1) & mask;
    }
    return (*slots)[at];
  }

  void Grow() {
    std::vector<Slot> larger(slots_.size() * 2);
    for (const Slot& slot : slots_) {
      if (slot.left != 0) Find(&larger, slot.key) = slot;
    }
    slots_.swap(larger);
  }

  std::vector<Slot> slots_;
  size_t size_ = 0;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_BUDGET_TABLE_H_
