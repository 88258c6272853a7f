// Results and what becomes of them: text or JSON on standard output, and the
// exit status.
#ifndef BINDERY_TOOLS_BINDERY_REPORT_H_
#define BINDERY_TOOLS_BINDERY_REPORT_H_

#include <string>

#include "absl/status/status.h"
#include "proto/report.pb.h"
#include "sim/kernel/driver.h"

namespace bindery::tools {

// Exit statuses; see docs or `bindery --help`.
enum ExitStatus : int {
  kExitPass = 0,
  kExitUsage = 2,
  kExitInternal = 3,
  kExitViolated = 10,
  kExitDeadlock = 11,
  kExitMismatch = 12,
  kExitNotFound = 13,
  kExitInconclusive = 20,
};

// The status of a verdict such as "violated".
int StatusOf(const std::string& verdict);
// The more severe of two statuses.
int MoreSevere(int a, int b);

// Verdict for one scenario after its `expect`: an expected violation or
// deadlock that was found passes, one that was not is "not_found".
void ApplyExpectation(const std::string& expected_verdict,
                      const std::string& expected_property,
                      proto::Result* result);

// Says that no kernel has been compared with the driver's profile, if that is
// so.
void NoteJudged(const sim::Driver& driver, proto::Result* result);

// A command line that shows the same again; `input` may be empty.
std::string Reproduce(const std::string& command, const std::string& input);

// Prints the report as --format and --output say; returns the exit status.
int Print(const proto::Report& report);

// "bindery: message" on standard error; the status of an invalid input.
int Fail(const absl::Status& status);

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_BINDERY_REPORT_H_
