// What a scenario shows to user space, where no branch of the driver tells it:
//   BR_ACQUIRE is returned                    a word in a read buffer
//   WEAK_BINDER arrives as WEAK_HANDLE        an object that is sent, and what
//                                             is in the delivered buffer
//   operands of BC_ACQUIRE cannot be read     where a write ends, and why
//   offsets arrive behind padded data         the data is no multiple of 8
//   pages are taken back                      by the shrinker
//   bytes user error: cookie mismatch               what the driver logs
// They are witnesses of rows (rows.h), and no branches: nothing counts them.
#ifndef BINDERY_TOOLS_COVERAGE_FACTS_H_
#define BINDERY_TOOLS_COVERAGE_FACTS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "sim/kernel/syscall.h"
#include "sim/world/world.h"

namespace bindery::coverage {

// Whether there is such a fact. Of user errors any text is one.
bool IsFact(const std::string& name);

class FactObserver : public sim::SyscallObserver {
 public:
  std::set<std::string> Names() const;

  void Submitted(const sim::World& world, sim::TaskId task,
                 const sim::Syscall& call) override;
  void Returned(const sim::World& world, sim::TaskId task) override;
  void Exiting(const sim::World&, sim::ProcessId) override {}
  void Signalled(const sim::World&, sim::TaskId) override {}
  void PagesTaken(uint64_t /*count*/) override { pages_taken_ = true; }
  void Refused(const char* message) override;

 private:
  std::set<uint32_t> words_;       // numbers of return words
  std::set<uint32_t> unread_;      // numbers of commands without operands
  bool security_context_ = false;  // one came with a word
  bool padded_ = false;            // offsets came behind padding
  bool pages_taken_ = false;       // by the shrinker
  // Types of the objects that were sent, by what the receiver sees as well: the
  // payload's code and size, and where the object lies among which others.
  std::map<std::string, std::set<uint32_t>> sent_;
  // The type of an object that was sent and of what arrived.
  std::set<std::pair<uint32_t, uint32_t>> arrived_;
  std::set<std::string, std::less<>> errors_;
};

}  // namespace bindery::coverage

#endif  // BINDERY_TOOLS_COVERAGE_FACTS_H_
