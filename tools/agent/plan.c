#include "tools/agent/plan.h"

#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "tools/agent/plan_call.h"
#include "tools/agent/words.h"

enum { kDefaultTimeoutMs = 5000, kDefaultFirstFd = 3 };

struct Parser StartParser(const char* text, size_t size) {
  return (struct Parser){.at = text, .end = text + size};
}

int IsStep(enum StatementKind kind) {
  return kind == kCall || kind == kSignal || kind == kKill || kind == kState ||
         kind == kSupply || kind == kFds || kind == kAwait || kind == kShrink;
}

static int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void DecodeHex(struct Text hex, unsigned char* to) {
  for (size_t i = 0; i + 1 < hex.size; i += 2) {
    to[i / 2] =
        (unsigned char)(HexDigit(hex.data[i]) << 4 | HexDigit(hex.data[i + 1]));
  }
}

static int IsHex(struct Text text) {
  for (size_t i = 0; i < text.size; ++i) {
    if (HexDigit(text.data[i]) < 0) return 0;
  }
  return text.size % 2 == 0;
}

static int InUserMemory(uint64_t address, uint64_t size) {
  return address >= USER_MEMORY && size <= USER_MEMORY_SIZE &&
         address - USER_MEMORY <= USER_MEMORY_SIZE - size;
}

// The functions below return null, or what is wrong with the line.

static const char* TakeOptional(struct Words* words, const char* key,
                                uint32_t* value) {
  uint64_t number;
  const int count = TakeNumbers(words, key, &number, 1);
  if (count < 0 || (count == 1 && number > UINT32_MAX)) return "bad number";
  if (count == 1) *value = (uint32_t)number;
  return NULL;
}

// A dense number, such as that of an actor: at most `limit`.
static const char* TakeIndex(struct Words* words, int limit, int* index) {
  struct Text word;
  uint64_t number;
  if (!TakeWord(words, &word) || !ParseNumber(word, &number)) {
    return "number expected";
  }
  if (number >= (uint64_t)limit) return "no such process or actor";
  *index = (int)number;
  return NULL;
}

// Names with commas between.
static const char* TakeNamespaces(struct Words* words,
                                  struct Process* process) {
  static const struct {
    const char* name;
    int flag;
  } kKinds[] = {
      {"user", CLONE_NEWUSER}, {"mount", CLONE_NEWNS}, {"ipc", CLONE_NEWIPC}};
  struct Text list;
  if (!TakeText(words, "ns", &list)) return NULL;
  while (list.size > 0) {
    const char* const comma = memchr(list.data, ',', list.size);
    const size_t size = comma == NULL ? list.size : (size_t)(comma - list.data);
    int flag = 0;
    for (size_t i = 0; i < sizeof(kKinds) / sizeof(kKinds[0]); ++i) {
      if (TextIs((struct Text){list.data, size}, kKinds[i].name)) {
        flag = kKinds[i].flag;
      }
    }
    if (flag == 0) return "ns=user,mount,ipc expected";
    process->unshares |= flag;
    const size_t taken = comma == NULL ? size : size + 1;
    list = (struct Text){list.data + taken, list.size - taken};
  }
  return NULL;
}

static const char* ParseMountPoint(struct Words* words, struct Scenario* s) {
  if (s->mountpoint_count == kMaxMountPoints) return "too many mount points";
  return TakeWord(words, &s->mountpoints[s->mountpoint_count++])
             ? NULL
             : "mountpoint NAME expected";
}

