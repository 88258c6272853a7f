#include "tools/agent/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "tools/agent/plan.h"

enum { kMaxObjects = 4096, kMaxArrayFds = 1024, kMaxContext = 4096 };

static __thread sigjmp_buf t_fault;
static __thread volatile sig_atomic_t t_may_fault;

static void OnFault(int signal_number) {
  if (t_may_fault) siglongjmp(t_fault, 1);
  signal(signal_number, SIG_DFL);
}

void InstallFaultHandler(void) {
  struct sigaction action;
  memset(&action, 0, sizeof(action));
  action.sa_handler = OnFault;
  action.sa_flags = SA_NODEFER;
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGBUS, &action, NULL);
}

static int g_was_forked;

void NoteFork(void) { g_was_forked = 1; }

// Whether the process has nothing at all there, or less.
static int IsGone(uint64_t from, size_t size) {
  const uint64_t begin = from & ~(uint64_t)(kPageSize - 1);
  return g_was_forked &&
         msync((void*)begin, from - begin + size, MS_ASYNC) != 0;
}

// Copies from an address that may be bad. Returns 0 when it is.
static int CopyIn(void* to, uint64_t from, size_t size) {
  if (IsGone(from, size)) return 0;
  if (sigsetjmp(t_fault, 0) != 0) {
    t_may_fault = 0;
    return 0;
  }
  t_may_fault = 1;
  memcpy(to, (const void*)from, size);
  t_may_fault = 0;
  return 1;
}

struct Capture {
  struct Mailbox* mailbox;
  char* area;
};

static void AddChunk(struct Capture* capture, struct Chunk chunk,
                     uint64_t from) {
  struct Mailbox* const box = capture->mailbox;
  const size_t left = CAPTURE_SIZE - box->captured;
  if (left < sizeof(chunk) || left - sizeof(chunk) < chunk.size) {
    box->capture_overflow = 1;
    return;
  }
  char* const at = capture->area + box->captured;
  if (!CopyIn(at + sizeof(chunk), from, chunk.size)) {
    chunk.unreadable = 1;
    chunk.size = 0;
  }
  memcpy(at, &chunk, sizeof(chunk));
  box->captured += (sizeof(chunk) + chunk.size + 7) & ~(size_t)7;
  if (box->captured > CAPTURE_SIZE) box->captured = CAPTURE_SIZE;
}

static void AddUnreadable(struct Capture* capture, struct Chunk chunk) {
  chunk.unreadable = 1;
  chunk.size = 0;
  AddChunk(capture, chunk, (uintptr_t)&chunk);
}

static struct FileFact FactOf(int fd) {
  struct FileFact fact = {.fd = fd};
  struct stat status;
  if (fstat(fd, &status) != 0) {
    fact.error = errno;
    return fact;
  }
  fact.device = status.st_dev;
  fact.inode = status.st_ino;
  fact.access = fcntl(fd, F_GETFL) & O_ACCMODE;
  fact.cloexec = fcntl(fd, F_GETFD) & FD_CLOEXEC;
  fact.is_device = S_ISCHR(status.st_mode);
  return fact;
}

static void AddFile(struct Capture* capture, enum ChunkKind kind,
                    uint32_t index, uint32_t object, int fd) {
  const struct FileFact fact = FactOf(fd);
  AddChunk(
      capture,
      (struct Chunk){
          .kind = kind, .index = index, .object = object, .size = sizeof(fact)},
      (uintptr_t)&fact);
}

// One transaction that was received.
struct Received {
  uint32_t index;
  uint64_t data;
  uint64_t data_size;
  uint64_t offsets;
  uint64_t objects;
  uint64_t offsets_end;
};

// The address of an object; 0 when its offset cannot be read.
static uint64_t ObjectAt(const struct Received* received, uint64_t object) {
  binder_size_t offset;
  if (object >= received->objects ||
      !CopyIn(&offset, received->offsets + object * sizeof(offset),
              sizeof(offset))) {
    return 0;
  }
  return received->data + offset;
}

static void AddPointer(struct Capture* capture, const struct Received* received,
                       uint32_t object, uint64_t at) {
  struct binder_buffer_object buffer;
  if (!CopyIn(&buffer, at, sizeof(buffer))) return;
  const struct Chunk chunk = {.kind = kPointerChunk,
                              .index = received->index,
                              .object = object,
                              .size = buffer.length};
  if (buffer.buffer < received->offsets_end) {
    AddUnreadable(capture, chunk);
  } else {
    AddChunk(capture, chunk, buffer.buffer);
  }
}

static void AddFdArray(struct Capture* capture, const struct Received* received,
                       uint32_t object, uint64_t at) {
  struct binder_fd_array_object array;
  struct binder_buffer_object parent;
  if (!CopyIn(&array, at, sizeof(array))) return;
  const uint64_t parent_at = ObjectAt(received, array.parent);
  int readable = parent_at != 0 && CopyIn(&parent, parent_at, sizeof(parent)) &&
                 parent.buffer >= received->offsets_end;
  const uint64_t fds = readable ? parent.buffer + array.parent_offset : 0;
  for (uint64_t i = 0; i < array.num_fds && i < kMaxArrayFds; ++i) {
    uint32_t fd;
    readable = readable && CopyIn(&fd, fds + i * sizeof(fd), sizeof(fd));
    if (!readable) {
      AddUnreadable(capture, (struct Chunk){.kind = kFileChunk,
                                            .index = received->index,
                                            .object = object});
      return;
    }
    AddFile(capture, kFileChunk, received->index, object, (int)fd);
  }
}

