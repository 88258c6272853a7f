#include "tools/bindery/verdict.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tools/bindery/files.h"
#include "tools/bindery/report.h"

namespace bindery::tools {

absl::StatusOr<std::vector<std::unique_ptr<Session>>> OpenSessions(
    const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    return absl::InvalidArgumentError(
        "no scenario given; try scenarios/tutorial/...");
  }
  const auto paths = ScenarioFiles(arguments);
  if (!paths.ok()) return paths.status();
  std::vector<std::unique_ptr<Session>> sessions;
  std::string errors;
  for (const std::string& path : *paths) {
    absl::StatusOr<std::unique_ptr<Session>> session = OpenSession(path);
    if (session.ok()) {
      sessions.push_back(*std::move(session));
    } else {
      absl::StrAppend(&errors, errors.empty() ? "" : "\n",
                      session.status().message());
    }
  }
  if (!errors.empty()) return absl::InvalidArgumentError(errors);
  return sessions;
}

void ApplyScenarioExpectation(const Session& session, proto::Result* result) {
  const proto::Expectation& expect = session.scenario.proto.expect();
  absl::string_view verdict = proto::Verdict_Name(expect.verdict());
  absl::ConsumePrefix(&verdict, "VERDICT_");
  ApplyExpectation(absl::AsciiStrToLower(verdict), expect.property(), result);
  result->set_not_mainline(session.scenario.proto.not_mainline());
}

}  // namespace bindery::tools
