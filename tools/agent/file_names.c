#include "tools/agent/file_names.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/agent/devices.h"
#include "tools/agent/records.h"
#include "tools/agent/sockets.h"

enum {
  kMaxNames = 512,
  kMaxDevicePath = 320,
  kMaxProcPath = 64,
  kMaxFdInfo = 512
};

struct Name {
  uint64_t device;
  uint64_t inode;
  char text[kMaxFileName + 1];
};

static struct Name g_names[kMaxNames];
static int g_count;
static int g_numbered;

static struct Name* AddName(uint64_t device, uint64_t inode) {
  if (g_count == kMaxNames) return NULL;
  struct Name* const name = &g_names[g_count++];
  name->device = device;
  name->inode = inode;
  return name;
}

void NameFile(uint64_t device, uint64_t inode, struct Text name) {
  struct Name* const to = AddName(device, inode);
  if (to == NULL) return;
  snprintf(to->text, sizeof(to->text), "%.*s", (int)name.size, name.data);
}

// The name of a binder device, or null.
static const char* DeviceName(uint64_t device, uint64_t inode) {
  static const char* const kDevices[] = {"binder", "hwbinder", "vndbinder"};
  char path[kMaxDevicePath];
  struct stat status;
  for (size_t i = 0; i < sizeof(kDevices) / sizeof(kDevices[0]); ++i) {
    DevicePath(kDevices[i], strlen(kDevices[i]), path, sizeof(path));
    if (stat(path, &status) == 0 && status.st_dev == device &&
        status.st_ino == inode) {
      return kDevices[i];
    }
  }
  return NULL;
}

const char* FileName(uint64_t device, uint64_t inode, int is_device) {
  for (int i = 0; i < g_count; ++i) {
    if (g_names[i].device == device && g_names[i].inode == inode) {
      return g_names[i].text;
    }
  }
  struct Name* const to = AddName(device, inode);
  if (to == NULL) return "?";
  const char* const known = is_device ? DeviceName(device, inode) : NULL;
  if (known != NULL) {
    snprintf(to->text, sizeof(to->text), "%s", known);
  } else {
    snprintf(to->text, sizeof(to->text), "f%d", g_numbered++);
  }
  return to->text;
}

void ForgetFiles(void) { g_count = g_numbered = 0; }

static int IsClosedOnExec(pid_t task, int descriptor) {
  char path[kMaxProcPath], text[kMaxFdInfo];
  snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", (int)task, descriptor);
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  const ssize_t size = read(fd, text, sizeof(text) - 1);
  close(fd);
  text[size < 0 ? 0 : size] = '\0';
  const char* const flags = strstr(text, "flags:");
  return flags != NULL && (strtol(flags + 6, NULL, 8) & O_CLOEXEC) != 0;
}

static void RecordDescriptor(pid_t task, int descriptor) {
  char path[kMaxProcPath];
  struct stat status;
  snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)task, descriptor);
  const char* name = "?";
  if (stat(path, &status) == 0) {
    name = FileName(status.st_dev, status.st_ino, S_ISCHR(status.st_mode));
  }
  Record(" %d%s=%s", descriptor, IsClosedOnExec(task, descriptor) ? "c" : "",
         name);
}

// The kernel lists them in order.
void RecordDescriptors(pid_t task) {
  char path[kMaxProcPath];
  snprintf(path, sizeof(path), "/proc/%d/fd", (int)task);
  DIR* const folder = opendir(path);
  if (folder == NULL) return;
  for (const struct dirent* entry; (entry = readdir(folder)) != NULL;) {
    const long fd = strtol(entry->d_name, NULL, 10);
    if (entry->d_name[0] == '.' || fd >= kFirstSocket) continue;
    RecordDescriptor(task, (int)fd);
  }
  closedir(folder);
}
