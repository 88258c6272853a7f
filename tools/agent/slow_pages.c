#include "tools/agent/slow_pages.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// A process's place in the hand-over: kNothing, then the descriptor, or the
// errno as a negative number, then kTaken.
enum { kNothing = INT32_MAX, kTaken = INT32_MAX - 1 };

// In memory that all processes share.
static _Atomic uint32_t* g_offers;

// In the coordinator.
static int g_watches[kMaxProcesses];
static int g_watch_count;

static void WaitWhile(_Atomic uint32_t* word, uint32_t value) {
  while (atomic_load(word) == value) FutexWait(word, value);
}

static int HasSlowPages(const struct Scenario* scenario) {
  for (int i = 0; i < scenario->area_count; ++i) {
    if (scenario->areas[i].protection == kSlow) return 1;
  }
  return 0;
}

int PrepareSlowPages(void) {
  g_offers = MapShared(NULL, kMaxProcesses * sizeof(*g_offers), 0);
  if (g_offers == NULL) return errno;
  for (int i = 0; i < kMaxProcesses; ++i) atomic_store(&g_offers[i], kNothing);
  return 0;
}

static int WatchArea(int fd, const struct Area* area) {
  struct uffdio_register request = {
      .range = {.start = area->address, .len = area->size},
      .mode = UFFDIO_REGISTER_MODE_MISSING,
  };
  return ioctl(fd, UFFDIO_REGISTER, &request) == 0 ? 0 : errno;
}

// Returns the descriptor, or a negative errno.
static int32_t Watch(const struct Scenario* scenario) {
  struct uffdio_api api = {.api = UFFD_API};
  const int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
  if (fd < 0 || ioctl(fd, UFFDIO_API, &api) != 0) return -errno;
  for (int i = 0; i < scenario->area_count; ++i) {
    if (scenario->areas[i].protection != kSlow) continue;
    const int error = WatchArea(fd, &scenario->areas[i]);
    if (error != 0) return -error;
  }
  return fd;
}

void HandOverSlowPages(const struct Scenario* scenario, int process) {
  if (!HasSlowPages(scenario)) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int32_t fd = Watch(scenario);
  const uint32_t offer = (uint32_t)fd;
  atomic_store(&g_offers[process], offer);
  FutexWake(&g_offers[process]);
  WaitWhile(&g_offers[process], offer);
  if (fd >= 0) close(fd);
}

static int TakeDescriptor(pid_t pid, int fd) {
  const int process = (int)syscall(SYS_pidfd_open, pid, 0);
  if (process < 0) return errno;
  const int watch = (int)syscall(SYS_pidfd_getfd, process, fd, 0);
  const int error = watch < 0 ? errno : 0;
  close(process);
  if (error == 0) g_watches[g_watch_count++] = watch;
  return error;
}

int TakeSlowPages(const struct Scenario* scenario, int process, pid_t pid) {
  _Atomic uint32_t* const offer = &g_offers[process];
  if (!HasSlowPages(scenario)) return 0;
  WaitWhile(offer, kNothing);
  const int32_t fd = (int32_t)atomic_load(offer);
  const int error = fd < 0 ? -fd : TakeDescriptor(pid, fd);
  atomic_store(offer, kTaken);
  FutexWake(offer);
  return error;
}

void SupplyPages(uint64_t address, struct Text hex) {
  // A page is there once it has been looked at.
  (void)*(volatile unsigned char*)address;
  DecodeHex(hex, (unsigned char*)address);
  const uint64_t size = hex.size / 2 == 0 ? 1 : hex.size / 2;
  const uint64_t begin = address & ~(uint64_t)(kPageSize - 1);
  const uint64_t end =
      (address + size + kPageSize - 1) & ~(uint64_t)(kPageSize - 1);
  struct uffdio_range range = {.start = begin, .len = end - begin};
  for (int i = 0; i < g_watch_count; ++i) {
    ioctl(g_watches[i], UFFDIO_WAKE, &range);
  }
}

void ForgetSlowPages(void) {
  for (int i = 0; i < g_watch_count; ++i) close(g_watches[i]);
  g_watch_count = 0;
  for (int i = 0; i < kMaxProcesses; ++i) atomic_store(&g_offers[i], kNothing);
}
