#ifndef BINDERY_TOOLS_CONFORM_KERNEL_CHILD_H_
#define BINDERY_TOOLS_CONFORM_KERNEL_CHILD_H_

// Runs a program to its end and keeps what it says.
//
// 1. The program gets an empty standard input and a session of its own. It, and
//    every process of its session that has not left its group, is dead when
//    RunChild returns, and dies when the caller does.
// 2. When neither output has grown for `silence_limit`, it is killed.
//
// Errors: Unavailable when the program cannot be started.

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace bindery::conform {

struct ChildOptions {
  std::vector<std::string> arguments;  // [0] is the program; found in PATH
  // Set besides what the caller has.
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<int> kept_fds;  // stay open in the program, with their numbers
  std::chrono::milliseconds silence_limit{20000};
  // The program stays on the CPU with this number among the caller's, counted
  // around in a circle; -1: it may use all of them.
  int cpu = -1;
};

struct ChildResult {
  std::string output;
  std::string errors;
  bool fell_silent = false;  // killed by rule 2
  int wait_status = 0;
};

absl::StatusOr<ChildResult> RunChild(const ChildOptions& options);

// A file in memory, which a program finds at /proc/self/fd/NUMBER when the
// descriptor is kept open for it. Closed by the destructor.
class MemoryFile {
 public:
  static absl::StatusOr<MemoryFile> Create(const std::string& bytes);
  MemoryFile(MemoryFile&& other) : fd_(std::exchange(other.fd_, -1)) {}
  MemoryFile& operator=(MemoryFile&&) = delete;
  ~MemoryFile();

  int fd() const { return fd_; }
  std::string path() const;

 private:
  explicit MemoryFile(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_KERNEL_CHILD_H_
