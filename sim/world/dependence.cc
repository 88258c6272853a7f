#include "sim/world/dependence.h"

#include "sim/world/world.h"

namespace bindery::sim {

using Kind = Dependence::Kind;

namespace {

uint64_t HoldersOf(const Meta& meta) {
  const auto state = static_cast<uint64_t>(meta.state);
  return Mix(meta.name, static_cast<uint64_t>(meta.holders) << 2 | state);
}

}  // namespace

// A key may have several owners, in no order: a thread that exits lives on
// while a transaction holds it, and its task has another one by then.
uint64_t World::OwnersOf(TableId table, uint64_t base) const {
  const AnyTable& rows = TableOf(table);
  uint64_t owners = 0;
  for (uint32_t i = index_.Get(base); i != 0; i = rows.meta(i - 1).next_same) {
    owners += Spread(i);
  }
  return owners;
}

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
  BINDERY_CHECK_MSG(journal_on_ && footprint_ == nullptr, "BeginNoting()");
  dependences_.Clear();
  if (noting_ == nullptr) {
    noting_ = std::make_unique<FootprintLog>(&dependences_);
  }
  footprint_.swap(noting_);
  footprint_->Begin();
  HideRows(true);
}

const FootprintLog& World::EndNoting() {
  BINDERY_CHECK_MSG(
      footprint_ != nullptr && footprint_->dependences() == &dependences_,
      "EndNoting() without BeginNoting()");
  footprint_.swap(noting_);
  HideRows(false);
  return *noting_;
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
  log->Note({Kind::kHolders, id.table(), id.slot()}, HoldersOf(meta));
}

// Whether the row goes when nobody names it any more: of two who let go of a
// tombstone the later one takes it away, so they do not commute.
void World::NoteLife(const Meta& meta, AnyId id) {
  footprint_->Read(LifeResource(meta.name));
  if (meta.state == SlotState::kTombstone) {
    footprint_->Write(LifeResource(meta.name));
  }
  DependenceLog* const log = footprint_->dependences();
  if (log == nullptr) return;
  if (meta.state == SlotState::kTombstone) {
    return log->Note({Kind::kHolders, id.table(), id.slot()}, HoldersOf(meta));
  }
  // What was looked at, or made, can be seen.
  if (meta.state != SlotState::kLive || meta.self != 0) return;
  log->Note({Kind::kLife, id.table(), id.slot()}, meta.name);
}

const uint64_t* World::WordOf(const Dependence& what) const {
  const AnyTable& rows = TableOf(what.table);
  switch (what.kind) {
    case Kind::kRow:
      return &rows.digest(what.slot).content;
    case Kind::kLife:
      return &rows.digest(what.slot).life;
    case Kind::kOrdinals:
      return &ordinals_.NearMask(what.table, what.key);
    case Kind::kTable:
      return &rows.population();
    case Kind::kHolders:
    case Kind::kKey:
      break;
  }
  return nullptr;
}

uint64_t World::ValueOf(const Dependence& what) const {
  if (const uint64_t* const word = WordOf(what)) return *word;
  if (what.kind == Kind::kKey) return OwnersOf(what.table, what.key);
  return HoldersOf(TableOf(what.table).meta(what.slot));
}

}  // namespace bindery::sim
