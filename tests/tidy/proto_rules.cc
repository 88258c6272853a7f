#include "tests/tidy/proto_rules.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

namespace bindery::tidy {
namespace {

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// "type name = 3;": a word, then a number after the equals sign.
bool IsField(std::string_view code) {
  const size_t equals = code.find('=');
  if (equals == code.npos || code.starts_with("option ") ||
      code.starts_with("syntax")) {
    return false;
  }
  const std::string_view number = Trim(code.substr(equals + 1));
  return !number.empty() &&
         std::isdigit(static_cast<unsigned char>(number[0])) != 0;
}

bool IsComment(const std::string& line) { return Trim(line).starts_with("//"); }

// Whether the declaration that ends in line `i` has a comment. One that does
// not fit in a line begins after the previous ';', brace or comment.
bool HasComment(const SourceFile& file, size_t i) {
  if (file.lines[i].find("//") != std::string::npos) return true;
  while (i > 0) {
    --i;
    if (IsComment(file.lines[i])) return true;
    const std::string_view code = Trim(file.code[i]);
    if (code.empty() ||
        std::string_view(";{}").find(code.back()) != std::string_view::npos) {
      return false;
    }
  }
  return false;
}

}  // namespace

std::vector<Finding> CheckProtoComments(const SourceFile& file) {
  std::vector<Finding> findings;
  if (file.Kind() != ".proto") return findings;
  // For each open brace, whether it is that of an enum.
  std::vector<bool> in_enum;
  for (size_t i = 0; i < file.code.size(); ++i) {
    const std::string_view code = Trim(file.code[i]);
    const bool enum_value = !in_enum.empty() && in_enum.back();
    if (IsField(code) && !enum_value && !in_enum.empty() &&
        !code.starts_with("enum ") && !HasComment(file, i)) {
      findings.push_back({static_cast<int>(i) + 1,
                          "field without a comment: say what it means, its "
                          "unit and what its absence means"});
    }
    for (char c : code) {
      if (c == '{') in_enum.push_back(code.starts_with("enum "));
      if (c == '}' && !in_enum.empty()) in_enum.pop_back();
    }
  }
  return findings;
}

}  // namespace bindery::tidy
