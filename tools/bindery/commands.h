// The commands. Each takes its arguments, prints its report and returns the
// exit status.
#ifndef BINDERY_TOOLS_BINDERY_COMMANDS_H_
#define BINDERY_TOOLS_BINDERY_COMMANDS_H_

#include <string>
#include <vector>

namespace bindery::tools {

int RunCommand(const std::vector<std::string>& arguments);
// run with two profiles: where they part ways.
int CompareProfiles(const std::vector<std::string>& arguments);
int ExploreCommand(const std::vector<std::string>& arguments);
int ShrinkCommand(const std::vector<std::string>& arguments);
int ReplayCommand(const std::vector<std::string>& arguments);
int ExportCommand(const std::vector<std::string>& arguments);
int ListCommand(const std::vector<std::string>& arguments);
int ConformCommand(const std::vector<std::string>& arguments);
int BenchCommand(const std::vector<std::string>& arguments);

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_BINDERY_COMMANDS_H_
