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
    case TableId::kFreeze:
      return row(As<FreezeRow>(item)).work;
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
    case Head::kTaskWorks:
      return row(As<FileRow>(item)).f_task_work;
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
    case Head::kDeliveredFreeze:
      return &row(As<ProcRow>(owner)).delivered_freeze;
    case Head::kWaitingThreads:
      return &row(As<ProcRow>(owner)).waiting_threads;
    case Head::kNodeRefs:
      return &row(As<NodeRow>(owner)).refs;
    case Head::kDeferred:
      return &row(As<GlobalRow>(owner)).deferred;
    case Head::kTaskWorks:
      return &row(As<TaskRow>(owner)).task_works;
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

// For a kind of list: the row type that owns it and the head in it, the row
// type that is on it and the link in it. Items are void if several types may
// be.
template <Head kHead>
struct Rows {
  using Item = void;
};
template <>
struct Rows<Head::kProcTodo> {
  using Owner = ProcRow;
  using Item = void;
  static ListHead& List(ProcRow& row) { return row.todo; }
};
template <>
struct Rows<Head::kThreadTodo> {
  using Owner = ThreadRow;
  using Item = void;
  static ListHead& List(ThreadRow& row) { return row.todo; }
};
template <>
struct Rows<Head::kAsyncTodo> {
  using Owner = NodeRow;
  using Item = TransactionRow;
  static ListHead& List(NodeRow& row) { return row.async_todo; }
  static Link& Entry(TransactionRow& row) { return row.work.entry; }
};
template <>
struct Rows<Head::kDeliveredDeath> {
  using Owner = ProcRow;
  using Item = DeathRow;
  static ListHead& List(ProcRow& row) { return row.delivered_death; }
  static Link& Entry(DeathRow& row) { return row.work.entry; }
};
template <>
struct Rows<Head::kDeliveredFreeze> {
  using Owner = ProcRow;
  using Item = FreezeRow;
  static ListHead& List(ProcRow& row) { return row.delivered_freeze; }
  static Link& Entry(FreezeRow& row) { return row.work.entry; }
};
template <>
struct Rows<Head::kWaitingThreads> {
  using Owner = ProcRow;
  using Item = ThreadRow;
  static ListHead& List(ProcRow& row) { return row.waiting_threads; }
  static Link& Entry(ThreadRow& row) { return row.waiting_thread_node; }
};
template <>
struct Rows<Head::kNodeRefs> {
  using Owner = NodeRow;
  using Item = RefRow;
  static ListHead& List(NodeRow& row) { return row.refs; }
  static Link& Entry(RefRow& row) { return row.node_entry; }
};
template <>
struct Rows<Head::kDeferred> {
  using Owner = GlobalRow;
  using Item = ProcRow;
  static ListHead& List(GlobalRow& row) { return row.deferred; }
  static Link& Entry(ProcRow& row) { return row.deferred_work_node; }
};
template <>
struct Rows<Head::kTaskWorks> {
  using Owner = TaskRow;
  using Item = FileRow;
  static ListHead& List(TaskRow& row) { return row.task_works; }
  static Link& Entry(FileRow& row) { return row.f_task_work; }
};
template <>
struct Rows<Head::kOut> {
  using Owner = TaskRow;
  using Item = CommandRow;
  static ListHead& List(TaskRow& row) { return row.out; }
  static Link& Entry(CommandRow& row) { return row.entry; }
};
template <>
struct Rows<Head::kIn> {
  using Owner = TaskRow;
  using Item = ReturnRow;
  static ListHead& List(TaskRow& row) { return row.in; }
  static Link& Entry(ReturnRow& row) { return row.entry; }
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
    case Head::kDeliveredFreeze:
      return f(std::integral_constant<Head, Head::kDeliveredFreeze>());
    case Head::kWaitingThreads:
      return f(std::integral_constant<Head, Head::kWaitingThreads>());
    case Head::kNodeRefs:
      return f(std::integral_constant<Head, Head::kNodeRefs>());
    case Head::kDeferred:
      return f(std::integral_constant<Head, Head::kDeferred>());
    case Head::kTaskWorks:
      return f(std::integral_constant<Head, Head::kTaskWorks>());
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

[[gnu::always_inline]] inline const Link& World::LinkOf(Head head,
                                                        AnyId item) const {
  return lists::PickLink(
      head, item, [this](auto id) -> const auto& { return Get(id); });
}

[[gnu::always_inline]] inline AnyId World::First(Head head, AnyId owner) const {
  const ListHead* list = lists::PickList(
      head, owner, [this](auto id) -> const auto& { return Get(id); });
  if (list != nullptr) return list->first;
  BINDERY_CHECK_MSG(head == Head::kBuffers, "First() of an unordered set");
  return Get(lists::As<ProcRow>(owner)).buffers.first;
}

// The row that `id` leads to, to be edited. Null, and a fault, if nothing is
// there any more; also a fault, but not null, if it is a tombstone.
template <typename Row>
[[gnu::always_inline]] inline Row* World::EditMemory(AnyId any) {
  const Id<Row> id = lists::As<Row>(any);
  Slot<Row>& slot = table<Row>().at(any.slot());
  if (slot.meta.self != id.value) [[unlikely]]
    return EditStrayMemory(id);
  if (Notes<Row>() && slot.meta.stamp != epoch_) Journal(slot, any);
  return &slot.row;
}

template <typename Row>
[[gnu::noinline, gnu::cold]] Row* World::EditStrayMemory(Id<Row> id) {
  if (id && Memory(id) != 0) return &EditStray(id);
  RecordFault(id.any().table(), id.any());
  return nullptr;
}

// The same for a row of any type with work in it.
inline Work* World::EditWorkMemory(AnyId item) {
  const auto work = [](auto* row) { return row ? &row->work : nullptr; };
  switch (item.table()) {
    case TableId::kNode:
      return work(EditMemory<NodeRow>(item));
    case TableId::kDeath:
      return work(EditMemory<DeathRow>(item));
    case TableId::kFreeze:
      return work(EditMemory<FreezeRow>(item));
    case TableId::kError:
      return work(EditMemory<ErrorRow>(item));
    case TableId::kComplete:
      return work(EditMemory<CompleteRow>(item));
    default:
      return work(EditMemory<TransactionRow>(item));
  }
}

// The same for a row of any type that can be in a set.
inline Link* World::EditSetLink(AnyId item) {
  const auto link = [item](auto* type, auto member, World* w) -> Link* {
    auto* row = w->EditMemory<std::remove_pointer_t<decltype(type)>>(item);
    return row ? &(row->*member) : nullptr;
  };
  switch (item.table()) {
    case TableId::kProc:
      return link(static_cast<ProcRow*>(nullptr), &ProcRow::proc_node, this);
    case TableId::kThread:
      return link(static_cast<ThreadRow*>(nullptr), &ThreadRow::rb_node, this);
    case TableId::kNode:
      return link(static_cast<NodeRow*>(nullptr), &NodeRow::rb_node, this);
    case TableId::kFd:
      return link(static_cast<FdRow*>(nullptr), &FdRow::entry, this);
    case TableId::kTask:
      return link(static_cast<TaskRow*>(nullptr), &TaskRow::entry, this);
    case TableId::kChunk:
      return link(static_cast<ChunkRow*>(nullptr), &ChunkRow::entry, this);
    case TableId::kBuffer:
      return link(static_cast<BufferRow*>(nullptr), &BufferRow::entry, this);
    default:
      return link(static_cast<RefRow*>(nullptr), &RefRow::rb_node, this);
  }
}

// An item's place on lists of this kind; null if there is no such item.
template <Head kHead>
Link* World::EditLink(AnyId item) {
  if constexpr (kHead == Head::kSet || kHead == Head::kBuffers) {
    return EditSetLink(item);
  } else if constexpr (std::is_void_v<typename lists::Rows<kHead>::Item>) {
    Work* work = EditWorkMemory(item);
    return work != nullptr ? &work->entry : nullptr;
  } else {
    auto* row = EditMemory<typename lists::Rows<kHead>::Item>(item);
    return row != nullptr ? &lists::Rows<kHead>::Entry(*row) : nullptr;
  }
}

// REQUIRES: heads of this kind are lists.
template <Head kHead>
ListHead* World::EditListHead(AnyId owner) {
  auto* row = EditMemory<typename lists::Rows<kHead>::Owner>(owner);
  return row != nullptr ? &lists::Rows<kHead>::List(*row) : nullptr;
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
    default: {
      ProcRow* proc = EditMemory<ProcRow>(owner);
      return proc != nullptr ? &lists::SetOf(*proc, member) : nullptr;
    }
  }
}

