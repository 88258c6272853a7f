// The undo log: what a step keeps, and how it is taken back.
#include <bit>
#include <cstring>

#include "sim/world/undo_entry.h"
#include "sim/world/world.h"

namespace bindery::sim {

using Type = UndoEntry::Type;

void World::LogDelta(AnyId id, const char* old, uint64_t mask,
                     uint64_t content) {
  if (mask == 0) return;
  uint64_t* const entry = undo_.Room(LayoutOf(id.table()).words + 3);
  uint32_t count = 0;
  for (uint64_t rest = mask; rest != 0; rest &= rest - 1) {
    std::memcpy(entry + count++, old + 8 * std::countr_zero(rest), 8);
  }
  entry[count] = mask;
  entry[count + 1] = content;
  entry[count + 2] = UndoEntry{Type::kDelta, id, count}.Header();
  undo_.Taken(count + 3);
}

void World::LogRelease(AnyId id, const char* row, const Meta& meta) {
  const size_t words = LayoutOf(id.table()).words;
  uint64_t* const entry = undo_.Room(words + 5);
  std::memcpy(entry, row, words * 8);
  entry[words] = meta.key_a;
  entry[words + 1] = meta.key_b;
  const bool tombstone = meta.state == SlotState::kTombstone;
  entry[words + 2] = uint64_t{meta.ordinal} << 1 | (tombstone ? 1 : 0);
  entry[words + 3] = TableOf(id.table()).digest(id.slot()).content;
  entry[words + 4] = UndoEntry{Type::kReleased, id}.Header();
  undo_.Taken(words + 5);
}

void World::LogBurial(AnyId id) {
  Digest& digest = TableOf(id.table()).digest(id.slot());
  undo_.Push(digest.content);
  undo_.Push(UndoEntry{Type::kBuried, id}.Header());
  digest = {};
}

void World::Undo() {
  BINDERY_CHECK_MSG(!levels_.empty(), "Undo() without a step");
  const Level level = levels_.back();
  levels_.pop_back();
  while (undo_.size() > level.undo_begin) {
    const UndoEntry entry = UndoEntry::Of(undo_.Pop());
    if (entry.type == Type::kHolder) {  // most of them
      UndoHolder(EditMeta(entry.id), entry.extra);
    } else {
      UndoRow(entry);
    }
  }
  BINDERY_CHECK(undo_.size() == level.undo_begin);
  fingerprint_ = level.fingerprint;
  if (orbit_ != nullptr) orbit_->Restore();
  ++epoch_;
  changed_.clear();
  faults_.clear();
}

void World::UndoHolder(Meta& meta, uint32_t extra) {
  const int delta = (extra & UndoEntry::kMore) != 0 ? -1 : 1;
  meta.holders += delta;
  if ((extra & UndoEntry::kFrame) != 0) meta.pins += delta;
}

void World::UndoRow(const UndoEntry& entry) {
  AnyTable& table = TableOf(entry.id.table());
  char* const row = table.row(entry.id.slot());
  Meta& meta = table.MetaBeside(row);
  switch (entry.type) {
    case Type::kDelta: {
      table.digest(entry.id.slot()).content = undo_.Pop();
      const uint64_t mask = undo_.Pop();
      const uint64_t* old = undo_.Pop(entry.extra);
      for (uint64_t rest = mask; rest != 0; rest &= rest - 1) {
        std::memcpy(row + 8 * std::countr_zero(rest), old++, 8);
      }
      break;
    }
    case Type::kCreated:
      if (meta.state == SlotState::kLive) table.Goes(meta);
      Unregister(entry.id.table(), entry.id.slot());
      meta.state = SlotState::kFree;
      meta.self = 0;
      meta.name = 0;
      meta.holders = meta.pins = 0;
      meta.generation = (meta.generation - 1) & AnyId::kMaxGeneration;
      table.digest(entry.id.slot()) = {};
      break;
    case Type::kBuried:
      meta.state = SlotState::kLive;
      meta.self = footprint_ == nullptr ? entry.id.value : 0;
      table.digest(entry.id.slot()) = {undo_.Pop(), meta.name};
      table.Comes(meta);
      break;
    case Type::kReleased:
      UndoRelease(entry.id, row, meta);
      break;
    case Type::kHolder:
      BINDERY_CHECK_MSG(false, "a holder is no row");
  }
}

void World::UndoRelease(AnyId id, char* row, Meta& meta) {
  const size_t words = LayoutOf(id.table()).words;
  const uint64_t content = undo_.Pop();
  const uint64_t rest = undo_.Pop();
  const bool tombstone = (rest & 1) != 0;
  meta.key_b = undo_.Pop();
  meta.key_a = undo_.Pop();
  std::memcpy(row, undo_.Pop(words), words * 8);
  meta.generation = id.generation();
  meta.holders = meta.pins = 0;
  meta.state = tombstone ? SlotState::kTombstone : SlotState::kLive;
  meta.self = tombstone || footprint_ != nullptr ? 0 : id.value;
  meta.ordinal = static_cast<uint32_t>(rest >> 1);
  meta.name = NameFor(id.table(), meta);
  Register(id.table(), id.slot());
  if (tombstone) return;
  TableOf(id.table()).digest(id.slot()) = {content, meta.name};
  TableOf(id.table()).Comes(meta);
}

void World::ForgetHistory() {
  undo_.Clear();
  levels_.clear();
  if (orbit_ != nullptr) orbit_->ForgetSaved();
}

}  // namespace bindery::sim
