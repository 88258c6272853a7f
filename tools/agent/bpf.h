#ifndef BINDERY_TOOLS_AGENT_BPF_H_
#define BINDERY_TOOLS_AGENT_BPF_H_

// The smallest files of the bpf subsystem that there are: an array of one
// number, and a filter of sockets that lets nothing through.

#include <stdint.h>

// Whether the kernel makes any: 0 or an errno.
int TryBpf(void);

// Arguments of the call that makes one.
void FillBpfMap(uint64_t arguments[6]);
void FillBpfProgram(uint64_t arguments[6]);

#endif  // BINDERY_TOOLS_AGENT_BPF_H_
