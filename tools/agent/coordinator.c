#include "tools/agent/coordinator.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/agent/actor.h"
#include "tools/agent/bpf.h"
#include "tools/agent/devices.h"
#include "tools/agent/file_names.h"
#include "tools/agent/kernel_debug.h"
#include "tools/agent/mounts.h"
#include "tools/agent/pipes.h"
#include "tools/agent/policy.h"
#include "tools/agent/records.h"
#include "tools/agent/reports.h"
#include "tools/agent/settle.h"
#include "tools/agent/slow_pages.h"
#include "tools/agent/sockets.h"
#include "tools/agent/workers.h"

enum { kKillTimeoutMs = 10000, kStartTimeoutMs = 10000 };

enum Outcome { kOk, kDiverged, kHang, kError, kLacks };

static const char* const kOutcomeNames[] = {"ok", "diverged", "hang", "error",
                                            "lacks"};

// --- start and end ----------------------------------------------------------

static int IsUnborn(const struct Run* run, int process) {
  return run->scenario->processes[process].forked_from >= 0 &&
         run->names[process] == 0;
}

// Waits until every actor of a process that was started has told its tid.
static int WaitForTasks(struct Run* run) {
  const uint64_t deadline = NowMs() + kStartTimeoutMs;
  for (int actor = 0; actor < run->scenario->actor_count;) {
    if (TidOf(actor) != 0 || IsUnborn(run, run->scenario->process_of[actor])) {
      ++actor;
      continue;
    }
    if (NowMs() > deadline) return 0;
    Pause();
  }
  return 1;
}

static void RecordTasks(const struct Run* run, int process) {
  for (int actor = 0; actor < run->scenario->actor_count; ++actor) {
    if (run->scenario->process_of[actor] != process) continue;
    Record("task %d tid=%d\n", actor, (int)TidOf(actor));
  }
}

// Returns 0 or an errno.
static int SetNices(const struct Run* run, int process) {
  const struct Scenario* const scenario = run->scenario;
  for (int actor = 0; scenario->has_nice && actor < scenario->actor_count;
       ++actor) {
    if (scenario->process_of[actor] == process &&
        setpriority(PRIO_PROCESS, (id_t)TidOf(actor),
                    scenario->nice_of[actor]) != 0) {
      return errno;
    }
  }
  return 0;
}

// Until it is forked a process has no pid, and its actors are gone.
static void AwaitBirth(struct Run* run, int process) {
  for (int actor = 0; actor < run->scenario->actor_count; ++actor) {
    if (run->scenario->process_of[actor] != process) continue;
    run->status[actor] = kGone;
  }
}

static const char kNoPolicy[] = "a security module (CONFIG_SECURITY_SELINUX)";
static const char kNoSockets[] = "sockets (CONFIG_UNIX)";
static const char kNoBpf[] = "files of bpf (CONFIG_BPF_SYSCALL)";
static const char kNoReports[] = "a driver that reports (CONFIG_NET)";

// Returns null, or what cannot be done.
static const char* StartProcesses(struct Run* run, int* error) {
  const struct Scenario* const scenario = run->scenario;
  *error = OpenPipes(scenario);
  if (*error != 0) return "its files cannot be opened";
  *error = OpenSockets(scenario);
  if (*error != 0) return kNoSockets;
  *error = scenario->makes_bpf ? TryBpf() : 0;
  if (*error != 0) return kNoBpf;
  for (int process = 0; process < scenario->process_count; ++process) {
    ForgetActors(scenario, process);
    if (scenario->processes[process].forked_from >= 0) {
      AwaitBirth(run, process);
      Record("process %d pid=0\n", process);
      continue;
    }
    const pid_t pid = StartProcess(scenario, process);
    *error = pid < 0 ? -pid : 0;
    if (pid < 0) return "cannot fork";
    run->pids[process] = run->names[process] = pid;
    Record("process %d pid=%d\n", process, (int)pid);
    *error = TakeSlowPages(scenario, process, pid);
    if (*error != 0) return "no slow pages without userfaultfd";
  }
  if (!WaitForTasks(run)) return "its threads do not start";
  for (int process = 0; process < scenario->process_count; ++process) {
    RecordTasks(run, process);
    *error = IsUnborn(run, process) ? 0 : SetNices(run, process);
    if (*error != 0) return "its threads cannot have these nice values";
  }
  return NULL;
}

static int AnyAlive(const struct Run* run) {
  for (int process = 0; process < run->scenario->process_count; ++process) {
    if (run->pids[process] != 0) return 1;
  }
  return 0;
}

