#include "sim/world/world.h"

namespace bindery::sim {
namespace {

// REQUIRES: `id` is of table Row, or null.
template <typename Row>
Id<Row> As(AnyId id) {
  BINDERY_CHECK_MSG(!id || id.table() == Row::kTable, "an id of another table");
  return Id<Row>{id.value};
}

// The functions below find a part of a row whose type is known at run time
// only. `row` turns an id into a row: to be read, peeked at or edited.
template <typename RowOf>
auto& PickWork(AnyId item, RowOf&& row) {
  switch (item.table()) {
    case TableId::kNode:
      return row(As<NodeRow>(item)).work;
    case TableId::kDeath:
      return row(As<DeathRow>(item)).work;
    case TableId::kError:
      return row(As<ErrorRow>(item)).work;
    case TableId::kComplete:
      return row(As<CompleteRow>(item)).work;
    default:
      return row(As<TransactionRow>(item)).work;
  }
}

template <typename RowOf>
auto& PickSetLink(AnyId item, RowOf&& row) {
  switch (item.table()) {
    case TableId::kProc:
      return row(As<ProcRow>(item)).proc_node;
    case TableId::kThread:
      return row(As<ThreadRow>(item)).rb_node;
    case TableId::kNode:
      return row(As<NodeRow>(item)).rb_node;
    case TableId::kFd:
      return row(As<FdRow>(item)).entry;
    case TableId::kTask:
      return row(As<TaskRow>(item)).entry;
    case TableId::kChunk:
      return row(As<ChunkRow>(item)).entry;
    case TableId::kBuffer:
      return row(As<BufferRow>(item)).entry;
    default:
      return row(As<RefRow>(item)).rb_node;
  }
}

template <typename RowOf>
auto& PickLink(Head head, AnyId item, RowOf&& row) {
  switch (head) {
    case Head::kWaitingThreads:
      return row(As<ThreadRow>(item)).waiting_thread_node;
    case Head::kNodeRefs:
      return row(As<RefRow>(item)).node_entry;
    case Head::kDeferred:
      return row(As<ProcRow>(item)).deferred_work_node;
    case Head::kOut:
      return row(As<CommandRow>(item)).entry;
    case Head::kIn:
      return row(As<ReturnRow>(item)).entry;
    case Head::kBuffers:
    case Head::kSet:
      return PickSetLink(item, row);
    default:
      return PickWork(item, row).entry;
  }
}

// Null if heads of this kind are sets.
template <typename RowOf>
auto PickList(Head head, AnyId owner, RowOf&& row)
    -> decltype(&row(As<ProcRow>(owner)).todo) {
  switch (head) {
    case Head::kProcTodo:
      return &row(As<ProcRow>(owner)).todo;
    case Head::kThreadTodo:
      return &row(As<ThreadRow>(owner)).todo;
    case Head::kAsyncTodo:
      return &row(As<NodeRow>(owner)).async_todo;
    case Head::kDeliveredDeath:
      return &row(As<ProcRow>(owner)).delivered_death;
    case Head::kWaitingThreads:
      return &row(As<ProcRow>(owner)).waiting_threads;
    case Head::kNodeRefs:
      return &row(As<NodeRow>(owner)).refs;
    case Head::kDeferred:
      return &row(As<GlobalRow>(owner)).deferred;
    case Head::kOut:
      return &row(As<TaskRow>(owner)).out;
    case Head::kIn:
      return &row(As<TaskRow>(owner)).in;
    default:
      return nullptr;
  }
}

SetHead& SetOf(ProcRow& proc, TableId member) {
  switch (member) {
    case TableId::kThread:
      return proc.threads;
    case TableId::kNode:
      return proc.nodes;
    case TableId::kChunk:
    case TableId::kBuffer:
      return proc.buffers;
    default:
      return proc.refs;
  }
}

}  // namespace

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
  return PickWork(
      item, [this](auto id) -> const auto& { return Get(id); });
}

Work& World::EditWork(AnyId item) {
  return PickWork(
      item, [this](auto id) -> auto& { return Edit(id); });
}

const Link& World::LinkOf(Head head, AnyId item) const {
  return PickLink(
      head, item, [this](auto id) -> const auto& { return Get(id); });
}

const Link& World::PeekLink(Head head, AnyId item) const {
  return PickLink(
      head, item, [this](auto id) -> const auto& { return Peek(id); });
}

