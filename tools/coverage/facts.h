// What a scenario shows to user space, where no branch of the driver tells it:
//   BR_ACQUIRE is returned                    a word in a read buffer
//   an object of type FD is sent              in a BC_TRANSACTION or BC_REPLY
//   an object of type WEAK_HANDLE arrives     in a buffer that was delivered
//   user error: cookie mismatch               what the driver logs
// They are witnesses of rows (rows.h), and no branches: nothing counts them.
#ifndef BINDERY_TOOLS_COVERAGE_FACTS_H_
#define BINDERY_TOOLS_COVERAGE_FACTS_H_

#include <cstdint>
#include <functional>
#include <set>
#include <string>

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
  void Refused(const char* message) override;

 private:
  std::set<uint32_t> words_;     // numbers of return words
  std::set<uint32_t> sent_;      // types of objects
  std::set<uint32_t> received_;  // likewise
  std::set<std::string, std::less<>> errors_;
};

}  // namespace bindery::coverage

#endif  // BINDERY_TOOLS_COVERAGE_FACTS_H_