// Returns 0 when some process outlives SIGKILL.
static int KillAll(struct Run* run) {
  for (int process = 0; process < run->scenario->process_count; ++process) {
    if (run->pids[process] != 0) kill(run->pids[process], SIGKILL);
  }
  const uint64_t deadline = NowMs() + kKillTimeoutMs;
  while (AnyAlive(run)) {
    if (Reap(run) > 0) continue;
    if (NowMs() > deadline) return 0;
    Pause();
  }
  return 1;
}

static void CloseTaskStates(struct Run* run) {
  for (int actor = 0; actor < run->scenario->actor_count; ++actor) {
    if (run->stats[actor] >= 0) close(run->stats[actor]);
  }
}

// Returns whether something has leaked.
static int RecordLeaks(const struct Counters* before) {
  struct Counters after;
  if (!ReadCounters(&after)) return 0;
  Record("leak");
  const int changed = RecordGrowth(before, &after);
  Record("\n");
  if (changed != 0) RecordLogs("state", 5);
  return changed != 0;
}

// --- records ----------------------------------------------------------------

// A process that was just forked: its pid is not what the call returns here.
static void TakeChild(struct Run* run, struct Mailbox* box) {
  const int process = box->process;
  run->pids[process] = run->names[process] = (pid_t)box->result;
  WaitForTasks(run);
  for (int actor = 0; actor < run->scenario->actor_count; ++actor) {
    if (run->scenario->process_of[actor] == process) run->status[actor] = kFree;
  }
  SetNices(run, process);
  Record("process %d pid=%d\n", process, (int)box->result);
  RecordTasks(run, process);
  box->result = 0;
}

static void RecordEvents(const struct Mailbox* box) {
  for (long i = 0; i < box->result; ++i) {
    Record("%s%d:%u", i == 0 ? " events=" : ",", (int)box->events[i].data.fd,
           (unsigned)box->events[i].events);
  }
}

static void RecordReturn(struct Run* run, int actor) {
  struct Mailbox* const box = &g_mailboxes[actor];
  if (box->kind == kForks && box->result > 0) TakeChild(run, box);
  Record("ret %d %d %ld %d", run->step, actor, box->result, box->error);
  if (box->kind == kWriteRead) {
    Record(" written=%llu read=%llu",
           (unsigned long long)box->write_read.write_consumed,
           (unsigned long long)box->write_read.read_consumed);
  } else if (box->kind == kPoll) {
    Record(" revents=%d", box->pollfd.revents);
  } else if (box->kind == kEpollWait) {
    RecordEvents(box);
  }
  if (box->tells_nice) Record(" nice=%d", 20 - box->nice);
  if (box->fail_nth_error != 0) Record(" fail_nth=%d", box->fail_nth_error);
  Record("\n");
  RecordCapture(actor);
  box->fail_nth = 0;
  atomic_store(&box->state, kIdle);
  run->status[actor] = kFree;
}

static void RecordIfReturned(struct Run* run, int actor) {
  if (run->status[actor] == kBusy &&
      atomic_load(&g_mailboxes[actor].state) == kDone) {
    RecordReturn(run, actor);
  }
}

static void RecordEnds(struct Run* run) {
  for (int actor = 0; actor < run->scenario->actor_count; ++actor) {
    if (run->went[actor]) Record("gone %d %d\n", run->step, actor);
    run->went[actor] = 0;
  }
  for (int process = 0; process < run->scenario->process_count; ++process) {
    if (!run->died[process]) continue;
    const int status = run->deaths[process];
    if (WIFSIGNALED(status)) {
      Record("died %d %d signal=%d\n", run->step, process, WTERMSIG(status));
    } else {
      Record("died %d %d exit=%d\n", run->step, process, WEXITSTATUS(status));
    }
    run->died[process] = 0;
  }
}

static void RecordBlocked(const struct Run* run) {
  int any = 0;
  for (int actor = 0; actor < run->scenario->actor_count; ++actor) {
    if (run->status[actor] != kBusy) continue;
    if (!any) Record("blocked %d", run->step);
    any = 1;
    Record(" %d", actor);
  }
  if (any) Record("\n");
}

// The stepping actor first (-1: none), then the others by number.
static void RecordStep(struct Run* run, int stepping) {
  if (stepping >= 0) RecordIfReturned(run, stepping);
  for (int actor = 0; actor < run->scenario->actor_count; ++actor) {
    RecordIfReturned(run, actor);
  }
  RecordEnds(run);
  RecordBlocked(run);
  RecordReports(run->step);
}

static void RecordHang(struct Run* run) {
  for (int actor = 0; actor < run->scenario->actor_count; ++actor) {
    if (run->status[actor] != kBusy) continue;
    const char state = TaskState(run, actor);
    Record("stuck %d %d state=%c\n", run->step, actor,
           state == 0 ? '-' : state);
  }
}

