#include "tools/agent/mailbox.h"

#include <errno.h>
#include <sys/mman.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

struct Mailbox* g_mailboxes;
static char* g_captures;

void* MapShared(void* address, size_t size, int flags) {
  void* const at =
      mmap(address, size, PROT_READ | PROT_WRITE,
           MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
  return at == MAP_FAILED ? NULL : at;
}

int MapSharedMemory(void) {
  void* const wanted = (void*)USER_MEMORY;
  if (MapShared(wanted, USER_MEMORY_SIZE, MAP_FIXED_NOREPLACE) != wanted) {
    return errno != 0 ? errno : EEXIST;
  }
  g_mailboxes = MapShared(NULL, kMaxActors * sizeof(struct Mailbox), 0);
  if (g_mailboxes == NULL) return errno;
  g_captures = MapShared(NULL, kMaxActors * CAPTURE_SIZE, 0);
  return g_captures == NULL ? errno : 0;
}

char* CaptureOf(int actor) { return g_captures + (size_t)actor * CAPTURE_SIZE; }

void ClearUserMemory(void) {
  madvise((void*)USER_MEMORY, USER_MEMORY_SIZE, MADV_REMOVE);
}
