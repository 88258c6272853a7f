// What list, stat and read steps see, as text.
#ifndef BINDERY_SIM_USER_LOOK_TEXT_H_
#define BINDERY_SIM_USER_LOOK_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "sim/user/program.h"

namespace bindery::sim {

// `seen` as Kernel::SysFs() tells it. Names stand in alphabetical order, with
// blanks between.
std::string LookText(const CompiledScenario& scenario, Look look,
                     absl::string_view seen);
// The name of something in a binderfs, by its number; "" for the root.
std::string PathText(const CompiledScenario& scenario, uint32_t name);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_USER_LOOK_TEXT_H_
