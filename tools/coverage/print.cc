#include "tools/coverage/print.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

namespace bindery::coverage {
namespace {

const char* NameOf(Kind kind) {
  switch (kind) {
    case Kind::kAsWritten:
      return "as written";
    case Kind::kExplored:
      return "in another order";
    case Kind::kFailing:
      return "when memory is short";
    case Kind::kWindows:
      return "in a window between locks";
  }
  return "";
}

OperationCoverage Total(const Coverage& coverage) {
  OperationCoverage total{"all", 0, 0};
  for (const OperationCoverage& one : coverage.operations) {
    total.taken += one.taken;
    total.total += one.total;
  }
  return total;
}

// What a row's place in a list says about who exercises it.
std::string Shown(const RowCoverage& row) {
  if (row.scenarios == 0) {
    return row.row.open.empty() ? "nobody" : absl::StrCat("-: ", row.row.open);
  }
  return absl::StrCat(row.scenario, ", ", NameOf(row.kind));
}

int Exercised(const Coverage& coverage) {
  int count = 0;
  for (const RowCoverage& row : coverage.rows) {
    if (row.scenarios != 0) ++count;
  }
  return count;
}

std::string JsonString(const std::string& text) {
  return absl::StrCat(
      "\"", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
}

std::string JsonList(const std::vector<std::string>& items) {
  std::string list = "[";
  for (const std::string& item : items) {
    absl::StrAppend(&list, list.size() > 1 ? ",\n  " : "\n  ", item);
  }
  return absl::StrCat(list, items.empty() ? "]" : "\n ]");
}

std::string Json(const OperationCoverage& one) {
  return absl::StrCat("{\"operation\": ", JsonString(one.operation),
                      ", \"taken\": ", one.taken, ", \"total\": ", one.total,
                      "}");
}

// The fields that branches and rows have in common.
std::string WhoJson(int scenarios, const std::string& scenario, Kind kind) {
  std::string json = absl::StrCat(", \"scenarios\": ", scenarios);
  if (scenarios == 0) return json;
  return absl::StrCat(json, ", \"scenario\": ", JsonString(scenario),
                      ", \"how\": ", JsonString(NameOf(kind)));
}

std::string Json(const BranchCoverage& one) {
  std::string json =
      absl::StrCat("{\"name\": ", JsonString(one.branch.Name()),
                   WhoJson(one.scenarios, one.scenario, one.kind));
  if (!one.reason.empty()) {
    absl::StrAppend(&json, ", \"reason\": ", JsonString(one.reason));
  }
  return absl::StrCat(json, "}");
}

std::string Json(const RowCoverage& one) {
  std::string witnesses;
  for (const std::string& witness : one.row.witnesses) {
    absl::StrAppend(&witnesses, witnesses.empty() ? "" : ", ",
                    JsonString(witness));
  }
  std::string json = absl::StrCat(
      "{\"id\": ", JsonString(one.row.id),
      ", \"what\": ", JsonString(one.row.what), ", \"witnesses\": [", witnesses,
      "]", WhoJson(one.scenarios, one.scenario, one.kind));
  if (!one.row.open.empty()) {
    absl::StrAppend(&json, ", \"open\": ", JsonString(one.row.open));
  }
  return absl::StrCat(json, "}");
}

std::string Json(const std::string& text) { return JsonString(text); }

template <typename T>
std::string JsonOf(const std::vector<T>& items) {
  std::vector<std::string> texts;
  for (const T& item : items) texts.push_back(Json(item));
  return JsonList(texts);
}

}  // namespace

std::string ToText(const Coverage& coverage) {
  std::string text;
  for (const OperationCoverage& one : coverage.operations) {
    absl::StrAppendFormat(&text, "%4d of %3d  %s\n", one.taken, one.total,
                          one.operation);
  }
  const OperationCoverage total = Total(coverage);
  absl::StrAppendFormat(&text, "%4d of %3d  branches in all\n\n", total.taken,
                        total.total);
  for (const RowCoverage& row : coverage.rows) {
    absl::StrAppendFormat(&text, "%-12s %s\n", row.row.id, Shown(row));
  }
  absl::StrAppend(&text, Exercised(coverage), " of ", coverage.rows.size(),
                  " rows are exercised\n");
  for (const BranchCoverage& one : coverage.branches) {
    if (one.reason.empty()) continue;
    absl::StrAppend(&text, "\nnever taken: ", one.branch.Name(), "\n  ",
                    one.reason, "\n");
  }
  for (const std::string& problem : coverage.problems) {
    absl::StrAppend(&text, "\nproblem: ", problem);
  }
  return absl::StrCat(text, coverage.problems.empty() ? "" : "\n");
}

std::string ToJson(const Coverage& coverage) {
  return absl::StrCat("{\"operations\": ", JsonOf(coverage.operations),
                      ",\n \"branches\": ", JsonOf(coverage.branches),
                      ",\n \"rows\": ", JsonOf(coverage.rows),
                      ",\n \"problems\": ", JsonOf(coverage.problems), "}\n");
}

namespace {

constexpr char kIntroduction[] =
    R"(# What scenarios exercise of the driver's model

This page is written by the command that finds it out:

