#include "model/brm/params.h"

#include <array>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace bindery::model {
namespace {

constexpr char kForm[] = "P,N,S,W,Q,OW,DN,DIE";

struct Bounds {
  absl::string_view name;
  absl::string_view meaning;
  int low;
  int high;
};

constexpr size_t kCount = 8;
using Values = std::array<int, kCount>;

// The upper bounds of N and DIE depend on P, which is values[0].
std::array<Bounds, kCount> AllBounds(const Values& values) {
  const int p = values[0];
  return {
      {{"P", "processes", 1, BrmParams::kMaxProcesses},
       {"N", "nodes, at most P", 1, p},
       {"S", "largest strong count", 1, 3},
       {"W", "largest weak count", 0, 3},
       {"Q", "inbox capacity", 1, 3},
       {"OW", "one-way calls, 0 or 1", 0, 1},
       {"DN", "death notifications, 0 or 1", 0, 1},
       {"DIE", "mask of processes that may die, below 2^P", 0, (1 << p) - 1}}};
}

absl::Status Wrong(const Bounds& bounds, absl::string_view found) {
  return absl::InvalidArgumentError(absl::StrCat(
      "parameter ", bounds.name, " (", bounds.meaning, ") is \"", found,
      "\"; it must be a whole number from ", bounds.low, " to ", bounds.high));
}

}  // namespace

absl::StatusOr<BrmParams> ParseBrmParams(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ',');
  if (parts.size() != kCount) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" has ", parts.size(),
                     " parameters; eight are needed: ", kForm));
  }
  Values values = {};
  for (size_t i = 0; i < kCount; ++i) {
    const Bounds bounds = AllBounds(values)[i];
    if (!absl::SimpleAtoi(parts[i], &values[i]) || values[i] < bounds.low ||
        values[i] > bounds.high) {
      return Wrong(bounds, parts[i]);
    }
  }
  const auto [p, n, s, w, q, ow, dn, die] = values;
  return BrmParams{p, n, s, w, q, ow == 1, dn == 1, die};
}

std::string BrmParamsText(const BrmParams& params) {
  return absl::StrCat(params.processes, ",", params.nodes, ",",
                      params.max_strong, ",", params.max_weak, ",",
                      params.inbox_capacity, ",", params.one_way ? 1 : 0, ",",
                      params.death_notices ? 1 : 0, ",", params.mortal);
}

}  // namespace bindery::model
