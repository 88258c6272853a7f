#ifndef BINDERY_TOOLS_AGENT_MAILBOX_H_
#define BINDERY_TOOLS_AGENT_MAILBOX_H_

// The memory that the coordinator and its actors share.
//
// An *actor* is a thread that executes system calls on behalf of the
// coordinator. Three mappings are made before the first fork, so every process
// has them at the same place:
//
//   user memory  at USER_MEMORY. Belongs to the plan: commands, payloads, read
//                buffers. The coordinator may always write it; an actor sees
//                pages as the plan's `area` statements say.
//   mailboxes    one for each actor: the call to make, and its result.
//   captures     one for each actor: what an actor copied out of its own memory
//                after the call, as a row of chunks.
//
// 1. `state` is the only field that both sides write while an actor runs. The
//    coordinator moves it from kIdle to kPosted and from kDone to kIdle; the
//    actor from kPosted to kInCall just before the system call and, when
//    everything is captured, to kDone.
// 2. All other fields belong to the coordinator in kIdle and kDone, and to the
//    actor in kPosted and kInCall.
// 3. An actor in kInCall that the kernel says is asleep (state S) is inside
//    the system call: nothing else that it does in that state sleeps.

#include <linux/android/binder.h>
#include <poll.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define USER_MEMORY UINT64_C(0x2000000000)
#define USER_MEMORY_SIZE (UINT64_C(512) << 20)
#define CAPTURE_SIZE ((size_t)2 << 20)

enum {
  kMaxActors = 64,
  kMaxProcesses = 32,
  kMaxPeeks = 4,
  kMaxPath = 320,
  kMaxEvents = 4,
};

enum MailboxState { kIdle = 0, kPosted = 1, kDone = 2, kInCall = 3 };

// What an actor does around the system call itself.
enum CallKind {
  kPlain,      // nothing
  kOpensFile,  // tells which file the returned descriptor is
  kOpensPair,  // the same for two descriptors, in `pair`
  kWriteRead,  // copies out the words read and the payloads that they name
  kPoll,       // `pollfd.revents` is a result
  kEpollCtl,   // passes events[0]
  kEpollWait,  // `events` are results
  kForks,      // the result is a pid, in the child another actor goes on
  kSends,      // a descriptor, in `message`
  kReceives,   // the result is the descriptor in `message`
  kPath,       // `path`, and `other` if the call has one, are arguments
  kLists,      // what is in the directory `path` is a result
  kStats,      // what stat() says of `path` is
  kReads,      // what is in `path` is
  kOptions,    // with what `path` is mounted is
  kJoins,      // opens `path`, a namespace, and enters it
  kExit,       // does not return
  kThreadExit,
  kSpin,  // never makes a call, nor comes back
};

struct Peek {
  uint64_t address;
  uint64_t size;
};

// A message with room for one descriptor.
struct Message {
  struct msghdr header;
  struct iovec data;
  char byte;
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
};

struct Mailbox {
  _Atomic uint32_t state;
  enum CallKind kind;
  long number;
  uint64_t arguments[6];
  long result;
  int error;
  uint32_t fail_nth;   // 0: no fault is injected
  int fail_nth_error;  // errno of arming it
  struct binder_write_read write_read;
  uint64_t words_from;  // write_read.read_consumed before the call
  struct pollfd pollfd;
  struct epoll_event events[kMaxEvents];
  struct Message message;
  int process;     // kForks: the child
  int tells_nice;  // `nice` is a result: 20 minus the thread's nice value
  int nice;
  int pair[2];
  char path[kMaxPath];
  char other[kMaxPath];
  const char* seen;  // kLists, kStats, kReads: a text
  struct Peek peeks[kMaxPeeks];
  int peek_count;
  size_t captured;
  int capture_overflow;
};

enum ChunkKind {
  kWordsChunk,
  kDataChunk,     // index: of the command in the words
  kOffsetsChunk,  // index as above
  kPointerChunk,  // index as above, object: of the object in the offsets
  kFileChunk,     // index, object as above; bytes: struct FileFact
  kContextChunk,  // index as above; without the zero at its end
  kOpenedChunk,   // bytes: struct FileFact
  kPeekChunk,     // index: of the peek
  kSeenChunk,     // bytes: what the call has seen
};

// An unreadable chunk has no bytes; its memory could not be read.
struct Chunk {
  enum ChunkKind kind;
  uint32_t index;
  uint32_t object;
  uint32_t unreadable;
  uint64_t size;  // bytes that follow, before padding to 8
};

struct FileFact {
  int32_t fd;
  int32_t error;  // errno of fstat; 0: the rest is valid
  uint64_t device;
  uint64_t inode;
  int32_t access;  // O_RDONLY, O_WRONLY or O_RDWR
  int32_t cloexec;
  int32_t is_device;  // of characters
};

extern struct Mailbox* g_mailboxes;

// Memory that all processes share, null when there is none. What only the
// coordinator needs is better there as well: a fork copies what is private,
// page by page.
void* MapShared(void* address, size_t size, int flags);

// Between processes, on a word of such memory. Waiting ends when the word is
// not `value`, when it is woken, or for no reason at all.
void FutexWake(_Atomic uint32_t* word);
void FutexWait(_Atomic uint32_t* word, uint32_t value);

// Makes the three mappings. Returns 0 or an errno.
int MapSharedMemory(void);

// The capture area of an actor.
char* CaptureOf(int actor);

// Gives user memory back to the kernel: it reads as zeroes from here on.
void ClearUserMemory(void);

#endif  // BINDERY_TOOLS_AGENT_MAILBOX_H_
