// The lists of the world: World's list operations.
//
// Included by world.h and by nobody else. Most callers name the list by a
// constant; everything that depends on it is then decided at compile time.
#ifndef BINDERY_SIM_WORLD_LISTS_H_
#define BINDERY_SIM_WORLD_LISTS_H_

#include "sim/world/world.h"

namespace bindery::sim {
namespace lists {

// REQUIRES: `id` is of table Row, or null.
template <typename Row>
[[gnu::always_inline]] inline Id<Row> As(AnyId id) {
  BINDERY_CHECK_MSG(!id || id.table() == Row::kTable, "an id of another table");
  return Id<Row>{id.value};
}

// The functions below find a part of a row whose type is known at run time
// only. `row` turns an id into a row: to be read, peeked at or edited.
template <typename RowOf>
[[gnu::always_inline]] inline auto& PickWork(AnyId item, RowOf&& row) {
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
[[gnu::always_inline]] inline auto& PickSetLink(AnyId item, RowOf&& row) {
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
[[gnu::always_inline]] inline auto& PickLink(Head head, AnyId item,
                                             RowOf&& row) {
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
[[gnu::always_inline]] inline auto PickList(Head head, AnyId owner, RowOf&& row)
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

inline SetHead& SetOf(ProcRow& proc, TableId member) {
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

// The row types that own lists of a kind and that are on them; void if several
// may.
template <Head kHead>
struct Rows {
  using Owner = void;
  using Item = void;
};
template <>
struct Rows<Head::kProcTodo> {
  using Owner = ProcRow;
  using Item = void;
};
template <>
struct Rows<Head::kThreadTodo> {
  using Owner = ThreadRow;
  using Item = void;
};
template <>
struct Rows<Head::kAsyncTodo> {
  using Owner = NodeRow;
  using Item = TransactionRow;
};
template <>
struct Rows<Head::kDeliveredDeath> {
  using Owner = ProcRow;
  using Item = DeathRow;
};
template <>
struct Rows<Head::kWaitingThreads> {
  using Owner = ProcRow;
  using Item = ThreadRow;
};
template <>
struct Rows<Head::kNodeRefs> {
  using Owner = NodeRow;
  using Item = RefRow;
};
template <>
struct Rows<Head::kDeferred> {
  using Owner = GlobalRow;
  using Item = ProcRow;
};
template <>
struct Rows<Head::kOut> {
  using Owner = TaskRow;
  using Item = CommandRow;
};
template <>
struct Rows<Head::kIn> {
  using Owner = TaskRow;
  using Item = ReturnRow;
};

// Calls f with the constant that equals `head`.
template <typename F>
[[gnu::always_inline]] inline void WithConstant(Head head, F&& f) {
  switch (head) {
    case Head::kProcTodo:
      return f(std::integral_constant<Head, Head::kProcTodo>());
    case Head::kThreadTodo:
      return f(std::integral_constant<Head, Head::kThreadTodo>());
    case Head::kAsyncTodo:
      return f(std::integral_constant<Head, Head::kAsyncTodo>());
    case Head::kDeliveredDeath:
      return f(std::integral_constant<Head, Head::kDeliveredDeath>());
    case Head::kWaitingThreads:
      return f(std::integral_constant<Head, Head::kWaitingThreads>());
    case Head::kNodeRefs:
      return f(std::integral_constant<Head, Head::kNodeRefs>());
    case Head::kDeferred:
      return f(std::integral_constant<Head, Head::kDeferred>());
    case Head::kOut:
      return f(std::integral_constant<Head, Head::kOut>());
    case Head::kIn:
      return f(std::integral_constant<Head, Head::kIn>());
    case Head::kBuffers:
      return f(std::integral_constant<Head, Head::kBuffers>());
    case Head::kSet:
    case Head::kNone:
      return f(std::integral_constant<Head, Head::kSet>());
  }
}

}  // namespace lists

inline const Link& World::LinkOf(Head head, AnyId item) const {
  return lists::PickLink(
      head, item, [this](auto id) -> const auto& { return Get(id); });
}

inline Link& World::EditLink(Head head, AnyId item) {
  return lists::PickLink(
      head, item, [this](auto id) -> auto& { return Edit(id); });
}

inline ListHead* World::EditListHead(Head head, AnyId owner) {
  return lists::PickList(
      head, owner, [this](auto id) -> auto& { return Edit(id); });
}

// Sets are told apart by owner and by the member's table.
inline SetHead* World::EditSetHead(AnyId owner, TableId member) {
  switch (owner.table()) {
    case TableId::kGlobal:
      return &Edit(lists::As<GlobalRow>(owner)).procs;
    case TableId::kProcess: {
      ProcessRow& process = Edit(lists::As<ProcessRow>(owner));
      return member == TableId::kFd ? &process.fds : &process.tasks;
    }
    default:
      return &lists::SetOf(Edit(lists::As<ProcRow>(owner)), member);
  }
}

inline AnyId World::First(Head head, AnyId owner) const {
  const ListHead* list = lists::PickList(
      head, owner, [this](auto id) -> const auto& { return Get(id); });
  if (list != nullptr) return list->first;
  BINDERY_CHECK_MSG(head == Head::kBuffers, "First() of an unordered set");
  return Get(lists::As<ProcRow>(owner)).buffers.first;
}

// What is not even a tombstone cannot be put on a list, nor have one. `Row` is
// the id's row type, or void if only the id knows.
template <typename Row>
bool World::IsMemory(AnyId id) const {
  const Meta* meta = nullptr;
  if constexpr (std::is_void_v<Row>) {
    meta = &MetaOf(id);
  } else {
    meta = &table<Row>().at(lists::As<Row>(id).any().slot()).meta;
  }
  if (meta->self == id.value && id) return true;
  RecordFault(id.table(), id);
  return id && meta->state != SlotState::kFree &&
         meta->generation == id.generation();
}

template <Head kHead>
void World::InsertOn(AnyId owner, AnyId prev, AnyId next, AnyId item) {
  Link& link = EditLink(kHead, item);
  if (link.linked()) {
    RecordBug("a list entry is added twice");
    return;
  }
  link = {prev, next, owner, kHead};
  if (prev) EditLink(kHead, prev).next = item;
  if (next) EditLink(kHead, next).prev = item;
  if (ListHead* list = EditListHead(kHead, owner)) {
    if (!prev) list->first = item;
    if (!next) list->last = item;
    ++list->size;
    list->kind = kHead;
    list->touched = 1;
    return;
  }
  SetHead* set = EditSetHead(owner, item.table());
  if (!prev) set->first = item;
  ++set->size;
}

template <Head kHead>
void World::PushBackOn(AnyId owner, AnyId item) {
  using Rows = lists::Rows<kHead>;
  if (!IsMemory<typename Rows::Owner>(owner) ||
      !IsMemory<typename Rows::Item>(item)) {
    return;
  }
  ListHead* list = EditListHead(kHead, owner);
  BINDERY_CHECK_MSG(list != nullptr, "PushBack() on a set");
  InsertOn<kHead>(owner, list->last, {}, item);
}

template <Head kHead>
void World::PushFrontOn(AnyId owner, AnyId item) {
  using Rows = lists::Rows<kHead>;
  if (!IsMemory<typename Rows::Owner>(owner) ||
      !IsMemory<typename Rows::Item>(item)) {
    return;
  }
  if (ListHead* list = EditListHead(kHead, owner)) {
    InsertOn<kHead>(owner, {}, list->first, item);
    return;
  }
  InsertOn<kHead>(owner, {}, EditSetHead(owner, item.table())->first, item);
}

template <Head kHead>
void World::RemoveFrom(AnyId item) {
  if (!IsMemory<typename lists::Rows<kHead>::Item>(item)) return;
  Link& entry = EditLink(kHead, item);
  const Link link = entry;
  if (!link.linked()) {
    RecordBug("a list entry is removed twice");
    return;
  }
  if (link.prev) EditLink(kHead, link.prev).next = link.next;
  if (link.next) EditLink(kHead, link.next).prev = link.prev;
  // A work item may be on another list of its kind than the caller thinks.
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
  entry = Link{};
}

[[gnu::always_inline]] inline void World::PushBack(Head head, AnyId owner,
                                                   AnyId item) {
  lists::WithConstant(head, [&](auto constant) {
    PushBackOn<decltype(constant)::value>(owner, item);
  });
}

[[gnu::always_inline]] inline void World::PushFront(Head head, AnyId owner,
                                                    AnyId item) {
  lists::WithConstant(head, [&](auto constant) {
    PushFrontOn<decltype(constant)::value>(owner, item);
  });
}

[[gnu::always_inline]] inline void World::Remove(Head head, AnyId item) {
  lists::WithConstant(head, [&](auto constant) {
    RemoveFrom<decltype(constant)::value>(item);
  });
}

inline void World::InsertAfter(Head head, AnyId owner, AnyId place,
                               AnyId item) {
  if (!IsMemory<void>(owner) || !IsMemory<void>(place) ||
      !IsMemory<void>(item)) {
    return;
  }
  const Link link = LinkOf(head, place);
  if (link.head != head || link.owner != owner) {
    RecordBug("a list entry is added behind one that is not on the list");
    return;
  }
  lists::WithConstant(head, [&](auto constant) {
    InsertOn<decltype(constant)::value>(owner, place, link.next, item);
  });
}

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_LISTS_H_
