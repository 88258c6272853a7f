// How much of a budget was left when each state was entered: what a search
// with a budget for each path needs to know, since a state that was entered
// with less than now has to be expanded again. Not thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_BUDGET_TABLE_H_
#define BINDERY_MODEL_EXPLORE_BUDGET_TABLE_H_

#include <cstddef>
#include <cstdint>

#include "model/explore/word_table.h"

namespace bindery::model {

class BudgetTable {
 public:
  // Notes that the state was entered with so much left. False if it was
  // entered with as much before.
  bool Improve(uint64_t key, uint64_t left) {
    if (lefts_.Get(key) > left) return false;  // stored one higher, 0 is none
    lefts_.Set(key, left + 1);
    return true;
  }

  void Clear() { lefts_.Clear(); }

  size_t size() const { return lefts_.size(); }
  size_t bytes() const { return lefts_.bytes(); }

 private:
  WordTable lefts_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_BUDGET_TABLE_H_