// The thread of a process whose descriptors can be read; 0: there is none.
static pid_t LivingTask(const struct Run* run, int process) {
  if (run->pids[process] == 0) return 0;
  for (int actor = 0; actor < run->scenario->actor_count; ++actor) {
    if (run->scenario->process_of[actor] == process &&
        run->status[actor] != kGone) {
      return TidOf(actor);
    }
  }
  return 0;
}

// Steps that only look, which are recorded before anything goes on.
static void RecordLook(struct Run* run, const struct Statement* step) {
  run->steps_recorded = run->step + 1;
  if (step->kind == kState) {
    Record("state %d\n", run->step);
    RecordLogs(step->text.data, step->text.size);
    return;
  }
  Record("fds %d %d", run->step, step->target);
  const pid_t task = LivingTask(run, step->target);
  if (task != 0) RecordDescriptors(task);
  Record("\n");
}

// --- statements -------------------------------------------------------------

// Arguments that point into the mailbox.
static void FillPointers(struct Mailbox* box, const struct Call* call,
                         int process) {
  if (call->kind >= kPath && call->kind < kJoins) FillPaths(box, call);
  switch (call->number) {
    case SYS_openat:
      DevicePath(call->device.data, call->device.size, box->path,
                 sizeof(box->path));
      box->arguments[1] = (uintptr_t)box->path;
      break;
    case SYS_memfd_create:
      snprintf(box->path, sizeof(box->path), "memfd");
      box->arguments[0] = (uintptr_t)box->path;
      break;
    case SYS_pipe2:
      box->arguments[0] = (uintptr_t)box->pair;
      break;
    case SYS_poll:
      if (call->kind == kPoll) box->arguments[0] = (uintptr_t)&box->pollfd;
      break;
    case SYS_epoll_ctl:
      box->events[0].events = (uint32_t)call->arguments[3];
      box->events[0].data.u64 = 0;
      box->events[0].data.fd = (int)call->arguments[2];
      box->arguments[3] = (uintptr_t)&box->events[0];
      break;
    case SYS_epoll_wait:
      box->arguments[1] = (uintptr_t)box->events;
      break;
    case SYS_clone:
      box->process = (int)call->arguments[0];
      break;
    case SYS_sendmsg:
    case SYS_recvmsg:
      PrepareMessage(box, call->kind == kReceives, process);
      break;
    case SYS_ioctl:
      if (call->kind == kWriteRead) {
        box->arguments[2] = (uintptr_t)&box->write_read;
      }
      break;
    default:
      break;
  }
}

static void PostCall(struct Run* run, int actor, const struct Call* call) {
  struct Mailbox* const box = &g_mailboxes[actor];
  box->kind = call->kind;
  box->number = call->number;
  memcpy(box->arguments, call->arguments, sizeof(box->arguments));
  box->seen = NULL;
  box->write_read = call->write_read;
  box->words_from = call->write_read.read_consumed;
  box->pollfd = call->pollfd;
  box->tells_nice = run->scenario->has_nice;
  memcpy(box->peeks, call->peeks, sizeof(box->peeks));
  box->peek_count = call->peek_count;
  if (call->kind == kJoins) {
    snprintf(box->path, sizeof(box->path), "/proc/%d/ns/ipc",
             (int)run->pids[call->arguments[0]]);
  }
  if (call->kind != kPlain) {
    FillPointers(box, call, run->scenario->process_of[actor]);
  }
  run->status[actor] = kBusy;
  run->must_release |= call->releases;
  Post(actor);
}

static enum Outcome Diverge(const struct Run* run, int actor) {
  Record("diverged %d %d %s\n", run->step, actor,
         run->status[actor] == kGone ? "gone" : "busy");
  return kDiverged;
}

// Waits until the actor has returned, if it is inside a call. Returns 0 when
// that takes too long.
static int AwaitReturn(struct Run* run, int actor) {
  const uint64_t deadline = NowMs() + run->scenario->timeout_ms;
  while (run->status[actor] == kBusy &&
         atomic_load(&g_mailboxes[actor].state) != kDone) {
    if (NowMs() > deadline) return 0;
    Reap(run);
    Pause();
  }
  return 1;
}

