#include "tools/bindery/list_coverage.h"

#include <cstdio>
#include <memory>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "tools/bindery/files.h"
#include "tools/bindery/flags.h"
#include "tools/bindery/report.h"
#include "tools/bindery/session.h"
#include "tools/bindery/ticker.h"
#include "tools/bindery/verdict.h"
#include "tools/coverage/exercise.h"
#include "tools/coverage/judge.h"
#include "tools/coverage/print.h"

namespace bindery::tools {
namespace {

using Sessions = std::vector<std::unique_ptr<Session>>;

// Of each scenario. Thirty times as many states and a hundred times as many
// walks took no other branches.
constexpr uint64_t kStates = 10000;
constexpr uint64_t kWalks = 200;

absl::StatusOr<std::vector<coverage::Exercise>> MeasureAll(
    const Sessions& sessions) {
  coverage::Limits limits{kStates, kWalks};
  if (absl::GetFlag(FLAGS_max_states) != 0) {
    limits.states = absl::GetFlag(FLAGS_max_states);
  }
  Ticker ticker("coverage");
  std::vector<coverage::Exercise> exercises;
  for (const std::unique_ptr<Session>& session : sessions) {
    auto scheduler = MakeScheduler();
    if (!scheduler.ok()) return scheduler.status();
    exercises.push_back(coverage::Measure(
        session->path, session->scenario.compiled, session->driver,
        session->properties, session->options, **scheduler, limits));
    const bool goes_on = ticker.Tick([&](double) {
      return absl::StrCat(exercises.size(), " of ", sessions.size(),
                          " scenarios");
    });
    if (!goes_on && exercises.size() < sessions.size()) {
      return absl::DeadlineExceededError("the time is up");
    }
  }
  return exercises;
}

std::string Print(const coverage::Coverage& coverage) {
  const std::string format = absl::GetFlag(FLAGS_format);
  if (format == "json") return coverage::ToJson(coverage);
  return format == "markdown" ? coverage::ToMarkdown(coverage)
                              : coverage::ToText(coverage);
}

absl::StatusOr<coverage::Coverage> JudgeAll(const Sessions& sessions) {
  const auto exercises = MeasureAll(sessions);
  if (!exercises.ok()) return exercises.status();
  std::vector<const sim::Driver*> drivers;
  for (const std::unique_ptr<Session>& session : sessions) {
    drivers.push_back(&session->driver);
  }
  return coverage::Judge(coverage::AllBranches(drivers), *exercises,
                         coverage::AllRows(), coverage::AllReasons());
}

}  // namespace

int ListCoverage(const std::vector<std::string>& arguments) {
  if (!absl::GetFlag(FLAGS_mutate).empty()) {
    return Fail(absl::InvalidArgumentError(
        "coverage is that of the faithful driver; leave out --mutate"));
  }
  const bool all = arguments.empty();
  const auto sessions =
      OpenSessions(all ? std::vector<std::string>{"scenarios/..."} : arguments);
  if (!sessions.ok()) return Fail(sessions.status());
  absl::StatusOr<coverage::Coverage> coverage = JudgeAll(*sessions);
  if (!coverage.ok()) {
    const int code = Fail(coverage.status());
    return absl::IsDeadlineExceeded(coverage.status()) ? kExitInconclusive
                                                       : code;
  }
  if (!all) coverage->problems.clear();
  const std::string output = absl::GetFlag(FLAGS_output);
  const absl::Status written =
      WriteFile(output.empty() ? "-" : output, Print(*coverage));
  if (!written.ok()) return Fail(written);
  return coverage->problems.empty() ? kExitPass : kExitViolated;
}

}  // namespace bindery::tools
