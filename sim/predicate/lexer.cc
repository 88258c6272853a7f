#include "sim/predicate/lexer.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace bindery::sim {
namespace {

bool IsWordByte(char c) { return absl::ascii_isalnum(c) || c == '_'; }

std::string Shown(char c) {
  if (absl::ascii_isprint(static_cast<unsigned char>(c))) {
    return absl::StrCat("'", std::string(1, c), "'");
  }
  return absl::StrCat("byte 0x", absl::Hex(static_cast<unsigned char>(c)));
}

class Lexer {
 public:
  explicit Lexer(absl::string_view text) : text_(text) {}

  absl::StatusOr<std::vector<Token>> Run() {
    for (;;) {
      while (at_ < text_.size() && absl::ascii_isspace(text_[at_])) ++at_;
      if (at_ == text_.size()) break;
      const absl::Status status = Next();
      if (!status.ok()) return status;
    }
    Push(Token::Kind::kEnd, 0);
    return std::move(tokens_);
  }

 private:
  absl::Status Next() {
    const char c = text_[at_];
    if (absl::ascii_isdigit(c)) return Number();
    if (IsWordByte(c)) {
      Push(Token::Kind::kWord, WordSize());
      return absl::OkStatus();
    }
    if (c == '"' || c == '\'') return String(c);
    return Symbol();
  }
  size_t WordSize() const {
    size_t size = 0;
    while (at_ + size < text_.size() && IsWordByte(text_[at_ + size])) ++size;
    return size;
  }
  absl::Status Number() {
    const size_t size = WordSize();
    const absl::string_view digits = text_.substr(at_, size);
    uint64_t number = 0;
    const bool hex =
        digits.size() > 2 && (digits[1] == 'x' || digits[1] == 'X');
    const bool good = hex ? absl::SimpleHexAtoi(digits, &number)
                          : absl::SimpleAtoi(digits, &number);
    if (!good) {
      return PredicateError(
          at_ + 1, absl::StrCat("\"", digits,
                                "\" is no number; write decimal digits or 0x "
                                "and hexadecimal ones, at most 64 bits"));
    }
    Push(Token::Kind::kNumber, size);
    tokens_.back().number = number;
    return absl::OkStatus();
  }
  absl::Status String(char quote) {
    const size_t end = text_.find(quote, at_ + 1);
    if (end == absl::string_view::npos) {
      return PredicateError(at_ + 1, "the string is not closed");
    }
    const size_t size = end + 1 - at_;
    Push(Token::Kind::kString, size);
    tokens_.back().text = tokens_.back().text.substr(1, size - 2);
    return absl::OkStatus();
  }
  absl::Status Symbol() {
    const absl::string_view two = text_.substr(at_, 2);
    if (two == "==" || two == "!=" || two == "<=" || two == ">=") {
      Push(Token::Kind::kSymbol, 2);
      return absl::OkStatus();
    }
    if (absl::string_view("()+-*<>.").find(text_[at_]) !=
        absl::string_view::npos) {
      Push(Token::Kind::kSymbol, 1);
      return absl::OkStatus();
    }
    std::string hint;
    if (text_[at_] == '=') hint = "; equality is ==";
    if (text_[at_] == '&') hint = "; write and";
    if (text_[at_] == '|') hint = "; write or";
    if (text_[at_] == '!') hint = "; write not or !=";
    return PredicateError(
        at_ + 1, absl::StrCat(Shown(text_[at_]), " has no meaning here", hint));
  }
  void Push(Token::Kind kind, size_t size) {
    tokens_.push_back({kind, text_.substr(at_, size), 0, at_ + 1});
    at_ += size;
  }

  absl::string_view text_;
  size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

absl::Status PredicateError(size_t column, const std::string& message) {
  return absl::InvalidArgumentError(
      absl::StrCat("column ", column, ": ", message));
}

absl::StatusOr<std::vector<Token>> Tokenize(absl::string_view text) {
  return Lexer(text).Run();
}

}  // namespace bindery::sim
