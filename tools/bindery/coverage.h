// --coverage of conform: what the kernel executed of its driver.
#ifndef BINDERY_TOOLS_BINDERY_COVERAGE_H_
#define BINDERY_TOOLS_BINDERY_COVERAGE_H_

#include <functional>
#include <optional>

#include "absl/status/status.h"
#include "tools/conform/coverage_collector.h"
#include "tools/conform/kernel/machine.h"

namespace bindery::tools {

class KernelCoverage {
 public:
  // Does nothing from here on unless the flag is given. Errors: the kernel does
  // not count.
  absl::Status Open();

  // What a machine's options get as `counters`. This must outlive the machine.
  std::function<void(const conform::CodeCounters&)> Sink();

  // Prints the totals to standard error, writes the list to the flag's file,
  // and returns the status to exit with: `code`, unless something failed.
  int Finish(int code) const;

 private:
  std::optional<conform::CoverageCollector> collector_;
};

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_BINDERY_COVERAGE_H_
