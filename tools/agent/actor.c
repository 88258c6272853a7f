#include "tools/agent/actor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tools/agent/capture.h"
#include "tools/agent/mounts.h"
#include "tools/agent/pipes.h"
#include "tools/agent/policy.h"
#include "tools/agent/slow_pages.h"
#include "tools/agent/sockets.h"

enum { kStackSize = 64 << 10, kMostPopulated = 2 << 20 };

// Written by the actors, in memory that the coordinator shares.
static _Atomic pid_t* g_tids;

// Of the process that this one is, or was forked from.
static const struct Scenario* g_scenario;

void Post(int actor) {
  atomic_store(&g_mailboxes[actor].state, kPosted);
  FutexWake(&g_mailboxes[actor].state);
}

pid_t TidOf(int actor) { return atomic_load(&g_tids[actor]); }

// --- in the actor -----------------------------------------------------------

// Sizes can be nonsense, and memory not there: the kernel reads a set of
// signals from each page, and then refuses to do anything with it.
static void Populate(uint64_t begin, uint64_t size) {
  enum { kNothing = 99 };
  const uint64_t page = ~(uint64_t)(kPageSize - 1);
  if (size > kMostPopulated) size = kMostPopulated;
  for (uint64_t at = begin & page; at < begin + size; at += kPageSize) {
    syscall(SYS_rt_sigprocmask, kNothing, at, NULL, sizeof(uint64_t));
  }
}

// Where a copy meets a page that is missing, the page's own allocation can fail
// too, which user-mode Linux does not survive.
static void PopulateOperands(const struct Mailbox* box) {
  enum { kPayload = 64 << 10 };  // lies in front of the words
  const struct binder_write_read* const words = &box->write_read;
  Populate(words->write_buffer - kPayload, kPayload + words->write_size);
  Populate(words->read_buffer, words->read_size);
  Populate(box->arguments[2], 1);
}

static void ArmFault(struct Mailbox* box) {
  box->fail_nth_error = 0;
  if (box->fail_nth == 0) return;
  PopulateOperands(box);
  char text[16];
  const int size = snprintf(text, sizeof(text), "%u", box->fail_nth);
  const int fd = open("/proc/thread-self/fail-nth", O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, text, (size_t)size) != size) {
    box->fail_nth_error = errno;
  }
  if (fd >= 0) close(fd);
}

static void* RunActor(void* argument);
static void StartThreads(const struct Scenario* scenario, int process);

// The child is a child of the coordinator too, which waits for it. It keeps
// everything that it was born with: closing a descriptor would be noticed.
static long Fork(int process) {
  const int first = g_scenario->processes[process].first_actor;
  const long pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
  if (pid != 0) return pid;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  NoteFork();
  StartThreads(g_scenario, process);
  RunActor((void*)(intptr_t)first);
  _exit(0);
}

// glibc's syscall() costs nothing that could sleep, and is not a point of
// cancellation.
static void Execute(int actor) {
  struct Mailbox* const box = &g_mailboxes[actor];
  const uint64_t* const a = box->arguments;
  ArmFault(box);
  atomic_store(&box->state, kInCall);
  while (box->kind == kSpin) {
  }
  errno = 0;
  if (box->kind == kForks) {
    box->result = Fork(box->process);
  } else if (box->kind >= kLists && box->kind <= kJoins) {
    box->result = LookOrJoin(box);
  } else {
    box->result = syscall(box->number, a[0], a[1], a[2], a[3], a[4], a[5]);
  }
  box->error = box->result == -1 ? errno : 0;
  if (box->kind == kReceives) TakeDescriptor(box);
  if (box->kind == kSends && box->result > 0) box->result = 0;
  if (box->tells_nice) {
    box->nice = (int)syscall(SYS_getpriority, PRIO_PROCESS, 0);
  }
  CaptureResults(actor);
  atomic_store(&box->state, kDone);
}

static void* RunActor(void* argument) {
  const int actor = (int)(intptr_t)argument;
  struct Mailbox* const box = &g_mailboxes[actor];
  atomic_store(&g_tids[actor], (pid_t)syscall(SYS_gettid));
  for (;;) {
    const uint32_t state = atomic_load(&box->state);
    if (state == kPosted) {
      Execute(actor);
    } else {
      FutexWait(&box->state, state);
    }
  }
  return NULL;
}

