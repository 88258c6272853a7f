#include "tools/conform/log_reader.h"

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace bindery::conform {

LogNames LogReader::Names(const tools::LogNumbers& numbers) const {
  LogNames names;
  for (uint32_t i = 1; i <= scenario_.processes.size(); ++i) {
    names.processes[numbers.Pid(i)] = scenario_.processes[i - 1].name;
  }
  for (uint32_t i = 1; i <= scenario_.tasks.size(); ++i) {
    names.actors[numbers.Tid(i)] = scenario_.tasks[i - 1].full_name;
  }
  return names;
}

std::vector<DriverLog> LogReader::Read(const tools::LogDialect& dialect,
                                       absl::string_view files,
                                       tools::LogNumbers& numbers) const {
  std::vector<DriverLog> logs;
  for (const absl::string_view file : absl::StrSplit(files, ' ')) {
    for (const std::string& name : tools::LogFiles(source_, dialect, numbers)) {
      const bool of_process = absl::StartsWith(name, "proc/");
      if (of_process ? file != "proc" : file != name) continue;
      const auto log = tools::ReadLog(source_, dialect, numbers, name);
      logs.push_back({name, absl::StrSplit(*log, '\n', absl::SkipEmpty())});
    }
  }
  return logs;
}

std::vector<std::string> LogReader::State(
    const tools::LogDialect& dialect) const {
  tools::LogNumbers numbers(scenario_, source_.statistics);
  std::vector<std::string> lines;
  for (const DriverLog& log : Read(dialect, kStateLogs, numbers)) {
    lines.insert(lines.end(), log.lines.begin(), log.lines.end());
  }
  return NormaliseState(lines, Names(numbers));
}

std::vector<std::string> LogReader::Others(
    const tools::LogDialect& dialect) const {
  tools::LogNumbers numbers(scenario_, source_.statistics);
  return NormaliseLogs(Read(dialect, kOtherLogs, numbers), {}, Names(numbers));
}

std::vector<std::string> LogReader::One(const tools::LogDialect& dialect,
                                        absl::string_view name) const {
  tools::LogNumbers numbers(scenario_, source_.statistics);
  std::vector<std::string> lines;
  for (const DriverLog& log : Read(dialect, name, numbers)) {
    lines = NormaliseLog(log, {}, Names(numbers));
  }
  return lines;
}

}  // namespace bindery::conform
