#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace bindery::base_internal {

[[gnu::cold, gnu::noinline]] void CheckFailed(const char* file, int line,
                                              const char* condition,
                                              const char* message) {
  // What was already printed belongs before the failure, also in a pipe.
  std::fflush(stdout);
  if (message == nullptr) {
    std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, condition);
  } else {
    std::fprintf(stderr, "%s:%d: check failed: %s (%s)\n", file, line,
                 condition, message);
  }
  std::abort();
}

}  // namespace bindery::base_internal