static void ProtectAreas(const struct Scenario* scenario) {
  for (int i = 0; i < scenario->area_count; ++i) {
    const struct Area* const area = &scenario->areas[i];
    void* const at = (void*)area->address;
    if (area->protection == kSlow) continue;
    if (area->protection == kUnmapped) {
      munmap(at, area->size);
    } else {
      mprotect(at, area->size,
               area->protection == kNone ? PROT_NONE : PROT_READ);
    }
  }
}

static void LimitDescriptors(const struct Process* process) {
  if (process->nofile == 0) return;
  const struct rlimit limit = {process->nofile, process->nofile};
  setrlimit(RLIMIT_NOFILE, &limit);
}

static void LimitNice(const struct Process* process) {
  if (!process->has_rlimit_nice) return;
  const struct rlimit limit = {process->rlimit_nice, process->rlimit_nice};
  setrlimit(RLIMIT_NICE, &limit);
}

static void StartThreads(const struct Scenario* scenario, int process) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackSize);
  const int first = scenario->processes[process].first_actor;
  for (int actor = first + 1; actor < scenario->actor_count; ++actor) {
    if (scenario->process_of[actor] != process) continue;
    pthread_t thread;
    if (pthread_create(&thread, &attributes, RunActor,
                       (void*)(intptr_t)actor) != 0) {
      _exit(1);
    }
  }
}

static void RunProcess(const struct Scenario* scenario, int process) {
  const struct Process* const self = &scenario->processes[process];
  const struct sched_param first_in_first_out = {.sched_priority = 1};
  sched_setscheduler(0, SCHED_FIFO, &first_in_first_out);
  HandOverSlowPages(scenario, process);
  PrepareDescriptors(scenario, process);
  LimitDescriptors(self);
  LimitNice(self);
  ProtectAreas(scenario);
  if (self->context.size != 0 && EnterContext(self->context) != 0) _exit(1);
  if (self->uid != 0 &&
      (syscall(SYS_setresgid, self->uid, self->uid, self->uid) != 0 ||
       syscall(SYS_setresuid, self->uid, self->uid, self->uid) != 0)) {
    _exit(1);
  }
  // A change of uid clears both; without the second fail-nth belongs to root.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_DUMPABLE, 1);
  if (LeaveNamespaces(self->unshares, self->uid) != 0) _exit(1);
  StartThreads(scenario, process);
  RunActor((void*)(intptr_t)self->first_actor);
}

// --- in the coordinator -----------------------------------------------------

static void OnInterrupt(int signal_number) { (void)signal_number; }

// A fork copies the page tables of private mappings that were written, and of
// no others: a new process would miss each page of the program once more.
// Faults are most of what a process costs in user-mode Linux. So the program's
// text is written, one byte as it was.
static void LetForksInheritText(void) {
  extern char __executable_start, __etext;
  const uintptr_t page = ~(uintptr_t)(kPageSize - 1);
  char* const begin =
      (char*)(((uintptr_t)&__executable_start + kPageSize) & page);
  const size_t size = (size_t)(&__etext - begin);
  volatile char* const byte = begin;
  const int all = PROT_READ | PROT_WRITE | PROT_EXEC;
  if (mprotect(begin, size, all) != 0) return;
  *byte = *byte;
  mprotect(begin, size, PROT_READ | PROT_EXEC);
}

int PrepareActors(void) {
  struct sigaction action;
  memset(&action, 0, sizeof(action));
  action.sa_handler = OnInterrupt;
  sigaction(SIGUSR1, &action, NULL);
  signal(SIGPIPE, SIG_IGN);
  InstallFaultHandler();
  LetForksInheritText();
  g_tids = MapShared(NULL, kMaxActors * sizeof(*g_tids), 0);
  if (g_tids == NULL) return errno;
  return PrepareSlowPages();
}

void ForgetActors(const struct Scenario* scenario, int process) {
  for (int actor = 0; actor < scenario->actor_count; ++actor) {
    if (scenario->process_of[actor] != process) continue;
    atomic_store(&g_tids[actor], 0);
    memset(&g_mailboxes[actor], 0, sizeof(g_mailboxes[actor]));
  }
}

pid_t StartProcess(const struct Scenario* scenario, int process) {
  g_scenario = scenario;
  const pid_t pid = fork();
  if (pid < 0) return -errno;
  if (pid == 0) {
    RunProcess(scenario, process);
    _exit(0);
  }
  return pid;
}
