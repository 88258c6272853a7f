#include "tools/conform/recorded.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tools/conform/driver_log.h"
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

// What is recorded of a transcript.
Transcript WithoutLogs(const Transcript& transcript) {
  Transcript kept = transcript;
  std::erase_if(kept.steps, [](const TranscriptStep& step) {
    return step.action == kLogsStep;
  });
  return kept;
}

// Lines of the step `state` that transcripts did not always have. One without
// any is compared without them.
constexpr absl::string_view kLaterLines[] = {"  pages"};

bool Has(const TranscriptStep& step, absl::string_view begin) {
  return std::any_of(
      step.results.begin(), step.results.end(),
      [&](const std::string& line) { return absl::StartsWith(line, begin); });
}

// The model's run, as it was written when the transcript was recorded.
LockstepRun AsThen(LockstepRun run, const Transcript& recorded) {
  run.transcript = WithoutLogs(run.transcript);
  if (recorded.steps.empty() || run.transcript.steps.empty()) return run;
  for (const absl::string_view begin : kLaterLines) {
    if (Has(recorded.steps.back(), begin)) continue;
    const auto later = [&](const std::string& line) {
      return absl::StartsWith(line, begin);
    };
    std::erase_if(run.transcript.steps.back().results, later);
    for (auto& results : run.in_words_of) {
      std::erase_if(results[run.transcript.steps.size() - 1], later);
    }
  }
  return run;
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
    return Write(WithoutLogs(Observe(run, record)), TextHash(scenario_text));
  }
  if (record.outcome == Outcome::kLacks) {
    return absl::FailedPreconditionError(
        absl::StrCat(run.transcript.scenario,
                     ": not recorded: the kernel lacks ", WhatItLacks(record)));
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
  const Transcript& transcript = recorded->front().transcript;
  return JudgeTranscript(AsThen(run, transcript), transcript);
}

}  // namespace bindery::conform
