// The driver as data: the tables of one kernel profile, mutated or not.
//
// Immutable once built and shared by every world that runs it.
#ifndef BINDERY_SIM_KERNEL_DRIVER_H_
#define BINDERY_SIM_KERNEL_DRIVER_H_

#include <array>
#include <bitset>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/kernel/atom.h"
#include "sim/kernel/guard.h"

namespace bindery::sim {

class Driver {
 public:
  Driver(Driver&&) = default;
  Driver& operator=(Driver&&) = default;

  // The faithful driver of a profile. Errors: unknown profile.
  static absl::StatusOr<Driver> Create(absl::string_view profile);
  // The same with mutations (see mutation.h). Errors: unknown or repeated id.
  static absl::StatusOr<Driver> Create(
      absl::string_view profile, const std::vector<std::string>& mutations);

  const Operation& operation(OpId id) const {
    return operations_[static_cast<size_t>(id)];
  }
  // Its atoms at command granularity.
  const std::vector<Atom>& without_locks(OpId id) const {
    return without_locks_[static_cast<size_t>(id)];
  }
  bool Dropped(Guard guard) const {
    return dropped_[static_cast<size_t>(guard)];
  }
  const std::string& profile() const { return profile_; }
  const std::vector<std::string>& mutations() const { return mutations_; }

 private:
  friend class Mutator;
  Driver() = default;

  std::string profile_;
  std::vector<std::string> mutations_;
  std::array<Operation, static_cast<size_t>(OpId::kCount)> operations_;
  std::array<std::vector<Atom>, static_cast<size_t>(OpId::kCount)>
      without_locks_;
  std::bitset<static_cast<size_t>(Guard::kCount)> dropped_;
};

// Names of the profiles that there are.
std::vector<std::string> ProfileNames();

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_DRIVER_H_
