// Epoll instances: what fs/eventpoll.c keeps. Who is woken, and what polling an
// item finds, is the kernel's (sim/kernel/poll.cc).
//
// An item is on two lists at most: on the wait queue of the binder thread that
// added it (binder_poll() puts it there, in front of those that are there), and
// on its instance's list of items that may be ready. Both are chains through
// the items.
//
// Invariants
//  P1 An item names the thread whose queue it is on, and no other.
//  P2 An item lives no longer than its instance, or the file that it is of.
#ifndef BINDERY_SIM_VFS_EPOLL_H_
#define BINDERY_SIM_VFS_EPOLL_H_

#include <cstdint>

#include "sim/world/world.h"

namespace bindery::sim {

// Bits of epoll_event.events.
inline constexpr uint32_t kEpollIn = 0x01;
inline constexpr uint32_t kEpollErr = 0x08;
inline constexpr uint32_t kEpollHup = 0x10;
inline constexpr uint32_t kEpollOneShot = 1u << 30;
inline constexpr uint32_t kEpollEt = 1u << 31;

// ep_find(): the item of this file under this number; none if there is none.
EpItemId FindItem(const World& w, EventPollId ep, FileId file, uint32_t fd);
// A new item, on no list.
EpItemId NewItem(World& w, EventPollId ep, FileId file, uint32_t fd,
                 uint32_t events);
// ep_remove(): off all lists, and freed.
void RemoveItem(World& w, EpItemId item);
// eventpoll_release_file(): a file that is released takes its items along.
void RemoveItemsOf(World& w, FileId file);
// ep_clear_and_put(): the same of an instance, which is freed.
void FreeEventPoll(World& w, EventPollId ep);

// add_wait_queue() and remove_wait_queue().
void JoinWaitQueue(World& w, EpItemId item, ThreadId thread);
void LeaveWaitQueue(World& w, EpItemId item);
// Puts an item behind those that may be ready, unless it is there.
void MarkReady(World& w, EpItemId item);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_VFS_EPOLL_H_
