#include "tools/bindery/golden.h"

#include <algorithm>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "proto/golden.pb.h"
#include "sim/engine/recorder.h"
#include "tools/bindery/files.h"
#include "tools/bindery/flags.h"

namespace bindery::tools {
namespace {

constexpr char kHeader[] =
    "# proto-file: proto/golden.proto\n"
    "# proto-message: bindery.proto.Goldens\n"
    "# Written by `bindery explore --golden=FILE --update_goldens`.\n";

proto::Golden Describe(const Session& session, const proto::Result& result) {
  proto::Golden golden;
  golden.set_scenario(session.name());
  golden.set_profile(session.driver.profile());
  golden.set_granularity(session.options.granularity == sim::Granularity::kLock
                             ? "lock"
                             : "command");
  golden.set_addresses(session.options.exact_addresses ? "exact" : "symbolic");
  golden.set_verdict(result.verdict());
  golden.set_states(result.states());
  golden.set_transitions(result.transitions());
  golden.set_terminal_states(result.terminal_states());
  return golden;
}

bool SameKey(const proto::Golden& a, const proto::Golden& b) {
  return a.scenario() == b.scenario() && a.profile() == b.profile() &&
         a.granularity() == b.granularity() && a.addresses() == b.addresses();
}

absl::StatusOr<proto::Goldens> Read(const std::string& path, bool may_lack) {
  absl::StatusOr<std::string> text = ReadFile(path);
  proto::Goldens goldens;
  if (!text.ok()) {
    if (may_lack && absl::IsNotFound(text.status())) return goldens;
    return text.status();
  }
  if (!google::protobuf::TextFormat::ParseFromString(*text, &goldens)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path,
                     ":1:1: is not a file of golden counts; --update_goldens "
                     "writes one"));
  }
  return goldens;
}

absl::Status Update(const std::string& path, const proto::Golden& golden) {
  absl::StatusOr<proto::Goldens> goldens = Read(path, /*may_lack=*/true);
  if (!goldens.ok()) return goldens.status();
  auto* list = goldens->mutable_golden();
  const auto same = std::find_if(
      list->begin(), list->end(),
      [&](const proto::Golden& one) { return SameKey(one, golden); });
  if (same != list->end()) list->erase(same);
  *list->Add() = golden;
  std::sort(list->begin(), list->end(),
            [](const proto::Golden& a, const proto::Golden& b) {
              return std::make_pair(a.scenario(), a.granularity()) <
                     std::make_pair(b.scenario(), b.granularity());
            });
  goldens->set_model_version(sim::kModelVersion);
  std::string text;
  google::protobuf::TextFormat::PrintToString(*goldens, &text);
  return WriteFile(path, kHeader + text);
}

void Mismatch(const std::string& message, proto::Result* result) {
  result->set_verdict("violated");
  proto::ViolationReport* report = result->add_violations();
  report->set_property("golden");
  report->set_message(absl::StrCat(message,
                                   "; if that is intended, run it again with "
                                   "--update_goldens"));
}

void Compare(const proto::Goldens& goldens, const proto::Golden& found,
             const std::string& path, proto::Result* result) {
  if (goldens.model_version() != sim::kModelVersion) {
    Mismatch(
        absl::StrCat(path, " was made by model version ",
                     goldens.model_version(), ", this is ", sim::kModelVersion),
        result);
    return;
  }
  for (const proto::Golden& golden : goldens.golden()) {
    if (!SameKey(golden, found)) continue;
    if (golden.SerializeAsString() == found.SerializeAsString()) return;
    Mismatch(absl::StrCat("expected ", golden.ShortDebugString(), "; found ",
                          found.ShortDebugString()),
             result);
    return;
  }
  Mismatch(absl::StrCat(path, " has no counts for ", found.scenario()), result);
}

}  // namespace

absl::Status CheckGolden(const Session& session, proto::Result* result) {
  const std::string path = absl::GetFlag(FLAGS_golden);
  if (path.empty()) return absl::OkStatus();
  const proto::Golden found = Describe(session, *result);
  if (absl::GetFlag(FLAGS_update_goldens)) return Update(path, found);
  absl::StatusOr<proto::Goldens> goldens = Read(path, /*may_lack=*/false);
  if (!goldens.ok()) return goldens.status();
  Compare(*goldens, found, path, result);
  return absl::OkStatus();
}

}  // namespace bindery::tools
