// bindery export: a recorded trace for people to read.
#include <unistd.h>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "tools/bindery/commands.h"
#include "tools/bindery/files.h"
#include "tools/bindery/flags.h"
#include "tools/bindery/report.h"
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

absl::StatusOr<std::string> Export(const proto::Trace& trace,
                                   const std::string& to) {
  if (to == "text") return ExportText(trace, Color());
  if (to == "mermaid") return ExportMermaid(trace);
  if (to == "html") return ExportHtml(trace);
  return absl::InvalidArgumentError(absl::StrCat(
      "--to=", to, ": this version exports text, mermaid and html"));
}

}  // namespace

int ExportCommand(const std::vector<std::string>& arguments) {
  if (arguments.size() != 1) {
    return Fail(absl::InvalidArgumentError(
        "export takes one trace; `bindery run SCENARIO --trace=FILE` writes "
        "one"));
  }
  absl::StatusOr<proto::Trace> trace = ReadTrace(arguments[0]);
  if (!trace.ok()) return Fail(trace.status());
  absl::StatusOr<std::string> text = Export(*trace, absl::GetFlag(FLAGS_to));
  if (!text.ok()) return Fail(text.status());
  const std::string output = absl::GetFlag(FLAGS_output);
  const absl::Status written = WriteFile(output.empty() ? "-" : output, *text);
  return written.ok() ? static_cast<int>(kExitPass) : Fail(written);
}

}  // namespace bindery::tools
