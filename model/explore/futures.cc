#include "model/explore/futures.h"

#include <algorithm>

#include "base/check.h"

namespace bindery::model {
namespace {

uint64_t Twin(uint32_t a, uint32_t b) { return uint64_t{a} << 32 | b; }

}  // namespace

Futures::Futures(Footprints& footprints) : seen_(footprints) {
  cells_.push_back(Cell{0, 0, 0, 0, 0, false});  // keys_ has its number, too
}

ListId Futures::Add(const Cell& cell) {
  const ListId id = keys_.Number(
      {Twin(cell.may, cell.must), Twin(cell.rest, cell.repeats ? 1 : 0)});
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
  const uint64_t key = Twin(std::min(a, b), std::max(a, b));
  const auto it = joins_.find(key);
  if (it != joins_.end()) return it->second;
  const FootprintId may = seen_.Union(cells_[a].may, cells_[b].may);
  const FootprintId must = seen_.Common(cells_[a].must, cells_[b].must);
  const ListId rest = Join(RestOf(a), RestOf(b));
  return joins_[key] = Cons(may, must, rest);
}

ListId Futures::Before(ListId list, FootprintId step) {
  if (list == 0 || cells_[list].repeats) return list;
  if (seen_.Conflict(cells_[list].must, step)) return 0;
  if (!seen_.Conflict(All(list), step)) return list;
  const uint64_t key = Twin(list, step);
  const auto it = cuts_.find(key);
  if (it != cuts_.end()) return it->second;
  const Cell cell = cells_[list];
  return cuts_[key] = Cons(cell.may, cell.must, Before(cell.rest, step));
}

ListId Futures::Without(ListId list, SetId set) {
  if (seen_.Without(All(list), set) == All(list)) return list;
  const uint64_t key = Twin(list, set);
  const auto it = withouts_.find(key);
  if (it != withouts_.end()) return it->second;
  const Cell cell = cells_[list];
  const FootprintId may = seen_.Without(cell.may, set);
  const ListId less =
      cell.repeats ? Anything(may)
                   : Cons(may, seen_.Without(cell.must, set),
                          Without(cell.rest, set));
  return withouts_[key] = less;
}

ListId Futures::Waiting(ListId list, FootprintId guard) {
  if (list == 0) return Cons(guard, 0, 0);
  const Cell cell = cells_[list];
  const FootprintId may = seen_.Union(cell.may, guard);
  if (cell.repeats) return Anything(may);
  return Cons(may, cell.must, cell.rest);
}

FutureId Futures::Number(const std::vector<ListId>& table, uint32_t agents) {
  std::vector<uint64_t> numbers;
  std::vector<uint64_t> row;
  for (uint32_t p = 0; p <= agents; ++p) {
    row.assign(table.begin() + p * agents, table.begin() + (p + 1) * agents);
    numbers.push_back(rows_.Number(row));
  }
  return tables_.Number(numbers);
}

void Futures::Get(FutureId future, uint32_t agents,
                  std::vector<ListId>* table) const {
  table->assign(size_t{agents} * (agents + 1), 0);
  const std::vector<uint64_t>& numbers = tables_.At(future);
  for (uint32_t p = 0; p < numbers.size(); ++p) {
    const std::vector<uint64_t>& row =
        rows_.At(static_cast<uint32_t>(numbers[p]));
    for (uint32_t q = 0; q < row.size(); ++q) {
      (*table)[p * agents + q] = static_cast<ListId>(row[q]);
    }
  }
}

size_t Futures::bytes() const {
  constexpr size_t kEntry = 40;
  return cells_.size() * sizeof(Cell) + keys_.bytes() + rows_.bytes() +
         tables_.bytes() + (joins_.size() + cuts_.size() + withouts_.size()) * kEntry;
}

}  // namespace bindery::model
