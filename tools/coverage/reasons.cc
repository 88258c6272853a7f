#include "tools/coverage/reasons.h"

namespace bindery::coverage {
namespace {

struct ReasonText {
  const char* branch;
  const char* why;
};

constexpr char kOwnRef[] =
    "cannot happen: what comes home becomes a binder, so that no opening has a "
    "ref to a node of its own; handle 0 is checked before";
constexpr char kOtherTop[] =
    "cannot happen: a call leaves its caller's stack only with its reply or "
    "with the caller";

constexpr char kWatched[] =
    "not modelled: an epoll instance that is itself watched ends a search as "
    "inconclusive";

constexpr char kNoBinderfs[] =
    "only c-4.14 has no binderfs: profiles/mounting_binderfs takes it there";

constexpr ReasonText kReasons[] = {
    {"binderfs_fill_super: the kernel has binderfs: no", kNoBinderfs},
    {"binderfs_fill_super: unknown: reached", kNoBinderfs},
    {"binderfs_fill_super: the caller may mount in its user namespace: no",
     "cannot happen: who may mount in its mount namespace has both namespaces, "
     "or is root outside"},
    {"do_epoll_ctl: an instance is to be watched: yes", kWatched},
    {"do_epoll_ctl: not modelled: reached", kWatched},
    {"ep_poll: there is room for an event: no",
     "cannot happen: a step asks for one event at least"},
    {"ep_poll: the file is no device: yes",
     "cannot happen: what is no device is never woken, and so never among what "
     "may be ready"},
    {"binder_transaction: the caller itself: yes", kOwnRef},
    {"binder_transaction: the caller waits for this reply: no", kOtherTop},
    {"binder_transaction: target_thread->tmp_ref #4: reached", kOtherTop},
    {"binder_transaction: the caller does not wait for it: reached", kOtherTop},
    {"binder_transaction: no target proc: yes",
     "cannot happen: a send that gets there has found its target's process"},
    {"binder_deferred_func: the list is empty: yes",
     "cannot happen: the worker begins with something on the list, and ends "
     "behind the last"},
};

}  // namespace

std::vector<Reason> AllReasons() {
  std::vector<Reason> reasons;
  for (const ReasonText& text : kReasons) {
    reasons.push_back({text.branch, text.why});
  }
  return reasons;
}

}  // namespace bindery::coverage