static const char* ParseProcess(struct Words* words, struct Scenario* s) {
  int index;
  if (s->process_count == kMaxProcesses) return "too many processes";
  const char* error = TakeIndex(words, s->process_count + 1, &index);
  if (error != NULL) return error;
  if (index != s->process_count) return "processes are counted from 0";
  struct Process* const process = &s->processes[s->process_count++];
  *process = (struct Process){
      .first_fd = kDefaultFirstFd, .first_actor = -1, .forked_from = -1};
  if ((error = TakeOptional(words, "uid", &process->uid)) != NULL ||
      (error = TakeOptional(words, "nofile", &process->nofile)) != NULL) {
    return error;
  }
  TakeText(words, "context", &process->context);
  error = TakeNamespaces(words, process);
  if (error != NULL) return error;
  process->rlimit_nice = UINT32_MAX;
  error = TakeOptional(words, "rlimit_nice", &process->rlimit_nice);
  if (error != NULL) return error;
  process->has_rlimit_nice = process->rlimit_nice != UINT32_MAX;
  uint32_t parent = UINT32_MAX;
  error = TakeOptional(words, "forked_from", &parent);
  if (error != NULL) return error;
  if (parent != UINT32_MAX && parent >= (uint32_t)index) {
    return "a parent comes before its child";
  }
  process->forked_from = parent == UINT32_MAX ? -1 : (int)parent;
  return TakeOptional(words, "first_fd", &process->first_fd);
}

static const char* ParseTask(struct Words* words, struct Scenario* s) {
  int index;
  uint32_t process = UINT32_MAX;
  if (s->actor_count == kMaxActors) return "too many actors";
  const char* error = TakeIndex(words, s->actor_count + 1, &index);
  if (error != NULL) return error;
  if (index != s->actor_count) return "actors are counted from 0";
  if ((error = TakeOptional(words, "process", &process)) != NULL) return error;
  if (process >= (uint32_t)s->process_count) return "no such process";
  if (s->processes[process].first_actor < 0) {
    s->processes[process].first_actor = index;
  }
  uint64_t nice = 0;
  const int given = TakeNumbers(words, "nice", &nice, 1);
  if (given < 0) return "bad number";
  s->has_nice |= given;
  s->nice_of[s->actor_count] = (int)nice;
  s->process_of[s->actor_count++] = (int)process;
  return NULL;
}

static const char* ParseArea(struct Words* words, struct Scenario* s) {
  struct Text address, size, kind;
  if (s->area_count == kMaxAreas) return "too many areas";
  struct Area* const area = &s->areas[s->area_count];
  if (!TakeWord(words, &address) || !ParseNumber(address, &area->address) ||
      !TakeWord(words, &size) || !ParseNumber(size, &area->size) ||
      !TakeWord(words, &kind)) {
    return "area ADDRESS SIZE none|ro|unmapped|slow expected";
  }
  if (!InUserMemory(area->address, area->size)) return "not user memory";
  if ((area->address | area->size) % kPageSize != 0) return "not whole pages";
  if (TextIs(kind, "none")) {
    area->protection = kNone;
  } else if (TextIs(kind, "ro")) {
    area->protection = kReadOnly;
  } else if (TextIs(kind, "unmapped")) {
    area->protection = kUnmapped;
  } else if (TextIs(kind, "slow")) {
    area->protection = kSlow;
  } else {
    return "none, ro, unmapped or slow expected";
  }
  ++s->area_count;
  return NULL;
}

static int IsDigit(char c) { return c >= '0' && c <= '9'; }

static int IsDeviceName(struct Text name) {
  return TextIs(name, "binder") || TextIs(name, "hwbinder") ||
         TextIs(name, "vndbinder") || TextIs(name, "epoll");
}

// Whether it looks like what the records call a file without a name: f0.
static int IsNumbered(struct Text name) {
  size_t at = 1;
  while (at < name.size && IsDigit(name.data[at])) ++at;
  return name.size > 1 && name.data[0] == 'f' && at == name.size;
}

static int IsFileName(struct Text name) {
  if (name.size > kMaxFileName || IsDigit(name.data[0])) return 0;
  for (size_t i = 0; i < name.size; ++i) {
    const char c = name.data[i];
    if (c != '_' && !IsDigit(c) && (c < 'a' || c > 'z')) return 0;
  }
  return !IsNumbered(name) && !IsDeviceName(name);
}

