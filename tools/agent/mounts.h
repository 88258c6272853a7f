#ifndef BINDERY_TOOLS_AGENT_MOUNTS_H_
#define BINDERY_TOOLS_AGENT_MOUNTS_H_

// Places where a scenario's processes mount binderfs, and what they see there.
//
// 1. Mount points are empty directories of a file system that is made for the
//    scenario, below kMountRoot. It is detached at the end, with everything
//    that is mounted in it.
// 2. Looking is what takes several system calls; it is done in the actor, in
//    whose namespaces the path means something. What was seen is a text.

#include "tools/agent/mailbox.h"
#include "tools/agent/plan.h"

#define MOUNT_ROOT "/tmp/mounts"

// Returns 0 or an errno.
int MakeMountPoints(const struct Scenario* scenario);
void RemoveMountPoints(const struct Scenario* scenario);

// In the coordinator: arguments that are paths.
void FillPaths(struct Mailbox* box, const struct Call* call);

// In the actor: kLists, kStats, kReads, kOptions, kJoins. Returns 0, or -1 with
// errno.
long LookOrJoin(struct Mailbox* box);

// In a process that is about to begin: leaves the namespaces that it was born
// in. With a user namespace of its own, `uid` is root there. Returns 0 or -1.
int LeaveNamespaces(int flags, unsigned uid);

#endif  // BINDERY_TOOLS_AGENT_MOUNTS_H_
