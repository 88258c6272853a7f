#ifndef BINDERY_TOOLS_CONFORM_COVERAGE_H_
#define BINDERY_TOOLS_CONFORM_COVERAGE_H_

// Which lines and branches of the driver's source were executed, from gcov's
// reports.
//
// 1. Reports add up: several objects, several boots of one kernel.
// 2. Only files of drivers/android count; they are named from there on.
// 3. A line counts once for each function that it is part of (a macro can make
//    several functions in one line).
// 4. A branch is one way to go on from a line: an `if` has two.
//
// Not covered: reports of two different kernels, which must not be added.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "tools/conform/gcov.pb.h"

namespace bindery::conform {

struct LineCoverage {
  int64_t count = 0;
  std::vector<int64_t> branches;
};

struct FunctionCoverage {
  int first_line = 0;
  int last_line = 0;
  int64_t count = 0;
};

struct SourceCoverage {
  // By function, then by line.
  std::map<std::pair<std::string, int>, LineCoverage> lines;
  std::map<std::string, FunctionCoverage> functions;
};

struct CoverageTotals {
  size_t lines = 0;
  size_t lines_reached = 0;
  size_t branches = 0;
  size_t branches_taken = 0;
  size_t functions = 0;
  size_t functions_reached = 0;
};

CoverageTotals Totals(const SourceCoverage& source);

class Coverage {
 public:
  // `json` is what `gcov --json-format --stdout` printed for one object.
  // Errors: InvalidArgument when it is not that.
  absl::Status Add(const std::string& json);

  const std::map<std::string, SourceCoverage>& sources() const {
    return sources_;
  }

  // For people: one line for each file.
  std::string Summary() const;

  // What nothing reached, by file and line, one fact a line:
  //
  //   # drivers/android/binder.c lines 10/12 branches 3/8 functions 2/3
  //   function drivers/android/binder.c:100-120 binder_dec
  //   lines drivers/android/binder.c:130-131 binder_inc
  //   branches drivers/android/binder.c:140-140 binder_inc 1/2
  //
  // `function`: never called; its lines are not repeated. `lines`: a run of
  // lines with code, none of which was executed. `branches`: a line that was
  // executed, and how many of its branches were taken. The function is `-` when
  // gcov names none.
  std::string Unreached() const;

 private:
  void AddFile(const gcov::File& file, SourceCoverage* source);

  std::map<std::string, SourceCoverage> sources_;
};

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_COVERAGE_H_