// The pipe of this name, which may be new; kMaxPipes when there is no room.
static int PipeNamed(struct Scenario* s, struct Text name) {
  for (int i = 0; i < s->pipe_count; ++i) {
    if (s->pipes[i].size == name.size &&
        memcmp(s->pipes[i].data, name.data, name.size) == 0) {
      return i;
    }
  }
  if (s->pipe_count == kMaxPipes) return kMaxPipes;
  s->pipes[s->pipe_count] = name;
  return s->pipe_count++;
}

static int IsGiven(const struct Scenario* s, int process, uint64_t fd) {
  for (int i = 0; i < s->file_count; ++i) {
    if (s->files[i].process == process && (uint64_t)s->files[i].fd == fd) {
      return 1;
    }
  }
  return 0;
}

static const char* ParseFile(struct Words* words, struct Scenario* s) {
  int process;
  struct Text number, name;
  uint64_t fd;
  uint32_t cloexec = 0;
  if (s->file_count == kMaxFiles) return "too many files";
  const char* error = TakeIndex(words, s->process_count, &process);
  if (error == NULL) error = TakeOptional(words, "cloexec", &cloexec);
  if (error != NULL) return error;
  if (!TakeWord(words, &number) || !ParseNumber(number, &fd) ||
      !TakeWord(words, &name)) {
    return "file PROCESS FD NAME expected";
  }
  if (fd > kMaxGivenFd) return "descriptor too large";
  if (fd < s->processes[process].first_fd || IsGiven(s, process, fd)) {
    return "descriptor not free";
  }
  if (!IsFileName(name)) return "bad name of a file";
  const int pipe = PipeNamed(s, name);
  if (pipe == kMaxPipes) return "too many names of files";
  s->files[s->file_count++] =
      (struct File){process, (int)fd, cloexec != 0, pipe};
  return NULL;
}

// Whether the bytes touch (`all`: are within) an area of slow pages.
static int InSlowArea(const struct Scenario* s, uint64_t address, uint64_t size,
                      int all) {
  for (int i = 0; i < s->area_count; ++i) {
    const struct Area* const area = &s->areas[i];
    const uint64_t end = area->address + area->size;
    if (area->protection != kSlow) continue;
    if (all ? address >= area->address && address + size <= end
            : address < end && address + size > area->address) {
      return 1;
    }
  }
  return 0;
}

static const char* ParsePoke(struct Words* words, const struct Scenario* s,
                             struct Statement* to) {
  struct Text address;
  if (!TakeWord(words, &address) || !ParseNumber(address, &to->address) ||
      !TakeWord(words, &to->text) || !IsHex(to->text)) {
    return "poke ADDRESS HEX expected";
  }
  const uint64_t size = to->text.size / 2;
  if (!InUserMemory(to->address, size)) return "not user memory";
  return InSlowArea(s, to->address, size, 0) ? "slow pages are supplied" : NULL;
}

static const char* ParseSupply(struct Words* words, const struct Scenario* s,
                               struct Statement* to) {
  struct Text address;
  to->text = (struct Text){"", 0};
  if (!TakeWord(words, &address) || !ParseNumber(address, &to->address) ||
      (FirstUntaken(words) != NULL &&
       (!TakeWord(words, &to->text) || !IsHex(to->text)))) {
    return "supply ADDRESS [HEX] expected";
  }
  const uint64_t size = to->text.size == 0 ? 1 : to->text.size / 2;
  return InUserMemory(to->address, size) && InSlowArea(s, to->address, size, 1)
             ? NULL
             : "not in a slow area";
}

static const char* ParsePid(struct Words* words, const struct Scenario* s,
                            struct Statement* to) {
  struct Text address;
  if (!TakeWord(words, &address) || !ParseNumber(address, &to->address)) {
    return "pid ADDRESS PROCESS expected";
  }
  if (!InUserMemory(to->address, sizeof(uint32_t))) return "not user memory";
  return TakeIndex(words, s->process_count, &to->target);
}

