#ifndef BINDERY_TOOLS_AGENT_SOCKETS_H_
#define BINDERY_TOOLS_AGENT_SOCKETS_H_

// The sockets that descriptors are sent through (SCM_RIGHTS).
//
// 1. There is a pair for each process, if the plan sends anything at all; every
//    process and the coordinator has both ends of each, under the same
//    numbers, which are above those that a plan can give.
// 2. So a message waits until it is received, whoever dies meanwhile, or until
//    the scenario ends.

#include "tools/agent/mailbox.h"
#include "tools/agent/plan.h"

enum {
  kFirstSocket = kMaxGivenFd + kMaxPipes + 1,
  kLastSocket = kFirstSocket + 2 * kMaxProcesses - 1,
};

// In the coordinator, before the first process. Returns 0 or an errno.
int OpenSockets(const struct Scenario* scenario);
// Also after OpenSockets has failed.
void CloseSockets(void);

// Puts the message into the mailbox, and the call's arguments.
void PrepareMessage(struct Mailbox* box, int receives, int actors_process);

// In the actor, behind recvmsg(): the call's result becomes the descriptor.
void TakeDescriptor(struct Mailbox* box);

#endif  // BINDERY_TOOLS_AGENT_SOCKETS_H_
