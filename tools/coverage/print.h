// Coverage, for people, programs and docs/coverage.md.
#ifndef BINDERY_TOOLS_COVERAGE_PRINT_H_
#define BINDERY_TOOLS_COVERAGE_PRINT_H_

#include <string>

#include "tools/coverage/judge.h"

namespace bindery::coverage {

// Totals, rows, what is never taken, problems.
std::string ToText(const Coverage& coverage);
// One object with "operations", "branches", "rows" and "problems".
std::string ToJson(const Coverage& coverage);
// The tables of docs/coverage.md, the whole page.
std::string ToMarkdown(const Coverage& coverage);

}  // namespace bindery::coverage

#endif  // BINDERY_TOOLS_COVERAGE_PRINT_H_
