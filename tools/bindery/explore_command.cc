// bindery explore: every interleaving of each scenario.

#include <algorithm>
#include <cstdio>
#include <limits>
#include <memory>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "model/explore/result.h"
#include "tools/bindery/commands.h"
#include "tools/bindery/files.h"
#include "tools/bindery/flags.h"
#include "tools/bindery/golden.h"
#include "tools/bindery/meter.h"
#include "tools/bindery/report.h"
#include "tools/bindery/search.h"
#include "tools/bindery/session.h"
#include "tools/bindery/verdict.h"

namespace bindery::tools {
namespace {

constexpr char kNotMetAlone[] =
    " (met by several threads; one thread, which is to find the trace, did not "
    "get there: give it more time or memory, or --jobs=1)";
constexpr char kNotRead[] =
    " (the way there could not be read from the disk: give --disk another "
    "folder)";

const char* NoTrace(const model::Finding& finding) {
  if (finding.has_trace) return "";
  return absl::GetFlag(FLAGS_disk).empty() ? kNotMetAlone : kNotRead;
}

const char* VerdictOf(const model::ExploreResult& found) {
  for (const model::Finding& finding : found.findings) {
    if (finding.kind == model::FindingKind::kViolation) return "violated";
  }
  if (!found.findings.empty()) return "deadlock";
  return found.complete ? "pass" : "inconclusive";
}

// The first finding goes to --trace=FILE, the next to FILE.2, and so on.
absl::Status RecordFindings(const Session& session,
                            const model::ExploreResult& found,
                            proto::Result* result) {
  const std::string trace = absl::GetFlag(FLAGS_trace);
  if (trace.empty()) return absl::OkStatus();
  for (size_t i = 0; i < found.findings.size(); ++i) {
    if (!found.findings[i].has_trace) continue;
    const std::string path = i == 0 ? trace : absl::StrCat(trace, ".", i + 1);
    const bool checks = absl::GetFlag(FLAGS_properties) != "none";
    const absl::Status s =
        WriteTrace(path, RecordFinding(session, found.findings[i], checks));
    if (!s.ok()) return s;
    result->mutable_violations(static_cast<int>(i))->set_trace(path);
  }
  return absl::OkStatus();
}

// "server.main: BC_REPLY, BR_TRANSACTION_COMPLETE".
std::string StepText(const proto::TraceStep& step) {
  std::string text = absl::StrCat(step.actor(), ":");
  std::string previous;
  for (const proto::Event& event : step.event()) {
    if (event.name().empty() || event.name() == previous) continue;
    absl::StrAppend(&text, previous.empty() ? " " : ", ", event.name());
    previous = event.name();
  }
  return previous.empty() ? absl::StrCat(text, " goes on") : text;
}

void FillRun(const Session& session, const model::Finding& finding,
             proto::ViolationReport* report) {
  if (!finding.loop.has_value()) return;
  report->set_endless(true);
  const proto::Trace trace =
      RecordFinding(session, finding, /*check_properties=*/true);
  for (int i = 0; i < trace.step_size(); ++i) {
    const bool loop = static_cast<size_t>(i) >= *finding.loop;
    *(loop ? report->add_loop() : report->add_stem()) = StepText(trace.step(i));
  }
}

// A predicate that never held makes a complete search a failure: the scenario
// shows less than it claims.
void ReportUnseen(const Session& session, const model::ExploreResult& found,
                  proto::Result* result) {
  if (!found.complete || !found.findings.empty()) return;
  const auto& sometimes = session.properties.sometimes;
  for (size_t i = 0; i < sometimes.size(); ++i) {
    if ((found.sometimes_seen >> i & 1) != 0) continue;
    result->set_verdict("violated");
    proto::ViolationReport* report = result->add_violations();
    report->set_property(sometimes[i].name);
    report->set_message(absl::StrCat("never holds: ", sometimes[i].expr));
  }
}

// Only runs can break what is to hold again and again.
void ReportNotAsked(const Session& session, proto::Result* result) {
  if (absl::GetFlag(FLAGS_liveness)) return;
  for (const sim::Property& one : session.properties.eventually) {
    result->add_not_asked(one.name);
  }
}

void FillResult(const Session& session, const model::ExploreResult& found,
                const Meter& meter, proto::Result* result) {
  FillCounts(found, result);
  FillInterchangeable(session, result);
  result->set_name(session.name());
  NoteJudged(session.driver, result);
  result->set_verdict(VerdictOf(found));
  if (!found.complete && found.findings.empty()) {
    result->set_reason(ReasonOf(found));
  }
  for (const model::Finding& finding : found.findings) {
    proto::ViolationReport* report = result->add_violations();
    report->set_property(finding.property);
    report->set_message(absl::StrCat(finding.message, NoTrace(finding)));
    report->set_depth(finding.depth());
    FillRun(session, finding, report);
  }
  ReportUnseen(session, found, result);
  ReportNotAsked(session, result);
  meter.Fill(result);
}

// `late`: what failed when there was a result already, which is not lost.
absl::Status ExploreOne(const Session& session, proto::Result* result,
                        absl::Status* late) {
  model::ExploreOptions options;
  const proto::ExploreDefaults& defaults = session.scenario.proto.explore();
  Ticker ticker(session.name());
  SetSearchOptions(defaults.max_states(), defaults.max_depth(), &ticker,
                   &options);
  const Meter meter;
  SearchCoverage coverage(session);
  const auto run = ExploreSession(session, std::move(options), &coverage);
  if (!run.ok()) return run.status();
  const model::ExploreResult& found = *run;
  FillResult(session, found, meter, result);
  late->Update(coverage.Fill(result));
  late->Update(RecordFindings(session, found, result));
  ApplyScenarioExpectation(session, result);
  if (StatusOf(result->verdict()) != kExitPass) {
    result->set_reproduce(Reproduce(
        "explore", session.scenario.compiled.open ? "" : session.path));
  }
  late->Update(CheckGolden(session, result));
  return absl::OkStatus();
}

// The scenarios, or the open question.
absl::StatusOr<std::vector<std::unique_ptr<Session>>> Questions(
    const std::vector<std::string>& arguments) {
  if (absl::GetFlag(FLAGS_open).empty()) return OpenSessions(arguments);
  if (!arguments.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--open asks without a scenario; leave out \"",
                     arguments[0], "\" or --open"));
  }
  auto session = OpenOpenQuestion();
  if (!session.ok()) return session.status();
  std::vector<std::unique_ptr<Session>> sessions;
  sessions.push_back(*std::move(session));
  return sessions;
}

}  // namespace

int ExploreCommand(const std::vector<std::string>& arguments) {
  auto sessions = Questions(arguments);
  if (!sessions.ok()) return Fail(sessions.status());
  if (absl::Status s = CheckCheckpointOfOne(sessions->size()); !s.ok()) {
    return Fail(s);
  }
  proto::Report report;
  absl::Status late;
  for (const std::unique_ptr<Session>& session : *sessions) {
    const absl::Status status =
        ExploreOne(*session, report.add_results(), &late);
    if (status.ok()) continue;
    late.Update(status);
    report.mutable_results()->RemoveLast();
    break;
  }
  if (report.results().empty()) return Fail(late);
  const int code = Print(report);
  return late.ok() ? code : std::max(code, Fail(late));
}

}  // namespace bindery::tools
