#include "tools/agent/kernel_debug.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "tools/agent/records.h"

enum { kPathSize = 1024, kMaxCounterBytes = 1 << 20, kMaxDepth = 32 };

static const char kCountersRoot[] = "/sys/kernel/debug/gcov";
static const char kCountersEnd[] = ".gcda";

static void WriteSetting(const char* name, const char* value) {
  char path[kPathSize];
  snprintf(path, sizeof(path), "/sys/kernel/debug/%s", name);
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  // A kernel that refuses keeps its default; the plan's faults then show it.
  if (write(fd, value, strlen(value)) < 0) perror(path);
  close(fd);
}

void PrepareFaults(void) {
  WriteSetting("failslab/ignore-gfp-wait", "N");
  WriteSetting("failslab/verbose", "0");
  WriteSetting("fail_page_alloc/ignore-gfp-wait", "N");
  WriteSetting("fail_page_alloc/ignore-gfp-highmem", "N");
  WriteSetting("fail_page_alloc/min-order", "0");
  WriteSetting("fail_page_alloc/verbose", "0");
  WriteSetting("fail_usercopy/verbose", "0");
}

int DropCaches(void) {
  const int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  // 2: what shrinkers give up, not the cache of pages.
  const int error = write(fd, "2", 1) == 1 ? 0 : errno;
  close(fd);
  return error;
}

// Counters that do not fit are worthless: nothing is recorded of them.
static void RecordFile(const char* path, const char* name) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  char* const bytes = malloc(kMaxCounterBytes);
  size_t size = 0;
  ssize_t got = 0;
  while (fd >= 0 && bytes != NULL && size < kMaxCounterBytes &&
         (got = read(fd, bytes + size, kMaxCounterBytes - size)) > 0) {
    size += (size_t)got;
  }
  if (got == 0 && size > 0 && size < kMaxCounterBytes) {
    Record("gcda %.*s ", (int)(strlen(name) - strlen(kCountersEnd)), name);
    RecordBytes(bytes, size);
    Record("\n");
  }
  free(bytes);
  if (fd >= 0) close(fd);
}

static int IsDots(const char* name) {
  return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static int EndsWith(const char* text, const char* end) {
  const size_t size = strlen(text), end_size = strlen(end);
  return size > end_size && strcmp(text + size - end_size, end) == 0;
}

// The folders repeat the path of the objects on the machine that built them.
static void RecordFolder(const char* folder, int depth) {
  DIR* const entries = depth == 0 ? NULL : opendir(folder);
  if (entries == NULL) return;
  for (const struct dirent* entry; (entry = readdir(entries)) != NULL;) {
    char path[kPathSize];
    const int size =
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
    if (IsDots(entry->d_name) || size >= (int)sizeof(path)) continue;
    if (entry->d_type == DT_DIR) {
      RecordFolder(path, depth - 1);
    } else if (EndsWith(path, kCountersEnd)) {
      RecordFile(path, entry->d_name);
    }
  }
  closedir(entries);
}

void RecordCodeCounters(void) { RecordFolder(kCountersRoot, kMaxDepth); }
