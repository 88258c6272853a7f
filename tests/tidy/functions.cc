#include "tests/tidy/functions.h"

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <string>
#include <string_view>

namespace bindery::tidy {
namespace {

// kArgument is a braced value inside parentheses, such as a default argument.
enum class BlockKind { kContainer, kFunction, kArgument, kOther };

struct Block {
  BlockKind kind;
  int first_line;
};

bool IsSpace(char c) { return std::isspace(static_cast<unsigned char>(c)); }

std::string_view SkipSpace(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  return text;
}

std::string_view SkipTemplate(std::string_view text) {
  if (!text.starts_with("template")) return text;
  int depth = 0;
  for (size_t i = text.find('<'); i < text.size(); ++i) {
    if (text[i] == '<') ++depth;
    if (text[i] == '>' && --depth == 0) return SkipSpace(text.substr(i + 1));
  }
  return text;
}

// Whether the text before a brace opens a namespace, a class or the like.
bool OpensContainer(std::string_view head) {
  head = SkipTemplate(SkipSpace(head));
  if (head.starts_with("extern")) return head.find('(') == head.npos;
  for (std::string_view word : {"namespace", "inline namespace", "class",
                                "struct", "union", "enum", "typedef struct"}) {
    if (!head.starts_with(word)) continue;
    const std::string_view rest = head.substr(word.size());
    return rest.empty() || IsSpace(rest.front()) || rest.front() == '[';
  }
  return false;
}

bool OpensFunction(std::string_view head) {
  const size_t paren = head.find('(');
  if (paren == head.npos) return false;
  return head.find('=') > paren || head.find("operator") < paren;
}

class Finder {
 public:
  std::vector<FunctionExtent> Run(const SourceFile& file) {
    bool in_directive = false;
    for (const std::string& line : file.code) {
      ++line_;
      in_directive = in_directive || SkipSpace(line).starts_with("#");
      if (!in_directive) {
        for (char c : line) Read(c);
        Read('\n');
      }
      in_directive = in_directive && line.ends_with('\\');
    }
    return std::move(found_);
  }

 private:
  bool InContainer() const {
    return std::all_of(stack_.begin(), stack_.end(), [](const Block& b) {
      return b.kind == BlockKind::kContainer;
    });
  }

  bool InParentheses() const {
    return std::count(head_.begin(), head_.end(), '(') >
           std::count(head_.begin(), head_.end(), ')');
  }

  void Read(char c) {
    if (c == '{') {
      Open();
    } else if (c == '}') {
      Close();
    } else if (InContainer()) {
      Extend(c);
    }
  }

  void Extend(char c) {
    if (c == ';') {
      ResetHead();
      after_function_ = false;
      return;
    }
    if (head_.empty()) {
      if (IsSpace(c)) return;
      head_line_ = line_;
    }
    head_ += c;
    for (std::string_view label : {"public:", "private:", "protected:"}) {
      if (head_ == label) ResetHead();
    }
  }

  void Open() {
    Block block{BlockKind::kOther, head_line_};
    if (InContainer() && InParentheses()) {
      block.kind = BlockKind::kArgument;
    } else if (InContainer()) {
      if (OpensContainer(head_)) {
        block.kind = BlockKind::kContainer;
      } else if (after_function_ && (head_.empty() || head_[0] == ',')) {
        block = {BlockKind::kFunction, found_.back().first_line};
        found_.pop_back();
      } else if (OpensFunction(head_)) {
        block.kind = BlockKind::kFunction;
      }
      ResetHead();
      after_function_ = false;
    }
    stack_.push_back(block);
  }

  void Close() {
    if (stack_.empty()) return;
    const Block block = stack_.back();
    stack_.pop_back();
    if (!InContainer() || block.kind == BlockKind::kArgument) return;
    ResetHead();
    after_function_ = block.kind == BlockKind::kFunction;
    if (after_function_) found_.push_back({block.first_line, line_});
  }

  void ResetHead() { head_.clear(); }

  std::vector<Block> stack_;
  std::vector<FunctionExtent> found_;
  // Code since the last declaration ended, and the line where it began.
  std::string head_;
  int head_line_ = 0;
  int line_ = 0;
  // Whether the block that closed last was a function.
  bool after_function_ = false;
};

}  // namespace

std::vector<FunctionExtent> FindFunctions(const SourceFile& file) {
  return Finder().Run(file);
}

}  // namespace bindery::tidy