// The same of a row that is next to another one. In a set this does not count
// as looking at it (footprint.h, F2).
template <Head kHead>
Link* World::EditNeighbour(AnyId item) {
  if constexpr (kHead == Head::kSet) {
    if (footprint_ != nullptr) [[unlikely]]
      return EditUnseen(item);
  }
  return EditLink<kHead>(item);
}

// `link` is the item's; true if it can be put between its new neighbours.
template <Head kHead>
bool World::Connect(Link& link, AnyId owner, AnyId prev, AnyId next,
                    AnyId item) {
  if (link.linked()) {
    RecordBug("a list entry is added twice");
    return false;
  }
  link = {prev, next, owner, kHead};
  if (prev) {
    if (Link* before = EditNeighbour<kHead>(prev)) before->next = item;
  }
  if (next) {
    if (Link* after = EditNeighbour<kHead>(next)) after->prev = item;
  }
  return true;
}

template <Head kHead>
void World::InsertInSet(SetHead& set, AnyId owner, AnyId prev, AnyId next,
                        AnyId item) {
  Link* link = EditLink<kHead>(item);
  if (link == nullptr || !Connect<kHead>(*link, owner, prev, next, item)) {
    return;
  }
  if (!prev) set.first = item;
  ++set.size;
}

template <Head kHead>
void World::InsertInList(ListHead& list, AnyId owner, AnyId prev, AnyId next,
                         AnyId item) {
  Link* link = EditLink<kHead>(item);
  if (link == nullptr || !Connect<kHead>(*link, owner, prev, next, item)) {
    return;
  }
  if (!prev) list.first = item;
  if (!next) list.last = item;
  ++list.size;
  list.kind = kHead;
}

