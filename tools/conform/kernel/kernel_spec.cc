#include "tools/conform/kernel/kernel_spec.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace bindery::conform {
namespace {

constexpr std::string_view kElfMagic =
    "\x7f"
    "ELF";
constexpr std::string_view kBootMagic = "HdrS";
constexpr size_t kBootMagicOffset = 0x202;

absl::StatusOr<std::string> ReadHead(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return absl::NotFoundError(absl::StrCat("there is no kernel ", path));
  }
  std::string head(kBootMagicOffset + kBootMagic.size(), '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<size_t>(file.gcount()));
  return head;
}

absl::StatusOr<KernelSpec> FromFile(std::string_view name,
                                    const std::string& path) {
  absl::StatusOr<std::string> head = ReadHead(path);
  if (!head.ok()) return head.status();
  KernelSpec spec{MachineKind::kUserMode, std::string(name), path};
  if (head->starts_with(kElfMagic)) return spec;
  spec.kind = MachineKind::kQemu;
  if (head->size() > kBootMagicOffset &&
      head->substr(kBootMagicOffset) == kBootMagic) {
    return spec;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      path, " is neither a user-mode Linux program nor an x86 bzImage"));
}

bool IsVersionLike(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' ||
           c == '-';
  });
}

std::string Environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string FileNameOf(std::string_view name) {
  const std::string text(name);
  return name.starts_with("uml-") ? "linux-" + text : "bzImage-" + text;
}

// The numbers of a version such as 6.12; empty when it is none.
std::vector<int> VersionNumbers(absl::string_view text) {
  std::vector<int> numbers;
  for (absl::string_view part : absl::StrSplit(text, '.')) {
    int number = 0;
    if (!absl::SimpleAtoi(part, &number)) return {};
    numbers.push_back(number);
  }
  return numbers;
}

// The newest image linux-uml-VERSION and the suffix, as the name of a kernel;
// empty when there is none.
std::string NewestUserMode(const std::string& folder,
                           absl::string_view suffix) {
  std::string newest;
  std::vector<int> newest_numbers;
  std::error_code ignored;
  for (const auto& entry :
       std::filesystem::directory_iterator(folder, ignored)) {
    const std::string file = entry.path().filename().string();
    absl::string_view version = file;
    if (!absl::ConsumePrefix(&version, "linux-uml-") ||
        !absl::ConsumeSuffix(&version, suffix)) {
      continue;
    }
    std::vector<int> numbers = VersionNumbers(version);
    if (numbers <= newest_numbers) continue;
    newest = absl::StrCat("uml-", version, suffix);
    newest_numbers = std::move(numbers);
  }
  return newest;
}

absl::StatusOr<KernelSpec> FindDefault(const std::string& place) {
  std::string name = NewestUserMode(place, "-kasan");
  if (name.empty()) name = NewestUserMode(place, "");
  if (!name.empty()) return FromFile(name, place + "/" + FileNameOf(name));
  return absl::NotFoundError(absl::StrCat(
      "there is no user-mode kernel in ", place,
      ": build one with tools/kernel/build --variant=kasan, or write "
      "--kernel_dir=DIR or --kernel=PATH"));
}

}  // namespace

std::string DefaultKernelFolder() {
  const std::string cache = Environment("XDG_CACHE_HOME");
  if (!cache.empty()) return cache + "/bindery/kernels";
  const std::string home = Environment("HOME");
  return home.empty() ? "" : home + "/.cache/bindery/kernels";
}

absl::StatusOr<KernelSpec> FindKernel(std::string_view name,
                                      const std::string& folder) {
  if (name == "this") {
    return KernelSpec{MachineKind::kThisKernel, std::string(name), ""};
  }
  if (name.find('/') != name.npos) return FromFile(name, std::string(name));
  const std::string place = folder.empty() ? DefaultKernelFolder() : folder;
  if (name.empty()) return FindDefault(place);
  if (!IsVersionLike(name)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", std::string(name),
                     "' is no kernel: write uml-7.2, 7.2, this, or a path"));
  }
  const std::string file = FileNameOf(name);
  absl::StatusOr<KernelSpec> spec = FromFile(name, place + "/" + file);
  if (spec.ok() || !absl::IsNotFound(spec.status())) return spec;
  return absl::NotFoundError(absl::StrCat(
      "there is no ", file, " in ", place,
      ": build it with tools/kernel/build, or write --kernel_dir=DIR or "
      "--kernel=PATH"));
}

}  // namespace bindery::conform
