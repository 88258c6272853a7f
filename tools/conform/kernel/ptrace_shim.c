// ptrace() for kernels in user mode that were built for processors with smaller
// registers than this one has: a shared library that is loaded before theirs.
//
// Such a kernel keeps the vector registers of its processes in a buffer of a
// size that was chosen when it was compiled (6.1, 6.12: 2,696 bytes). The host
// reads registers into a buffer that is too small, but takes none that is not
// whole. On processors whose registers take more (those with AMX: 11,008
// bytes) every process of such a kernel dies at its first instruction, with
// "fatal_sigsegv" among the kernel's last words.
//
// Here the rest is read from the process and put back: what a kernel does not
// know of stays as it is. Every other request goes through unchanged. Kernels
// that use seccomp (7.2) do not come here.
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { kRegistersRoom = 1 << 16 };  // more than any processor's

static long Host(long request, pid_t pid, void* address, void* data) {
  return syscall(SYS_ptrace, request, pid, address, data);
}

static long TransferRegisters(long request, pid_t pid, void* set,
                              struct iovec* part) {
  static __thread char registers[kRegistersRoom];
  struct iovec whole = {registers, sizeof(registers)};
  const long result = Host(PTRACE_GETREGSET, pid, set, &whole);
  if (result < 0) return result;
  const size_t size =
      part->iov_len < whole.iov_len ? part->iov_len : whole.iov_len;
  if (request == PTRACE_GETREGSET) {
    memcpy(part->iov_base, registers, size);
    part->iov_len = size;
    return result;
  }
  memcpy(registers, part->iov_base, size);
  return Host(PTRACE_SETREGSET, pid, set, &whole);
}

// As the C library's, these return the word and not through `data`.
static long Peek(long request, pid_t pid, void* address) {
  long word;
  const long result = Host(request, pid, address, &word);
  if (result < 0) return result;
  errno = 0;
  return word;
}

long ptrace(enum __ptrace_request request, ...) {
  va_list operands;
  va_start(operands, request);
  const pid_t pid = va_arg(operands, pid_t);
  void* const address = va_arg(operands, void*);
  void* const data = va_arg(operands, void*);
  va_end(operands);
  switch (request) {
    case PTRACE_PEEKTEXT:
    case PTRACE_PEEKDATA:
    case PTRACE_PEEKUSER:
      return Peek(request, pid, address);
    case PTRACE_GETREGSET:
    case PTRACE_SETREGSET:
      if ((long)address != NT_X86_XSTATE) break;
      return TransferRegisters(request, pid, address, data);
    default:
      break;
  }
  return Host(request, pid, address, data);
}
