#ifndef BINDERY_TESTS_TIDY_RULES_H_
#define BINDERY_TESTS_TIDY_RULES_H_

// The rules of style and determinism that a machine can judge, one function
// each. A rule sees one file and reports every place that breaks it; a message
// says what to write instead. tidy_test.cc applies all of them to the tree,
// rules_test.cc shows each of them a good and a bad example.

#include <string>
#include <vector>

#include "tests/tidy/source.h"

namespace bindery::tidy {

struct Finding {
  int line = 0;  // counted from 1
  std::string message;
};

struct Rule {
  const char* name;
  std::vector<Finding> (*check)(const SourceFile& file);
};

// Longest function, in lines from its first to its closing brace.
inline constexpr int kMaxFunctionLines = 60;
// Longest file of code.
inline constexpr int kMaxFileLines = 800;
// Longest line of C++, in characters (not bytes).
inline constexpr int kMaxColumns = 80;

const std::vector<Rule>& AllRules();

}  // namespace bindery::tidy

#endif  // BINDERY_TESTS_TIDY_RULES_H_
