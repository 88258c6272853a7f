// Coverage of the driver's model by scenarios: which branches are taken, which
// rows of the semantics are exercised, and what is missing without a reason.
//
// Everything is computed from what scenarios took. What people write down are
// two tables: the rows with the branches that witness them (rows.h), and the
// reasons why something is not exercised (reasons.h). Both are checked: a name
// that does not exist and a reason for what is exercised are problems, as is
// what is missing without a reason.
#ifndef BINDERY_TOOLS_COVERAGE_JUDGE_H_
#define BINDERY_TOOLS_COVERAGE_JUDGE_H_

#include <string>
#include <vector>

#include "sim/kernel/branches.h"
#include "tools/coverage/exercise.h"
#include "tools/coverage/reasons.h"
#include "tools/coverage/rows.h"

namespace bindery::coverage {

struct OperationCoverage {
  std::string operation;
  int taken = 0;
  int total = 0;
};

struct BranchCoverage {
  sim::Branch branch;
  // The scenario to look at and how it takes the branch; empty if none does.
  std::string scenario;
  Kind kind = Kind::kAsWritten;
  int scenarios = 0;   // how many take it
  std::string reason;  // why none does
};

struct RowCoverage {
  Row row;
  // The scenario to look at and how it exercises the row; empty if none does.
  std::string scenario;
  Kind kind = Kind::kAsWritten;
  int scenarios = 0;
};

struct Coverage {
  std::vector<OperationCoverage> operations;  // in the order of the tables
  std::vector<BranchCoverage> branches;       // likewise
  std::vector<RowCoverage> rows;
  // One sentence each; empty if nothing is wrong or missing.
  std::vector<std::string> problems;
};

// A row is exercised by a scenario that takes all its witnesses in executions
// of one kind. The scenario to look at takes as few branches as possible, so
// that it shows little else; an earlier kind goes first.
Coverage Judge(const std::vector<sim::Branch>& branches,
               const std::vector<Exercise>& exercises,
               const std::vector<Row>& rows,
               const std::vector<Reason>& reasons);

// The branches of several drivers, each name once, in the order of the first
// driver that has it.
std::vector<sim::Branch> AllBranches(
    const std::vector<const sim::Driver*>& drivers);

}  // namespace bindery::coverage

#endif  // BINDERY_TOOLS_COVERAGE_JUDGE_H_
