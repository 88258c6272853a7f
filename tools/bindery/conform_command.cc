// bindery conform: the same scenarios in the model and on a real kernel.
#include <cstdio>
#include <memory>
#include <thread>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "tools/bindery/commands.h"
#include "tools/bindery/coverage.h"
#include "tools/bindery/files.h"
#include "tools/bindery/flags.h"
#include "tools/bindery/meter.h"
#include "tools/bindery/report.h"
#include "tools/bindery/session.h"
#include "tools/bindery/ticker.h"
#include "tools/bindery/verdict.h"
#include "tools/conform/differential.h"
#include "tools/conform/failures.h"
#include "tools/conform/judge.h"
#include "tools/conform/lockstep.h"
#include "tools/conform/recorded.h"

namespace bindery::tools {
namespace {

using conform::LockstepRun;
using Sessions = std::vector<std::unique_ptr<Session>>;

// That of the kernel's version, if no profile is asked for.
absl::StatusOr<sim::Driver> JudgedDriver(absl::string_view version) {
  absl::StatusOr<sim::Driver> driver = DriverFor(version);
  if (!driver.ok() || driver->judged()) return driver;
  return absl::InvalidArgumentError(absl::StrCat(
      "the profile ", driver->profile(),
      " is not judged: no kernel of its version is there to be compared with; "
      "`bindery run --profile=A,B` compares it with another profile"));
}

// The scenario is about what this kernel does not have.
bool TooNew(const Session& session, absl::string_view version) {
  return sim::IsOlder(version, session.scenario.proto.since());
}

absl::StatusOr<std::vector<LockstepRun>> RunModel(const Sessions& sessions,
                                                  absl::string_view version) {
  const absl::StatusOr<sim::Driver> driver = JudgedDriver(version);
  if (!driver.ok()) return driver.status();
  conform::LockstepOptions options;
  options.listens = absl::GetFlag(FLAGS_reports);
  if (options.listens && !driver->features().reports) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--reports: the driver of ", driver->profile(), " makes no reports"));
  }
  std::vector<LockstepRun> runs;
  for (const std::unique_ptr<Session>& session : sessions) {
    absl::StatusOr<LockstepRun> run = conform::RunLockstep(
        session->scenario.compiled, *driver, &session->properties, options);
    if (!run.ok()) return run.status();
    runs.push_back(*std::move(run));
  }
  return runs;
}

// A kernel that nobody named is named here.
absl::StatusOr<conform::KernelSpec> Kernel() {
  const std::string name = absl::GetFlag(FLAGS_kernel);
  absl::StatusOr<conform::KernelSpec> kernel =
      conform::FindKernel(name, absl::GetFlag(FLAGS_kernel_dir));
  if (kernel.ok() && name.empty()) {
    std::fprintf(stderr, "kernel %s\n", kernel->name.c_str());
  }
  return kernel;
}

// As flags of a command that repeats a run.
std::string KernelFlags(const conform::KernelSpec& kernel) {
  const std::string folder = absl::GetFlag(FLAGS_kernel_dir);
  return absl::StrCat(" --kernel=", kernel.name,
                      folder.empty() ? "" : " --kernel_dir=", folder);
}

KernelCoverage& TheCoverage() {
  static auto* const coverage = new KernelCoverage;
  return *coverage;
}

conform::MachineOptions Machine() {
  conform::MachineOptions options;
  options.counters = TheCoverage().Sink();
  options.device_folder = absl::GetFlag(FLAGS_device_dir);
  return options;
}

void FillResult(const conform::Verdict& verdict, const std::string& path,
                const std::string& name, proto::Result* result) {
  result->set_name(name);
  result->set_verdict(!verdict.lacking.empty() ? "left out"
                      : verdict.same           ? "pass"
                                               : "mismatch");
  (*result->mutable_figures())["steps"] = static_cast<double>(verdict.steps);
  if (verdict.same) return;
  result->set_reason(absl::StrCat("\n", verdict.explanation));
  if (!verdict.lacking.empty()) return;
  result->set_reproduce(Reproduce("conform", path));
}

void AddVerdicts(const Sessions& sessions,
                 const std::vector<conform::Verdict>& verdicts,
                 proto::Report* report) {
  for (size_t i = 0; i < sessions.size(); ++i) {
    FillResult(verdicts[i], sessions[i]->path, sessions[i]->name(),
               report->add_results());
  }
}

int PrintVerdicts(const Sessions& sessions,
                  const std::vector<conform::Verdict>& verdicts) {
  proto::Report report;
  AddVerdicts(sessions, verdicts, &report);
  return Print(report);
}

// What an agent said that was run by hand.
absl::StatusOr<std::vector<conform::Verdict>> JudgeRecords(
    const std::string& path, const std::vector<LockstepRun>& runs) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  const auto records = conform::ParseRecords(*text);
  if (!records.ok()) return records.status();
  std::vector<conform::Verdict> verdicts;
  for (size_t i = 0; i < runs.size(); ++i) {
    const bool there = i < records->complete.size();
    verdicts.push_back(conform::Judge(
        runs[i], there ? records->complete[i] : conform::ScenarioRecord()));
  }
  return verdicts;
}

