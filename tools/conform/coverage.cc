#include "tools/conform/coverage.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "google/protobuf/util/json_util.h"

namespace bindery::conform {
namespace {

constexpr std::string_view kDriver = "drivers/android/";

bool IsTaken(int64_t count) { return count > 0; }

size_t Taken(const LineCoverage& line) {
  return static_cast<size_t>(
      std::count_if(line.branches.begin(), line.branches.end(), IsTaken));
}

double Percent(size_t part, size_t whole) {
  return whole == 0
             ? 100
             : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

// gcov names no function for some lines, such as those that were inlined.
std::string FunctionOf(const gcov::Line& line, const SourceCoverage& source) {
  if (!line.function_name().empty()) return line.function_name();
  for (const auto& [name, function] : source.functions) {
    if (function.first_line <= line.line_number() &&
        line.line_number() <= function.last_line) {
      return name;
    }
  }
  return "-";
}

void AddLine(const gcov::Line& line, SourceCoverage* source) {
  LineCoverage& sum =
      source->lines[{FunctionOf(line, *source), line.line_number()}];
  sum.count += line.count();
  const size_t branches = static_cast<size_t>(line.branches_size());
  sum.branches.resize(std::max(sum.branches.size(), branches));
  for (size_t i = 0; i < branches; ++i) {
    sum.branches[i] += line.branches(static_cast<int>(i)).count();
  }
}

// Writes the facts of one file, in the order of its lines.
class UnreachedWriter {
 public:
  UnreachedWriter(const std::string& path, const SourceCoverage& source)
      : path_(path), source_(source) {}

  std::string Write() {
    for (const auto& [name, function] : source_.functions) {
      if (function.count == 0) {
        Add("function", function.first_line, function.last_line, name, "");
      }
    }
    for (const auto& [key, line] : source_.lines) WriteLine(key, line);
    EndRun();
    std::string text;
    std::sort(facts_.begin(), facts_.end());
    for (const auto& [line, fact] : facts_) text += fact;
    return text;
  }

 private:
  void WriteLine(const std::pair<std::string, int>& key,
                 const LineCoverage& line) {
    const auto& [function, number] = key;
    if (function != run_function_ || line.count > 0) EndRun();
    if (IsNeverCalled(function)) return;
    if (line.count == 0) {
      if (run_first_ == 0) run_first_ = number;
      run_last_ = number;
      run_function_ = function;
    } else if (Taken(line) < line.branches.size()) {
      Add("branches", number, number, function,
          absl::StrCat(" ", Taken(line), "/", line.branches.size()));
    }
  }

  bool IsNeverCalled(const std::string& name) const {
    const auto found = source_.functions.find(name);
    return found != source_.functions.end() && found->second.count == 0;
  }

  void EndRun() {
    if (run_first_ != 0) Add("lines", run_first_, run_last_, run_function_, "");
    run_first_ = 0;
  }

  void Add(const char* what, int first, int last, const std::string& function,
           const std::string& more) {
    facts_.emplace_back(first, absl::StrCat(what, " ", path_, ":", first, "-",
                                            last, " ", function, more, "\n"));
  }

  const std::string& path_;
  const SourceCoverage& source_;
  std::vector<std::pair<int, std::string>> facts_;
  // The run of lines that was not executed so far; none when 0.
  int run_first_ = 0;
  int run_last_ = 0;
  std::string run_function_;
};

}  // namespace

CoverageTotals Totals(const SourceCoverage& source) {
  CoverageTotals totals;
  for (const auto& [key, line] : source.lines) {
    ++totals.lines;
    totals.lines_reached += IsTaken(line.count) ? 1 : 0;
    totals.branches += line.branches.size();
    totals.branches_taken += Taken(line);
  }
  for (const auto& [name, function] : source.functions) {
    ++totals.functions;
    totals.functions_reached += IsTaken(function.count) ? 1 : 0;
  }
  return totals;
}

absl::Status Coverage::Add(const std::string& json) {
  gcov::Report report;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status =
      google::protobuf::util::JsonStringToMessage(json, &report, options);
  if (!status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "gcov's report is not understood: ", std::string(status.message())));
  }
  for (const gcov::File& file : report.files()) {
    const size_t begin = file.file().rfind(kDriver);
    if (begin == std::string::npos) continue;
    AddFile(file, &sources_[file.file().substr(begin)]);
  }
  return absl::OkStatus();
}

void Coverage::AddFile(const gcov::File& file, SourceCoverage* source) {
  for (const gcov::Function& function : file.functions()) {
    FunctionCoverage& sum = source->functions[function.name()];
    sum.first_line = function.start_line();
    sum.last_line = function.end_line();
    sum.count += function.execution_count();
  }
  for (const gcov::Line& line : file.lines()) AddLine(line, source);
}

std::string Coverage::Summary() const {
  std::string text;
  for (const auto& [path, source] : sources_) {
    const CoverageTotals t = Totals(source);
    absl::StrAppendFormat(
        &text,
        "%s: %d of %d lines (%.1f %%), %d of %d branches (%.1f %%), "
        "%d of %d functions\n",
        path, t.lines_reached, t.lines, Percent(t.lines_reached, t.lines),
        t.branches_taken, t.branches, Percent(t.branches_taken, t.branches),
        t.functions_reached, t.functions);
  }
  return text;
}

std::string Coverage::Unreached() const {
  std::string text;
  for (const auto& [path, source] : sources_) {
    const CoverageTotals t = Totals(source);
    absl::StrAppend(&text, "# ", path, " lines ", t.lines_reached, "/", t.lines,
                    " branches ", t.branches_taken, "/", t.branches,
                    " functions ", t.functions_reached, "/", t.functions, "\n");
    text += UnreachedWriter(path, source).Write();
  }
  return text;
}

}  // namespace bindery::conform
