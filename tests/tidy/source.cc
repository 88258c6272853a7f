#include "tests/tidy/source.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace bindery::tidy {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> SplitLines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool IsWord(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Blanks comments and literals in place, keeping their delimiters' length.
class Blanker {
 public:
  explicit Blanker(std::string_view text) : text_(text), out_(text) {}

  std::string Run() {
    while (at_ < text_.size()) Step();
    return std::move(out_);
  }

 private:
  void Step() {
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("//")) {
      Blank(rest.find('\n'));
    } else if (rest.starts_with("/*")) {
      const size_t end = rest.find("*/", 2);
      Blank(end == rest.npos ? end : end + 2);
    } else if (rest.starts_with("R\"")) {
      BlankRawString(rest);
    } else if (rest[0] == '"' || (rest[0] == '\'' && !IsDigitSeparator())) {
      Blank(LiteralLength(rest));
    } else {
      ++at_;
    }
  }

  // Overwrites `length` characters with blanks, or all that is left.
  void Blank(size_t length) {
    const size_t end =
        length > text_.size() - at_ ? text_.size() : at_ + length;
    for (; at_ < end; ++at_) {
      if (out_[at_] != '\n') out_[at_] = ' ';
    }
  }

  void BlankRawString(std::string_view rest) {
    const size_t open = rest.find('(');
    if (open == rest.npos) return Blank(rest.npos);
    const std::string close =
        ")" + std::string(rest.substr(2, open - 2)) + "\"";
    const size_t end = rest.find(close, open);
    Blank(end == rest.npos ? end : end + close.size());
  }

  static size_t LiteralLength(std::string_view rest) {
    for (size_t i = 1; i < rest.size() && rest[i] != '\n'; ++i) {
      if (rest[i] == '\\') {
        ++i;
      } else if (rest[i] == rest[0]) {
        return i + 1;
      }
    }
    return 1;
  }

  // The quote in 1'000 belongs to a token that begins with a digit.
  bool IsDigitSeparator() const {
    size_t begin = at_;
    while (begin > 0 && (IsWord(text_[begin - 1]) || text_[begin - 1] == '\''))
      --begin;
    return begin < at_ &&
           std::isdigit(static_cast<unsigned char>(text_[begin])) != 0;
  }

  std::string_view text_;
  std::string out_;
  size_t at_ = 0;
};

bool IsSkippedFolder(const std::string& name) {
  return (name.starts_with(".") && name != ".ci") ||
         name.starts_with("bazel-") || name == "node_modules";
}

bool IsText(const SourceFile& file) {
  static const char* const kKinds[] = {
      ".bzl",  ".c",        ".cc",    ".css", ".h",
      ".html", ".md",       ".proto", ".sh",  ".ts",
      "BUILD", "WORKSPACE", ".bazel", ".awk", ".textproto"};
  return std::find(std::begin(kKinds), std::end(kKinds), file.Kind()) !=
         std::end(kKinds);
}

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

std::string SourceFile::Kind() const {
  const fs::path name = fs::path(path).filename();
  return name.has_extension() ? name.extension().string() : name.string();
}

std::string SourceFile::Layer() const {
  const size_t slash = path.find('/');
  return slash == path.npos ? "" : path.substr(0, slash);
}

bool SourceFile::IsCpp() const {
  const std::string kind = Kind();
  return kind == ".c" || kind == ".cc" || kind == ".h";
}

SourceFile MakeSource(std::string path, std::string_view text) {
  SourceFile file{std::move(path), SplitLines(text), {}};
  if (file.IsCpp() || file.Kind() == ".proto") {
    file.code = SplitLines(Blanker(text).Run());
  }
  return file;
}

std::vector<SourceFile> LoadTree(const std::string& root) {
  std::vector<SourceFile> files;
  for (auto it = fs::recursive_directory_iterator(root);
       it != fs::recursive_directory_iterator(); ++it) {
    if (it->is_directory()) {
      if (IsSkippedFolder(it->path().filename()))
        it.disable_recursion_pending();
      continue;
    }
    SourceFile file{fs::relative(it->path(), root).generic_string(), {}, {}};
    if (it->is_regular_file() && IsText(file)) {
      files.push_back(MakeSource(file.path, ReadFile(it->path())));
    }
  }
  std::sort(
      files.begin(), files.end(),
      [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

}  // namespace bindery::tidy
