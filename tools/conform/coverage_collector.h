#ifndef BINDERY_TOOLS_CONFORM_COVERAGE_COLLECTOR_H_
#define BINDERY_TOOLS_CONFORM_COVERAGE_COLLECTOR_H_

// From the counters that kernels report at the end of a boot to Coverage, with
// the gcov of the compiler that built the kernel.
//
// `notes` is the folder that tools/kernel/build --variant=gcov puts beside the
// kernel: NAME.gcno of each object, the source files that reasons look at, and
// the file `tool`, which names gcov.

#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/conform/coverage.h"
#include "tools/conform/kernel/kernel_spec.h"
#include "tools/conform/kernel/record.h"
#include "tools/conform/unreached_reasons.h"

namespace bindery::conform {

// Errors: NotFound, with what to do about it, when the kernel has none.
absl::StatusOr<std::string> FindCoverageNotes(const KernelSpec& kernel);

class CoverageCollector {
 public:
  explicit CoverageCollector(std::string notes) : notes_(std::move(notes)) {}

  // One boot. Any thread. Objects without notes are passed over.
  void Take(const CodeCounters& counters);

  // Everything taken. Errors: the first that Take met, of gcov or of a folder;
  // FailedPrecondition when no boot reported anything.
  absl::StatusOr<Coverage> Finish() const;

  // Of the driver's source, what the notes have.
  SourceTexts Texts() const;

 private:
  absl::Status Add(const CodeCounters& counters);
  absl::Status AddObject(const std::string& name, const std::string& bytes,
                         const std::string& tool);

  const std::string notes_;
  mutable std::mutex mutex_;
  absl::Status status_;
  Coverage coverage_;
};

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_COVERAGE_COLLECTOR_H_
