#include "sim/world/world.h"

namespace bindery::sim {

// Transactions come and go with every message, in the smallest slots there are.
static_assert(sizeof(Slot<TransactionRow>) == 128);

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

const Meta& World::MetaOf(AnyId id) const {
  return Dispatch(id.table(), [&](auto* type) -> const Meta& {
    return table<std::remove_pointer_t<decltype(type)>>().at(id.slot()).meta;
  });
}

Meta& World::EditMeta(AnyId id) { return const_cast<Meta&>(MetaOf(id)); }

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
