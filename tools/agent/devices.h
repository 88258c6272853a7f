#ifndef BINDERY_TOOLS_AGENT_DEVICES_H_
#define BINDERY_TOOLS_AGENT_DEVICES_H_

// The binder devices of a scenario, and what the driver says of itself.
//
// 1. With binderfs each scenario has an instance of its own, mounted fresh with
//    binder, hwbinder and vndbinder, and detached at its end.
// 2. A folder that the user names, or /dev on a kernel without binderfs, is
//    shared by all scenarios; then the logs are those of debugfs.
// 3. The counters are those of the whole kernel, not of one instance.
// 4. Reading counters changes nothing in the driver. Reading `state` and `proc`
//    may: it takes and drops references on nodes.

#include <stddef.h>

enum { kMaxCounters = 16, kCounterName = 24 };

// The objects of each kind that are alive in the driver.
struct Counters {
  int count;
  struct {
    char name[kCounterName];
    long active;
  } entries[kMaxCounters];
};

// Uses the devices in a folder from here on, and mounts nothing. With null:
// a mount for each scenario, or /dev when the kernel has no binderfs.
void UseDeviceFolder(const char* folder);

// Returns 0 or an errno.
int MountDevices(void);
void UnmountDevices(void);

// "FOLDER/NAME" of a device; a name that begins with / is a path itself.
void DevicePath(const char* name, size_t name_size, char* path, size_t size);

// Returns 0 when the kernel has no such file.
int ReadCounters(struct Counters* counters);

// Records the lines that are about the whole driver, as quoted text.
void RecordCounters(void);

// A counter that is missing is zero.
int SameCounters(const struct Counters* a, const struct Counters* b);

// Records the growth of each counter that has changed; returns how many.
int RecordGrowth(const struct Counters* before, const struct Counters* after);

// Records files of binder_logs, named with blanks between; `proc` stands for
// all of its folder. An empty list stands for `state`.
void RecordLogs(const char* names, size_t size);

#endif  // BINDERY_TOOLS_AGENT_DEVICES_H_
