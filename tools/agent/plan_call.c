#include "tools/agent/plan_call.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "tools/agent/bpf.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

enum { kMaxOperands = 6 };

// An operand KEY=NUMBER that becomes a system call's argument.
struct Operand {
  const char* key;
  int argument;
  int required;
};

// A verb that is one system call with numeric arguments.
struct Verb {
  const char* name;
  long number;
  enum CallKind kind;
  int releases;
  struct Operand operands[kMaxOperands + 1];
};

static const struct Verb kVerbs[] = {
    {"open", SYS_openat, kOpensFile, 0, {{0}}},
    {"close", SYS_close, kPlain, 1, {{"fd", 0, 1}}},
    {"mmap",
     SYS_mmap,
     kPlain,
     0,
     {{"fd", 4, 1}, {"addr", 0, 1}, {"size", 1, 1}, {"prot", 2, 1}}},
    {"munmap", SYS_munmap, kPlain, 1, {{"addr", 0, 1}, {"size", 1, 1}}},
    {"mprotect",
     SYS_mprotect,
     kPlain,
     0,
     {{"addr", 0, 1}, {"size", 1, 1}, {"prot", 2, 1}}},
    {"ioctl",
     SYS_ioctl,
     kPlain,
     0,
     {{"fd", 0, 1}, {"nr", 1, 1}, {"arg", 2, 0}}},
    {"write_read", SYS_ioctl, kWriteRead, 0, {{"fd", 0, 1}}},
    {"poll", SYS_poll, kPoll, 0, {{"timeout", 2, 1}}},
    {"epoll_create", SYS_epoll_create1, kOpensFile, 0, {{"flags", 0, 0}}},
    {"epoll_ctl",
     SYS_epoll_ctl,
     kEpollCtl,
     0,
     {{"fd", 0, 1}, {"op", 1, 1}, {"target", 2, 1}, {"events", 3, 1}}},
    {"epoll_wait",
     SYS_epoll_wait,
     kEpollWait,
     0,
     {{"fd", 0, 1}, {"max", 2, 1}, {"timeout", 3, 1}}},
    {"fork", SYS_clone, kForks, 0, {{"process", 0, 1}}},
    {"send_fd", SYS_sendmsg, kSends, 0, {{"fd", 0, 1}, {"to", 1, 1}}},
    {"receive_fd", SYS_recvmsg, kReceives, 1, {{0}}},
    {"dup", SYS_dup, kOpensFile, 0, {{"fd", 0, 1}}},
    {"pipe", SYS_pipe2, kOpensPair, 0, {{"flags", 1, 0}}},
    {"memfd", SYS_memfd_create, kOpensFile, 0, {{"flags", 1, 0}}},
    {"bpf_map", SYS_bpf, kOpensFile, 0, {{0}}},
    {"bpf_program", SYS_bpf, kOpensFile, 0, {{0}}},
    {"mount", SYS_mount, kPath, 1, {{"flags", 3, 0}}},
    {"umount", SYS_umount2, kPath, 1, {{"flags", 1, 0}}},
    {"unlink", SYS_unlinkat, kPath, 1, {{"flags", 2, 0}}},
    {"rename", SYS_rename, kPath, 1, {{0}}},
    {"mkdir", SYS_mkdir, kPath, 0, {{"mode", 1, 1}}},
    {"mknod", SYS_mknod, kPath, 0, {{"mode", 1, 1}}},
    {"symlink", SYS_symlink, kPath, 0, {{0}}},
    {"list", SYS_getdents64, kLists, 0, {{0}}},
    {"stat", SYS_newfstatat, kStats, 0, {{0}}},
    {"read", SYS_read, kReads, 0, {{0}}},
    {"options", SYS_read, kOptions, 0, {{0}}},
    {"setns", SYS_setns, kJoins, 0, {{"process", 0, 1}}},
    {"exit", SYS_exit_group, kExit, 1, {{"code", 0, 0}}},
    {"thread_exit", SYS_exit, kThreadExit, 1, {{"code", 0, 0}}},
    {"spin", 0, kSpin, 0, {{0}}},
    {"syscall",
     0,
     kPlain,
     1,
     {{"a0", 0, 0},
      {"a1", 1, 0},
      {"a2", 2, 0},
      {"a3", 3, 0},
      {"a4", 4, 0},
      {"a5", 5, 0}}},
};

static const struct Verb* FindVerb(struct Text name) {
  for (size_t i = 0; i < sizeof(kVerbs) / sizeof(kVerbs[0]); ++i) {
    if (TextIs(name, kVerbs[i].name)) return &kVerbs[i];
  }
  return NULL;
}

static const char* TakeOperands(struct Words* words, const struct Verb* verb,
                                struct Call* call) {
  for (const struct Operand* o = verb->operands; o->key != NULL; ++o) {
    const int count =
        TakeNumbers(words, o->key, &call->arguments[o->argument], 1);
    if (count < 0) return "bad number";
    if (count == 0 && o->required) return "operand missing";
  }
  return NULL;
}

