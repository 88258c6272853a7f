// bindery list coverage: what scenarios exercise of the driver's model.
#ifndef BINDERY_TOOLS_BINDERY_LIST_COVERAGE_H_
#define BINDERY_TOOLS_BINDERY_LIST_COVERAGE_H_

#include <string>
#include <vector>

namespace bindery::tools {

// Without arguments: all scenarios below scenarios/, and then what is missing
// without a written reason, or what is written and not so, is a failure
// (status 10). With arguments only those, and nothing is missing.
int ListCoverage(const std::vector<std::string>& arguments);

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_BINDERY_LIST_COVERAGE_H_
