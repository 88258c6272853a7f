#include "sim/user/source.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace bindery::sim {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const FieldDescriptor* FieldOf(const Message& message,
                               absl::string_view field) {
  return message.GetDescriptor()->FindFieldByName(std::string(field));
}

// The tree keeps singular fields under -1 and insists on it.
int IndexOf(const FieldDescriptor* field, int index) {
  return field->is_repeated() ? std::max(index, 0) : -1;
}

size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same =
          absl::ascii_tolower(a[i - 1]) == absl::ascii_tolower(b[j - 1]);
      const size_t replaced = diagonal + (same ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

}  // namespace

Place PlaceOf(const Message& message, const ParseTree* tree,
              absl::string_view field, int index, Place fallback) {
  const FieldDescriptor* descriptor = FieldOf(message, field);
  if (tree == nullptr || descriptor == nullptr) return fallback;
  const auto at = tree->GetLocation(descriptor, IndexOf(descriptor, index));
  if (at.line < 0) return fallback;
  return {at.line + 1, at.column + 1};
}

const ParseTree* TreeOf(const Message& message, const ParseTree* tree,
                        absl::string_view field, int index) {
  const FieldDescriptor* descriptor = FieldOf(message, field);
  if (tree == nullptr || descriptor == nullptr) return nullptr;
  return tree->GetTreeForNested(descriptor, IndexOf(descriptor, index));
}

void Errors::Add(Place place, absl::string_view message) {
  std::string line = absl::StrCat(filename_, ":", place.line, ":", place.column,
                                  ": ", message);
  if (seen_.insert(line).second) lines_.push_back(std::move(line));
}

absl::Status Errors::ToStatus() const {
  constexpr size_t kMost = 20;
  if (lines_.empty()) return absl::OkStatus();
  std::vector<std::string> shown(
      lines_.begin(), lines_.begin() + std::min(kMost, lines_.size()));
  if (lines_.size() > kMost) {
    shown.push_back(absl::StrCat("(and ", lines_.size() - kMost, " more)"));
  }
  return absl::InvalidArgumentError(absl::StrJoin(shown, "\n"));
}

std::string Suggest(absl::string_view name,
                    const std::vector<std::string>& known,
                    absl::string_view nothing) {
  if (known.empty()) return absl::StrCat("; ", nothing);
  size_t best = 0;
  size_t distance = ~size_t{0};
  for (size_t i = 0; i < known.size(); ++i) {
    const size_t d = EditDistance(name.substr(0, 64), known[i]);
    if (d < distance) {
      distance = d;
      best = i;
    }
  }
  std::string text;
  if (distance <= std::max<size_t>(1, name.size() / 3)) {
    absl::StrAppend(&text, "; did you mean \"", known[best], "\"?");
  }
  absl::StrAppend(&text, "; known: ", absl::StrJoin(known, ", "));
  return text;
}

}  // namespace bindery::sim
