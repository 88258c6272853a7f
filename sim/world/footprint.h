// What a step and whoever judges it read and wrote, for partial-order
// reduction (docs/partial-order.md).
//
// A resource is what two steps can meet at. It is a number:
//   a row          by its name
//   a key          who has this natural key, or the ordinals that an actor's
//                  rows of one table have
//   a table        which rows it has
//   the holders    which rows of one table name a row
//   the pins       whether an activation of the driver names a row
//   the life       whether a row is there: what names a row, or does no longer,
//                  reads it, and writes that of a freed row, since the last one
//                  takes its name away
// Of tables, holders and pins it does not matter in which order two steps
// change them: their numbers say so (kCommutes).
//
//  F1 If of two steps that are both possible none reads or writes what the
//     other writes (but for what commutes), then each is still possible behind
//     the other one, reads the same, and both orders lead to the same state.
//  F2 Reading a row is reading all of it; a row is written if a field of it
//     changed. The neighbours of a row in a set are not its fields.
//
// Not thread-safe. Used by World alone, but for the numbers.
#ifndef BINDERY_SIM_WORLD_FOOTPRINT_H_
#define BINDERY_SIM_WORLD_FOOTPRINT_H_

#include <cstdint>
#include <vector>

#include "sim/world/dependence.h"
#include "sim/world/hash.h"
#include "sim/world/id.h"
#include "sim/world/table.h"

namespace bindery::sim {

using Resource = uint64_t;

constexpr Resource kCommutes = Resource{1} << 63;

inline Resource RowResource(uint64_t name) { return name & ~kCommutes; }
// `base` stands for a table and a key.
inline Resource KeyResource(uint64_t base) {
  return Mix(base, 0x6b6579) & ~kCommutes;
}
inline Resource TableResource(TableId table) {
  return Mix(static_cast<uint64_t>(table), 0x7461626c65) | kCommutes;
}
// Of which tables it is ever asked which rows name a row of `table`.
constexpr bool HoldersCount(TableId table, TableId of) {
  switch (table) {
    case TableId::kFile:
      return of == TableId::kFd || of == TableId::kFixup ||
             of == TableId::kInFlight || of == TableId::kFrame;
    case TableId::kContents:
      return of == TableId::kFile;
    case TableId::kNode:
      return of == TableId::kRef;
    default:
      return table == TableId::kProc && of == TableId::kTransaction;
  }
}
// Which rows of the table `of` name the row with this name.
inline Resource HoldersResource(uint64_t name, TableId of) {
  return Mix(name, static_cast<uint64_t>(of) + 0x686f6c64) | kCommutes;
}
inline Resource PinsResource(uint64_t name) {
  return Mix(name, 0x70696e73) | kCommutes;
}

inline Resource LifeResource(uint64_t name) {
  return Mix(name, 0x6c696665) & ~kCommutes;
}

class FootprintLog {
 public:
  // With `dependences` it is noted, too, what the step depended on.
  explicit FootprintLog(DependenceLog* dependences = nullptr)
      : dependences_(dependences) {}

  DependenceLog* dependences() const { return dependences_; }
  // What was read is no Dependence.
  void Refuse() {
    if (dependences_ != nullptr) dependences_->Refuse();
  }
  void Read(Resource resource) { reads_.push_back(resource); }
  void Write(Resource resource) { writes_.push_back(resource); }
  // The row of this table is new: whoever meets these meets it.
  void Make(uint64_t name, TableId table) {
    makes_.push_back(RowResource(name));
    makes_.push_back(PinsResource(name));
    makes_.push_back(LifeResource(name));
    for (int of = 1; of < kTableCount; ++of) {
      if (!HoldersCount(table, static_cast<TableId>(of))) continue;
      makes_.push_back(HoldersResource(name, static_cast<TableId>(of)));
    }
  }
  // A row that was hidden, or is new, can be seen from now on.
  void Reveal(Meta* meta) {
    if (dependences_ == nullptr) seen_.push_back(meta);
    Read(RowResource(meta->name));
  }

  // Hides what was seen and forgets what was noted.
  void Begin() {
    for (Meta* meta : seen_) {
      if (meta->state == SlotState::kLive) meta->self = 0;
    }
    seen_.clear();
    reads_.clear();
    writes_.clear();
    makes_.clear();
  }

  // In the order of events, each perhaps more than once.
  const std::vector<Resource>& reads() const { return reads_; }
  const std::vector<Resource>& writes() const { return writes_; }
  // Resources that are of nothing older than the step.
  const std::vector<Resource>& makes() const { return makes_; }

 private:
  DependenceLog* const dependences_;
  std::vector<Meta*> seen_;
  std::vector<Resource> reads_;
  std::vector<Resource> writes_;
  std::vector<Resource> makes_;
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_FOOTPRINT_H_