static enum Outcome TakeStep(struct Run* run, const struct Statement* step) {
  const int target = step->target;
  run->must_release = 0;
  if (step->kind == kCall) {
    if (run->status[target] != kFree) return Diverge(run, target);
    PostCall(run, target, &step->call);
  } else if (step->kind == kSignal) {
    const pid_t pid = run->pids[run->scenario->process_of[target]];
    if (run->status[target] == kGone) return Diverge(run, target);
    syscall(SYS_tgkill, pid, TidOf(target), SIGUSR1);
  } else if (step->kind == kKill && run->pids[target] != 0) {
    kill(run->pids[target], SIGKILL);
    while (run->pids[target] != 0 && Reap(run) == 0) Pause();
  } else if (step->kind == kShrink) {
    const int error = DropCaches();
    if (error != 0) {
      Record("error line=%d shrink: errno %d\n", step->line, error);
      return kError;
    }
  } else if (step->kind == kSupply) {
    SupplyPages(step->address, step->text);
  } else if (step->kind == kState || step->kind == kFds) {
    RecordLook(run, step);
  }
  const int returned = step->kind != kAwait || AwaitReturn(run, target);
  if (!returned || !Settle(run, NULL)) {
    RecordHang(run);
    return kHang;
  }
  RecordStep(run, step->kind == kCall ? target : -1);
  run->steps_recorded = run->step + 1;
  return kOk;
}

// A statement that is not a step.
static void Prepare(struct Run* run, const struct Statement* statement) {
  switch (statement->kind) {
    case kPoke:
      DecodeHex(statement->text, (unsigned char*)statement->address);
      break;
    case kPid: {
      const uint32_t pid = (uint32_t)run->names[statement->target];
      memcpy((void*)statement->address, &pid, sizeof(pid));
      break;
    }
    case kFailNth:
      g_mailboxes[statement->target].fail_nth = (uint32_t)statement->value;
      break;
    case kSettleMs:
      run->settle_ms = statement->value;
      break;
    case kPanic:
      FlushRecords();
      _exit(1);
    default:
      break;
  }
}

static enum Outcome TakeSteps(struct Run* run) {
  for (int i = 0; i < run->scenario->statement_count; ++i) {
    const struct Statement* const statement = &run->scenario->statements[i];
    if (!IsStep(statement->kind)) {
      Prepare(run, statement);
      continue;
    }
    const enum Outcome outcome = TakeStep(run, statement);
    if (outcome != kOk) return outcome;
    ++run->step;
  }
  return kOk;
}

// --- a whole scenario -------------------------------------------------------

// What the kernel was not built with is its own outcome.
static enum Outcome NoteProblem(const struct Run* run, const char* problem,
                                int error) {
  const int lacks = problem == kNoPolicy || problem == kNoReports ||
                    problem == kNoSockets || problem == kNoBpf;
  Record("%s line=%d %s: errno %d\n", lacks ? "lacks" : "error",
         run->scenario->line, problem, error);
  return lacks ? kLacks : kError;
}

static enum Outcome RunMounted(struct Run* run, enum Aftermath* aftermath) {
  struct Counters before;
  const int counted = ReadCounters(&before);
  RecordCounters();
  enum Outcome outcome = kError;
  const struct Text policy = run->scenario->policy;
  int error = policy.size == 0 ? 0 : EnforcePolicy(policy);
  const char* problem = error == 0        ? NULL
                        : error == ENODEV ? kNoPolicy
                                          : "the policy cannot be loaded";
  if (problem == NULL && run->scenario->listens) {
    error = StartListening();
    if (error != 0) problem = kNoReports;
  }
  if (problem == NULL) {
    error = MakeMountPoints(run->scenario);
    if (error != 0) problem = "mount points cannot be made";
  }
  if (problem == NULL) problem = StartProcesses(run, &error);
  outcome = problem == NULL ? TakeSteps(run) : NoteProblem(run, problem, error);
  const int killed = KillAll(run);
  StopEnforcing();
  StopListening();
  ForgetSlowPages();
  ClosePipes();
  CloseSockets();
  RemoveMountPoints(run->scenario);
  if (!killed) {
    *aftermath = kUnfit;
    return kHang;
  }
  run->must_release = 1;
  if (!Settle(run, counted ? &before : NULL)) outcome = kHang;
  if (counted && RecordLeaks(&before)) *aftermath = kLeaked;
  return outcome;
}

enum Aftermath RunScenario(int index, const struct Scenario* scenario) {
  static struct Run run;
  memset(&run, 0, sizeof(run));
  memset(run.stats, -1, sizeof(run.stats));
  run.scenario = scenario;
  enum Aftermath aftermath = kClean;
  enum Outcome outcome = kError;
  Record("begin %d %.*s\n", index, (int)scenario->name.size,
         scenario->name.data);
  FlushRecords();
  RaiseWorkers();
  const int error = MountDevices();
  if (error != 0) {
    Record("error line=%d no binder devices: errno %d\n", scenario->line,
           error);
  } else {
    outcome = RunMounted(&run, &aftermath);
    UnmountDevices();
  }
  CloseTaskStates(&run);
  ForgetFiles();
  ClearUserMemory();
  // Goes out with the next scenario's first line, or at the end of the plan.
  Record("end %d %s steps=%d\n", index, kOutcomeNames[outcome],
         run.steps_recorded);
  return aftermath;
}
