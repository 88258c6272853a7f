#ifndef BINDERY_TOOLS_AGENT_PLAN_H_
#define BINDERY_TOOLS_AGENT_PLAN_H_

// The plan, parsed: see plan.md for the text format and its limits.
//
// 1. Statements keep the order of the text. Numbers of processes and actors
//    are dense, counted from 0, and checked here: what is parsed can be run.
// 2. Names and hexadecimal text point into the plan's text.

#include <stddef.h>
#include <stdint.h>

#include "tools/agent/mailbox.h"

enum {
  kMaxStatements = 8192,
  kMaxAreas = 256,
  kMaxFiles = 256,
  kMaxPipes = 64,
  kMaxFileName = 32,
  kMaxGivenFd = 511,  // above are the agent's own, of the pipes
  kMaxMessage = 128,
  kMaxMountPoints = 16,
  kPageSize = 4096,
};

// A piece of the plan's text.
struct Text {
  const char* data;
  size_t size;
};

struct Process {
  uint32_t uid;
  uint32_t nofile;       // RLIMIT_NOFILE, soft and hard; 0: as inherited
  uint32_t rlimit_nice;  // RLIMIT_NICE, soft and hard
  int has_rlimit_nice;
  uint32_t first_fd;    // the lowest descriptor that is free
  int forked_from;      // who forks it; -1: it is there from the start
  int first_actor;      // runs on the main thread; -1 until a task names it
  struct Text context;  // its domain for the security module; empty: inherited
  int unshares;         // CLONE_NEW* bits
};

enum Protection { kNone, kReadOnly, kUnmapped, kSlow };

// Pages of user memory that actors do not simply see as readable and writable.
struct Area {
  uint64_t address;
  uint64_t size;
  enum Protection protection;
};

// A descriptor that a process has from the start: a pipe.
struct File {
  int process;
  int fd;
  int cloexec;
  int pipe;  // index of its name
};

struct Call {
  enum CallKind kind;
  long number;
  uint64_t arguments[6];
  struct binder_write_read write_read;
  struct pollfd pollfd;
  struct Text device;  // kOpensFile: below the folder of devices, or a name
  struct Text path;    // of calls about binderfs, see plan.md
  struct Text other;   // a second path, or options
  struct Peek peeks[kMaxPeeks];
  int peek_count;
  int releases;  // may leave work behind for the driver's deferred release
};

enum StatementKind {
  kPoke,      // address, text: hexadecimal bytes
  kSupply,    // the same; a step
  kPid,       // target: process; address
  kAwait,     // target: actor
  kFailNth,   // target: actor; value
  kCall,      // target: actor; call
  kSignal,    // target: actor
  kKill,      // target: process
  kState,     // text: names of files
  kFds,       // target: process
  kShrink,    // takes back pages that nobody needs
  kSettleMs,  // value
  kPanic,
};

struct Statement {
  enum StatementKind kind;
  int line;
  int target;
  uint64_t address;
  uint64_t value;
  struct Text text;
  struct Call call;
};

// A new process takes a page fault for each page of this that it looks at, so
// the counts are together, in front of the tables.
struct Scenario {
  struct Text name;
  int line;
  uint64_t timeout_ms;
  struct Text policy;  // hexadecimal; empty: none
  int listens;         // to the driver's reports
  int pipe_count;
  int file_count;
  int process_count;
  struct Process processes[kMaxProcesses];
  int actor_count;
  int process_of[kMaxActors];
  int nice_of[kMaxActors];  // nice values at the start
  int has_nice;             // some task was given one: returns tell them
  int makes_bpf;            // some call makes a file of the bpf subsystem
  int has_messages;         // some call sends or receives a descriptor
  int mountpoint_count;
  struct Text mountpoints[kMaxMountPoints];
  int area_count;
  struct Area areas[kMaxAreas];
  struct Text pipes[kMaxPipes];  // their names
  struct File files[kMaxFiles];
  int statement_count;
  struct Statement statements[kMaxStatements];
};

struct Parser {
  const char* at;
  const char* end;
  int line;  // of the text before `at`, counted from 1
  int error_line;
  char message[kMaxMessage];
};

struct Parser StartParser(const char* text, size_t size);

// Reads the next scenario. Returns 1, or 0 at the end of the plan, or -1 with
// error_line and message set; the parser then stands behind the scenario's
// `end`, so that the next call reads the next one. scenario->name and line are
// valid whenever its first line could be read.
int NextScenario(struct Parser* parser, struct Scenario* scenario);

// Whether a statement is a step: one that is counted and makes records.
int IsStep(enum StatementKind kind);

// The bytes of a row of hexadecimal digits, which the parser has checked.
void DecodeHex(struct Text hex, unsigned char* to);

#endif  // BINDERY_TOOLS_AGENT_PLAN_H_
