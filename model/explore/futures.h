// What each agent may do from a state on, as long as a certain other one does
// not move: the memory of a partial-order search (docs/partial-order.md).
//
//  1. A list has for k = 1, 2, ... what the k-th choice of an agent reads and
//     writes: `may` of any run, `must` of every run in which there is one. A
//     list may end in what repeats for ever.
//  2. Equal lists have equal numbers, 0 is the empty one; so have equal tables.
//  3. A table has a list for each pair of agents (p, q): what q may do as long
//     as p does not move, nothing for p itself; and one row more, for what q
//     may do whoever moves.
//
// Numbers are given out in the order of the calls. Not thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_FUTURES_H_
#define BINDERY_MODEL_EXPLORE_FUTURES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/explore/footprints.h"

namespace bindery::model {

using ListId = uint32_t;
using FutureId = uint32_t;

class Futures {
 public:
  explicit Futures(Footprints& footprints);

  // What `step` reads and writes, and the list behind it.
  ListId Behind(FootprintId step, ListId rest);
  // In any order, any number of times.
  ListId Anything(FootprintId may);
  // One or the other.
  ListId Join(ListId a, ListId b);
  // Up to the first choice that conflicts with `step` in every run, without
  // and with it.
  ListId Before(ListId list, FootprintId step) {
    return Cut(list, step, false, &befores_);
  }
  ListId Through(ListId list, FootprintId step) {
    return Cut(list, step, true, &throughs_);
  }
  // The same without what is in the set.
  ListId Without(ListId list, SetId set);
  // An agent that has no choice but to wait for what `guard` reads.
  ListId Waiting(ListId list, FootprintId guard);
  // All that is in it.
  FootprintId All(ListId list) const { return cells_[list].all; }

  // A table, row by row.
  FutureId Number(const std::vector<ListId>& table, uint32_t agents);
  void Get(FutureId future, uint32_t agents, std::vector<ListId>* table) const;

  size_t bytes() const;

 private:
  // Longer lists end in what repeats.
  static constexpr uint32_t kLongest = 200;

  struct Cell {
    FootprintId may;
    FootprintId must;
    ListId rest;
    FootprintId all;
    uint32_t length;
    bool repeats;
  };

  ListId Cut(ListId list, FootprintId step, bool with, Memo* memo);
  ListId Cons(FootprintId may, FootprintId must, ListId rest);
  ListId Add(const Cell& cell);
  // What is behind the first choice.
  ListId RestOf(ListId list) const {
    return cells_[list].repeats ? list : cells_[list].rest;
  }

  Footprints& seen_;
  std::vector<Cell> cells_;
  Sequences keys_;    // of cells, in the same order
  Sequences rows_;    // two lists a word
  Sequences tables_;  // two rows a word
  std::vector<uint64_t> row_;
  std::vector<uint64_t> rows_of_table_;
  Memo joins_;
  Memo befores_;
  Memo throughs_;
  Memo withouts_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_FUTURES_H_
