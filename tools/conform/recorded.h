// Transcripts of real kernels, kept as files, so that the model can be compared
// with kernels that are not there:
//
//   DIR/VERSION/SCENARIO.transcript
//
// A file holds what the kernel did and a hash of the scenario's text: once the
// text is another one, the file is stale, and the comparison fails. The step
// `logs` is not in it (driver_log.h).
#ifndef BINDERY_TOOLS_CONFORM_RECORDED_H_
#define BINDERY_TOOLS_CONFORM_RECORDED_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tools/conform/judge.h"
#include "tools/conform/kernel/record.h"
#include "tools/conform/lockstep.h"

namespace bindery::conform {

// The version of a kernel by the name that --kernel knows: "7.2" for "uml-7.2",
// and for "uml-7.2-lsm", whose driver is the same.
std::string VersionOf(absl::string_view kernel);

std::string TranscriptPath(const std::string& folder,
                           const std::string& version,
                           const std::string& scenario);

// Versions with transcripts, sorted. Errors: NotFound.
absl::StatusOr<std::vector<std::string>> RecordedVersions(
    const std::string& folder);

// The file for what a kernel did. Errors: FailedPrecondition if the kernel did
// not come to the end of the plan.
absl::StatusOr<std::string> Record(const LockstepRun& run,
                                   const ScenarioRecord& record,
                                   absl::string_view scenario_text);

// What the file in `path` with this content says about the model's run.
Verdict JudgeRecorded(const LockstepRun& run, absl::string_view scenario_text,
                      const std::string& path, absl::string_view content);

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_RECORDED_H_
