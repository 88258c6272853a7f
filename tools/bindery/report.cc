#include "tools/bindery/report.h"

#include <cstdio>
#include <map>
#include <regex>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/util/json_util.h"
#include "tools/bindery/files.h"
#include "tools/bindery/flags.h"

namespace bindery::tools {
namespace {

// From the least to the most severe.
constexpr int kSeverity[] = {kExitPass,     kExitInconclusive, kExitNotFound,
                             kExitDeadlock, kExitViolated,     kExitMismatch,
                             kExitUsage,    kExitInternal};

int Rank(int status) {
  int rank = 0;
  for (const int known : kSeverity) {
    if (known == status) return rank;
    ++rank;
  }
  return rank;
}

std::string Quoted(const std::string& word) {
  const bool plain = word.find_first_not_of(
                         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTU"
                         "VWXYZ0123456789_-=./:,+@%") == std::string::npos;
  if (plain && !word.empty()) return word;
  return absl::StrCat("'", absl::StrReplaceAll(word, {{"'", "'\\''"}}), "'");
}

}  // namespace

int StatusOf(const std::string& verdict) {
  if (verdict == "pass" || verdict == "left out") return kExitPass;
  if (verdict == "violated") return kExitViolated;
  if (verdict == "deadlock") return kExitDeadlock;
  if (verdict == "mismatch") return kExitMismatch;
  if (verdict == "not_found") return kExitNotFound;
  if (verdict == "inconclusive") return kExitInconclusive;
  return kExitInternal;
}

int MoreSevere(int a, int b) { return Rank(a) >= Rank(b) ? a : b; }

void ApplyExpectation(const std::string& expected_verdict,
                      const std::string& expected_property,
                      proto::Result* result) {
  if (expected_verdict == "pass") return;
  bool found = result->verdict() == expected_verdict;
  if (found && !expected_property.empty()) {
    found = false;
    for (const proto::ViolationReport& violation : result->violations()) {
      found |= violation.property() == expected_property;
    }
  }
  if (found) {
    result->set_verdict("pass");
    result->set_reason(absl::StrCat("found, as expected: ", expected_verdict));
  } else if (result->verdict() == "pass") {
    result->set_verdict("not_found");
    result->set_reason(
        absl::StrCat("the scenario expects the verdict ", expected_verdict,
                     expected_property.empty() ? "" : " of ", expected_property,
                     ", and everything holds"));
  }
}

void NoteJudged(const sim::Driver& driver, proto::Result* result) {
  if (!driver.judged()) result->add_not_judged(driver.profile());
}

std::string Reproduce(const std::string& command, const std::string& input) {
  std::string text = absl::StrCat("./bindery ", command);
  if (!input.empty()) absl::StrAppend(&text, " ", Quoted(input));
  for (const std::string& flag : GivenFlags()) {
    absl::StrAppend(&text, " ", Quoted(flag));
  }
  return text;
}

namespace {

std::string Json(const proto::Report& report) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(report, &json, options)
           .ok()) {
    return "{}\n";
  }
  // Protocol Buffers quote 64-bit integers; scripts want numbers.
  static const std::regex* const kCounts = new std::regex(
      "\"(states|transitions|terminal_states|max_depth|depth|peak_rss_bytes)"
      "\": ?\"([0-9]+)\"");
  return std::regex_replace(json, *kCounts, "\"$1\": $2");
}

void AppendNotJudged(const proto::Result& result, std::string* text) {
  if (result.not_judged().empty()) return;
  absl::StrAppend(text,
                  "  not judged: ", absl::StrJoin(result.not_judged(), ", "),
                  "; no kernel has been compared with it\n");
}

void AppendNotAsked(const proto::Result& result, std::string* text) {
  if (result.not_asked().empty()) return;
  absl::StrAppend(text, "  not asked whether eventually: ",
                  absl::StrJoin(result.not_asked(), ", "),
                  "; --liveness does\n");
}

void AppendInterchangeable(const proto::Result& result, std::string* text) {
  for (const std::string& processes : result.interchangeable()) {
    absl::StrAppend(text, "  interchangeable: ", processes, "\n");
  }
}

