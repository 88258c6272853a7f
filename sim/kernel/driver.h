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
#include "sim/kernel/features.h"
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
  // The first atom of each operation, by OpId: with locks, or without, as at
  // command granularity.
  using Tables = std::array<const Atom*, static_cast<size_t>(OpId::kCount)>;
  const Tables& tables(bool locks) const { return tables_[locks ? 1 : 0]; }

  bool Dropped(Guard guard) const {
    return dropped_[static_cast<size_t>(guard)];
  }
  const Features& features() const { return features_; }
  const std::string& profile() const { return profile_; }
  // A kernel has been compared with it (Profile::judged).
  bool judged() const { return judged_; }
  const std::vector<std::string>& mutations() const { return mutations_; }

 private:
  friend class Mutator;
  Driver() = default;

  std::string profile_;
  bool judged_ = true;
  Features features_;
  std::vector<std::string> mutations_;
  std::array<Operation, static_cast<size_t>(OpId::kCount)> operations_;
  std::array<std::vector<Atom>, static_cast<size_t>(OpId::kCount)>
      without_locks_;
  std::array<Tables, 2> tables_ = {};
  std::bitset<static_cast<size_t>(Guard::kCount)> dropped_;
};

// Names of the profiles that there are.
std::vector<std::string> ProfileNames();
// The profile of a kernel's version, such as "c-6.1" for "6.1"; the default one
// if none is its own.
std::string ProfileOf(absl::string_view version);
// Whether a kernel of this version is older than one of version `since`; "" is
// the oldest.
bool IsOlder(absl::string_view version, absl::string_view since);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_DRIVER_H_
