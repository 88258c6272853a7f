#include "tools/agent/mailbox.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

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

void FutexWake(_Atomic uint32_t* word) {
  syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

void FutexWait(_Atomic uint32_t* word, uint32_t value) {
  syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
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