Link& World::EditLink(Head head, AnyId item) {
  return PickLink(
      head, item, [this](auto id) -> auto& { return Edit(id); });
}

ListHead* World::EditListHead(Head head, AnyId owner) {
  return PickList(
      head, owner, [this](auto id) -> auto& { return Edit(id); });
}

// Sets are told apart by owner and by the member's table.
SetHead* World::EditSetHead(AnyId owner, TableId member) {
  switch (owner.table()) {
    case TableId::kGlobal:
      return &Edit(As<GlobalRow>(owner)).procs;
    case TableId::kProcess: {
      ProcessRow& process = Edit(As<ProcessRow>(owner));
      return member == TableId::kFd ? &process.fds : &process.tasks;
    }
    default:
      return &SetOf(Edit(As<ProcRow>(owner)), member);
  }
}

AnyId World::First(Head head, AnyId owner) const {
  const ListHead* list = PickList(
      head, owner, [this](auto id) -> const auto& { return Get(id); });
  if (list != nullptr) return list->first;
  BINDERY_CHECK_MSG(head == Head::kBuffers, "First() of an unordered set");
  return Get(As<ProcRow>(owner)).buffers.first;
}

uint32_t World::Size(Head head, AnyId owner) const {
  const ListHead* list = PickList(
      head, owner, [this](auto id) -> const auto& { return Get(id); });
  if (list != nullptr) return list->size;
  BINDERY_CHECK_MSG(head == Head::kBuffers, "Size() of an unordered set");
  return Get(As<ProcRow>(owner)).buffers.size;
}

// What is not even a tombstone cannot be put on a list, nor have one.
bool World::IsMemory(AnyId id) const {
  const Meta& meta = MetaOf(id);
  if (meta.self == id.value) return true;
  RecordFault(id.table(), id);
  return id && meta.state != SlotState::kFree &&
         meta.generation == id.generation();
}

void World::Insert(Head head, AnyId owner, AnyId prev, AnyId next, AnyId item) {
  Link& link = EditLink(head, item);
  if (link.linked()) {
    RecordBug("a list entry is added twice");
    return;
  }
  link = {prev, next, owner, head};
  if (prev) EditLink(head, prev).next = item;
  if (next) EditLink(head, next).prev = item;
  if (ListHead* list = EditListHead(head, owner)) {
    if (!prev) list->first = item;
    if (!next) list->last = item;
    ++list->size;
    list->kind = head;
    list->touched = 1;
    return;
  }
  SetHead* set = EditSetHead(owner, item.table());
  if (!prev) set->first = item;
  ++set->size;
}

void World::PushBack(Head head, AnyId owner, AnyId item) {
  if (!IsMemory(owner) || !IsMemory(item)) return;
  ListHead* list = EditListHead(head, owner);
  BINDERY_CHECK_MSG(list != nullptr, "PushBack() on a set");
  Insert(head, owner, list->last, {}, item);
}

void World::PushFront(Head head, AnyId owner, AnyId item) {
  if (!IsMemory(owner) || !IsMemory(item)) return;
  if (ListHead* list = EditListHead(head, owner)) {
    Insert(head, owner, {}, list->first, item);
    return;
  }
  Insert(head, owner, {}, EditSetHead(owner, item.table())->first, item);
}

void World::InsertAfter(Head head, AnyId owner, AnyId place, AnyId item) {
  if (!IsMemory(owner) || !IsMemory(place) || !IsMemory(item)) return;
  const Link link = LinkOf(head, place);
  if (link.head != head || link.owner != owner) {
    RecordBug("a list entry is added behind one that is not on the list");
    return;
  }
  Insert(head, owner, place, link.next, item);
}

void World::Remove(Head head, AnyId item) {
  if (!IsMemory(item)) return;
  const Link link = LinkOf(head, item);
  if (!link.linked()) {
    RecordBug("a list entry is removed twice");
    return;
  }
  if (link.prev) EditLink(link.head, link.prev).next = link.next;
  if (link.next) EditLink(link.head, link.next).prev = link.prev;
  if (ListHead* list = EditListHead(link.head, link.owner)) {
    if (!link.prev) list->first = link.next;
    if (!link.next) list->last = link.prev;
    --list->size;
    list->touched = 1;
  } else {
    SetHead* set = EditSetHead(link.owner, item.table());
    if (!link.prev) set->first = link.next;
    --set->size;
  }
  EditLink(head, item) = Link{};
}

}  // namespace bindery::sim