// ---------------------------------------------------------------- recorded --

conform::Verdict JudgeFile(const LockstepRun& run, const Session& session,
                           const std::string& path) {
  const absl::StatusOr<std::string> content = ReadFile(path);
  if (content.ok()) {
    return conform::JudgeRecorded(run, session.text, path, *content);
  }
  conform::Verdict verdict;
  verdict.explanation = absl::StrCat("  ", content.status().message(),
                                     "; make it with bindery conform "
                                     "--record\n");
  return verdict;
}

// Every scenario against the transcripts of every kernel that there are.
int ConformRecorded(const Sessions& sessions) {
  const std::string folder = absl::GetFlag(FLAGS_transcripts);
  const auto versions = conform::RecordedVersions(folder);
  if (!versions.ok()) return Fail(versions.status());
  proto::Report report;
  for (const std::string& version : *versions) {
    const auto runs = RunModel(sessions, version);
    if (!runs.ok()) return Fail(runs.status());
    for (size_t i = 0; i < sessions.size(); ++i) {
      if (TooNew(*sessions[i], version)) continue;
      const std::string& name = sessions[i]->name();
      const conform::Verdict verdict =
          JudgeFile((*runs)[i], *sessions[i],
                    conform::TranscriptPath(folder, version, name));
      FillResult(verdict, sessions[i]->path, absl::StrCat(version, " ", name),
                 report.add_results());
    }
  }
  return Print(report);
}

// What the kernel did is written down whether the model agrees or not.
int RecordTranscripts(const Sessions& sessions,
                      const std::vector<LockstepRun>& runs,
                      const conform::KernelSpec& kernel) {
  const auto records = conform::RunAll(runs, kernel, Machine());
  if (!records.ok()) return Fail(records.status());
  std::vector<conform::Verdict> verdicts;
  for (size_t i = 0; i < runs.size(); ++i) {
    const auto text =
        conform::Record(runs[i], (*records)[i], sessions[i]->text);
    if (!text.ok()) return Fail(text.status());
    const std::string path = conform::TranscriptPath(
        absl::GetFlag(FLAGS_transcripts), conform::VersionOf(kernel.name),
        sessions[i]->name());
    const absl::Status status = WriteFile(path, *text);
    if (!status.ok()) return Fail(status);
    verdicts.push_back(conform::Judge(runs[i], (*records)[i]));
  }
  return PrintVerdicts(sessions, verdicts);
}

// Every allocation of the scenario fails once.
absl::Status AddFailures(const Session& session, const sim::Driver& driver,
                         const conform::KernelSpec& kernel,
                         proto::Report* report) {
  const auto verdicts = conform::JudgeFailures(session.scenario.compiled,
                                               driver, kernel, Machine());
  if (!verdicts.ok()) return verdicts.status();
  for (const conform::AllocationVerdict& each : *verdicts) {
    FillResult(
        each.verdict, session.path,
        absl::StrCat(session.name(), " without allocation ", each.allocation),
        report->add_results());
  }
  return absl::OkStatus();
}

