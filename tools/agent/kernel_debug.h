#ifndef BINDERY_TOOLS_AGENT_KERNEL_DEBUG_H_
#define BINDERY_TOOLS_AGENT_KERNEL_DEBUG_H_

// What kernels that are built for it offer in debugfs: faults on demand and
// counts of executed code, and what every kernel has. Without what it needs a
// function does nothing, unless it says so.

// Lets `fail_nth` fail every allocation, not only those that may not sleep, and
// without a message. For the whole kernel: for machines of our own.
void PrepareFaults(void);

// Has the kernel take back what its caches need not keep, the driver's pages
// with them. 0, or an errno: only root may.
int DropCaches(void);

// Records the counters of the code that the kernel counts (gcov), one line for
// each object.
void RecordCodeCounters(void);

#endif  // BINDERY_TOOLS_AGENT_KERNEL_DEBUG_H_
