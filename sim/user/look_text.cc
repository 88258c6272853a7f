#include "sim/user/look_text.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_join.h"
#include "base/bytes.h"
#include "sim/binderfs/binderfs.h"

namespace bindery::sim {

std::string PathText(const CompiledScenario& scenario, uint32_t name) {
  if (name == kRootName) return "";
  if (const char* fixed = FixedName(name)) return fixed;
  return scenario.devices[name - 1];
}

std::string LookText(const CompiledScenario& scenario, Look look,
                     absl::string_view seen) {
  if (look != Look::kNames) return std::string(seen);
  std::vector<std::string> names;
  for (size_t at = 0; at + 4 <= seen.size(); at += 4) {
    const std::string path = PathText(scenario, LoadNumber<uint32_t>(seen, at));
    names.push_back(path.substr(path.rfind('/') + 1));
  }
  std::sort(names.begin(), names.end());
  return absl::StrJoin(names, " ");
}

}  // namespace bindery::sim
