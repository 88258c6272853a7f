// bindery export: a recorded trace for people to read, or what the driver says
// of itself behind a run, in its own words.
#include <unistd.h>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "sim/engine/run.h"
#include "sim/kernel/statistics.h"
#include "tools/bindery/commands.h"
#include "tools/bindery/files.h"
#include "tools/bindery/flags.h"
#include "tools/bindery/report.h"
#include "tools/bindery/session.h"
#include "tools/export/binder_logs.h"
#include "tools/export/html.h"
#include "tools/export/mermaid.h"
#include "tools/export/text.h"

namespace bindery::tools {
namespace {

bool Color() {
  const std::string color = absl::GetFlag(FLAGS_color);
  if (color != "auto") return color == "always";
  return absl::GetFlag(FLAGS_output).empty() && isatty(STDOUT_FILENO) != 0;
}

absl::StatusOr<std::string> ExportTrace(const std::string& path,
                                        const std::string& to) {
  const absl::StatusOr<proto::Trace> trace = ReadTrace(path);
  if (!trace.ok()) return trace.status();
  if (to == "text") return ExportText(*trace, Color());
  if (to == "mermaid") return ExportMermaid(*trace);
  if (to == "html") return ExportHtml(*trace);
  return absl::InvalidArgumentError(absl::StrCat(
      "--to=", to,
      ": this version exports text, mermaid, html and binder_logs"));
}

absl::StatusOr<std::string> LogsText(const LogSource& source,
                                     const LogDialect& dialect,
                                     LogNumbers& numbers) {
  const std::string name = absl::GetFlag(FLAGS_log);
  if (name == "all") return AllLogs(source, dialect, numbers);
  const absl::StatusOr<std::string> log =
      ReadLog(source, dialect, numbers, name);
  if (log.ok()) return log;
  return absl::NotFoundError(absl::StrCat("--log=", log.status().message()));
}

// The driver's logs behind the run that `bindery run` would make.
absl::StatusOr<std::string> ExportLogs(const std::string& path) {
  const std::string version = absl::GetFlag(FLAGS_version);
  const LogDialect* const dialect = FindLogDialect(version);
  if (dialect == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--version=", version, ": the words of 6.1, 6.12 and 7.2 are known"));
  }
  const auto session = OpenSession(path);
  if (!session.ok()) return session.status();
  const absl::StatusOr<sim::Driver> driver = DriverFor(version);
  if (!driver.ok()) return driver.status();
  const auto scheduler = MakeScheduler();
  if (!scheduler.ok()) return scheduler.status();
  const sim::CompiledScenario& scenario = (*session)->scenario.compiled;
  sim::Statistics statistics;
  sim::SimulationOptions options = (*session)->options;
  options.statistics = &statistics;
  options.pages = true;
  sim::Simulation simulation(scenario, *driver, &(*session)->properties,
                             options);
  simulation.set_recording(true, false);
  sim::Run(simulation, **scheduler, {});
  LogNumbers numbers(scenario, &statistics);
  return LogsText({simulation.world(), &statistics, simulation.memory()},
                  *dialect, numbers);
}

}  // namespace

int ExportCommand(const std::vector<std::string>& arguments) {
  if (arguments.size() != 1) {
    return Fail(absl::InvalidArgumentError(
        "export takes one trace; `bindery run SCENARIO --trace=FILE` writes "
        "one; or, with --to=binder_logs, one scenario"));
  }
  const std::string to = absl::GetFlag(FLAGS_to);
  const absl::StatusOr<std::string> text = to == "binder_logs"
                                               ? ExportLogs(arguments[0])
                                               : ExportTrace(arguments[0], to);
  if (!text.ok()) return Fail(text.status());
  const std::string output = absl::GetFlag(FLAGS_output);
  const absl::Status written = WriteFile(output.empty() ? "-" : output, *text);
  return written.ok() ? static_cast<int>(kExitPass) : Fail(written);
}

}  // namespace bindery::tools
