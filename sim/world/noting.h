// How the world notes what is read (footprint.h): World's functions for it.
//
// Included by world.h and by nobody else.
#ifndef BINDERY_SIM_WORLD_NOTING_H_
#define BINDERY_SIM_WORLD_NOTING_H_

#include "sim/world/world.h"

namespace bindery::sim {

template <typename Row>
[[gnu::noinline, gnu::cold]] bool World::Reveal(Id<Row> id) const {
  if (footprint_ == nullptr || !id) return false;
  const Meta& meta = table<Row>().at(id.any().slot()).meta;
  if (meta.generation != id.any().generation()) {
    footprint_->Refuse();
    return false;
  }
  if (meta.state == SlotState::kTombstone || meta.state == SlotState::kFreed) {
    footprint_->Read(RowResource(meta.name));
  }
  if (meta.state != SlotState::kLive) {
    if (meta.state != SlotState::kFreed) footprint_->Refuse();
    return false;
  }
  if (meta.self == id.value) return true;
  Meta& hidden = const_cast<Meta&>(meta);
  hidden.self = id.value;
  footprint_->Reveal(&hidden);
  if (DependenceLog* const dependences = footprint_->dependences()) {
    dependences->NoteRow({Dependence::Kind::kRow, Row::kTable, id.any().slot()},
                         table<Row>().digest(id.any().slot()).content);
  }
  return true;
}

// Whoever looks for a key learns who has it.
template <typename Row>
[[gnu::noinline, gnu::cold]] void World::NoteFind(uint64_t base) const {
  footprint_->Read(KeyResource(base));
  const Table<Row>& rows = table<Row>();
  const uint32_t first = index_.Get(base);
  if (DependenceLog* const dependences = footprint_->dependences()) {
    // Of a row that the step made, the key was noted when it was made.
    const bool made = first != 0 && dependences->WasMade(AnyId::Make(
                                        Row::kTable, first - 1,
                                        rows.at(first - 1).meta.generation));
    if (!made) {
      dependences->Note({Dependence::Kind::kKey, Row::kTable, 0, base},
                        OwnersOf(Row::kTable, base));
    }
  }
  for (uint32_t i = first; i != 0;) {
    const Meta& meta = rows.at(i - 1).meta;
    Reveal(Id<Row>{AnyId::Make(Row::kTable, i - 1, meta.generation).value});
    i = meta.next_same;
  }
}

template <typename Row>
[[gnu::noinline, gnu::cold]] void World::NoteTable() const {
  footprint_->Read(TableResource(Row::kTable));
  const Table<Row>& rows = table<Row>();
  if (DependenceLog* const dependences = footprint_->dependences()) {
    dependences->Note({Dependence::Kind::kTable, Row::kTable},
                      rows.population());
  }
  for (uint32_t i = 1; i < rows.end(); ++i) {
    Reveal(
        Id<Row>{AnyId::Make(Row::kTable, i, rows.at(i).meta.generation).value});
  }
}

template <typename Row, typename Held, typename F>
void World::ForEachHolder(Id<Held> Row::*member, Id<Held> held, F&& f) const {
  static_assert(HoldersCount(Held::kTable, Row::kTable));
  if (footprint_ != nullptr) {
    footprint_->Read(HoldersResource(NameOf(held), Row::kTable));
    footprint_->Refuse();
  }
  const Table<Row>& rows = table<Row>();
  for (uint32_t i = 1; i < rows.end(); ++i) {
    const Slot<Row>& slot = rows.at(i);
    if (slot.meta.state != SlotState::kLive || slot.row.*member != held) {
      continue;
    }
    const Id<Row> id{AnyId::Make(Row::kTable, i, slot.meta.generation).value};
    f(id, Peek(id));
  }
}

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_NOTING_H_
