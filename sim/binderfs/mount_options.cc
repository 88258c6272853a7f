#include "sim/binderfs/mount_options.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace bindery::sim {
namespace {

// kstrtouint() with base 0.
bool ReadNumber(absl::string_view text, uint32_t* value) {
  if (absl::StartsWith(text, "+")) text.remove_prefix(1);
  if (text.empty() || text[0] == '-' || text[0] == ' ') return false;
  if (absl::StartsWithIgnoreCase(text, "0x")) {
    return text.size() > 2 && absl::SimpleHexAtoi(text, value);
  }
  if (text[0] != '0') return absl::SimpleAtoi(text, value);
  uint64_t octal = 0;
  for (const char c : text) {
    if (c < '0' || c > '7') return false;
    octal = octal * 8 + static_cast<uint64_t>(c - '0');
    if (octal > UINT32_MAX) return false;
  }
  *value = static_cast<uint32_t>(octal);
  return true;
}

// False: it ends here.
bool ReadOption(absl::string_view option, MountOptions* out) {
  const size_t equal = option.find('=');
  const absl::string_view key = option.substr(0, equal);
  const bool has_value = equal != absl::string_view::npos;
  const absl::string_view value = has_value ? option.substr(equal + 1) : "";
  if (key == "max") {
    uint32_t max = 0;
    if (!ReadNumber(value, &max) || max > kMinors) return false;
    out->max = max;
    return true;
  }
  if (key != "stats" || value != "global") return false;
  out->privileged = true;
  out->stats = true;
  return true;
}

}  // namespace

MountOptions ParseMountOptions(absl::string_view text) {
  MountOptions options;
  for (const absl::string_view option : absl::StrSplit(text, ',')) {
    if (option.empty() || ReadOption(option, &options)) continue;
    options.invalid = true;
    break;
  }
  return options;
}

}  // namespace bindery::sim
