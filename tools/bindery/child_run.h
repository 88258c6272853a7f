// A piece of work in a process of its own, so that its time and its memory are
// nobody else's.
#ifndef BINDERY_TOOLS_BINDERY_CHILD_RUN_H_
#define BINDERY_TOOLS_BINDERY_CHILD_RUN_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace bindery::tools {

// What a process printed and took.
struct ChildRun {
  std::string output;
  double cpu_seconds = 0;
  double peak_bytes = 0;  // of its resident set
};

// Runs `body`, whose result is the exit status, in a child whose standard
// output is kept. Nothing that it changes is changed here. Errors:
// InvalidArgument with what it printed, if it failed. `name` says in messages
// what it is.
absl::StatusOr<ChildRun> RunInChild(const std::string& name,
                                    const std::function<int()>& body);

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_BINDERY_CHILD_RUN_H_
