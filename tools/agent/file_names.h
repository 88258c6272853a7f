#ifndef BINDERY_TOOLS_AGENT_FILE_NAMES_H_
#define BINDERY_TOOLS_AGENT_FILE_NAMES_H_

// What files are called in the records of a scenario, by device and inode: all
// descriptors that refer to one inode have one name.
//
// 1. A file that the plan gives to processes has the plan's name.
// 2. The binder devices of the scenario are called as in its folder: binder,
//    hwbinder, vndbinder. The parser keeps these from plans.
// 3. All others are f0, f1, ... in the order in which they first appear; the
//    parser keeps these from plans as well. When there are too many: ?.

#include <stdint.h>
#include <sys/types.h>

#include "tools/agent/plan.h"

// Invariant 1.
void NameFile(uint64_t device, uint64_t inode, struct Text name);

// The name is valid until ForgetFiles. `is_device`: of characters, so that it
// may be one of binder's.
const char* FileName(uint64_t device, uint64_t inode, int is_device);

// Records the open descriptors of a task, each as " FD=NAME", or " FDc=NAME"
// when it is closed on exec.
void RecordDescriptors(pid_t task);

// At the end of a scenario.
void ForgetFiles(void);

#endif  // BINDERY_TOOLS_AGENT_FILE_NAMES_H_
