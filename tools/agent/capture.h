#ifndef BINDERY_TOOLS_AGENT_CAPTURE_H_
#define BINDERY_TOOLS_AGENT_CAPTURE_H_

// What an actor copies out of its own memory when a call has returned.
//
// 1. Runs in the actor: only it has the binder mapping and the descriptors.
// 2. Memory that cannot be read makes a chunk marked unreadable, never a crash:
//    a driver under test may return any address.
// 3. Return words are parsed by the size that each command carries, so commands
//    that are unknown here are passed over correctly.
// 4. What does not fit in CAPTURE_SIZE is left out, and capture_overflow set.
//
// 5. The buffer of a PTR lies behind the offsets of its transaction. A pointer
//    to anywhere before is marked unreadable, whatever is there: user memory is
//    at one place in every process, so a pointer that the driver left as it was
//    would look right.
//
// Not covered: parents that are fixed up inside other buffers; the bytes of
// every PTR object are copied whole, which shows them.

#include "tools/agent/mailbox.h"

// Installs the handlers that invariant 2 needs; once for each process.
void InstallFaultHandler(void);

// In a process that was forked by another one. User-mode Linux 6.1 leaves it
// memory that a fork does not pass on (MADV_DONTFORK, VM_DONTCOPY): it can be
// read, although it is mapped to nothing. From here on it counts as unreadable.
void NoteFork(void);

// Fills the actor's capture area according to the call's kind and peeks.
void CaptureResults(int actor);

#endif  // BINDERY_TOOLS_AGENT_CAPTURE_H_
