#include "tests/tidy/rules.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <string>
#include <string_view>

#include "tests/tidy/functions.h"
#include "tests/tidy/proto_rules.h"

namespace bindery::tidy {
namespace {

bool IsWord(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool Contains(std::initializer_list<std::string_view> set,
              std::string_view item) {
  return std::find(set.begin(), set.end(), item) != set.end();
}

// Whether `word` stands in `line` with no letter before or after it; a word
// that ends in another character needs none after it.
bool HasWord(std::string_view line, std::string_view word) {
  for (size_t at = line.find(word); at != line.npos;
       at = line.find(word, at + 1)) {
    const size_t end = at + word.size();
    const bool begins = at == 0 || !IsWord(line[at - 1]);
    const bool ends =
        !IsWord(word.back()) || end == line.size() || !IsWord(line[end]);
    if (begins && ends) return true;
  }
  return false;
}

int LineNumber(size_t index) { return static_cast<int>(index) + 1; }

bool IsCode(const SourceFile& file) {
  return file.IsCpp() ||
         Contains({".proto", ".bzl", ".sh", ".ts"}, file.Kind());
}

// ------------------------------------------------------------ determinism --

struct Banned {
  std::string_view word;
  std::string_view instead;
};

constexpr std::string_view kUseVirtualTime =
    "virtual time (sim/engine), or a time limit polled by the caller";
constexpr std::string_view kUseSeededGenerator =
    "a generator of our own whose seed is printed";
constexpr std::string_view kUseSorted =
    "std::map, std::set or a sorted vector: their order is the same in each "
    "run";
constexpr std::string_view kUseFingerprint =
    "a fingerprint of our own: this one differs between runs or libraries";

constexpr Banned kBanned[] = {
    {"system_clock", kUseVirtualTime},
    {"steady_clock", kUseVirtualTime},
    {"high_resolution_clock", kUseVirtualTime},
    {"gettimeofday", kUseVirtualTime},
    {"clock_gettime", kUseVirtualTime},
    {"absl::Now", kUseVirtualTime},
    {"rand(", kUseSeededGenerator},
    {"srand(", kUseSeededGenerator},
    {"random_device", kUseSeededGenerator},
    {"absl::BitGen", kUseSeededGenerator},
    {"uniform_int_distribution", kUseSeededGenerator},
    {"unordered_map", kUseSorted},
    {"unordered_set", kUseSorted},
    {"flat_hash_map", kUseSorted},
    {"flat_hash_set", kUseSorted},
    {"node_hash_map", kUseSorted},
    {"node_hash_set", kUseSorted},
    {"absl::Hash", kUseFingerprint},
    {"std::hash", kUseFingerprint},
};

std::vector<Finding> CheckBannedIdentifiers(const SourceFile& file) {
  std::vector<Finding> findings;
  if (!file.IsCpp() || !Contains({"sim", "model"}, file.Layer())) {
    return findings;
  }
  for (size_t i = 0; i < file.code.size(); ++i) {
    for (const Banned& banned : kBanned) {
      if (!HasWord(file.code[i], banned.word)) continue;
      findings.push_back({LineNumber(i), std::string(banned.word) +
                                             " is banned here; use " +
                                             std::string(banned.instead)});
    }
  }
  return findings;
}

// ----------------------------------------------------------------- layers --

// What the files of a folder may include of the project. Folders that are not
// listed may include everything but tests.
struct LayerRule {
  std::string_view layer;
  std::initializer_list<std::string_view> may_include;
};

const LayerRule kLayers[] = {
    {"base", {"base"}},
    {"proto", {"base", "proto"}},
    {"sim", {"base", "proto", "sim"}},
    {"model", {"base", "model"}},
    {"adapter", {"adapter", "base", "model", "proto", "sim"}},
};

bool MayInclude(const SourceFile& file, std::string_view included) {
  for (const LayerRule& rule : kLayers) {
    if (rule.layer == file.Layer()) return Contains(rule.may_include, included);
  }
  return included != "tests" || file.Layer() == "tests";
}

// The first folder in `#include "folder/..."` or `import "folder/..."`, or "".
std::string_view IncludedLayer(std::string_view line) {
  if (!line.starts_with("#include \"") && !line.starts_with("import ")) {
    return "";
  }
  const size_t begin = line.find('"') + 1;
  const size_t slash = line.find('/', begin);
  return slash == line.npos ? "" : line.substr(begin, slash - begin);
}

std::vector<Finding> CheckLayers(const SourceFile& file) {
  std::vector<Finding> findings;
  if (!file.IsCpp() && file.Kind() != ".proto") return findings;
  for (size_t i = 0; i < file.lines.size(); ++i) {
    const std::string_view included = IncludedLayer(file.lines[i]);
    const bool ours = Contains({"adapter", "base", "model", "proto",
                                "scenarios", "sim", "tests", "tools"},
                               included);
    if (!ours || MayInclude(file, included)) continue;
    findings.push_back({LineNumber(i), file.Layer() + "/ must not know of " +
                                           std::string(included) + "/"});
  }
  return findings;
}

// ------------------------------------------------------------------- size --

std::vector<Finding> CheckFileLength(const SourceFile& file) {
  const int lines = static_cast<int>(file.lines.size());
  if (!IsCode(file) || lines <= kMaxFileLines) return {};
  return {{lines, std::to_string(lines) + " lines; split the file, at most " +
                      std::to_string(kMaxFileLines) + " are allowed"}};
}

std::vector<Finding> CheckFunctionLength(const SourceFile& file) {
  std::vector<Finding> findings;
  if (!file.IsCpp()) return findings;
  for (const FunctionExtent& function : FindFunctions(file)) {
    if (function.Lines() <= kMaxFunctionLines) continue;
    findings.push_back({function.first_line,
                        "function of " + std::to_string(function.Lines()) +
                            " lines; split it, at most " +
                            std::to_string(kMaxFunctionLines) +
                            " are allowed"});
  }
  return findings;
}

int Columns(std::string_view line) {
  return static_cast<int>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// Paths and addresses cannot be broken.
bool MayBeLong(std::string_view line) {
  return line.starts_with("#include") || line.starts_with("#ifndef") ||
         line.starts_with("#define BINDERY_") || line.starts_with("#endif") ||
         line.find("://") != line.npos;
}

std::vector<Finding> CheckColumns(const SourceFile& file) {
  std::vector<Finding> findings;
  if (!file.IsCpp()) return findings;
  for (size_t i = 0; i < file.lines.size(); ++i) {
    const int columns = Columns(file.lines[i]);
    if (columns <= kMaxColumns || MayBeLong(file.lines[i])) continue;
    findings.push_back({LineNumber(i), std::to_string(columns) +
                                           " columns; run "
                                           "tools/dev/format"});
  }
  return findings;
}

// ------------------------------------------------------------------- text --

std::vector<Finding> CheckBlanks(const SourceFile& file) {
  std::vector<Finding> findings;
  for (size_t i = 0; i < file.lines.size(); ++i) {
    const std::string& line = file.lines[i];
    if (line.find('\t') != line.npos) {
      findings.push_back({LineNumber(i), "tab; write blanks"});
    }
    if (!line.empty() && Contains({" ", "\r"}, line.substr(line.size() - 1))) {
      findings.push_back({LineNumber(i), "blank at the end of the line"});
    }
  }
  return findings;
}

std::vector<Finding> CheckLeftovers(const SourceFile& file) {
  // Taken apart, so that this file does not break its own rule.
  static const std::string kWords[] = {std::string("FIX") + "ME",
                                       std::string("TO") + "DO",
                                       std::string("XX") + "X"};
  std::vector<Finding> findings;
  for (size_t i = 0; i < file.lines.size(); ++i) {
    for (const std::string& word : kWords) {
      if (!HasWord(file.lines[i], word)) continue;
      findings.push_back({LineNumber(i), word + "; do it, or write it down as "
                                                "a known limit in docs/"});
    }
  }
  return findings;
}

// ---------------------------------------------------------------- headers --

std::string GuardName(const std::string& path) {
  std::string guard = "BINDERY_";
  for (char c : path) {
    guard +=
        IsWord(c)
            ? static_cast<char>(std::toupper(static_cast<unsigned char>(c)))
            : '_';
  }
  return guard + "_";
}

std::vector<Finding> CheckIncludeGuard(const SourceFile& file) {
  if (file.Kind() != ".h") return {};
  const std::string guard = GuardName(file.path);
  const auto has = [&file](const std::string& line) {
    return std::find(file.lines.begin(), file.lines.end(), line) !=
           file.lines.end();
  };
  if (has("#ifndef " + guard) && has("#define " + guard) &&
      has("#endif  // " + guard)) {
    return {};
  }
  return {{1, "the include guard must be " + guard +
                  ", and be named again behind #endif"}};
}

// A comment must come before the first declaration, guard, includes and
// namespaces aside.
std::vector<Finding> CheckHeaderComment(const SourceFile& file) {
  if (file.Kind() != ".h") return {};
  for (size_t i = 0; i < file.lines.size(); ++i) {
    const std::string_view line = file.lines[i];
    if (line.starts_with("//")) return {};
    if (line.empty() || line[0] == '#' || line.starts_with("namespace ")) {
      continue;
    }
    return {{LineNumber(i),
             "a header begins with a comment: what it is, its invariants, "
             "units, errors and locking, and what it does not cover"}};
  }
  return {};
}

}  // namespace

const std::vector<Rule>& AllRules() {
  static const std::vector<Rule>* const kRules = new std::vector<Rule>{
      {"BannedIdentifiers", CheckBannedIdentifiers},
      {"Blanks", CheckBlanks},
      {"Columns", CheckColumns},
      {"FileLength", CheckFileLength},
      {"FunctionLength", CheckFunctionLength},
      {"HeaderComment", CheckHeaderComment},
      {"IncludeGuard", CheckIncludeGuard},
      {"Layers", CheckLayers},
      {"Leftovers", CheckLeftovers},
      {"ProtoComments", CheckProtoComments},
  };
  return *kRules;
}

}  // namespace bindery::tidy
