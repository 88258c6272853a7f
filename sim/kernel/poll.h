// Those who watch a binder thread with epoll: the part of its wait queue that
// they are. All run under proc.inner.
#ifndef BINDERY_SIM_KERNEL_POLL_H_
#define BINDERY_SIM_KERNEL_POLL_H_

#include "sim/kernel/op.h"

namespace bindery::sim {

// What the model says when somebody does that.
inline constexpr char kWatchedEpoll[] =
    "an epoll instance is watched itself, which the model does not have";
inline constexpr char kWatchedPipe[] = "poll or epoll waits for a pipe";
inline constexpr char kWatchedBpf[] =
    "a file of the bpf subsystem is polled, which the model does not have";

// wake_up_interruptible(&thread->wait), for who is on the queue with an item.
void NotifyWatchers(Op& op, ThreadId thread);
// wake_up_pollfree(&thread->wait): they are told, and leave the queue, which
// goes away.
void WakeUpPollFree(Op& op, ThreadId thread);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_POLL_H_
