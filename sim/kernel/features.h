// What some kernels have and others do not: the differences between profiles,
// each with where it acts and where it was read.
//
// Where a difference is one of what comes first, or of whole steps, the tables
// are built otherwise; where it is one of an answer, the function that answers
// looks here.
#ifndef BINDERY_SIM_KERNEL_FEATURES_H_
#define BINDERY_SIM_KERNEL_FEATURES_H_

#include <string>
#include <vector>

namespace bindery::sim {

// Of the latest kernel by default. AllFeatures() says what each means.
struct Features {
  bool binderfs = true;
  bool instances_have_devices = true;
  bool fd_deferred = true;
  bool process_todo = true;
  bool todo_head_checked = true;
  bool node_info_for_ref = true;
  bool any_reader_serves = true;
  bool poller_wakes_itself = true;
  bool fixups_all_or_none = true;
  bool fda_closed_if_delivered = true;
  bool closing_needs_return = true;
  bool objects_copied_one_by_one = true;
  bool parent_not_at_zero = true;
  bool security_contexts = true;
  bool clear_buffers = true;
  bool pages_counted_early = true;
  bool spam_detection = true;
  bool extended_errors = true;
  bool freezer = true;
  bool own_manager_by_pid = true;
  bool manager_not_its_own = true;
  bool weak_without_list = true;
  bool failed_ref_removed = true;
  bool complete_behind_send = true;
  bool frozen_read_once = true;
  bool pending_frozen = true;
  bool freeze_notifications = true;
  bool sender_noted_late = true;
  bool outdated_fails = true;
  bool epoll_has_requests = true;
  bool uid_of_current = true;
  bool transaction_first = true;
  bool reports = true;
};

// One of them.
struct Feature {
  const char* name;  // the member's
  bool Features::*member;
  unsigned profiles;     // bit N: the Nth profile has it
  const char* function;  // of the kernel, where it acts
  const char* with;      // what happens
  const char* without;   // what happens instead
};

const std::vector<Feature>& AllFeatures();

// A kernel's version as the model knows it.
struct Profile {
  const char* name;    // "c-7.2"
  const char* source;  // the tree in which the differences were read
  // A kernel of this version is there to be compared with. Others are no more
  // than what was read.
  bool judged;
};

// From the oldest.
const std::vector<Profile>& AllProfiles();

// The features of the profile with this number in AllProfiles().
Features FeaturesOf(size_t profile);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_FEATURES_H_
