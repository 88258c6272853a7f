#include "sim/vfs/epoll.h"

#include <vector>

namespace bindery::sim {
namespace {

// Takes `item` out of a chain that begins at *first and goes on at `next`.
template <typename First>
void Unchain(World& w, EpItemId item, EpItemId EpItemRow::*next,
             First&& first) {
  const EpItemId behind = w.Get(item).*next;
  EpItemId at = first(nullptr);
  if (at == item) {
    first(&behind);
  } else {
    while (at && w.Get(at).*next != item) at = w.Get(at).*next;
    if (at) w.Edit(at).*next = behind;
  }
  w.Edit(item).*next = {};
}

template <typename Wanted>
std::vector<EpItemId> Items(const World& w, Wanted&& wanted) {
  std::vector<EpItemId> items;
  w.ForEach<EpItemRow>([&](EpItemId id, const EpItemRow& item) {
    if (wanted(item)) items.push_back(id);
  });
  return items;
}

void LeaveReadyList(World& w, EpItemId item) {
  const EventPollId ep = w.Get(item).ep;
  if (w.Get(item).ready == 0) return;
  Unchain(w, item, &EpItemRow::rdllink, [&](const EpItemId* set) {
    if (set != nullptr) w.Edit(ep).rdllist = *set;
    return w.Get(ep).rdllist;
  });
  w.Edit(item).ready = 0;
}

}  // namespace

EpItemId FindItem(const World& w, EventPollId ep, FileId file, uint32_t fd) {
  const std::vector<EpItemId> found = Items(w, [&](const EpItemRow& item) {
    return item.ep == ep && item.file == file && item.fd == fd;
  });
  return found.empty() ? EpItemId{} : found[0];
}

EpItemId NewItem(World& w, EventPollId ep, FileId file, uint32_t fd,
                 uint32_t events) {
  EpItemId id;
  EpItemRow& item = w.New<EpItemRow>(&id, w.NameOf(ep), fd);
  item.ep = ep;
  item.file = file;
  item.fd = fd;
  item.events = events;
  return id;
}

void RemoveItem(World& w, EpItemId item) {
  LeaveWaitQueue(w, item);
  LeaveReadyList(w, item);
  w.Free(item);
}

void RemoveItemsOf(World& w, FileId file) {
  for (const EpItemId item :
       Items(w, [&](const EpItemRow& row) { return row.file == file; })) {
    RemoveItem(w, item);
  }
}

void FreeEventPoll(World& w, EventPollId ep) {
  for (const EpItemId item :
       Items(w, [&](const EpItemRow& row) { return row.ep == ep; })) {
    RemoveItem(w, item);
  }
  w.Free(ep);
}

void JoinWaitQueue(World& w, EpItemId item, ThreadId thread) {
  w.Edit(item).whead = thread;
  w.Edit(item).next = w.Get(thread).wait;
  w.Edit(thread).wait = item;
}

void LeaveWaitQueue(World& w, EpItemId item) {
  const ThreadId thread = w.Get(item).whead;
  if (!thread) return;
  Unchain(w, item, &EpItemRow::next, [&](const EpItemId* set) {
    if (set != nullptr) w.Edit(thread).wait = *set;
    return w.Get(thread).wait;
  });
  w.Edit(item).whead = {};
}

void MarkReady(World& w, EpItemId item) {
  EpItemRow& row = w.Edit(item);
  if (row.ready != 0) return;
  row.ready = 1;
  EpItemId last = w.Get(row.ep).rdllist;
  if (!last) {
    w.Edit(row.ep).rdllist = item;
    return;
  }
  while (w.Get(last).rdllink) last = w.Get(last).rdllink;
  w.Edit(last).rdllink = item;
}

}  // namespace bindery::sim
