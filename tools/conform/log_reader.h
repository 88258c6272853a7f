// The driver's logs as the model writes them, in the form in which they are
// compared (driver_log.h).
#ifndef BINDERY_TOOLS_CONFORM_LOG_READER_H_
#define BINDERY_TOOLS_CONFORM_LOG_READER_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sim/user/program.h"
#include "tools/conform/driver_log.h"
#include "tools/export/binder_logs.h"

namespace bindery::conform {

// REQUIRES, of each call: what ReadLog() asks for.
class LogReader {
 public:
  // Both outlive it; the source has statistics and memory.
  LogReader(const sim::CompiledScenario& scenario, tools::LogSource source)
      : scenario_(scenario), source_(source) {}

  // The lines of kStateLogs and of kOtherLogs.
  std::vector<std::string> State(const tools::LogDialect& dialect) const;
  std::vector<std::string> Others(const tools::LogDialect& dialect) const;
  // Those of one file; none if the version has no such file.
  std::vector<std::string> One(const tools::LogDialect& dialect,
                               absl::string_view name) const;

 private:
  // Of the files that are asked for, those that there are.
  std::vector<DriverLog> Read(const tools::LogDialect& dialect,
                              absl::string_view files,
                              tools::LogNumbers& numbers) const;
  LogNames Names(const tools::LogNumbers& numbers) const;

  const sim::CompiledScenario& scenario_;
  const tools::LogSource source_;
};

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_LOG_READER_H_