    ./bindery list coverage --format=markdown --output=docs/coverage.md

It runs every scenario below `scenarios/` and notes which *branches* of
`sim/kernel` are taken: each answer of a check or branch, and every atom that
does something (`sim/kernel/branches.h`). A scenario is run as it is written;
then its interleavings between commands are explored up to a limit ("in another
order"). If it allows an allocation of the driver to fail, it is run once for
each that can ("when memory is short"). Others, wherever no lock is held, are
drawn at random, and explored up to the limit if the scenario is to be explored
so ("in a window between locks"). All of that is the same each time.

Whether the model answers as a kernel does is not shown here but in
`conformance.md`.

)";

std::string Escaped(const std::string& text) {
  return absl::StrReplaceAll(text, {{"|", "\\|"}});
}

// Paths as they are seen from the page.
std::string LinkTo(const std::string& scenario) {
  const size_t slash = scenario.rfind('/');
  std::string name = scenario.substr(slash == scenario.npos ? 0 : slash + 1);
  name.resize(name.rfind('.') == name.npos ? name.size() : name.rfind('.'));
  return absl::StrCat("[", name, "](../", scenario, ")");
}

constexpr char kRowsText[] =
    " rows are exercised. `tools/coverage/rows/` names the witnesses\n"
    "of each: branches, and what user space sees. A scenario that takes them\n"
    "all exercises the row; the one shown takes the fewest branches in all.\n"
    "\"-\" stands where none does, with the reason.\n\n"
    "| row | what | scenario | how |\n|---|---|---|---|\n";

constexpr char kNone[] = "no scenario yet";

std::string RowsTable(const Coverage& coverage) {
  std::string text =
      absl::StrCat("## Rows of the semantics\n\n", Exercised(coverage), " of ",
                   coverage.rows.size(), kRowsText);
  for (const RowCoverage& one : coverage.rows) {
    absl::StrAppend(&text, "| ", one.row.id, " | ", Escaped(one.row.what),
                    " | ");
    if (one.scenarios != 0) {
      absl::StrAppend(&text, LinkTo(one.scenario), " | ", NameOf(one.kind));
    } else {
      absl::StrAppend(&text, "- | ",
                      one.row.open.empty() ? kNone : Escaped(one.row.open));
    }
    absl::StrAppend(&text, " |\n");
  }
  return text;
}

std::string OperationsTable(const Coverage& coverage) {
  const OperationCoverage total = Total(coverage);
  std::string text =
      absl::StrCat("\n## Branches\n\n", total.taken, " of ", total.total,
                   " branches are taken.\n\n"
                   "| operation | taken | of |\n|---|---|---|\n");
  for (const OperationCoverage& one : coverage.operations) {
    absl::StrAppend(&text, "| `", one.operation, "` | ", one.taken, " | ",
                    one.total, " |\n");
  }
  return text;
}

std::string UntakenTable(const Coverage& coverage) {
  std::string text =
      "\n## Branches that no scenario takes\n\n| branch | why |\n|---|---|\n";
  for (const BranchCoverage& one : coverage.branches) {
    if (one.scenarios != 0) continue;
    absl::StrAppend(&text, "| ", Escaped(one.branch.Name()), " | ",
                    one.reason.empty() ? kNone : one.reason, " |\n");
  }
  return text;
}

}  // namespace

std::string ToMarkdown(const Coverage& coverage) {
  return absl::StrCat(kIntroduction, RowsTable(coverage),
                      OperationsTable(coverage), UntakenTable(coverage));
}

}  // namespace bindery::coverage
