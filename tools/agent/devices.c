#include "tools/agent/devices.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/android/binderfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/agent/records.h"

enum {
  kMaxName = 256,
  kMaxLog = 1 << 20,
  kMaxProcs = 128,
  kMaxHead = 4096,  // of `stats`, what is about the whole driver
};

static const char kMountPoint[] = "/tmp/binderfs";
static const char kDebugfsLogs[] = "/sys/kernel/debug/binder";

static char g_folder[kMaxName];
static char g_logs[kMaxName];
static int g_mounts = 1;
static int g_stats = -1;
static char* g_buffer;

static void SetFolder(const char* folder) {
  snprintf(g_folder, sizeof(g_folder), "%s", folder);
  const int size = snprintf(g_logs, sizeof(g_logs), "%s/binder_logs", folder);
  if (size >= (int)sizeof(g_logs) || access(g_logs, R_OK) != 0) {
    snprintf(g_logs, sizeof(g_logs), "%s", kDebugfsLogs);
  }
}

void UseDeviceFolder(const char* folder) {
  g_mounts = folder == NULL;
  if (folder != NULL) SetFolder(folder);
}

void DevicePath(const char* name, size_t name_size, char* path, size_t size) {
  const int is_path = name_size > 0 && name[0] == '/';
  snprintf(path, size, "%s%s%.*s", is_path ? "" : g_folder, is_path ? "" : "/",
           (int)name_size, name);
}

// Any uid may open the devices. Those that the kernel is configured with are
// there from the start.
static void AddDevices(void) {
  static const char* const kNames[] = {"binder", "hwbinder", "vndbinder"};
  char path[kMaxName + 16];
  for (size_t i = 0; i < sizeof(kNames) / sizeof(kNames[0]); ++i) {
    snprintf(path, sizeof(path), "%s/%s", g_folder, kNames[i]);
    if (chmod(path, 0666) == 0) continue;
    struct binderfs_device device = {.major = 0};
    snprintf(device.name, sizeof(device.name), "%s", kNames[i]);
    char control[kMaxName + 16];
    snprintf(control, sizeof(control), "%s/binder-control", g_folder);
    const int fd = open(control, O_RDONLY | O_CLOEXEC);
    ioctl(fd, BINDER_CTL_ADD, &device);
    close(fd);
    chmod(path, 0666);
  }
}

static void OpenStats(void) {
  char path[kMaxName + 16];
  snprintf(path, sizeof(path), "%s/stats", g_logs);
  g_stats = open(path, O_RDONLY | O_CLOEXEC);
}

int MountDevices(void) {
  if (g_mounts) {
    mkdir(kMountPoint, 0755);
    if (mount("binder", kMountPoint, "binder", 0, "stats=global") == 0) {
      SetFolder(kMountPoint);
      AddDevices();
    } else if (errno == ENODEV) {
      UseDeviceFolder("/dev");
    } else {
      return errno;
    }
  }
  OpenStats();
  return 0;
}

void UnmountDevices(void) {
  if (g_stats >= 0) close(g_stats);
  g_stats = -1;
  if (g_mounts) umount2(kMountPoint, MNT_DETACH);
}

// Reads a whole file into g_buffer; returns its size.
static size_t ReadAll(int fd) {
  if (g_buffer == NULL) g_buffer = malloc(kMaxLog + 1);
  size_t size = 0;
  while (g_buffer != NULL && size < kMaxLog) {
    const ssize_t got = pread(fd, g_buffer + size, kMaxLog - size, (off_t)size);
    if (got <= 0) break;
    size += (size_t)got;
  }
  if (g_buffer != NULL) g_buffer[size] = '\0';
  return size;
}

// What is about the whole driver comes first in `stats`; what follows is
// repeated for each process.
static size_t ReadHead(char* text, size_t room) {
  const ssize_t size = pread(g_stats, text, room - 1, 0);
  if (size <= 0) return 0;
  text[size] = '\0';
  return (size_t)size;
}

