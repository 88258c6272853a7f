#include "tools/bindery/files.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/text_format.h"

namespace bindery::tools {

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": is a directory, not a file"));
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    return absl::NotFoundError(absl::StrCat(path, ": ", std::strerror(errno)));
  }
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

namespace {

constexpr absl::string_view kAllBelow = "/...";

absl::Status AddAllBelow(const std::string& folder,
                         std::vector<std::string>* paths) {
  std::vector<std::string> found;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator at(folder, error), end;
       !error && at != end; at.increment(error)) {
    const std::string path = at->path().string();
    if (absl::EndsWith(path, ".textproto")) found.push_back(path);
  }
  if (error) {
    return absl::NotFoundError(absl::StrCat(folder, ": ", error.message()));
  }
  if (found.empty()) {
    return absl::NotFoundError(
        absl::StrCat(folder, ": there is no .textproto file below"));
  }
  std::sort(found.begin(), found.end());
  paths->insert(paths->end(), found.begin(), found.end());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ScenarioFiles(
    const std::vector<std::string>& arguments) {
  std::vector<std::string> paths;
  for (const std::string& argument : arguments) {
    absl::string_view folder = argument;
    if (!absl::ConsumeSuffix(&folder, kAllBelow)) {
      paths.push_back(argument);
      continue;
    }
    const absl::Status status = AddAllBelow(std::string(folder), &paths);
    if (!status.ok()) return status;
  }
  return paths;
}

absl::Status WriteFile(const std::string& path, absl::string_view bytes) {
  if (path == "-") {
    std::fwrite(bytes.data(), 1, bytes.size(), stdout);
    return absl::OkStatus();
  }
  const std::string beside = absl::StrCat(path, ".", getpid(), ".new");
  std::ofstream out(beside, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (out && std::rename(beside.c_str(), path.c_str()) == 0) {
    return absl::OkStatus();
  }
  const std::string reason = std::strerror(errno);
  std::remove(beside.c_str());
  return absl::UnavailableError(
      absl::StrCat(path, ": cannot be written: ", reason));
}

std::string Serialize(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

namespace {

// The library would print its own message beside ours.
class SilentCollector : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int, google::protobuf::io::ColumnNumber,
                const std::string&) override {}
};

}  // namespace

absl::StatusOr<proto::Trace> ReadTrace(const std::string& path) {
  absl::StatusOr<std::string> bytes = ReadFile(path);
  if (!bytes.ok()) return bytes.status();
  proto::Trace trace;
  SilentCollector silent;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&silent);
  const bool good = absl::EndsWith(path, ".textproto")
                        ? parser.ParseFromString(*bytes, &trace)
                        : trace.ParseFromString(*bytes);
  if (!good || trace.scenario_text().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ":1:1: is not a trace; `bindery run --trace=FILE` writes one"));
  }
  return trace;
}

absl::Status WriteTrace(const std::string& path, const proto::Trace& trace) {
  std::string bytes;
  if (absl::EndsWith(path, ".textproto")) {
    google::protobuf::TextFormat::PrintToString(trace, &bytes);
  } else {
    bytes = Serialize(trace);
  }
  return WriteFile(path, bytes);
}

}  // namespace bindery::tools