template <Head kHead>
void World::RemoveFrom(AnyId item) {
  Link* const entry = EditLink<kHead>(item);
  if (entry == nullptr) return;
  const Link link = *entry;
  if (!link.linked()) {
    RecordBug("a list entry is removed twice");
    return;
  }
  // A work item may be on another list of its kind than the caller thinks.
  if (link.head != kHead) [[unlikely]]
    return Remove(link.head, item);
  if (link.prev) {
    if (Link* before = EditNeighbour<kHead>(link.prev)) {
      before->next = link.next;
    }
  }
  if (link.next) {
    if (Link* after = EditNeighbour<kHead>(link.next)) {
      after->prev = link.prev;
    }
  }
  *entry = Link{};
  if constexpr (kHead == Head::kSet || kHead == Head::kBuffers) {
    SetHead* set = EditSetHead(link.owner, item.table());
    if (set == nullptr) return;
    if (!link.prev) set->first = link.next;
    --set->size;
  } else {
    ListHead* list = EditListHead<kHead>(link.owner);
    if (list == nullptr) return;
    if (!link.prev) list->first = link.next;
    if (!link.next) list->last = link.prev;
    --list->size;
  }
}

[[gnu::always_inline]] inline void World::PushBack(Head head, AnyId owner,
                                                   AnyId item) {
  lists::WithConstant(head, [&](auto constant) {
    constexpr Head kHead = decltype(constant)::value;
    if constexpr (kHead == Head::kSet || kHead == Head::kBuffers) {
      BINDERY_CHECK_MSG(false, "PushBack() on a set");
    } else if (ListHead* list = EditListHead<kHead>(owner)) {
      InsertInList<kHead>(*list, owner, list->last, {}, item);
    }
  });
}

[[gnu::always_inline]] inline void World::PushFront(Head head, AnyId owner,
                                                    AnyId item) {
  lists::WithConstant(head, [&](auto constant) {
    constexpr Head kHead = decltype(constant)::value;
    if constexpr (kHead == Head::kSet || kHead == Head::kBuffers) {
      if (SetHead* set = EditSetHead(owner, item.table())) {
        InsertInSet<kHead>(*set, owner, {}, set->first, item);
      }
    } else if (ListHead* list = EditListHead<kHead>(owner)) {
      InsertInList<kHead>(*list, owner, {}, list->first, item);
    }
  });
}

[[gnu::always_inline]] inline void World::Remove(Head head, AnyId item) {
  lists::WithConstant(head, [&](auto constant) {
    RemoveFrom<decltype(constant)::value>(item);
  });
}

inline void World::InsertAfter(ProcId proc, AnyId place, AnyId item) {
  const Link* before = EditSetLink(place);
  if (before == nullptr) return;
  if (before->head != Head::kBuffers || before->owner != proc.any()) {
    RecordBug("a buffer is added behind one that is not there");
    return;
  }
  InsertInSet<Head::kBuffers>(Edit(proc).buffers, proc.any(), place,
                              before->next, item);
}

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_LISTS_H_
