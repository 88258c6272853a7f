#include "sim/kernel/branches.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/check.h"

namespace bindery::sim {
namespace {

bool Tests(AtomKind kind) {
  return kind == AtomKind::kCheck || kind == AtomKind::kBranch;
}

bool IsLock(AtomKind kind) {
  return kind == AtomKind::kLock || kind == AtomKind::kUnlock;
}

bool HasBranch(AtomKind kind) {
  return kind <= AtomKind::kBranch || kind == AtomKind::kCall ||
         kind == AtomKind::kSleep;
}

// What the table calls the atom; a call is named after what it calls.
std::string NameOfAtom(const Driver& driver, const Atom& atom) {
  if (atom.callee == OpId::kNone) return atom.name;
  return absl::StrCat("call ", NameOf(driver.operation(atom.callee)));
}

// The second one of a name gets #2, and so on.
class Numbered {
 public:
  std::string operator()(const std::string& name) {
    const int count = ++seen_[name];
    return count == 1 ? name : absl::StrCat(name, " #", count);
  }

 private:
  std::map<std::string, int> seen_;
};

}  // namespace

const char* NameOf(const Operation& operation) {
  switch (operation.id) {
    case OpId::kRefCommand:
      return "BC_INCREFS to BC_DECREFS";
    case OpId::kNodeDone:
      return "BC_INCREFS_DONE, BC_ACQUIRE_DONE";
    case OpId::kFreeBuffer:
      return "BC_FREE_BUFFER";
    case OpId::kLooperCommand:
      return "looper commands";
    case OpId::kRequestDeath:
      return "BC_REQUEST_DEATH_NOTIFICATION";
    case OpId::kClearDeath:
      return "BC_CLEAR_DEATH_NOTIFICATION";
    case OpId::kDeadBinderDone:
      return "BC_DEAD_BINDER_DONE";
    case OpId::kRequestFreeze:
      return "BC_REQUEST_FREEZE_NOTIFICATION";
    case OpId::kClearFreeze:
      return "BC_CLEAR_FREEZE_NOTIFICATION";
    case OpId::kFreezeDone:
      return "BC_FREEZE_NOTIFICATION_DONE";
    case OpId::kFreeze:
      return "BINDER_FREEZE";
    case OpId::kUnsupported:
      return "refused commands";
    default:
      return operation.function;
  }
}

std::string Branch::Name() const {
  return absl::StrCat(operation, ": ", atom, ": ", outcome);
}

BranchCounts::BranchCounts(const Driver& driver) {
  for (size_t i = 1; i < static_cast<size_t>(OpId::kCount); ++i) {
    AddOperation(driver, driver.operation(static_cast<OpId>(i)));
  }
  for (size_t i = 0; i < guards_.size(); ++i) AddGuard(static_cast<Guard>(i));
}

void BranchCounts::AddOperation(const Driver& driver,
                                const Operation& operation) {
  const size_t id = static_cast<size_t>(operation.id);
  Numbered numbered;
  for (const Atom& atom : operation.atoms) {
    uint32_t first = kNoBranch;
    if (HasBranch(atom.kind)) {
      const bool tests = Tests(atom.kind);
      first = Add(NameOf(operation), numbered(NameOfAtom(driver, atom)),
                  tests ? "yes" : "reached", tests ? "no" : nullptr);
    }
    with_locks_[id].push_back(first);
    if (!IsLock(atom.kind)) without_locks_[id].push_back(first);
  }
}

void BranchCounts::AddGuard(Guard guard) {
  const GuardInfo& info = InfoOf(guard);
  const absl::string_view kind = info.kind;
  uint32_t& first = guards_[static_cast<size_t>(guard)];
  if (kind == "branch") {
    first = Add(info.function, info.name, "yes", "no");
  } else if (kind == "check") {
    first = Add(info.function, info.name, "goes on", "stops");
  } else {
    first = Add(info.function, info.name, "reached", nullptr);
  }
}

uint32_t BranchCounts::Add(const char* operation, const std::string& atom,
                           const char* yes, const char* no) {
  const uint32_t first = static_cast<uint32_t>(branches_.size());
  branches_.push_back({operation, atom, yes});
  no_.push_back(no != nullptr ? 1 : 0);
  if (no != nullptr) {
    branches_.push_back({operation, atom, no});
    no_.push_back(0);
  }
  taken_.resize(branches_.size());
  return first;
}

void BranchCounts::Add(const BranchCounts& other) {
  BINDERY_CHECK_MSG(taken_.size() == other.taken_.size(),
                    "branches of another driver");
  for (size_t i = 0; i < taken_.size(); ++i) taken_[i] += other.taken_[i];
}

}  // namespace bindery::sim
