#include "tools/agent/settle.h"

#include <sched.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/agent/devices.h"

enum { kPauseUs = 200, kEqualReads = 3, kPassesPerClock = 16 };

static int g_one_cpu;

void PrepareScheduling(void) {
  const struct sched_param none = {0};
  g_one_cpu = sysconf(_SC_NPROCESSORS_ONLN) == 1;
  if (g_one_cpu) sched_setscheduler(0, SCHED_IDLE, &none);
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

char TaskState(const struct Run* run, int actor) {
  char text[256];
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
  if (Reap(run) > 0) return 0;
  for (int actor = 0; actor < run->scenario->actor_count; ++actor) {
    if (!IsQuiet(run, actor)) return 0;
  }
  return 1;
}

static int WaitQuiet(struct Run* run, uint64_t deadline) {
  int quiet = 0;
  for (unsigned pass = 1;; ++pass) {
    quiet = AllQuiet(run) ? quiet + 1 : 0;
    if (quiet == 2) return 1;
    if (pass % kPassesPerClock == 0 && NowMs() > deadline) return 0;
    Pause();
  }
}

static int WaitRelease(struct Run* run, uint64_t deadline) {
  struct Counters last, now;
  const uint64_t begin = run->settle_ms != 0 ? NowMs() : 0;
  int equal = 1;
  if (!ReadCounters(&last)) return 1;
  while (equal < kEqualReads ||
         (run->settle_ms != 0 && NowMs() < begin + run->settle_ms)) {
    Pause();
    if (!WaitQuiet(run, deadline)) return 0;
    ReadCounters(&now);
    equal = SameCounters(&last, &now) ? equal + 1 : 1;
    last = now;
    if (NowMs() > deadline) return 0;
  }
  return 1;
}

int Settle(struct Run* run) {
  const uint64_t deadline = NowMs() + run->scenario->timeout_ms;
  if (!WaitQuiet(run, deadline)) return 0;
  return !run->must_release || WaitRelease(run, deadline);
}
