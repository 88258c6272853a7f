#ifndef BINDERY_TOOLS_CONFORM_UNREACHED_REASONS_H_
#define BINDERY_TOOLS_CONFORM_UNREACHED_REASONS_H_

// Why some lines of the driver are not reached by scenarios: a closed list, and
// what is left to explain.
//
// A reason names code by what it says, not by its place, so that it fits every
// version of the driver. It excuses runs: lines with code, next to each other
// in one function, none of which was executed.
//
// Only what no program can bring about, and what is no part of the driver's
// answer to programs, may have a reason: initialisation, assertions, the
// shrinker, NUMA, netlink. A line that needs a better scenario has none.

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "tools/conform/coverage.h"

namespace bindery::conform {

// The lines of source files, by the names that Coverage has for them.
using SourceTexts = std::map<std::string, std::vector<std::string>>;

struct UnreachedReason {
  const char* group;     // such as "netlink"
  const char* function;  // whose runs; "" for those of all functions
  // Part of a run's first line, or of what stands between it and the line with
  // code before it, that line included; "" for all runs of the function.
  const char* text;
  const char* why;
};

const std::vector<UnreachedReason>& UnreachedReasons();

struct Explanation {
  size_t lines = 0;
  size_t reached = 0;
  size_t excused = 0;  // not reached, with a reason
  size_t branches = 0;
  size_t branches_taken = 0;
  std::map<std::string, size_t> by_group;
  // Reasons that are not true: code that is there and was executed, or a text
  // that the function does not have.
  std::vector<std::string> wrong;

  // For people.
  std::string Text() const;
};

// Explains the driver's own two files, binder.c and binder_alloc.c. A reason
// for a function that this driver does not have is passed over. Files without a
// text are excused by function alone.
Explanation Explain(const Coverage& coverage, const SourceTexts& texts,
                    const std::vector<UnreachedReason>& reasons);

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_UNREACHED_REASONS_H_
