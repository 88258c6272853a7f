#include "tools/agent/pipes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tools/agent/file_names.h"
#include "tools/agent/sockets.h"

enum { kMaxClosed = 1023 };

static int g_ends[kMaxPipes];
static int g_count;

// All epoll instances are one file to fstat().
static int NameEpoll(void) {
  static const char kName[] = "epoll";
  struct stat status;
  const int fd = epoll_create1(EPOLL_CLOEXEC);
  const int error = fd < 0 || fstat(fd, &status) != 0 ? errno : 0;
  if (fd >= 0) close(fd);
  if (error != 0) return error;
  NameFile(status.st_dev, status.st_ino, (struct Text){kName, 5});
  return 0;
}

// Opens a pipe for both directions. Returns the descriptor, or -errno.
static int OpenBothWays(void) {
  int ends[2];
  char path[32];
  if (pipe2(ends, O_CLOEXEC) != 0) return -errno;
  snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[0]);
  const int both = open(path, O_RDWR | O_CLOEXEC);
  const int result = both < 0 ? -errno : both;
  close(ends[0]);
  close(ends[1]);
  return result;
}

static int OpenPipe(struct Text name) {
  struct stat status;
  const int both = OpenBothWays();
  if (both < 0) return -both;
  // Above all descriptors that a plan can give, so that none overwrites it.
  const int kept = fcntl(both, F_DUPFD_CLOEXEC, kMaxGivenFd + 1);
  const int error = kept < 0 ? errno : 0;
  close(both);
  if (error != 0) return error;
  g_ends[g_count++] = kept;
  if (fstat(kept, &status) != 0) return errno;
  NameFile(status.st_dev, status.st_ino, name);
  return 0;
}

int OpenPipes(const struct Scenario* scenario) {
  for (int i = 0; i < scenario->pipe_count; ++i) {
    const int error = OpenPipe(scenario->pipes[i]);
    if (error != 0) return error;
  }
  return NameEpoll();
}

void ClosePipes(void) {
  while (g_count > 0) close(g_ends[--g_count]);
}

// --- in a new process -------------------------------------------------------

static void CloseRange(unsigned first, unsigned last) {
  if (syscall(SYS_close_range, first, last, 0) == 0) return;
  for (unsigned fd = first; fd <= last && fd <= kMaxClosed; ++fd) {
    close((int)fd);
  }
}

static void OpenNull(const struct Process* process, uint32_t from) {
  for (uint32_t fd = from; fd < process->first_fd; ++fd) {
    open("/dev/null", O_RDWR);
  }
}

static int HasFiles(const struct Scenario* scenario, int process) {
  for (int i = 0; i < scenario->file_count; ++i) {
    if (scenario->files[i].process == process) return 1;
  }
  return 0;
}

// The coordinator has /dev/null as 0, 1 and 2.
void PrepareDescriptors(const struct Scenario* scenario, int process) {
  const struct Process* const self = &scenario->processes[process];
  const uint32_t kept = self->first_fd < 3 ? self->first_fd : 3;
  const int has_files = HasFiles(scenario, process);
  const unsigned last =
      scenario->has_messages ? kFirstSocket - 1 : (unsigned)~0U;
  CloseRange(kept, has_files ? kMaxGivenFd : last);
  OpenNull(self, kept);
  if (!has_files) return;
  for (int i = 0; i < scenario->file_count; ++i) {
    const struct File* const file = &scenario->files[i];
    if (file->process != process) continue;
    dup3(g_ends[file->pipe], file->fd, file->cloexec ? O_CLOEXEC : 0);
  }
  CloseRange(kMaxGivenFd + 1, last);
}
