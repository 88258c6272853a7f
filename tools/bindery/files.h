// Files, whole: read, written so that no half is ever seen, and traces.
#ifndef BINDERY_TOOLS_BINDERY_FILES_H_
#define BINDERY_TOOLS_BINDERY_FILES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/trace.pb.h"

namespace bindery::tools {

// Errors: NotFound or InvalidArgument "path: reason".
absl::StatusOr<std::string> ReadFile(const std::string& path);
// Arguments that end in "/..." stand for every scenario file below the folder,
// in order of their paths. Errors: NotFound "path: reason", also if there is
// none.
absl::StatusOr<std::vector<std::string>> ScenarioFiles(
    const std::vector<std::string>& arguments);
// Writes beside the file, then renames over it. "-" is standard output.
// Errors: "path: reason"; the old file is then as it was.
absl::Status WriteFile(const std::string& path, absl::string_view bytes);

// The deterministic wire form of a message.
std::string Serialize(const google::protobuf::Message& message);

// A trace in text format if its name ends in .textproto, else in wire format.
absl::StatusOr<proto::Trace> ReadTrace(const std::string& path);
absl::Status WriteTrace(const std::string& path, const proto::Trace& trace);

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_BINDERY_FILES_H_
