#include "tools/agent/records.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/agent/file_names.h"

// The largest piece is a captured area in hexadecimal.
enum { kMaxLine = 256, kCapacity = 8 << 20 };

static int g_output = 1;
static char* g_text;
static size_t g_size;

void SetRecordsOutput(int fd) { g_output = fd; }

// Room for `size` more bytes.
static char* Reserve(size_t size) {
  if (g_text == NULL) g_text = MapShared(NULL, kCapacity, 0);
  if (g_text == NULL || size > kCapacity) abort();
  if (kCapacity - g_size < size) FlushRecords();
  return g_text + g_size;
}

void Record(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int size = vsnprintf(Reserve(kMaxLine), kMaxLine, format, arguments);
  va_end(arguments);
  if (size > 0) g_size += size < kMaxLine ? (size_t)size : kMaxLine - 1;
}

void RecordBytes(const void* bytes, size_t size) {
  static const char kDigits[] = "0123456789abcdef";
  if (size == 0) {
    Record("-");
    return;
  }
  const unsigned char* const from = bytes;
  char* const to = Reserve(2 * size);
  for (size_t i = 0; i < size; ++i) {
    to[2 * i] = kDigits[from[i] >> 4];
    to[2 * i + 1] = kDigits[from[i] & 15];
  }
  g_size += 2 * size;
}

void RecordQuoted(const char* text, size_t size) {
  const char* const end = text + size;
  while (text < end) {
    const char* const newline = memchr(text, '\n', (size_t)(end - text));
    const size_t length = (size_t)((newline == NULL ? end : newline) - text);
    char* const to = Reserve(length + 3);
    memcpy(to, "| ", 2);
    memcpy(to + 2, text, length);
    to[2 + length] = '\n';
    g_size += length + 3;
    text += length + 1;
  }
}

static void RecordFact(const struct FileFact* fact) {
  static const char* const kAccess[] = {"r", "w", "rw", "?"};
  if (fact->error != 0) {
    Record("fd=%d errno=%d", fact->fd, fact->error);
    return;
  }
  Record("fd=%d file=%s access=%s cloexec=%d", fact->fd,
         FileName(fact->device, fact->inode, fact->is_device),
         kAccess[fact->access & O_ACCMODE], fact->cloexec);
}

static void RecordChunk(const struct Chunk* chunk, const char* bytes) {
  static const char* const kNames[] = {"words",  "data", "offsets",
                                       "ptr",    "file", "secctx",
                                       "opened", "peek", "seen"};
  Record("%s", kNames[chunk->kind]);
  if (chunk->kind != kWordsChunk && chunk->kind != kOpenedChunk &&
      chunk->kind != kSeenChunk) {
    Record(" %u", chunk->index);
  }
  if (chunk->kind == kPointerChunk || chunk->kind == kFileChunk) {
    Record(" %u", chunk->object);
  }
  Record(" ");
  if (chunk->unreadable) {
    Record("unreadable");
  } else if (chunk->kind == kFileChunk || chunk->kind == kOpenedChunk) {
    struct FileFact fact;
    memcpy(&fact, bytes, sizeof(fact));
    RecordFact(&fact);
  } else {
    RecordBytes(bytes, chunk->size);
  }
  Record("\n");
}

void RecordCapture(int actor) {
  const struct Mailbox* const box = &g_mailboxes[actor];
  const char* at = CaptureOf(actor);
  const char* const end = at + box->captured;
  while (at < end) {
    struct Chunk chunk;
    memcpy(&chunk, at, sizeof(chunk));
    RecordChunk(&chunk, at + sizeof(chunk));
    at += (sizeof(chunk) + chunk.size + 7) & ~(size_t)7;
  }
  if (box->capture_overflow) Record("overflow\n");
}

void FlushRecords(void) {
  size_t done = 0;
  while (done < g_size) {
    const ssize_t written = write(g_output, g_text + done, g_size - done);
    if (written < 0 && errno != EINTR && errno != EAGAIN) break;
    if (written > 0) done += (size_t)written;
  }
  g_size = 0;
}
