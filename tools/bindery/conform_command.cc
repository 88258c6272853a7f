// bindery conform: the same scenarios in the model and on a real kernel.
#include <memory>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "tools/bindery/commands.h"
#include "tools/bindery/files.h"
#include "tools/bindery/flags.h"
#include "tools/bindery/meter.h"
#include "tools/bindery/report.h"
#include "tools/bindery/session.h"
#include "tools/bindery/verdict.h"
#include "tools/conform/lockstep.h"
#include "tools/conform/observe.h"
#include "tools/conform/transcript.h"

namespace bindery::tools {
namespace {

using conform::LockstepRun;

struct Conformed {
  const Session* session = nullptr;
  LockstepRun run;
};

absl::StatusOr<std::vector<Conformed>> RunModel(
    const std::vector<std::unique_ptr<Session>>& sessions) {
  std::vector<Conformed> all;
  for (const std::unique_ptr<Session>& session : sessions) {
    absl::StatusOr<LockstepRun> run = conform::RunLockstep(
        session->scenario.compiled, session->driver, &session->properties);
    if (!run.ok()) return run.status();
    all.push_back({session.get(), *std::move(run)});
  }
  return all;
}

std::string PlanOf(const std::vector<Conformed>& all) {
  std::string plan;
  for (const Conformed& one : all) absl::StrAppend(&plan, one.run.plan);
  return plan;
}

void Judge(const Conformed& one, const conform::ScenarioRecord& record,
           proto::Result* result) {
  const conform::Transcript observed = conform::Observe(one.run, record);
  const conform::Difference difference =
      conform::FirstDifference(one.run.transcript, observed);
  result->set_name(one.session->name());
  (*result->mutable_figures())["steps"] =
      static_cast<double>(observed.steps.size());
  if (!difference.found && record.outcome == conform::Outcome::kOk) {
    result->set_verdict("pass");
    return;
  }
  result->set_verdict("mismatch");
  result->set_reason(absl::StrCat(
      std::string(conform::OutcomeName(record.outcome)), " ", record.detail,
      "\n",
      difference.found
          ? conform::Explain(one.run.transcript, observed, difference)
          : "",
      record.console));
  result->set_reproduce(Reproduce("conform", one.session->path));
}

int Compare(const std::vector<Conformed>& all,
            const std::vector<conform::ScenarioRecord>& records) {
  proto::Report report;
  for (size_t i = 0; i < all.size(); ++i) {
    conform::ScenarioRecord missing;
    Judge(all[i], i < records.size() ? records[i] : missing,
          report.add_results());
  }
  return Print(report);
}

}  // namespace

int ConformCommand(const std::vector<std::string>& arguments) {
  auto sessions = OpenSessions(arguments);
  if (!sessions.ok()) return Fail(sessions.status());
  const absl::StatusOr<std::vector<Conformed>> all = RunModel(*sessions);
  if (!all.ok()) return Fail(all.status());
  const std::string plan = absl::GetFlag(FLAGS_plan);
  if (!plan.empty()) {
    const absl::Status status = WriteFile(plan, PlanOf(*all));
    return status.ok() ? kExitPass : Fail(status);
  }
  const auto text = ReadFile(absl::GetFlag(FLAGS_records));
  if (!text.ok()) return Fail(text.status());
  const auto records = conform::ParseRecords(*text);
  if (!records.ok()) return Fail(records.status());
  return Compare(*all, records->complete);
}

}  // namespace bindery::tools
