#include "tools/agent/settle.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/agent/actor.h"

enum {
  kPauseUs = 200,
  kEqualReads = 3,
  kPassesAsIdle = 4,
  kPassesPerClock = 16,
  kGoalMs = 200,
};

static int g_one_cpu;
static int g_load = -1;  // /proc/loadavg, or -1

static void SetPolicy(int policy) {
  const struct sched_param none = {0};
  if (g_one_cpu) sched_setscheduler(0, policy, &none);
}

void PrepareScheduling(void) {
  g_one_cpu = sysconf(_SC_NPROCESSORS_ONLN) == 1;
  if (g_one_cpu) g_load = open("/proc/loadavg", O_RDONLY | O_CLOEXEC);
  SetPolicy(SCHED_IDLE);
}

// How many threads of the whole machine can run, as one character, or 0 if
// nobody knows. The fourth word of loadavg is RUNNABLE/ALL.
static char Runnable(void) {
  char text[64];
  if (g_load < 0) return 0;
  const ssize_t size = pread(g_load, text, sizeof(text) - 1, 0);
  if (size <= 0) return 0;
  text[size] = '\0';
  const char* const slash = strchr(text, '/');
  if (slash == NULL || slash - text < 2) return 0;
  return slash[-2] == ' ' ? slash[-1] : '9';
}

static int RunsAlone(void) { return Runnable() == '1'; }

static int OthersRun(void) {
  const char runnable = Runnable();
  return runnable != 0 && runnable != '1';
}

uint64_t NowMs(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void Pause(void) {
  if (g_one_cpu) {
    sched_yield();
  } else {
    usleep(kPauseUs);
  }
}

// Opened when it is first needed: most actors never sleep in a call.
static void OpenTaskState(struct Run* run, int actor) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/%d/task/%d/stat",
           (int)run->pids[run->scenario->process_of[actor]], (int)TidOf(actor));
  run->stats[actor] = open(path, O_RDONLY | O_CLOEXEC);
}

char TaskState(struct Run* run, int actor) {
  char text[256];
  if (run->stats[actor] < 0) OpenTaskState(run, actor);
  const ssize_t size = pread(run->stats[actor], text, sizeof(text) - 1, 0);
  if (size <= 0) return 0;
  text[size] = '\0';
  const char* const name_end = strrchr(text, ')');
  return name_end == NULL ? 0 : name_end[2];
}

static void MarkDead(struct Run* run, pid_t pid, int status) {
  const struct Scenario* const scenario = run->scenario;
  for (int process = 0; process < scenario->process_count; ++process) {
    if (run->pids[process] != pid) continue;
    run->pids[process] = 0;
    run->died[process] = 1;
    run->deaths[process] = status;
    run->must_release = 1;
    for (int actor = 0; actor < scenario->actor_count; ++actor) {
      if (scenario->process_of[actor] == process) run->status[actor] = kGone;
    }
  }
}

int Reap(struct Run* run) {
  int count = 0, status;
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0; ++count) {
    MarkDead(run, pid, status);
  }
  return count;
}

static int IsQuiet(struct Run* run, int actor) {
  if (run->status[actor] != kBusy) return 1;
  const struct Mailbox* const box = &g_mailboxes[actor];
  const uint32_t state = atomic_load(&box->state);
  if (state == kDone) return 1;
  if (state == kPosted) return 0;
  const char task = TaskState(run, actor);
  if (box->kind == kThreadExit && (task == 0 || task == 'Z' || task == 'X')) {
    run->status[actor] = kGone;
    run->went[actor] = 1;
    return 1;
  }
  // It may have returned since the mailbox was read, and wait for a call.
  return task == 'S' && atomic_load(&box->state) == kInCall;
}

static int AllQuiet(struct Run* run) {
  for (int actor = 0; actor < run->scenario->actor_count; ++actor) {
    if (!IsQuiet(run, actor)) return 0;
  }
  return 1;
}

// Whether some actor is inside a call, so that something could wake it.
static int AnyInCall(const struct Run* run) {
  for (int actor = 0; actor < run->scenario->actor_count; ++actor) {
    if (run->status[actor] == kBusy &&
        atomic_load(&g_mailboxes[actor].state) != kDone) {
      return 1;
    }
  }
  return 0;
}

// The time when the step is given up. The clock costs a system call, so it is
// not read before a step has proved to be slow.
struct Deadline {
  uint64_t limit_ms;
  uint64_t at_ms;  // 0: not read yet
};

static int IsOver(struct Deadline* deadline) {
  const uint64_t now = NowMs();
  if (deadline->at_ms == 0) deadline->at_ms = now + deadline->limit_ms;
  return now > deadline->at_ms;
}

// Makes at most so many passes. Returns 1 once the scenario is at rest.
static int IsAtRest(struct Run* run, int passes) {
  int quiet = 0;
  for (; passes > 0; --passes) {
    quiet = AllQuiet(run) ? quiet + 1 : 0;
    if (quiet == 2 || (quiet > 0 && (!AnyInCall(run) || RunsAlone()))) {
      return 1;
    }
    if (quiet == 0) Reap(run);
    Pause();
  }
  return 0;
}

// Someone who runs on and on leaves next to nothing of the CPU to a thread
// under SCHED_IDLE, so a slow step is watched as an equal.
static int WaitQuiet(struct Run* run, struct Deadline* deadline) {
  if (IsAtRest(run, kPassesAsIdle)) return 1;
  SetPolicy(SCHED_OTHER);
  int rests;
  do {
    rests = IsAtRest(run, kPassesPerClock);
  } while (!rests && !IsOver(deadline));
  SetPolicy(SCHED_IDLE);
  return rests;
}

// Whoever knows what must be left waits for it with patience.
static uint64_t EndOfRelease(const struct Run* run, int has_goal) {
  const uint64_t ms =
      has_goal && run->settle_ms < kGoalMs ? kGoalMs : run->settle_ms;
  return ms == 0 ? 0 : NowMs() + ms;
}

// Waits until nothing is left to be released, or nothing more is.
static int WaitRelease(struct Run* run, const struct Counters* goal,
                       struct Deadline* deadline) {
  const uint64_t until = EndOfRelease(run, goal != NULL);
  struct Counters last, now;
  int equal = 1;
  if (!ReadCounters(&last)) return 1;
  while (equal < kEqualReads || (until != 0 && NowMs() < until)) {
    if (goal != NULL && SameCounters(goal, &last)) return 1;
    Pause();
    Reap(run);
    if (!WaitQuiet(run, deadline)) return 0;
    ReadCounters(&now);
    // A worker that the host is slow to run is not done, though SCHED_IDLE had
    // its turn meanwhile.
    const int settled = SameCounters(&last, &now) && !OthersRun();
    equal = settled ? equal + 1 : 1;
    last = now;
    if (equal == 1 && IsOver(deadline)) return 0;
  }
  return 1;
}

int Settle(struct Run* run, const struct Counters* goal) {
  struct Deadline deadline = {.limit_ms = run->scenario->timeout_ms};
  if (!WaitQuiet(run, &deadline)) return 0;
  if (!run->must_release) return 1;
  // A process ends just after its last thread has gone.
  Pause();
  Reap(run);
  return WaitRelease(run, goal, &deadline);
}
