// The rows of the driver's semantics that scenarios should exercise: what
// objects become, how a transaction is sent, stored, delivered and unwound, how
// its buffer is freed, and every error on the way.
//
// A row is told in one sentence. Its witnesses are branches by name
// (sim/kernel/branches.h) and facts (facts.h): a scenario exercises the row if
// it takes all of them. They are noted one by one, so a row's witnesses must be
// such that they cannot come from unrelated transactions. So whether a row is
// covered is found out by running scenarios and cannot be claimed.
#ifndef BINDERY_TOOLS_COVERAGE_ROWS_H_
#define BINDERY_TOOLS_COVERAGE_ROWS_H_

#include <string>
#include <vector>

namespace bindery::coverage {

struct Row {
  std::string id;    // "section/name", unique
  std::string what;  // the rule
  std::vector<std::string> witnesses;
  // Why no scenario exercises it: it cannot happen, the model does not have it
  // yet, or no branch tells it from other rows. Empty for all that should be
  // exercised.
  std::string open;
};

// In the order of the sections.
std::vector<Row> AllRows();

}  // namespace bindery::coverage

#endif  // BINDERY_TOOLS_COVERAGE_ROWS_H_