void AppendCounts(const proto::Result& result, std::string* text) {
  if (result.states() == 0) return;
  absl::StrAppendFormat(
      text, "  %d states, %d transitions, depth %d, %d final%s\n",
      result.states(), result.transitions(), result.max_depth(),
      result.terminal_states(), result.complete() ? ", complete" : "");
  const double seconds = result.cpu_seconds();
  if (seconds <= 0) return;
  absl::StrAppendFormat(text, "  %.2f s, %.0f transitions/s, %.1f bytes/state",
                        result.seconds(),
                        static_cast<double>(result.transitions()) / seconds,
                        result.bytes_per_state());
  if (result.collision_bound() > 0) {
    absl::StrAppendFormat(text, ", P(two states taken for one) < %.1e",
                          result.collision_bound());
  }
  absl::StrAppend(text, "\n");
}

// What of the functions that were entered was not taken is in JSON.
void AppendCoverage(const proto::Result& result, std::string* text) {
  if (result.branches() == 0) return;
  absl::StrAppendFormat(text, "  %d of %d branches of the driver\n",
                        result.branches_taken(), result.branches());
  for (const proto::FunctionCoverage& function : result.coverage()) {
    absl::StrAppendFormat(text, "  %6d of %3d  %s\n", function.taken(),
                          function.branches(), function.function());
  }
}

// Stem and loop, one step a line, numbered as in the trace.
void AppendRun(const proto::ViolationReport& violation, std::string* text) {
  if (!violation.endless()) return;
  int number = 0;
  for (const std::string& step : violation.stem()) {
    absl::StrAppendFormat(text, "  %6d %s\n", ++number, step);
  }
  absl::StrAppend(text, violation.loop().empty()
                            ? "  and so it rests for ever\n"
                            : "  and then for ever:\n");
  for (const std::string& step : violation.loop()) {
    absl::StrAppendFormat(text, "  %6d %s\n", ++number, step);
  }
}

std::string Text(const proto::Report& report) {
  std::string text;
  for (const proto::Result& result : report.results()) {
    absl::StrAppend(&text, result.name(), ": ", result.verdict());
    if (!result.reason().empty()) {
      absl::StrAppend(&text, " (", result.reason(), ")");
    }
    absl::StrAppend(&text, "\n");
    AppendNotJudged(result, &text);
    if (!result.not_mainline().empty()) {
      absl::StrAppend(&text, "  not mainline: ", result.not_mainline(), "\n");
    }
    AppendNotAsked(result, &text);
    AppendInterchangeable(result, &text);
    AppendCounts(result, &text);
    const std::map<std::string, double> figures(result.figures().begin(),
                                                result.figures().end());
    for (const auto& [name, value] : figures) {
      absl::StrAppendFormat(&text, "  %s: %.6g\n", name, value);
    }
    for (const proto::ViolationReport& violation : result.violations()) {
      absl::StrAppendFormat(&text, "  %s after %d transitions: %s\n",
                            violation.property(), violation.depth(),
                            violation.message());
      AppendRun(violation, &text);
      if (!violation.trace().empty()) {
        absl::StrAppend(&text, "  trace: ", violation.trace(), "\n");
      }
    }
    AppendCoverage(result, &text);
    for (const std::string& sentence : result.explanation()) {
      absl::StrAppend(&text, "  ", sentence, "\n");
    }
    if (!result.reproduce().empty()) {
      absl::StrAppend(&text, "Reproduce: ", result.reproduce(), "\n");
    }
  }
  return text;
}

}  // namespace

int Print(const proto::Report& unfinished) {
  proto::Report report = unfinished;
  for (const auto& [name, value] : AllFlags()) {
    (*report.mutable_options())[name] = value;
  }
  const bool json = absl::GetFlag(FLAGS_format) == "json";
  const std::string output = absl::GetFlag(FLAGS_output);
  const absl::Status written = WriteFile(output.empty() ? "-" : output,
                                         json ? Json(report) : Text(report));
  if (!written.ok()) return Fail(written);
  int status = kExitPass;
  for (const proto::Result& result : report.results()) {
    status = MoreSevere(status, StatusOf(result.verdict()));
  }
  return status;
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "bindery: %s\n", std::string(status.message()).c_str());
  return status.code() == absl::StatusCode::kInternal ? kExitInternal
                                                      : kExitUsage;
}

}  // namespace bindery::tools
