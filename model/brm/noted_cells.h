// The cells of a state of BRM-1, with a note of which were looked at and which
// were written: one bit for each cell.
//
// What a step, or a question, depends on is what it looked at: in two states
// that agree there it does the same. Not thread-safe; the state must outlive
// the notes.
#ifndef BINDERY_MODEL_BRM_NOTED_CELLS_H_
#define BINDERY_MODEL_BRM_NOTED_CELLS_H_

#include <cstdint>

#include "model/brm/state.h"

namespace bindery::model {

using BrmCellSet = uint64_t;  // bit i: cell i
static_assert(BrmState::kMaxCells <= 64);

class NotedLooks : public BrmLayout {
 public:
  explicit NotedLooks(const BrmState& state)
      : BrmLayout(state), state_(state) {}

  int Get(int cell) {
    looked_at_ |= BrmCellSet{1} << cell;
    return state_.Get(cell);
  }
  BrmCellSet looked_at() const { return looked_at_; }

 private:
  const BrmState& state_;
  BrmCellSet looked_at_ = 0;
};

class NotedCells : public NotedLooks {
 public:
  explicit NotedCells(BrmState* state) : NotedLooks(*state), state_(*state) {}

  void Set(int cell, int value) {
    written_ |= BrmCellSet{1} << cell;
    state_.Set(cell, value);
  }
  void Add(int cell, int delta) { Set(cell, Get(cell) + delta); }
  // Some perhaps with the value that they had.
  BrmCellSet written() const { return written_; }

 private:
  BrmState& state_;
  BrmCellSet written_ = 0;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_BRM_NOTED_CELLS_H_
