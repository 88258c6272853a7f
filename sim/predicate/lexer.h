// Splits the text of a predicate into tokens.
#ifndef BINDERY_SIM_PREDICATE_LEXER_H_
#define BINDERY_SIM_PREDICATE_LEXER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace bindery::sim {

struct Token {
  enum class Kind : uint8_t { kEnd, kNumber, kString, kWord, kSymbol };
  Kind kind;
  absl::string_view text;  // of a string without its quotes
  uint64_t number = 0;
  size_t column = 1;
};

// "column N: message"
absl::Status PredicateError(size_t column, const std::string& message);

// The tokens of `text`, kEnd last; they point into it.
absl::StatusOr<std::vector<Token>> Tokenize(absl::string_view text);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_PREDICATE_LEXER_H_
