// What is known of each state of a partial-order search: its number while it,
// or a cycle that it is on, is being searched, then its future. Not
// thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_FUTURE_TABLE_H_
#define BINDERY_MODEL_EXPLORE_FUTURE_TABLE_H_

#include <cstddef>
#include <cstdint>

#include "model/explore/futures.h"
#include "model/explore/word_table.h"

namespace bindery::model {

class FutureTable {
 public:
  // A number from 1; 0: the state is new.
  struct Entry {
    uint64_t number = 0;
    bool open = false;
    FutureId future() const { return static_cast<FutureId>(number - 1); }
  };

  Entry Get(uint64_t key) const {
    const uint64_t word = states_.Get(key);
    return {word >> 1, (word & 1) != 0};
  }
  // REQUIRES: number is not 0.
  void Open(uint64_t key, uint64_t number) {
    states_.Set(key, number << 1 | 1);
  }
  void Close(uint64_t key, FutureId future) {
    states_.Set(key, (uint64_t{future} + 1) << 1);
  }
  // REQUIRES: the key is there.
  void Erase(uint64_t key) { states_.Erase(key); }

  size_t bytes() const { return states_.bytes(); }
  size_t size() const { return states_.size(); }

 private:
  WordTable states_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_FUTURE_TABLE_H_
