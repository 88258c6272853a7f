#include "model/explore/futures.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace bindery::model {
namespace {

uint64_t Twin(uint32_t a, uint32_t b) { return uint64_t{a} << 32 | b; }

}  // namespace

Futures::Futures(Footprints& footprints) : seen_(footprints) {
  cells_.push_back(Cell{0, 0, 0, 0, 0, false});  // keys_ has its number, too
}

ListId Futures::Add(const Cell& cell) {
  const uint64_t key[] = {Twin(cell.may, cell.must),
                          Twin(cell.rest, cell.repeats ? 1 : 0)};
  const ListId id = keys_.Number(key);
  if (id == cells_.size()) cells_.push_back(cell);
  return id;
}

ListId Futures::Cons(FootprintId may, FootprintId must, ListId rest) {
  if (cells_[rest].length >= kLongest) rest = Anything(All(rest));
  return Add(Cell{may, must, rest, seen_.Union(may, All(rest)),
                  cells_[rest].length + 1, false});
}

ListId Futures::Behind(FootprintId step, ListId rest) {
  return Cons(step, step, rest);
}

ListId Futures::Anything(FootprintId may) {
  return may == 0 ? 0 : Add(Cell{may, 0, 0, may, 1, true});
}

ListId Futures::Join(ListId a, ListId b) {
  if (a == b || b == 0) return a;
  if (a == 0) return b;
  if (cells_[a].repeats && cells_[b].repeats) {
    return Anything(seen_.Union(cells_[a].may, cells_[b].may));
  }
  if (a > b) std::swap(a, b);
  if (const auto known = joins_.Get(a, b)) return *known;
  const FootprintId may = seen_.Union(cells_[a].may, cells_[b].may);
  const FootprintId must = seen_.Common(cells_[a].must, cells_[b].must);
  const ListId rest = Join(RestOf(a), RestOf(b));
  return joins_.Put(a, b, Cons(may, must, rest));
}

ListId Futures::Cut(ListId list, FootprintId step, bool with, Memo* memo) {
  const Cell cell = cells_[list];
  if (list == 0 || cell.repeats || !seen_.Conflict(cell.all, step)) return list;
  if (seen_.Conflict(cell.must, step)) {
    return with ? Cons(cell.may, cell.must, 0) : 0;
  }
  if (const auto known = memo->Get(list, step)) return *known;
  const ListId rest = Cut(cell.rest, step, with, memo);
  return memo->Put(list, step, Cons(cell.may, cell.must, rest));
}

ListId Futures::Without(ListId list, SetId set) {
  if (seen_.Without(All(list), set) == All(list)) return list;
  if (const auto known = withouts_.Get(list, set)) return *known;
  const Cell cell = cells_[list];
  const FootprintId may = seen_.Without(cell.may, set);
  const ListId less = cell.repeats ? Anything(may)
                                   : Cons(may, seen_.Without(cell.must, set),
                                          Without(cell.rest, set));
  return withouts_.Put(list, set, less);
}

ListId Futures::Waiting(ListId list, FootprintId guard) {
  if (list == 0) return Cons(guard, 0, 0);
  const Cell cell = cells_[list];
  const FootprintId may = seen_.Union(cell.may, guard);
  if (cell.repeats) return Anything(may);
  return Cons(may, cell.must, cell.rest);
}

namespace {

// Packs `size` numbers two a word.
void Pack(const uint32_t* numbers, size_t size, std::vector<uint64_t>* words) {
  words->assign((size + 1) / 2, 0);
  for (size_t i = 0; i < size; ++i) {
    (*words)[i / 2] |= uint64_t{numbers[i]} << i % 2 * 32;
  }
}

uint32_t Unpack(Sequences::Words words, size_t i) {
  return static_cast<uint32_t>(words[i / 2] >> i % 2 * 32);
}

}  // namespace

FutureId Futures::Number(const std::vector<ListId>& table, uint32_t agents) {
  rows_of_table_.clear();
  std::vector<uint32_t> numbers;
  for (uint32_t p = 0; p <= agents; ++p) {
    Pack(&table[size_t{p} * agents], agents, &row_);
    numbers.push_back(rows_.Number(row_));
  }
  Pack(numbers.data(), numbers.size(), &rows_of_table_);
  return tables_.Number(rows_of_table_);
}

void Futures::Get(FutureId future, uint32_t agents,
                  std::vector<ListId>* table) const {
  table->resize(size_t{agents} * (agents + 1));
  const Sequences::Words numbers = tables_.At(future);
  for (uint32_t p = 0; p <= agents; ++p) {
    const Sequences::Words row = rows_.At(Unpack(numbers, p));
    for (uint32_t q = 0; q < agents; ++q) {
      (*table)[size_t{p} * agents + q] = Unpack(row, q);
    }
  }
}

size_t Futures::bytes() const {
  return cells_.capacity() * sizeof(Cell) + keys_.bytes() + rows_.bytes() +
         tables_.bytes();
}

}  // namespace bindery::model
