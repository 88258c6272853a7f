#include "tools/agent/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { kSeenRoom = 64 << 10, kMaxNames = 2048, kMaxMap = 32 };

// Of the actor's own process.
static char g_entries[kSeenRoom];
static char g_seen[kSeenRoom];

// --- in the coordinator -----------------------------------------------------

int MakeMountPoints(const struct Scenario* scenario) {
  if (scenario->mountpoint_count == 0) return 0;
  mkdir(MOUNT_ROOT, 0755);
  if (mount("mounts", MOUNT_ROOT, "tmpfs", 0, "mode=755") != 0) return errno;
  for (int i = 0; i < scenario->mountpoint_count; ++i) {
    char path[kMaxPath];
    snprintf(path, sizeof(path), MOUNT_ROOT "/%.*s",
             (int)scenario->mountpoints[i].size, scenario->mountpoints[i].data);
    if (mkdir(path, 0755) != 0) return errno;
  }
  return 0;
}

void RemoveMountPoints(const struct Scenario* scenario) {
  if (scenario->mountpoint_count != 0) umount2(MOUNT_ROOT, MNT_DETACH);
}

void FillPaths(struct Mailbox* box, const struct Call* call) {
  snprintf(box->path, sizeof(box->path), "%.*s", (int)call->path.size,
           call->path.size == 0 ? "" : call->path.data);
  snprintf(box->other, sizeof(box->other), "%.*s", (int)call->other.size,
           call->other.size == 0 ? "" : call->other.data);
  const uintptr_t path = (uintptr_t)box->path, other = (uintptr_t)box->other;
  switch (call->number) {
    case SYS_mount:
      box->arguments[0] = box->arguments[2] = (uintptr_t) "binder";
      box->arguments[1] = path;
      box->arguments[4] = other;
      break;
    case SYS_unlinkat:
      box->arguments[0] = (uint64_t)AT_FDCWD;
      box->arguments[1] = path;
      break;
    case SYS_symlink:
      box->arguments[0] = other;
      box->arguments[1] = path;
      break;
    default:
      box->arguments[0] = path;
      if (call->number == SYS_rename) box->arguments[1] = other;
      break;
  }
}

// --- in the actor -----------------------------------------------------------

struct Entry {
  uint64_t inode;
  int64_t offset;
  unsigned short size;
  unsigned char type;
  char name[];
};

static int CompareNames(const void* a, const void* b) {
  return strcmp(*(char* const*)a, *(char* const*)b);
}

static int IsDots(const char* name) {
  return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

// The names of a directory that is open, in order, with blanks between.
static long List(int fd) {
  static char* names[kMaxNames];
  size_t count = 0, used = 0;
  for (long got; (got = syscall(SYS_getdents64, fd, g_entries + used,
                                sizeof(g_entries) - used)) > 0;) {
    for (long at = 0; at < got;) {
      struct Entry* const entry = (struct Entry*)(g_entries + used + at);
      at += entry->size;
      if (!IsDots(entry->name) && count < kMaxNames) {
        names[count++] = entry->name;
      }
    }
    used += (size_t)got;
  }
  qsort(names, count, sizeof(names[0]), CompareNames);
  size_t size = 0;
  g_seen[0] = '\0';
  for (size_t i = 0; i < count; ++i) {
    const int added = snprintf(g_seen + size, sizeof(g_seen) - size, "%s%s",
                               i == 0 ? "" : " ", names[i]);
    if (added < 0 || (size += (size_t)added) >= sizeof(g_seen)) break;
  }
  return 0;
}

// Numbers of inodes and minors only of devices: others are as they come.
static long Stat(const char* path) {
  struct stat status;
  if (stat(path, &status) != 0) return -1;
  const int device = S_ISCHR(status.st_mode);
  const int size =
      snprintf(g_seen, sizeof(g_seen), "%s %03o uid %u gid %u links %lu",
               device                    ? "char"
               : S_ISDIR(status.st_mode) ? "dir"
                                         : "file",
               (unsigned)status.st_mode & 0777, status.st_uid, status.st_gid,
               (unsigned long)status.st_nlink);
  if (device) {
    snprintf(g_seen + size, sizeof(g_seen) - (size_t)size, " ino %lu minor %u",
             (unsigned long)status.st_ino, minor(status.st_rdev));
  }
  return 0;
}

// Without the last newline.
static long Read(int fd) {
  const ssize_t got = read(fd, g_seen, sizeof(g_seen) - 1);
  if (got < 0) return -1;
  g_seen[got] = '\0';
  if (got > 0 && g_seen[got - 1] == '\n') g_seen[got - 1] = '\0';
  return 0;
}

// The file system's own options of the latest mount there: what is behind those
// that all file systems have.
static long Options(const char* path) {
  FILE* const mounts = fopen("/proc/self/mounts", "re");
  if (mounts == NULL) return -1;
  g_seen[0] = '\0';
  char line[2 * kMaxPath];
  while (fgets(line, sizeof(line), mounts) != NULL) {
    char at[kMaxPath], type[kMaxPath], options[kMaxPath];
    if (sscanf(line, "%*s %319s %319s %319s", at, type, options) != 3) continue;
    if (strcmp(at, path) != 0 || strcmp(type, "binder") != 0) continue;
    const char* const own = strstr(options, "max=");
    snprintf(g_seen, sizeof(g_seen), "%s", own == NULL ? options : own);
  }
  fclose(mounts);
  return 0;
}

long LookOrJoin(struct Mailbox* box) {
  box->seen = g_seen;
  if (box->kind == kOptions) return Options(box->path);
  if (box->kind == kStats) return Stat(box->path);
  const int directory = box->kind == kLists ? O_DIRECTORY : 0;
  const int fd = open(box->path, O_RDONLY | O_CLOEXEC | directory);
  if (fd < 0) return -1;
  const long result = box->kind == kLists   ? List(fd)
                      : box->kind == kReads ? Read(fd)
                                            : setns(fd, 0);
  if (box->kind == kJoins) box->seen = NULL;
  const int error = errno;
  close(fd);
  errno = error;
  return result;
}

// --- in a process that begins ------------------------------------------------

static int WriteTo(const char* path, const char* text) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  const ssize_t size = (ssize_t)strlen(text);
  const ssize_t written = write(fd, text, (size_t)size);
  close(fd);
  return written == size ? 0 : -1;
}

int LeaveNamespaces(int flags, unsigned uid) {
  if (flags == 0) return 0;
  if (unshare(flags) != 0) return -1;
  if ((flags & CLONE_NEWUSER) == 0) return 0;
  char map[kMaxMap];
  snprintf(map, sizeof(map), "0 %u 1", uid);
  if (WriteTo("/proc/self/setgroups", "deny") != 0) return -1;
  if (WriteTo("/proc/self/uid_map", map) != 0) return -1;
  return WriteTo("/proc/self/gid_map", map);
}