static const char* TakePeeks(struct Words* words, struct Call* call) {
  uint64_t values[2];
  for (;;) {
    const int count = TakeNumbers(words, "peek", values, 2);
    if (count == 0) return NULL;
    if (count != 2) return "peek=ADDRESS,SIZE expected";
    if (call->peek_count == kMaxPeeks) return "too many peeks";
    call->peeks[call->peek_count++] = (struct Peek){values[0], values[1]};
  }
}

// Flags of the plan, or those that calls of this kind have without any.
static const char* TakeFlags(struct Words* words, uint64_t otherwise,
                             uint64_t* flags) {
  *flags = otherwise;
  return TakeNumbers(words, "flags", flags, 1) < 0 ? "bad number" : NULL;
}

static const char* ParseOpen(struct Words* words, struct Call* call) {
  uint64_t nonblock = 0;
  if (!TakeText(words, "device", &call->device) ||
      call->device.size >= kMaxPath) {
    return "device=NAME expected";
  }
  if (TakeNumbers(words, "nonblock", &nonblock, 1) < 0) return "bad number";
  call->arguments[0] = (uint64_t)AT_FDCWD;
  const uint64_t usual = O_RDWR | O_CLOEXEC | (nonblock ? O_NONBLOCK : 0);
  return TakeFlags(words, usual, &call->arguments[2]);
}

static const char* ParseMmap(struct Words* words, struct Call* call) {
  uint64_t usual = MAP_PRIVATE | MAP_NORESERVE;
  if (call->arguments[0] != 0) usual |= MAP_FIXED_NOREPLACE;
  return TakeFlags(words, usual, &call->arguments[3]);
}

static const char* ParseWriteRead(struct Words* words, struct Call* call) {
  uint64_t write[3] = {0}, read[3] = {0};
  if (TakeNumbers(words, "write", write, 3) < 0 ||
      TakeNumbers(words, "read", read, 3) < 0) {
    return "ADDRESS,SIZE,CONSUMED expected";
  }
  call->arguments[1] = BINDER_WRITE_READ;
  call->write_read = (struct binder_write_read){
      .write_buffer = write[0],
      .write_size = write[1],
      .write_consumed = write[2],
      .read_buffer = read[0],
      .read_size = read[1],
      .read_consumed = read[2],
  };
  return NULL;
}

static const char* ParsePoll(struct Words* words, struct Call* call) {
  uint64_t fd, events;
  if (TakeNumbers(words, "fd", &fd, 1) != 1 ||
      TakeNumbers(words, "events", &events, 1) != 1) {
    return "fd=NUMBER events=NUMBER expected";
  }
  call->pollfd = (struct pollfd){.fd = (int)fd, .events = (short)events};
  call->arguments[1] = 1;
  return NULL;
}

// The paths of calls about binderfs.
static const char* ParsePaths(struct Words* words, struct Call* call) {
  if (call->kind == kJoins) return NULL;
  if (!TakeText(words, "path", &call->path) || call->path.size >= kMaxPath) {
    return "path=PATH expected";
  }
  const char* const key = call->number == SYS_mount     ? "options"
                          : call->number == SYS_rename  ? "to"
                          : call->number == SYS_symlink ? "target"
                                                        : NULL;
  if (key == NULL) return NULL;
  if (!TakeText(words, key, &call->other)) {
    return call->number == SYS_mount ? NULL : "to= or target= expected";
  }
  return call->other.size < kMaxPath ? NULL : "text too long";
}

static const char* ParseSpecial(struct Words* words, struct Text name,
                                struct Call* call) {
  uint64_t number;
  if (call->kind >= kPath && call->kind <= kJoins) {
    return ParsePaths(words, call);
  }
  switch (call->number) {
    case SYS_openat:
      return ParseOpen(words, call);
    case SYS_poll:
      return ParsePoll(words, call);
    case SYS_mmap:
      return ParseMmap(words, call);
    case SYS_epoll_create1:
      if (call->arguments[0] == 0) call->arguments[0] = EPOLL_CLOEXEC;
      return NULL;
    case SYS_epoll_wait:
      return call->arguments[2] <= kMaxEvents ? NULL : "too many events";
    case SYS_bpf:
      if (TextIs(name, "bpf_map")) {
        FillBpfMap(call->arguments);
      } else {
        FillBpfProgram(call->arguments);
      }
      return NULL;
    case SYS_memfd_create:
      call->device = (struct Text){"memfd", 5};
      return NULL;
    case 0:
      if (call->kind == kSpin) return NULL;
      if (TakeNumbers(words, "nr", &number, 1) != 1) return "nr= expected";
      call->number = (long)number;
      return NULL;
    default:
      return call->kind == kWriteRead ? ParseWriteRead(words, call) : NULL;
  }
}

const char* ParseCall(struct Words* words, struct Call* call) {
  struct Text name;
  if (!TakeWord(words, &name)) return "verb expected";
  const struct Verb* const verb = FindVerb(name);
  if (verb == NULL) return "unknown verb";
  call->kind = verb->kind;
  call->number = verb->number;
  call->releases = verb->releases;
  const char* error = TakeOperands(words, verb, call);
  if (error == NULL) error = TakePeeks(words, call);
  return error == NULL ? ParseSpecial(words, name, call) : error;
}
