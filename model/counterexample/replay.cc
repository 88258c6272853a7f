#include "model/counterexample/replay.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace bindery::model {
namespace {

constexpr size_t kMostListed = 8;

std::string List(const std::vector<Choice>& enabled) {
  if (enabled.empty()) return "nothing is";
  std::string text;
  for (size_t i = 0; i < enabled.size() && i < kMostListed; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ", ", "0x",
                    absl::Hex(enabled[i].value));
  }
  if (enabled.size() > kMostListed) {
    absl::StrAppend(&text, " and ", enabled.size() - kMostListed, " more");
  }
  return absl::StrCat(text, enabled.size() == 1 ? " is" : " are");
}

}  // namespace

absl::Status NotEnabled(size_t position, size_t count, Choice choice,
                        const std::vector<Choice>& enabled) {
  return absl::FailedPreconditionError(absl::StrCat(
      "choice ", position + 1, " of ", count, " (0x", absl::Hex(choice.value),
      ") is not enabled; ", List(enabled)));
}

}  // namespace bindery::model
