// Which branches of the driver were taken, for coverage.
//
// A branch is
//   - each answer, yes and no, of a check or branch atom,
//   - both ends of a guard that checks: it stops the helper, or it goes on,
//   - that any other atom or guard which does something was reached (a sleep
//     too).
// Locks, gotos, steps and returns do nothing and decide nothing: the branches
// before them tell who came there.
//
// A branch is named OPERATION: ATOM: OUTCOME, as in
//   binder_translate_binder: the cookie matches: no
// with #N behind the atom's name if the operation has several of that name, in
// the order of its table. Names do not depend on the granularity.
//
// Counts only go up: a step that is undone has been taken.
#ifndef BINDERY_SIM_KERNEL_BRANCHES_H_
#define BINDERY_SIM_KERNEL_BRANCHES_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/kernel/driver.h"

namespace bindery::sim {

// The kernel function, or the commands of binder_thread_write() that the
// operation handles: no two operations have the same name.
const char* NameOf(const Operation& operation);

struct Branch {
  std::string operation;
  std::string atom;
  std::string outcome;  // "yes", "no", "goes on", "stops" or "reached"

  std::string Name() const;
};

class BranchCounts {
 public:
  // Those of one driver, which need not outlive this.
  explicit BranchCounts(const Driver& driver);

  // In the order of the tables, guards last.
  const std::vector<Branch>& branches() const { return branches_; }
  // How often branches()[i] was taken.
  uint64_t taken(size_t i) const { return taken_[i]; }

  // The atom at `place` of the operation's table, with or without locks, ran;
  // `yes` is the answer of a test and false for all others. Atoms that have no
  // branch are ignored.
  void Take(OpId op, bool with_locks, uint16_t place, bool yes) {
    const uint32_t first =
        (with_locks ? with_locks_
                    : without_locks_)[static_cast<size_t>(op)][place];
    if (first != kNoBranch) ++taken_[first + (yes ? 0 : no_[first])];
  }
  // The same of a guard; `yes` is ignored unless it checks or branches.
  void Take(Guard guard, bool yes) {
    const uint32_t first = guards_[static_cast<size_t>(guard)];
    ++taken_[first + (yes ? 0 : no_[first])];
  }

  // What another one has counted as well. REQUIRES: it is of the same driver.
  void Add(const BranchCounts& other);

 private:
  // By operation and place: the first branch of the atom.
  using Places =
      std::array<std::vector<uint32_t>, static_cast<size_t>(OpId::kCount)>;
  static constexpr uint32_t kNoBranch = 0xffffffff;

  void AddOperation(const Driver& driver, const Operation& operation);
  void AddGuard(Guard guard);
  // `no` is null for what has one branch.
  uint32_t Add(const char* operation, const std::string& atom, const char* yes,
               const char* no);

  std::vector<Branch> branches_;
  std::vector<uint64_t> taken_;
  // How far behind the first branch of an atom its other one is: 1 or 0.
  std::vector<uint8_t> no_;
  Places with_locks_;
  Places without_locks_;
  std::array<uint32_t, static_cast<size_t>(Guard::kCount)> guards_;
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_BRANCHES_H_