static const char* ParseFailNth(struct Words* words, struct Statement* to) {
  struct Text number;
  if (!TakeWord(words, &number) || !ParseNumber(number, &to->value) ||
      to->value > INT32_MAX) {
    return "fail_nth ACTOR NUMBER expected";
  }
  return NULL;
}

static const char* ParseSettle(struct Words* words, struct Statement* to) {
  struct Text number;
  return TakeWord(words, &number) && ParseNumber(number, &to->value)
             ? NULL
             : "settle MILLISECONDS expected";
}

// The rest of the line, as one text.
static void TakeRest(struct Words* words, struct Statement* to) {
  struct Text word;
  to->text = (struct Text){"", 0};
  while (TakeWord(words, &word)) {
    if (to->text.size == 0) to->text = word;
    to->text.size = (size_t)(word.data + word.size - to->text.data);
  }
}

static const struct {
  const char* word;
  enum StatementKind kind;
} kStatements[] = {
    {"poke", kPoke},     {"fail_nth", kFailNth}, {"call", kCall},
    {"signal", kSignal}, {"kill", kKill},        {"state", kState},
    {"panic", kPanic},   {"settle", kSettleMs},  {"supply", kSupply},
    {"fds", kFds},       {"pid", kPid},          {"await", kAwait},
    {"shrink", kShrink},
};

static int FindStatement(struct Text word) {
  const int count = sizeof(kStatements) / sizeof(kStatements[0]);
  for (int i = 0; i < count; ++i) {
    if (TextIs(word, kStatements[i].word)) return i;
  }
  return -1;
}

// Processes that a call names.
static const char* CheckCall(const struct Scenario* s, int actor,
                             const struct Call* call) {
  const uint64_t count = (uint64_t)s->process_count;
  if (call->kind == kSends && call->arguments[1] >= count) {
    return "no such process";
  }
  if (call->kind == kJoins && call->arguments[0] >= count) {
    return "no such process";
  }
  if (call->kind != kForks) return NULL;
  const uint64_t child = call->arguments[0];
  if (child >= count) return "no such process";
  return s->processes[child].forked_from == s->process_of[actor]
             ? NULL
             : "not a child of this process";
}

static const char* ParseOperands(struct Words* words, const struct Scenario* s,
                                 struct Statement* to) {
  const char* error = NULL;
  if (to->kind == kFailNth || to->kind == kCall || to->kind == kSignal ||
      to->kind == kAwait) {
    error = TakeIndex(words, s->actor_count, &to->target);
  } else if (to->kind == kKill || to->kind == kFds) {
    error = TakeIndex(words, s->process_count, &to->target);
  }
  if (error != NULL) return error;
  switch (to->kind) {
    case kPoke:
      return ParsePoke(words, s, to);
    case kSupply:
      return ParseSupply(words, s, to);
    case kPid:
      return ParsePid(words, s, to);
    case kFailNth:
      return ParseFailNth(words, to);
    case kCall:
      error = ParseCall(words, &to->call);
      return error == NULL ? CheckCall(s, to->target, &to->call) : error;
    case kSettleMs:
      return ParseSettle(words, to);
    case kState:
      TakeRest(words, to);
      return NULL;
    default:
      return NULL;
  }
}

static const char* ParseStatement(struct Text word, struct Words* words,
                                  struct Scenario* s, int line) {
  const int found = FindStatement(word);
  if (found < 0) return "unknown statement";
  if (s->statement_count == kMaxStatements) return "too many statements";
  struct Statement* const to = &s->statements[s->statement_count];
  memset(to, 0, sizeof(*to));
  to->kind = kStatements[found].kind;
  to->line = line;
  const char* const error = ParseOperands(words, s, to);
  if (error == NULL) ++s->statement_count;
  s->makes_bpf |= to->kind == kCall && to->call.number == SYS_bpf;
  s->has_messages |= to->kind == kCall &&
                     (to->call.kind == kSends || to->call.kind == kReceives);
  return error;
}

static const char* ParseTimeout(struct Words* words, struct Scenario* s) {
  struct Text number;
  return TakeWord(words, &number) && ParseNumber(number, &s->timeout_ms)
             ? NULL
             : "timeout MILLISECONDS expected";
}