void RecordCounters(void) {
  char text[kMaxHead];
  const size_t size = ReadHead(text, sizeof(text));
  if (size == 0) return;
  const char* const proc = strstr(text, "\nproc ");
  Record("before\n");
  RecordQuoted(text, proc == NULL ? size : (size_t)(proc + 1 - text));
}

// The counters of objects are "NAME: active N total N".
int ReadCounters(struct Counters* counters) {
  char text[kMaxHead];
  counters->count = 0;
  if (ReadHead(text, sizeof(text)) == 0) return 0;
  char* rest = text;
  for (char* line; (line = strsep(&rest, "\n")) != NULL;) {
    if (strncmp(line, "proc ", 5) == 0) break;
    char* const active = strstr(line, ": active ");
    if (active == NULL || counters->count == kMaxCounters) continue;
    *active = '\0';
    const int at = counters->count++;
    snprintf(counters->entries[at].name, kCounterName, "%s", line);
    counters->entries[at].active = strtol(active + 9, NULL, 10);
  }
  return 1;
}

static long ActiveOf(const struct Counters* counters, const char* name) {
  for (int i = 0; i < counters->count; ++i) {
    if (strcmp(counters->entries[i].name, name) == 0) {
      return counters->entries[i].active;
    }
  }
  return 0;
}

// Whether `b` has all of the counters of `a`.
static int Covers(const struct Counters* a, const struct Counters* b) {
  for (int i = 0; i < a->count; ++i) {
    if (a->entries[i].active != ActiveOf(b, a->entries[i].name)) return 0;
  }
  return 1;
}

int SameCounters(const struct Counters* a, const struct Counters* b) {
  return Covers(a, b) && Covers(b, a);
}

int RecordGrowth(const struct Counters* before, const struct Counters* after) {
  int changed = 0;
  for (int i = 0; i < after->count; ++i) {
    const char* const name = after->entries[i].name;
    const long growth = after->entries[i].active - ActiveOf(before, name);
    if (growth == 0) continue;
    Record(" %s=%ld", name, growth);
    ++changed;
  }
  return changed;
}

static void RecordLog(const char* name, size_t size) {
  char path[2 * kMaxName];
  snprintf(path, sizeof(path), "%s/%.*s", g_logs, (int)size, name);
  Record("log %.*s\n", (int)size, name);
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  const size_t length = ReadAll(fd);
  RecordQuoted(g_buffer, length);
  close(fd);
}

static int CompareNumbers(const void* a, const void* b) {
  const long x = *(const long*)a, y = *(const long*)b;
  return (x > y) - (x < y);
}

static void RecordProcs(void) {
  char path[kMaxName + 16];
  long pids[kMaxProcs];
  size_t count = 0;
  snprintf(path, sizeof(path), "%s/proc", g_logs);
  DIR* const folder = opendir(path);
  if (folder == NULL) return;
  for (const struct dirent* entry; (entry = readdir(folder)) != NULL;) {
    const long pid = strtol(entry->d_name, NULL, 10);
    if (pid > 0 && count < kMaxProcs) pids[count++] = pid;
  }
  closedir(folder);
  qsort(pids, count, sizeof(pids[0]), CompareNumbers);
  for (size_t i = 0; i < count; ++i) {
    snprintf(path, sizeof(path), "proc/%ld", pids[i]);
    RecordLog(path, strlen(path));
  }
}

void RecordLogs(const char* names, size_t size) {
  if (size == 0) {
    RecordLog("state", 5);
    return;
  }
  const char* const end = names + size;
  while (names < end) {
    const char* const blank = memchr(names, ' ', (size_t)(end - names));
    const size_t length = (size_t)((blank == NULL ? end : blank) - names);
    if (length == 4 && memcmp(names, "proc", 4) == 0) {
      RecordProcs();
    } else if (length > 0) {
      RecordLog(names, length);
    }
    names += length + 1;
  }
}
