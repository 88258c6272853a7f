// Steps that several commands share: opening many scenarios, and judging a
// result by the scenario's own expectation.
#ifndef BINDERY_TOOLS_BINDERY_VERDICT_H_
#define BINDERY_TOOLS_BINDERY_VERDICT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/report.pb.h"
#include "tools/bindery/session.h"

namespace bindery::tools {

// All or none, so that a run over many files fails before it starts. Errors:
// InvalidArgument with a line for every mistake in every file; those of
// ScenarioFiles().
absl::StatusOr<std::vector<std::unique_ptr<Session>>> OpenSessions(
    const std::vector<std::string>& arguments);

// What the scenario itself says of a result: which verdict it is about, and
// whether its source asks for what no mainline kernel does.
void ApplyScenarioExpectation(const Session& session, proto::Result* result);

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_BINDERY_VERDICT_H_
