// The version of what choices and states mean. Raised whenever a trace or a
// golden count of before would no longer be right.
#ifndef BINDERY_TOOLS_BINDERY_VERSION_H_
#define BINDERY_TOOLS_BINDERY_VERSION_H_

#include <cstdint>

namespace bindery::tools {

inline constexpr uint32_t kModelVersion = 1;

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_BINDERY_VERSION_H_
