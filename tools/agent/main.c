// The agent: executes a plan of system calls against the binder driver and
// records what returns. plan.md describes the plan, the records and the usage.

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include "tools/agent/actor.h"
#include "tools/agent/coordinator.h"
#include "tools/agent/devices.h"
#include "tools/agent/kernel_debug.h"
#include "tools/agent/mailbox.h"
#include "tools/agent/plan.h"
#include "tools/agent/records.h"
#include "tools/agent/settle.h"

static struct Scenario* g_scenario;

// The largest name that a record line has room for.
enum { kMaxShownName = 160 };

static void RecordParseError(int index, const struct Parser* parser) {
  const int size = g_scenario->name.size < kMaxShownName
                       ? (int)g_scenario->name.size
                       : kMaxShownName;
  Record("begin %d %.*s\n", index, size, g_scenario->name.data);
  Record("error line=%d %s\n", parser->error_line, parser->message);
  Record("end %d error steps=0\n", index);
}

// What has leaked would be in the logs of the scenarios that follow. A machine
// of our own can be started again; elsewhere they must put up with it.
static int GoesOn(enum Aftermath aftermath) {
  return aftermath == kClean || (aftermath == kLeaked && getpid() != 1);
}

// Returns 0 when the machine is unfit to go on.
static int RunPlan(const char* text, size_t size) {
  struct Parser parser = StartParser(text, size);
  enum Aftermath aftermath = kClean;
  int found, index = 0;
  for (; GoesOn(aftermath) && (found = NextScenario(&parser, g_scenario)) != 0;
       ++index) {
    if (found < 0) {
      RecordParseError(index, &parser);
    } else {
      aftermath = RunScenario(index, g_scenario);
    }
  }
  RecordCodeCounters();
  Record(aftermath == kUnfit ? "unfit %d\n" : "done %d\n", index);
  FlushRecords();
  return aftermath != kUnfit;
}

static int Fail(const char* what, const char* name) {
  fprintf(stderr, "agent: %s %s: %s\n", what, name, strerror(errno));
  return 2;
}

// Actors inherit 0, 1 and 2, which must not lead anywhere.
static int MoveStandardStreams(void) {
  const int null = open("/dev/null", O_RDWR);
  if (null < 0) return 0;
  for (int fd = 0; fd <= 2; ++fd) {
    if (dup2(null, fd) < 0) return 0;
  }
  return 1;
}

static int RunFile(const char* path) {
  struct stat status;
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &status) != 0) return Fail("cannot read", path);
  const size_t size = (size_t)status.st_size;
  const char* const text =
      size == 0 ? "" : mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (text == MAP_FAILED) return Fail("cannot map", path);
  g_scenario = MapShared(NULL, sizeof(*g_scenario), 0);
  errno = g_scenario == NULL ? ENOMEM : MapSharedMemory();
  if (errno == 0) errno = PrepareActors();
  if (errno != 0) return Fail("cannot map", "shared memory");
  if (!MoveStandardStreams()) return Fail("cannot open", "/dev/null");
  PrepareScheduling();
  return RunPlan(text, size) ? 0 : 1;
}

// --- as the first process of a machine --------------------------------------

static void MountAll(void) {
  mkdir("/proc", 0755);
  mkdir("/sys", 0755);
  mkdir("/tmp", 0755);
  mkdir("/dev", 0755);
  mount("proc", "/proc", "proc", 0, "");
  mount("sysfs", "/sys", "sysfs", 0, "");
  mount("debugfs", "/sys/kernel/debug", "debugfs", 0, "");
  mount("tmpfs", "/tmp", "tmpfs", 0, "");
  mount("devtmpfs", "/dev", "devtmpfs", 0, "");
  mknod("/dev/null", S_IFCHR | 0666, makedev(1, 3));
  chmod("/dev/null", 0666);
}

// Records go to a terminal: no character may be changed on its way.
static void MakeRaw(int fd) {
  struct termios settings;
  if (tcgetattr(fd, &settings) != 0) return;
  cfmakeraw(&settings);
  tcsetattr(fd, TCSANOW, &settings);
}

static void BootAndRun(const char* console) {
  MountAll();
  PrepareFaults();
  // Not below 3: those places become /dev/null.
  const int opened = console == NULL ? 1 : open(console, O_RDWR | O_NOCTTY);
  const int fd = fcntl(opened, F_DUPFD_CLOEXEC, 3);
  MakeRaw(fd);
  SetRecordsOutput(fd);
  RunFile("/plan");
  tcdrain(fd);
  sync();
  reboot(RB_POWER_OFF);
}

static int Usage(void) {
  fputs("usage: agent PLANFILE [--device_dir=DIR]\n", stderr);
  return 2;
}

int main(int argc, char** argv) {
  static const char kDeviceDir[] = "--device_dir=";
  if (getpid() == 1) {
    BootAndRun(getenv("records"));
    return 1;
  }
  const char* plan = NULL;
  for (int i = 1; i < argc; ++i) {
    if (strncmp(argv[i], kDeviceDir, strlen(kDeviceDir)) == 0) {
      UseDeviceFolder(argv[i] + strlen(kDeviceDir));
    } else if (plan == NULL && argv[i][0] != '-') {
      plan = argv[i];
    } else {
      return Usage();
    }
  }
  if (plan == NULL) return Usage();
  SetRecordsOutput(fcntl(1, F_DUPFD_CLOEXEC, 3));
  return RunFile(plan);
}
