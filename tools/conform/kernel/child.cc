#include "tools/conform/kernel/child.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace bindery::conform {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kCannotStart = 127;

absl::Status SystemError(const std::string& what) {
  return absl::UnavailableError(absl::StrCat(what, ": ", strerror(errno)));
}

// Stays on one CPU: the one with this number among those that the caller may
// use, counted around in a circle. A caller that may not choose keeps what it
// has.
void PinToCpu(int number) {
  cpu_set_t allowed;
  if (number < 0 || sched_getaffinity(0, sizeof(allowed), &allowed) != 0) {
    return;
  }
  int left = number % CPU_COUNT(&allowed);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &allowed) || left-- > 0) continue;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof(one), &one);
    return;
  }
}

// Everything that the program needs, made before the fork: what runs between
// fork and exec may not allocate, since other threads may hold the heap's lock.
class Launch {
 public:
  explicit Launch(const ChildOptions& options) : options_(options) {
    for (const std::string& argument : options.arguments) {
      arguments_.push_back(const_cast<char*>(argument.c_str()));
    }
    arguments_.push_back(nullptr);
    for (const auto& [name, value] : options.environment) {
      owned_.push_back(name + "=" + value);
    }
    // The first of two entries with one name counts.
    for (std::string& entry : owned_) environment_.push_back(entry.data());
    for (char** entry = environ; *entry != nullptr; ++entry) {
      environment_.push_back(*entry);
    }
    environment_.push_back(nullptr);
  }

  [[noreturn]] void Execute(int output, int errors) const {
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    PinToCpu(options_.cpu);
    const int null = open("/dev/null", O_RDONLY);
    if (null < 0 || dup2(null, 0) < 0 || dup2(output, 1) < 0 ||
        dup2(errors, 2) < 0) {
      _exit(kCannotStart);
    }
    for (int fd : options_.kept_fds) fcntl(fd, F_SETFD, 0);
    execvpe(arguments_[0], arguments_.data(), environment_.data());
    _exit(kCannotStart);
  }

 private:
  const ChildOptions& options_;
  std::vector<char*> arguments_;
  std::vector<std::string> owned_;
  std::vector<char*> environment_;
};

struct Pipe {
  int read_end = -1;
  int write_end = -1;

  bool Open() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    read_end = ends[0];
    write_end = ends[1];
    return true;
  }

  void CloseWriteEnd() { close(std::exchange(write_end, -1)); }

  ~Pipe() {
    if (read_end >= 0) close(read_end);
    if (write_end >= 0) close(write_end);
  }
};

// Takes what is there; returns false at the end of the file.
bool Drain(int fd, std::string& to) {
  char bytes[1 << 16];
  const ssize_t size = read(fd, bytes, sizeof(bytes));
  if (size > 0) to.append(bytes, static_cast<size_t>(size));
  return size > 0 || (size < 0 && (errno == EINTR || errno == EAGAIN));
}

// Reads both pipes until both are closed, or silence lasts too long.
void Collect(const ChildOptions& options, const Pipe& output,
             const Pipe& errors, ChildResult& result) {
  pollfd fds[] = {{output.read_end, POLLIN, 0}, {errors.read_end, POLLIN, 0}};
  std::string* const texts[] = {&result.output, &result.errors};
  Clock::time_point deadline = Clock::now() + options.silence_limit;
  while (fds[0].fd >= 0 || fds[1].fd >= 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - Clock::now());
    if (left.count() <= 0) {
      result.fell_silent = true;
      return;
    }
    if (poll(fds, 2, static_cast<int>(left.count())) <= 0) continue;
    for (int i = 0; i < 2; ++i) {
      if (fds[i].fd < 0 || fds[i].revents == 0) continue;
      deadline = Clock::now() + options.silence_limit;
      if (!Drain(fds[i].fd, *texts[i])) fds[i].fd = -1;
    }
  }
}

}  // namespace

absl::StatusOr<ChildResult> RunChild(const ChildOptions& options) {
  Pipe output, errors;
  if (!output.Open() || !errors.Open()) return SystemError("no pipe");
  const Launch launch(options);
  const pid_t pid = fork();
  if (pid < 0) return SystemError("cannot fork");
  if (pid == 0) launch.Execute(output.write_end, errors.write_end);
  output.CloseWriteEnd();
  errors.CloseWriteEnd();
  ChildResult result;
  Collect(options, output, errors, result);
  if (result.fell_silent) kill(-pid, SIGKILL);
  while (waitpid(pid, &result.wait_status, 0) < 0 && errno == EINTR) {
  }
  kill(-pid, SIGKILL);
  if (WIFEXITED(result.wait_status) &&
      WEXITSTATUS(result.wait_status) == kCannotStart) {
    return absl::UnavailableError(absl::StrCat("cannot start ",
                                               options.arguments[0], " ",
                                               result.errors.substr(0, 200)));
  }
  return result;
}

absl::StatusOr<MemoryFile> MemoryFile::Create(const std::string& bytes) {
  MemoryFile file(memfd_create("bindery", MFD_CLOEXEC));
  if (file.fd_ < 0) return SystemError("no memory file");
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t size =
        write(file.fd_, bytes.data() + done, bytes.size() - done);
    if (size < 0) return SystemError("cannot write a memory file");
    done += static_cast<size_t>(size);
  }
  lseek(file.fd_, 0, SEEK_SET);
  return file;
}

MemoryFile::~MemoryFile() {
  if (fd_ >= 0) close(fd_);
}

std::string MemoryFile::path() const {
  return absl::StrCat("/proc/self/fd/", fd_);
}

}  // namespace bindery::conform
