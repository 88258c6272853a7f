// Why no scenario takes a branch of the driver.
#ifndef BINDERY_TOOLS_COVERAGE_REASONS_H_
#define BINDERY_TOOLS_COVERAGE_REASONS_H_

#include <string>
#include <vector>

namespace bindery::coverage {

struct Reason {
  std::string branch;  // its name, see sim/kernel/branches.h
  std::string why;
};

std::vector<Reason> AllReasons();

}  // namespace bindery::coverage

#endif  // BINDERY_TOOLS_COVERAGE_REASONS_H_
