#include "sim/world/world.h"

namespace bindery::sim {

// Transactions come and go with every message, in the smallest slots there are.
static_assert(sizeof(Slot<TransactionRow>) == 128);

World::World() {
  for (int t = 0; t < AnyId::kTables; ++t) {
    Dispatch(static_cast<TableId>(t < kTableCount ? t : 0), [&](auto* type) {
      any_tables_[t] = &table<std::remove_pointer_t<decltype(type)>>();
    });
  }
}

void World::RecordFault(TableId table, AnyId id) const {
  if (faults_.size() >= 16) return;  // the first ones tell the story
  faults_.push_back(
      {id ? Fault::Kind::kUseAfterFree : Fault::Kind::kNullPointer, table, id});
}

void World::CleanScratch() {
  for (const TableId table_id : scratch_) {
    Dispatch(table_id, [&](auto* type) {
      using Row = std::remove_pointer_t<decltype(type)>;
      table<Row>().at(0).row = Row{};
    });
  }
  scratch_.clear();
}

void World::NameRow(AnyId id, uint64_t key_a, uint64_t key_b) {
  Meta& meta = EditMeta(id);
  meta = Meta{};
  meta.key_a = key_a;
  meta.key_b = key_b;
  meta.ordinal =
      OrdinalOf(id.table(), BaseOf(id.table(), key_a, key_b), key_a, key_b);
  meta.name = NameFor(id.table(), meta);
  Register(id.table(), id.slot());
}

uint32_t World::TakeHome(TableId table, Meta* meta) {
  AnyTable& rows = TableOf(table);
  meta->name = NameFor(table, *meta);
  const uint32_t home = homes_.Get(meta->name);
  if (home != 0 && rows.meta(home).state == SlotState::kFree) return home;
  const uint32_t slot = rows.TakeNew();
  homes_.Set(meta->name, slot);
  return slot;
}

uint32_t World::TakeNamed(TableId table, uint64_t key_a, uint64_t key_b) {
  Meta named;
  named.key_a = key_a;
  named.key_b = key_b;
  named.ordinal = OrdinalOf(table, BaseOf(table, key_a, key_b), key_a, key_b);
  const uint32_t slot = TakeHome(table, &named);
  Meta& meta = TableOf(table).meta(slot);
  named.generation = (meta.generation + 1) & AnyId::kMaxGeneration;
  named.state = SlotState::kLive;
  named.stamp = epoch_;
  const AnyId id = AnyId::Make(table, slot, named.generation);
  named.self = id.value;
  meta = named;
  Register(table, slot);
  dirty_.push_back({id, 0, true, false});
  if (footprint_ != nullptr) NoteNew(&meta, id);
  return slot;
}

void World::KeepPoppedFrame(AnyId id, const FrameRow& row) {
  const uint32_t last = Keep(row);
  size_t i = dirty_.size() - 1;
  while (dirty_[i].id != id) --i;
  dirty_[i].last_words = last;
  dirty_.push_back({id, 0, dirty_[i].created, false, true});
}

uint32_t World::FreeOrdinal(const AnyTable& rows, uint64_t base) const {
  uint64_t taken = 0;
  uint32_t largest = 0;
  for (uint32_t i = index_.Get(base); i != 0;) {
    const Meta& meta = rows.meta(i - 1);
    if (meta.ordinal < 64) taken |= uint64_t{1} << meta.ordinal;
    largest = meta.ordinal > largest ? meta.ordinal : largest;
    i = meta.next_same;
  }
  if (taken != ~uint64_t{0}) {
    return static_cast<uint32_t>(__builtin_ctzll(~taken));
  }
  // More than 64 rows of one key: still a function of the names in use.
  return largest + 1;
}

uint32_t World::OrdinalOf(TableId table, uint64_t base, uint64_t key_a,
                          uint64_t key_b) {
  return key_a == kActorKey ? ordinals_.Smallest(table, key_b)
                            : FreeOrdinal(TableOf(table), base);
}

uint64_t World::NameFor(TableId table, const Meta& meta) const {
  if (orbit_ != nullptr) {
    return orbit_->symmetry().NameOf(table, meta.key_a, meta.key_b,
                                     meta.ordinal);
  }
  return MixSmall(BaseOf(table, meta.key_a, meta.key_b), meta.ordinal) | 1;
}

void World::Register(TableId table, uint32_t slot) {
  Meta& meta = TableOf(table).meta(slot);
  if (meta.key_a == kActorKey) {
    return ordinals_.Flip(table, meta.key_b, meta.ordinal);
  }
  const uint64_t base = BaseOf(table, meta.key_a, meta.key_b);
  meta.next_same = index_.Get(base);
  index_.Set(base, slot + 1);
}

void World::Unregister(TableId table, uint32_t slot) {
  const AnyTable& rows = TableOf(table);
  const Meta& meta = rows.meta(slot);
  if (meta.key_a == kActorKey) {
    return ordinals_.Flip(table, meta.key_b, meta.ordinal);
  }
  const uint64_t base = BaseOf(table, meta.key_a, meta.key_b);
  uint32_t i = index_.Get(base);
  if (i == slot + 1) return index_.Set(base, meta.next_same);
  while (rows.meta(i - 1).next_same != slot + 1) {
    i = rows.meta(i - 1).next_same;
    BINDERY_CHECK(i != 0);
  }
  rows.meta(i - 1).next_same = meta.next_same;
}

const Work& World::WorkOf(AnyId item) const {
  return lists::PickWork(
      item, [this](auto id) -> const auto& { return Get(id); });
}

const Work& World::PeekWork(AnyId item) const {
  return lists::PickWork(
      item, [this](auto id) -> const auto& { return Peek(id); });
}

Work& World::EditWork(AnyId item) {
  return lists::PickWork(
      item, [this](auto id) -> auto& { return Edit(id); });
}

Link* World::EditUnseen(AnyId item) {
  Meta& meta = EditMeta(item);
  const bool unseen = meta.state == SlotState::kLive && meta.self == 0;
  if (unseen) meta.self = item.value;
  Link* const link = EditSetLink(item);
  if (unseen) meta.self = 0;
  return link;
}

const Link& World::PeekLink(Head head, AnyId item) const {
  return lists::PickLink(
      head, item, [this](auto id) -> const auto& { return Peek(id); });
}

uint32_t World::Size(Head head, AnyId owner) const {
  const ListHead* list = lists::PickList(
      head, owner, [this](auto id) -> const auto& { return Get(id); });
  if (list != nullptr) return list->size;
  BINDERY_CHECK_MSG(head == Head::kBuffers, "Size() of an unordered set");
  return Get(lists::As<ProcRow>(owner)).buffers.size;
}

}  // namespace bindery::sim