static void AddObject(struct Capture* capture, const struct Received* received,
                      uint32_t object) {
  const uint64_t at = ObjectAt(received, object);
  struct binder_fd_object header;
  if (at == 0 || !CopyIn(&header, at, sizeof(header))) return;
  switch (header.hdr.type) {
    case BINDER_TYPE_FD:
      AddFile(capture, kFileChunk, received->index, object, (int)header.fd);
      break;
    case BINDER_TYPE_FDA:
      AddFdArray(capture, received, object, at);
      break;
    case BINDER_TYPE_PTR:
      AddPointer(capture, received, object, at);
      break;
    default:
      break;
  }
}

static void AddTransaction(struct Capture* capture, uint32_t index,
                           const struct binder_transaction_data* data) {
  const struct Received received = {
      .index = index,
      .data = data->data.ptr.buffer,
      .data_size = data->data_size,
      .offsets = data->data.ptr.offsets,
      .objects = data->offsets_size / sizeof(binder_size_t),
      .offsets_end = data->data.ptr.offsets + data->offsets_size,
  };
  AddChunk(capture,
           (struct Chunk){
               .kind = kDataChunk, .index = index, .size = data->data_size},
           received.data);
  AddChunk(
      capture,
      (struct Chunk){
          .kind = kOffsetsChunk, .index = index, .size = data->offsets_size},
      received.offsets);
  for (uint32_t i = 0; i < received.objects && i < kMaxObjects; ++i) {
    AddObject(capture, &received, i);
  }
}

// The length of a text; -1 when it cannot be read.
static ssize_t LengthOf(uint64_t from, size_t limit) {
  if (sigsetjmp(t_fault, 0) != 0) {
    t_may_fault = 0;
    return -1;
  }
  if (IsGone(from, 1)) return -1;
  t_may_fault = 1;
  const size_t length = strnlen((const char*)from, limit);
  t_may_fault = 0;
  return (ssize_t)length;
}

static void AddContext(struct Capture* capture, uint32_t index, uint64_t at) {
  struct binder_transaction_data_secctx data;
  if (!CopyIn(&data, at, sizeof(data))) return;
  const ssize_t length = LengthOf(data.secctx, kMaxContext);
  const struct Chunk chunk = {
      .kind = kContextChunk, .index = index, .size = (uint64_t)length};
  if (length < 0) {
    AddUnreadable(capture, chunk);
  } else {
    AddChunk(capture, chunk, data.secctx);
  }
}

static int CarriesPayload(uint32_t command) {
  return command == BR_TRANSACTION || command == BR_REPLY ||
         command == BR_TRANSACTION_SEC_CTX;
}

static void AddWords(struct Capture* capture) {
  const struct binder_write_read* const io = &capture->mailbox->write_read;
  const uint64_t from = capture->mailbox->words_from;
  if (io->read_consumed <= from) return;
  const uint64_t end = io->read_buffer + io->read_consumed;
  uint64_t at = io->read_buffer + from;
  AddChunk(
      capture,
      (struct Chunk){.kind = kWordsChunk, .size = io->read_consumed - from},
      at);
  uint32_t command;
  for (uint32_t index = 0; end - at >= sizeof(command); ++index) {
    struct binder_transaction_data data;
    if (!CopyIn(&command, at, sizeof(command))) return;
    at += sizeof(command);
    if (end - at < _IOC_SIZE(command)) return;
    if (CarriesPayload(command) && CopyIn(&data, at, sizeof(data))) {
      AddTransaction(capture, index, &data);
    }
    if (command == BR_TRANSACTION_SEC_CTX) AddContext(capture, index, at);
    at += _IOC_SIZE(command);
  }
}

static void AddPeeks(struct Capture* capture) {
  for (int i = 0; i < capture->mailbox->peek_count; ++i) {
    const struct Peek* const peek = &capture->mailbox->peeks[i];
    AddChunk(capture,
             (struct Chunk){
                 .kind = kPeekChunk, .index = (uint32_t)i, .size = peek->size},
             peek->address);
  }
}

void CaptureResults(int actor) {
  struct Mailbox* const box = &g_mailboxes[actor];
  struct Capture capture = {box, CaptureOf(actor)};
  box->captured = 0;
  box->capture_overflow = 0;
  if (box->kind == kOpensFile && box->result >= 0) {
    AddFile(&capture, kOpenedChunk, 0, 0, (int)box->result);
  } else if (box->kind == kOpensPair && box->result >= 0) {
    AddFile(&capture, kOpenedChunk, 0, 0, box->pair[0]);
    AddFile(&capture, kOpenedChunk, 0, 0, box->pair[1]);
  } else if (box->kind == kWriteRead) {
    AddWords(&capture);
  } else if (box->seen != NULL && box->result == 0) {
    AddChunk(&capture,
             (struct Chunk){.kind = kSeenChunk, .size = strlen(box->seen)},
             (uintptr_t)box->seen);
  }
  AddPeeks(&capture);
}
