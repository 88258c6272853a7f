// The options of mount(), as binderfs reads them.
#ifndef BINDERY_SIM_BINDERFS_MOUNT_OPTIONS_H_
#define BINDERY_SIM_BINDERFS_MOUNT_OPTIONS_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "sim/binderfs/binderfs.h"

namespace bindery::sim {

struct MountOptions {
  uint32_t max = kMinors;
  bool stats = false;  // stats=global
  // Where reading them ends with an error: at once, or at an option that takes
  // a privilege.
  bool invalid = false;     // EINVAL
  bool privileged = false;  // EPERM for who does not have it, and comes first
};

// Models generic_parse_monolithic and binderfs_fs_context_parse_param: options
// in order, the first that is wrong ends it.
MountOptions ParseMountOptions(absl::string_view text);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_BINDERFS_MOUNT_OPTIONS_H_
