#ifndef BINDERY_TESTS_TIDY_FUNCTIONS_H_
#define BINDERY_TESTS_TIDY_FUNCTIONS_H_

// Finds function definitions in clang-formatted C++ by their braces.
//
// A brace at namespace or class level opens a function when a parenthesis, and
// no `=` before it, stands between it and the previous declaration. Braced
// member initializers belong to the constructor whose body follows them.
//
// Not covered: functions inside functions (a lambda counts as lines of what
// encloses it) and definitions made by macros.

#include <vector>

#include "tests/tidy/source.h"

namespace bindery::tidy {

struct FunctionExtent {
  int first_line = 0;  // counted from 1; comments above are not part of it
  int last_line = 0;
  int Lines() const { return last_line - first_line + 1; }
};

std::vector<FunctionExtent> FindFunctions(const SourceFile& file);

}  // namespace bindery::tidy

#endif  // BINDERY_TESTS_TIDY_FUNCTIONS_H_