int ConformFailures(const Sessions& sessions,
                    const conform::KernelSpec& kernel) {
  const auto driver = JudgedDriver(conform::VersionOf(kernel.name));
  if (!driver.ok()) return Fail(driver.status());
  proto::Report report;
  for (const std::unique_ptr<Session>& session : sessions) {
    const absl::Status status = AddFailures(*session, *driver, kernel, &report);
    if (!status.ok()) return Fail(status);
  }
  return Print(report);
}

// Scenarios whose budget has failing allocations also run without each of
// their allocations, where a kernel can do that.
absl::Status AddBudgetedFailures(const Sessions& sessions,
                                 const conform::KernelSpec& kernel,
                                 proto::Report* report) {
  const auto driver = JudgedDriver(conform::VersionOf(kernel.name));
  if (!driver.ok()) return driver.status();
  for (const std::unique_ptr<Session>& session : sessions) {
    if (session->scenario.proto.budget().allocation_failures() == 0) continue;
    const absl::Status status = AddFailures(*session, *driver, kernel, report);
    if (status.code() == absl::StatusCode::kFailedPrecondition) {
      std::fprintf(stderr, "no allocation failed: %s\n",
                   std::string(status.message()).c_str());
      continue;
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

int WritePlan(const std::string& path, const std::vector<LockstepRun>& runs) {
  std::string plan;
  for (const LockstepRun& run : runs) absl::StrAppend(&plan, run.plan);
  const absl::Status status = WriteFile(path, plan);
  return status.ok() ? kExitPass : Fail(status);
}

// Takes out those for which `why` is not "", and says so.
template <typename Why>
void LeaveOut(Why&& why, Sessions* sessions) {
  std::erase_if(*sessions, [&](const std::unique_ptr<Session>& session) {
    const std::string reason = why(*session);
    if (reason.empty()) return false;
    std::fprintf(stderr, "%s: left out; %s\n", session->path.c_str(),
                 reason.c_str());
    return true;
  });
}

std::string NoSuchKernel(const Session& session) {
  return conform::IsOfSomeKernel(session.scenario.compiled)
             ? ""
             : "no kernel has such a binderfs";
}

int ConformKernel(Sessions sessions) {
  const absl::StatusOr<conform::KernelSpec> kernel = Kernel();
  if (!kernel.ok()) return Fail(kernel.status());
  const std::string version = conform::VersionOf(kernel->name);
  LeaveOut(
      [&](const Session& session) {
        return TooNew(session, version)
                   ? absl::StrCat("it needs kernel ",
                                  session.scenario.proto.since())
                   : std::string();
      },
      &sessions);
  if (absl::GetFlag(FLAGS_fail_allocations)) {
    return ConformFailures(sessions, *kernel);
  }
  const auto runs = RunModel(sessions, version);
  if (!runs.ok()) return Fail(runs.status());
  if (absl::GetFlag(FLAGS_record)) {
    return RecordTranscripts(sessions, *runs, *kernel);
  }
  const auto verdicts = conform::JudgeAll(*runs, *kernel, Machine());
  if (!verdicts.ok()) return Fail(verdicts.status());
  proto::Report report;
  AddVerdicts(sessions, *verdicts, &report);
  const absl::Status status = AddBudgetedFailures(sessions, *kernel, &report);
  return status.ok() ? Print(report) : Fail(status);
}

int ConformScenarios(const std::vector<std::string>& arguments) {
  absl::StatusOr<Sessions> sessions = OpenSessions(arguments);
  if (!sessions.ok()) return Fail(sessions.status());
  LeaveOut(NoSuchKernel, &*sessions);
  if (absl::GetFlag(FLAGS_recorded)) return ConformRecorded(*sessions);
  const std::string plan = absl::GetFlag(FLAGS_plan);
  const std::string records = absl::GetFlag(FLAGS_records);
  if (plan.empty() && records.empty())
    return ConformKernel(*std::move(sessions));
  const auto runs =
      RunModel(*sessions, conform::VersionOf(absl::GetFlag(FLAGS_kernel)));
  if (!runs.ok()) return Fail(runs.status());
  if (!plan.empty()) return WritePlan(plan, *runs);
  const auto verdicts = JudgeRecords(records, *runs);
  return verdicts.ok() ? PrintVerdicts(*sessions, *verdicts)
                       : Fail(verdicts.status());
}

// ------------------------------------------------------------------ random --

conform::DifferentialOptions RandomOptions(const conform::KernelSpec& kernel) {
  conform::DifferentialOptions options;
  options.kernel = kernel;
  options.machine = Machine();
  options.count = absl::GetFlag(FLAGS_random);
  options.seed =
      static_cast<uint64_t>(std::max<int64_t>(1, absl::GetFlag(FLAGS_seed)));
  options.max_mismatches = absl::GetFlag(FLAGS_keep_going) ? 10 : 1;
  options.machine.jobs =
      static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  options.shape.processes = absl::GetFlag(FLAGS_procs);
  options.shape.threads = absl::GetFlag(FLAGS_threads);
  options.shape.commands = absl::GetFlag(FLAGS_commands);
  return options;
}

void FillRandom(const conform::DifferentialResult& found,
                const conform::KernelSpec& kernel, const Meter& meter,
                proto::Result* result) {
  result->set_name("random");
  result->set_verdict(!found.mismatches.empty() ? "mismatch"
                      : found.complete          ? "pass"
                                                : "inconclusive");
  auto& figures = *result->mutable_figures();
  figures["scenarios"] = static_cast<double>(found.scenarios);
  figures["steps"] = static_cast<double>(found.steps);
  std::string reason = found.complete ? "" : "the time was up";
  for (const conform::Mismatch& mismatch : found.mismatches) {
    absl::StrAppend(&reason, "\n# seed ", mismatch.seed, "\n",
                    conform::ToText(mismatch.scenario), mismatch.explanation);
  }
  result->set_reason(reason);
  if (!found.mismatches.empty()) {
    result->set_reproduce(absl::StrCat(
        "./bindery conform --random=1 --seed=", found.mismatches[0].seed,
        " --procs=", absl::GetFlag(FLAGS_procs),
        " --threads=", absl::GetFlag(FLAGS_threads),
        " --commands=", absl::GetFlag(FLAGS_commands), KernelFlags(kernel)));
  }
  meter.Fill(result);
}

int ConformRandom() {
  const absl::StatusOr<conform::KernelSpec> kernel = Kernel();
  if (!kernel.ok()) return Fail(kernel.status());
  const auto driver = JudgedDriver(conform::VersionOf(kernel->name));
  if (!driver.ok()) return Fail(driver.status());
  const conform::DifferentialOptions options = RandomOptions(*kernel);
  std::fprintf(stderr, "seed %llu\n",
               static_cast<unsigned long long>(options.seed));
  const Meter meter;
  Ticker ticker("random");
  const auto found =
      conform::Differential(options, *driver, [&](uint64_t done) {
        return ticker.Tick([&](double) {
          return absl::StrCat(done, " of ", options.count, " scenarios");
        });
      });
  if (!found.ok()) return Fail(found.status());
  if (absl::GetFlag(FLAGS_stats)) {
    std::fputs(found->stats.Report().c_str(), stderr);
  }
  proto::Report report;
  FillRandom(*found, *kernel, meter, report.add_results());
  return Print(report);
}

}  // namespace

int ConformCommand(const std::vector<std::string>& arguments) {
  const absl::Status status = TheCoverage().Open();
  if (!status.ok()) return Fail(status);
  return TheCoverage().Finish(absl::GetFlag(FLAGS_random) != 0
                                  ? ConformRandom()
                                  : ConformScenarios(arguments));
}

}  // namespace bindery::tools
