#include "sim/world/dependence.h"

#include "sim/world/world.h"

namespace bindery::sim {

using Kind = Dependence::Kind;

void World::HideRows(bool hidden) {
  for (int t = 1; t < kTableCount; ++t) {
    const auto id = static_cast<TableId>(t);
    const AnyTable& rows = TableOf(id);
    for (uint32_t slot = 1; slot < rows.end(); ++slot) {
      Meta& meta = rows.meta(slot);
      if (meta.state != SlotState::kLive) continue;
      meta.self = hidden ? 0 : AnyId::Make(id, slot, meta.generation).value;
    }
  }
}

void World::BeginNoting() {
  BINDERY_CHECK_MSG(journal_on_ && footprint_ == nullptr && orbit_ == nullptr,
                    "BeginNoting()");
  dependences_.Clear();
  footprint_ = std::make_unique<FootprintLog>(&dependences_);
  HideRows(true);
}

const DependenceLog& World::EndNoting() {
  BINDERY_CHECK_MSG(footprint_ != nullptr &&
                        footprint_->dependences() == &dependences_,
                    "EndNoting() without BeginNoting()");
  footprint_ = nullptr;
  HideRows(false);
  return dependences_;
}

// Where a name comes from.
void World::NoteMade(const Meta& meta, AnyId id) {
  DependenceLog& log = dependences_;
  log.Made(id);
  if (meta.key_a != kActorKey) {
    const uint64_t base = BaseOf(id.table(), meta.key_a, meta.key_b);
    if (meta.next_same != 0) return log.Refuse();
    return log.Note({Kind::kKey, id.table(), 0, base}, 0);
  }
  if (!Ordinals::IsNear(meta.key_b) || meta.ordinal >= 64) return log.Refuse();
  const uint64_t with_it = ordinals_.NearMask(id.table(), meta.key_b);
  log.Note({Kind::kOrdinals, id.table(), 0, meta.key_b},
           with_it ^ uint64_t{1} << meta.ordinal);
}

// Whether a row that is freed stays as a tombstone.
void World::NoteHolders(const Meta& meta, AnyId id) {
  DependenceLog* const log = footprint_->dependences();
  if (log == nullptr || log->WasMade(id)) return;
  log->Note({Kind::kHolders, id.table(), id.slot()},
            static_cast<uint64_t>(meta.holders));
}

// Whether the row goes when nobody names it any more.
void World::NoteLife(const Meta& meta, AnyId id) {
  footprint_->Read(LifeResource(meta.name));
  DependenceLog* const log = footprint_->dependences();
  if (log == nullptr) return;
  if (meta.state == SlotState::kTombstone) return log->Refuse();
  if (meta.state != SlotState::kLive || log->WasMade(id)) return;
  if (log->Has({Kind::kRow, id.table(), id.slot()})) return;
  log->Note({Kind::kLife, id.table(), id.slot()}, meta.name);
}

uint64_t World::ValueOf(const Dependence& what) const {
  const AnyTable& rows = TableOf(what.table);
  switch (what.kind) {
    case Kind::kRow:
      return ContentOf(rows, what.slot);
    case Kind::kLife: {
      const Meta& meta = rows.meta(what.slot);
      return meta.state == SlotState::kLive ? meta.name : 0;
    }
    case Kind::kHolders:
      return static_cast<uint64_t>(rows.meta(what.slot).holders);
    case Kind::kKey:
      return index_.Get(what.key);
    case Kind::kOrdinals:
      return ordinals_.NearMask(what.table, what.key);
    case Kind::kTable:
      return rows.population();
  }
  return 0;
}

}  // namespace bindery::sim
