#include "tools/bindery/coverage.h"

#include <algorithm>
#include <cstdio>
#include <string>

#include "absl/flags/flag.h"
#include "tools/bindery/files.h"
#include "tools/bindery/flags.h"
#include "tools/bindery/report.h"

namespace bindery::tools {

absl::Status KernelCoverage::Open() {
  if (absl::GetFlag(FLAGS_coverage).empty()) return absl::OkStatus();
  const absl::StatusOr<conform::KernelSpec> kernel = conform::FindKernel(
      absl::GetFlag(FLAGS_kernel), absl::GetFlag(FLAGS_kernel_dir));
  if (!kernel.ok()) return kernel.status();
  absl::StatusOr<std::string> notes = conform::FindCoverageNotes(*kernel);
  if (!notes.ok()) return notes.status();
  collector_.emplace(*std::move(notes));
  return absl::OkStatus();
}

std::function<void(const conform::CodeCounters&)> KernelCoverage::Sink() {
  if (!collector_.has_value()) return {};
  return [this](const conform::CodeCounters& counters) {
    collector_->Take(counters);
  };
}

int KernelCoverage::Finish(int code) const {
  if (!collector_.has_value()) return code;
  const absl::StatusOr<conform::Coverage> coverage = collector_->Finish();
  if (!coverage.ok()) return std::max(code, Fail(coverage.status()));
  std::fputs(coverage->Summary().c_str(), stderr);
  const conform::Explanation explained = conform::Explain(
      *coverage, collector_->Texts(), conform::UnreachedReasons());
  std::fputs(explained.Text().c_str(), stderr);
  const std::string path = absl::GetFlag(FLAGS_coverage);
  if (path == kNoFile) return code;
  const absl::Status status = WriteFile(path, coverage->Unreached());
  return status.ok() ? code : std::max(code, Fail(status));
}

}  // namespace bindery::tools
