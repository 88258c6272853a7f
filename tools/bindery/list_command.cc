// bindery list: what there is.
#include <cstdio>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "sim/history/history.h"
#include "sim/invariants/invariants.h"
#include "sim/kernel/driver.h"
#include "sim/kernel/features.h"
#include "sim/kernel/mutation.h"
#include "sim/liveness/liveness.h"
#include "sim/user/alphabet.h"
#include "tools/bindery/commands.h"
#include "tools/bindery/files.h"
#include "tools/bindery/flags.h"
#include "tools/bindery/list_coverage.h"
#include "tools/bindery/report.h"

namespace bindery::tools {
namespace {

// A table of strings, the first column of which is the key.
struct Listing {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};

std::string JsonString(const std::string& text) {
  return absl::StrCat(
      "\"", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
}

std::string ToJson(const Listing& listing) {
  std::string json = "[";
  for (const std::vector<std::string>& row : listing.rows) {
    absl::StrAppend(&json, json.size() > 1 ? ",\n " : "\n ", "{");
    for (size_t i = 0; i < row.size(); ++i) {
      absl::StrAppend(&json, i > 0 ? ", " : "", JsonString(listing.columns[i]),
                      ": ", JsonString(row[i]));
    }
    absl::StrAppend(&json, "}");
  }
  return absl::StrCat(json, "\n]\n");
}

std::string ToText(const Listing& listing) {
  std::string text;
  for (const std::vector<std::string>& row : listing.rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      absl::StrAppend(&text, i > 0 ? "  " : "", row[i]);
    }
    absl::StrAppend(&text, "\n");
  }
  return text;
}

Listing ListInvariants() {
  Listing listing{{"id", "scope", "properties", "what"}, {}};
  for (const sim::Invariant& one : sim::Invariants()) {
    listing.rows.push_back({one.id, one.scope, "state", one.what});
  }
  for (const sim::Invariant& one : sim::HistoryProperties()) {
    listing.rows.push_back({one.id, one.scope, "all", one.what});
  }
  for (const sim::Invariant& one : sim::LivenessProperties()) {
    listing.rows.push_back({one.id, one.scope, "--liveness", one.what});
  }
  return listing;
}

Listing ListProfiles() {
  Listing listing{{"id", "judged", "source"}, {}};
  for (const sim::Profile& profile : sim::AllProfiles()) {
    listing.rows.push_back({profile.name,
                            profile.judged ? "judged" : "not judged",
                            absl::StrCat("Linux ", profile.source)});
  }
  return listing;
}

// What the profiles do otherwise, for docs/profiles.md.
std::string ProfileTable() {
  std::string head = "| in | with | without |";
  std::string rule = "|---|---|---|";
  for (const sim::Profile& profile : sim::AllProfiles()) {
    absl::StrAppend(&head, " ", absl::StripPrefix(profile.name, "c-"), " |");
    absl::StrAppend(&rule, "---|");
  }
  std::string text = absl::StrCat(head, "\n", rule, "\n");
  for (const sim::Feature& feature : sim::AllFeatures()) {
    absl::StrAppend(&text, "| `", feature.name, "`: ", feature.function, " | ",
                    feature.with, " | ", feature.without, " |");
    for (size_t i = 0; i < sim::AllProfiles().size(); ++i) {
      const bool has = (feature.profiles >> i & 1u) != 0;
      absl::StrAppend(&text, has ? " with |" : " |");
    }
    absl::StrAppend(&text, "\n");
  }
  return text;
}

absl::StatusOr<Listing> ListMutations() {
  const std::string profile = absl::GetFlag(FLAGS_profile);
  auto mutations = sim::ListMutations(profile.empty() ? "c-7.2" : profile);
  if (!mutations.ok()) return mutations.status();
  Listing listing{{"id", "kind", "function", "what"}, {}};
  for (const sim::Mutation& one : *mutations) {
    listing.rows.push_back({one.id, one.kind, one.function, one.what});
  }
  return listing;
}

// What threads of open questions may do: letters in their order, and what their
// operands range over.
Listing ListAlphabet() {
  Listing listing{{"alphabet", "letter", "target", "object", "what"}, {}};
  for (const std::string& name : sim::AlphabetNames()) {
    for (const sim::Letter& letter : *sim::AlphabetByName(name)) {
      listing.rows.push_back({name, letter.name, sim::RangeName(letter.target),
                              sim::RangeName(letter.object), letter.what});
    }
  }
  return listing;
}

// Scenario files below the folders named, by default `scenarios`.
absl::StatusOr<Listing> ListScenarios(std::vector<std::string> folders) {
  if (folders.empty()) folders.push_back("scenarios");
  for (std::string& folder : folders) absl::StrAppend(&folder, "/...");
  const auto paths = ScenarioFiles(folders);
  if (!paths.ok()) return paths.status();
  Listing listing{{"path"}, {}};
  for (const std::string& path : *paths) listing.rows.push_back({path});
  return listing;
}

absl::StatusOr<Listing> List(const std::string& what,
                             const std::vector<std::string>& rest) {
  if (what == "invariants") return ListInvariants();
  if (what == "profiles") return ListProfiles();
  if (what == "mutations") return ListMutations();
  if (what == "alphabet") return ListAlphabet();
  if (what == "scenarios") return ListScenarios(rest);
  return absl::InvalidArgumentError(
      absl::StrCat("cannot list \"", what,
                   "\"; there are scenarios, invariants, profiles, mutations, "
                   "alphabet and coverage"));
}

}  // namespace

int ListCommand(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    return Fail(absl::InvalidArgumentError(
        "list what? scenarios, invariants, profiles, mutations, alphabet or "
        "coverage"));
  }
  if (arguments[0] == "coverage") {
    return ListCoverage({arguments.begin() + 1, arguments.end()});
  }
  const std::string output = absl::GetFlag(FLAGS_output);
  if (absl::GetFlag(FLAGS_format) == "markdown") {
    const absl::Status written =
        WriteFile(output.empty() ? "-" : output, ProfileTable());
    return written.ok() ? static_cast<int>(kExitPass) : Fail(written);
  }
  absl::StatusOr<Listing> listing =
      List(arguments[0], {arguments.begin() + 1, arguments.end()});
  if (!listing.ok()) return Fail(listing.status());
  const absl::Status written =
      WriteFile(output.empty() ? "-" : output,
                absl::GetFlag(FLAGS_format) == "json" ? ToJson(*listing)
                                                      : ToText(*listing));
  return written.ok() ? static_cast<int>(kExitPass) : Fail(written);
}

}  // namespace bindery::tools
