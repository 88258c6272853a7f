#include "tools/conform/recorded.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tools/conform/observe.h"

namespace bindery::conform {
namespace {

namespace fs = std::filesystem;

Verdict NotComparable(const std::string& path, absl::string_view why) {
  Verdict verdict;
  verdict.explanation =
      absl::StrCat("  ", path, ": ", why,
                   "; record it again with bindery conform --record\n");
  return verdict;
}

}  // namespace

std::string VersionOf(absl::string_view kernel) {
  const size_t slash = kernel.rfind('/');
  if (slash != absl::string_view::npos) kernel.remove_prefix(slash + 1);
  absl::ConsumePrefix(&kernel, "linux-");
  absl::ConsumePrefix(&kernel, "bzImage-");
  absl::ConsumePrefix(&kernel, "uml-");
  absl::ConsumeSuffix(&kernel, "-lsm");
  return std::string(kernel);
}

std::string TranscriptPath(const std::string& folder,
                           const std::string& version,
                           const std::string& scenario) {
  return absl::StrCat(folder, "/", version, "/", scenario, ".transcript");
}

absl::StatusOr<std::vector<std::string>> RecordedVersions(
    const std::string& folder) {
  std::vector<std::string> versions;
  std::error_code error;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(folder, error)) {
    if (entry.is_directory(error)) {
      versions.push_back(entry.path().filename().string());
    }
  }
  std::sort(versions.begin(), versions.end());
  if (!versions.empty()) return versions;
  return absl::NotFoundError(absl::StrCat(
      folder,
      ": no transcripts of any kernel; --transcripts says where they "
      "are, --record makes them"));
}

absl::StatusOr<std::string> Record(const LockstepRun& run,
                                   const ScenarioRecord& record,
                                   absl::string_view scenario_text) {
  if (record.outcome == Outcome::kOk) {
    return Write(Observe(run, record), TextHash(scenario_text));
  }
  return absl::FailedPreconditionError(
      absl::StrCat(run.transcript.scenario,
                   ": not recorded: ", std::string(OutcomeName(record.outcome)),
                   " ", record.detail, "\n", Judge(run, record).explanation));
}

Verdict JudgeRecorded(const LockstepRun& run, absl::string_view scenario_text,
                      const std::string& path, absl::string_view content) {
  const auto recorded = ReadTranscripts(path, content);
  if (!recorded.ok()) return NotComparable(path, recorded.status().message());
  if (recorded->size() != 1) {
    return NotComparable(path, "holds more or less than one transcript");
  }
  if (recorded->front().hash != TextHash(scenario_text)) {
    return NotComparable(path, "is of another text of the scenario");
  }
  return JudgeTranscript(run, recorded->front().transcript);
}

}  // namespace bindery::conform