static const char* ParsePolicy(struct Words* words, struct Scenario* s) {
  return TakeWord(words, &s->policy) && IsHex(s->policy)
             ? NULL
             : "policy HEX expected";
}

static const char* ParseLine(struct Words* words, struct Scenario* s,
                             int line) {
  struct Text word;
  TakeWord(words, &word);
  const char* error;
  if (TextIs(word, "process")) {
    error = ParseProcess(words, s);
  } else if (TextIs(word, "mountpoint")) {
    error = ParseMountPoint(words, s);
  } else if (TextIs(word, "task")) {
    error = ParseTask(words, s);
  } else if (TextIs(word, "area")) {
    error = ParseArea(words, s);
  } else if (TextIs(word, "file")) {
    error = ParseFile(words, s);
  } else if (TextIs(word, "timeout")) {
    error = ParseTimeout(words, s);
  } else if (TextIs(word, "policy")) {
    error = ParsePolicy(words, s);
  } else if (TextIs(word, "listen")) {
    s->listens = 1;
    error = NULL;
  } else {
    error = ParseStatement(word, words, s, line);
  }
  if (error == NULL && FirstUntaken(words) != NULL) error = "unknown word";
  return error;
}

// The next line that is neither empty nor a comment; 0 at the end.
static int NextLine(struct Parser* parser, struct Text* line) {
  while (parser->at < parser->end) {
    const size_t left = (size_t)(parser->end - parser->at);
    const char* const newline = memchr(parser->at, '\n', left);
    const size_t size = newline == NULL ? left : (size_t)(newline - parser->at);
    *line = (struct Text){parser->at, size};
    parser->at += size + (newline != NULL);
    ++parser->line;
    if (size > 0 && line->data[0] != '#') return 1;
  }
  return 0;
}

static void Fail(struct Parser* parser, const char* message) {
  if (parser->message[0] != '\0') return;
  parser->error_line = parser->line;
  snprintf(parser->message, sizeof(parser->message), "%s", message);
}

static int StartScenario(struct Parser* parser, struct Scenario* s) {
  struct Text line;
  struct Words words;
  struct Text word;
  s->name = (struct Text){"?", 1};
  s->line = parser->line;
  s->timeout_ms = kDefaultTimeoutMs;
  s->policy = (struct Text){"", 0};
  s->listens = s->mountpoint_count = 0;
  s->process_count = s->actor_count = s->area_count = s->statement_count = 0;
  s->pipe_count = s->file_count = s->has_nice = s->has_messages = 0;
  s->makes_bpf = 0;
  parser->message[0] = '\0';
  if (!NextLine(parser, &line)) return 0;
  s->line = parser->line;
  if (!SplitWords(line, &words) || !TakeWord(&words, &word) ||
      !TextIs(word, "scenario") || !TakeWord(&words, &s->name) ||
      FirstUntaken(&words) != NULL) {
    Fail(parser, "scenario NAME expected");
  }
  return 1;
}

static void CheckWhole(struct Parser* parser, const struct Scenario* s) {
  for (int i = 0; i < s->process_count; ++i) {
    if (s->processes[i].first_actor < 0) Fail(parser, "process without task");
  }
}

int NextScenario(struct Parser* parser, struct Scenario* s) {
  struct Text line;
  struct Words words;
  if (!StartScenario(parser, s)) return 0;
  while (NextLine(parser, &line)) {
    if (TextIs(line, "end")) {
      CheckWhole(parser, s);
      return parser->message[0] == '\0' ? 1 : -1;
    }
    if (parser->message[0] != '\0') continue;
    if (!SplitWords(line, &words)) {
      Fail(parser, "too many words");
    } else if (words.count > 0) {
      const char* const error = ParseLine(&words, s, parser->line);
      if (error != NULL) Fail(parser, error);
    }
  }
  Fail(parser, "end expected");
  return -1;
}
