#include "tools/agent/policy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

static int g_enforcing;

// Each of these files takes what it is told in one write.
static int WriteWhole(const char* path, const void* bytes, size_t size) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  const ssize_t written = write(fd, bytes, size);
  const int error = written == (ssize_t)size ? 0 : written < 0 ? errno : EIO;
  close(fd);
  return error;
}

static int MountSelinux(void) {
  if (mount("selinuxfs", "/sys/fs/selinux", "selinuxfs", 0, "") == 0) return 0;
  // A kernel without it has no such folder; a second time it is mounted.
  return errno == EBUSY ? 0 : ENODEV;
}

int EnforcePolicy(struct Text hex) {
  int error = MountSelinux();
  if (error != 0) return error;
  unsigned char* const policy = malloc(hex.size / 2 + 1);
  if (policy == NULL) return ENOMEM;
  DecodeHex(hex, policy);
  error = WriteWhole("/sys/fs/selinux/load", policy, hex.size / 2);
  free(policy);
  if (error == 0) error = WriteWhole("/sys/fs/selinux/enforce", "1", 1);
  g_enforcing = error == 0;
  return error;
}

void StopEnforcing(void) {
  if (g_enforcing) WriteWhole("/sys/fs/selinux/enforce", "0", 1);
  g_enforcing = 0;
}

int EnterContext(struct Text context) {
  return WriteWhole("/proc/self/attr/current", context.data, context.size);
}
