#include "tools/bindery/child_run.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "absl/strings/str_cat.h"

namespace bindery::tools {
namespace {

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * time.tv_usec;
}

}  // namespace

absl::StatusOr<ChildRun> RunInChild(const std::string& name,
                                    const std::function<int()>& body) {
  int ends[2];
  if (pipe(ends) != 0) return absl::InternalError("pipe() failed");
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    const int status = body();
    std::fflush(stdout);
    _exit(status);
  }
  close(ends[1]);
  ChildRun run;
  char buffer[4096];
  for (ssize_t n; (n = read(ends[0], buffer, sizeof(buffer))) > 0;) {
    run.output.append(buffer, static_cast<size_t>(n));
  }
  close(ends[0]);
  int status = 0;
  rusage usage = {};
  wait4(child, &status, 0, &usage);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("bench: ", name, " failed:\n", run.output));
  }
  run.cpu_seconds = Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
  run.peak_bytes = static_cast<double>(usage.ru_maxrss) * 1024;
  return run;
}

}  // namespace bindery::tools
