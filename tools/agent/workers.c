#include "tools/agent/workers.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static const char kWorker[] = "kworker/";

static int IsNeeded(void) {
  static int needed = -1;
  struct utsname name;
  if (needed < 0) {
    needed = getpid() == 1 && uname(&name) == 0 &&
             strstr(name.version, "PREEMPT") != NULL;
  }
  return needed;
}

static int IsWorker(long pid) {
  char path[32], name[sizeof(kWorker)];
  snprintf(path, sizeof(path), "/proc/%ld/comm", pid);
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  const ssize_t size = read(fd, name, sizeof(kWorker) - 1);
  close(fd);
  return size == (ssize_t)sizeof(kWorker) - 1 &&
         memcmp(name, kWorker, sizeof(kWorker) - 1) == 0;
}

void RaiseWorkers(void) {
  const struct sched_param first_in_first_out = {.sched_priority = 1};
  DIR* const folder = IsNeeded() ? opendir("/proc") : NULL;
  if (folder == NULL) return;
  for (const struct dirent* entry; (entry = readdir(folder)) != NULL;) {
    const long pid = strtol(entry->d_name, NULL, 10);
    if (pid > 0 && IsWorker(pid)) {
      sched_setscheduler((pid_t)pid, SCHED_FIFO, &first_in_first_out);
    }
  }
  closedir(folder);
}
