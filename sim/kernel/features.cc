#include "sim/kernel/features.h"

#include <iterator>

namespace bindery::sim {
namespace {

// Sets of profiles, by their places in AllProfiles().
constexpr unsigned kAll = 0x1f;
constexpr unsigned kSince5_0 = kAll & ~0x1u;
constexpr unsigned kSince6_1 = kAll & ~0x3u;
constexpr unsigned kSince6_12 = kAll & ~0x7u;
constexpr unsigned kSince7_2 = 0x10;
constexpr unsigned kNot6_12 = kAll & ~0x8u;

using F = Features;

constexpr Feature kFeatures[] = {
    // --- binderfs ---------------------------------------------------------
    {"binderfs", &F::binderfs, kSince5_0, "init_binderfs",
     "binderfs can be mounted", "it is unknown (ENODEV)"},
    {"instances_have_devices", &F::instances_have_devices, kSince6_1,
     "binderfs_fill_super",
     "an instance begins with the devices of the kernel's configuration, with "
     "features and, for stats=global, with logs",
     "it has binder-control only, and stats is unknown (EINVAL)"},
    // --- Descriptors and payload ------------------------------------------
    {"fd_deferred", &F::fd_deferred, kSince5_0, "binder_translate_fd",
     "a sent file is held until the target reads, which installs it",
     "the sender gives it a number in the target's table at once; a send "
     "that fails takes it back"},
    {"fixups_all_or_none", &F::fixups_all_or_none, kSince6_1,
     "binder_apply_fd_fixups",
     "all numbers are reserved before the first file is installed",
     "each file is installed as its number is found; if one finds none, the "
     "others are closed again"},
    {"fda_closed_if_delivered", &F::fda_closed_if_delivered, kSince6_1,
     "binder_transaction_buffer_release",
     "the descriptors of an array are closed if it was delivered",
     "they are closed wherever the buffer's own process releases it, "
     "delivered or not"},
    {"closing_needs_return", &F::closing_needs_return, kSince6_1,
     "binder_transaction_buffer_release",
     "a thread that closed an array's descriptors returns to user space, "
     "where their files are released",
     "it may go to sleep before"},
    {"objects_copied_one_by_one", &F::objects_copied_one_by_one, kSince6_1,
     "binder_transaction",
     "the payload is copied piece by piece, each object as it is read, and "
     "memory behind pointers last",
     "all of it is copied first, memory behind a pointer with its object, "
     "and objects are translated where they are"},
    {"parent_not_at_zero", &F::parent_not_at_zero, kSince6_1,
     "binder_fixup_parent, binder_validate_fixup",
     "a buffer object at the start of the payload can be no parent", "it can"},
    {"clear_buffers", &F::clear_buffers, kSince6_1, "binder_transaction",
     "TF_CLEAR_BUF has the buffer zeroed when it is freed",
     "the flag means nothing"},
    {"pages_counted_early", &F::pages_counted_early, kSince6_12,
     "binder_lru_freelist_del, binder_update_page_range",
     "pages count in the high watermark when a buffer is made, even if they "
     "cannot be had then",
     "each counts once it is in place"},
    {"security_contexts", &F::security_contexts, kSince6_1,
     "binder_transaction, binder_ioctl",
     "a node can ask for its callers' security context; "
     "BINDER_SET_CONTEXT_MGR_EXT",
     "the node's flag means nothing; the request is unknown (EINVAL)"},
    // --- Work and waiting -------------------------------------------------
    {"process_todo", &F::process_todo, kSince5_0,
     "binder_thread_read, binder_has_work_ilocked",
     "the completion of a call, and news of a node, wait until there is "
     "something to return for",
     "whatever is on a thread's list makes it return"},
    {"any_reader_serves", &F::any_reader_serves, kSince6_1,
     "binder_thread_read, binder_available_for_proc_work_ilocked",
     "whoever reads takes its process's work",
     "only a thread that said BC_ENTER_LOOPER or BC_REGISTER_LOOPER does"},
    {"poller_wakes_itself", &F::poller_wakes_itself, kSince6_1,
     "binder_enqueue_thread_work_ilocked",
     "a thread that polls is woken for work that it queues for itself",
     "it is not"},
    {"todo_head_checked", &F::todo_head_checked, kSince5_0,
     "binder_transaction",
     "a thread that has an unread call must not make one (EPROTO)", "it may"},
    {"complete_behind_send", &F::complete_behind_send, kSince6_12,
     "binder_transaction",
     "the completion of a one-way is queued behind its send",
     "before it, and taken back if it fails"},
    // --- References -------------------------------------------------------
    {"manager_not_its_own", &F::manager_not_its_own, kSince6_1,
     "binder_thread_write",
     "BC_ACQUIRE and BC_INCREFS of handle 0 by the context manager fail "
     "(EINVAL)",
     "it gets a reference to its own node"},
    {"own_manager_by_pid", &F::own_manager_by_pid, kSince6_1,
     "binder_transaction",
     "no opening of the context manager's process may call handle 0",
     "the one that is the manager may not"},
    {"weak_without_list", &F::weak_without_list, kSince6_1,
     "binder_inc_ref_for_node, binder_inc_node_nilocked",
     "a weak reference needs no thread to tell the owner in",
     "without one, to a node that its owner knows no weak reference of, it "
     "fails (EINVAL)"},
    {"failed_ref_removed", &F::failed_ref_removed, kSince6_1,
     "binder_inc_ref_for_node",
     "a new reference that cannot be counted is removed", "it stays, empty"},
    {"node_info_for_ref", &F::node_info_for_ref, kSince5_0, "binder_ioctl",
     "BINDER_GET_NODE_INFO_FOR_REF", "the request is unknown (EINVAL)"},
    // --- Freezing ---------------------------------------------------------
    {"freezer", &F::freezer, kSince6_1, "binder_ioctl",
     "BINDER_FREEZE, BINDER_GET_FROZEN_INFO, TF_UPDATE_TXN",
     "the requests are unknown (EINVAL), the flag means nothing"},
    {"frozen_read_once", &F::frozen_read_once, kSince6_12,
     "binder_proc_transaction",
     "whether a refused call's target is frozen is read once",
     "and again without the lock, to choose BR_FROZEN_REPLY or "
     "BR_DEAD_REPLY"},
    {"pending_frozen", &F::pending_frozen, kSince6_12, "binder_transaction",
     "a one-way to a frozen process gives BR_TRANSACTION_PENDING_FROZEN",
     "BR_TRANSACTION_COMPLETE"},
    {"freeze_notifications", &F::freeze_notifications, kSince6_12,
     "binder_thread_write",
     "three commands and two return words about frozen processes",
     "the commands are unknown (EINVAL)"},
    {"outdated_fails", &F::outdated_fails, kNot6_12, "binder_proc_transaction",
     "a one-way that a later one supersedes is released as failed, with its "
     "files",
     "as delivered, so that its files leak"},
    // --- Buffers and errors -----------------------------------------------
    {"spam_detection", &F::spam_detection, kSince6_1,
     "debug_low_async_space_locked",
     "senders of too many one-ways are noticed; "
     "BINDER_ENABLE_ONEWAY_SPAM_DETECTION",
     "they are not; the request is unknown (EINVAL)"},
    {"sender_noted_late", &F::sender_noted_late, kSince6_12,
     "binder_alloc_new_buf_locked",
     "a buffer's sender is noted behind the look for spam", "before it"},
    {"extended_errors", &F::extended_errors, kSince6_1, "binder_ioctl",
     "BINDER_GET_EXTENDED_ERROR", "the request is unknown (EINVAL)"},
    {"transaction_first", &F::transaction_first, kSince7_2,
     "binder_transaction",
     "the transaction is allocated before anything is looked at",
     "behind all checks of the target and the stack, a reply's call being "
     "off its stack by then"},
    {"uid_of_current", &F::uid_of_current, kSince7_2, "binder_transaction",
     "a message's uid is that of who sends it", "of who opened the device"},
    {"epoll_has_requests", &F::epoll_has_requests, kSince6_12,
     "ep_eventpoll_ioctl (since 6.9)",
     "an ioctl on an epoll instance that it does not know is EINVAL",
     "it is ENOTTY, as on any file that has none"},
    {"reports", &F::reports, kSince7_2, "binder_netlink_report",
     "whoever listens is told of failures", "nobody is"},
};

}  // namespace

const std::vector<Profile>& AllProfiles() {
  static const auto* const profiles = new std::vector<Profile>{
      {"c-4.14", "4.14.74", false}, {"c-5.0", "5.0.0", false},
      {"c-6.1", "6.1.192", true},   {"c-6.12", "6.12.107", true},
      {"c-7.2", "7.2.13", true},
  };
  return *profiles;
}

const std::vector<Feature>& AllFeatures() {
  static const auto* const features =
      new std::vector<Feature>(std::begin(kFeatures), std::end(kFeatures));
  return *features;
}

Features FeaturesOf(size_t profile) {
  Features features;
  for (const Feature& feature : AllFeatures()) {
    features.*feature.member = (feature.profiles >> profile & 1u) != 0;
  }
  return features;
}

}  // namespace bindery::sim
