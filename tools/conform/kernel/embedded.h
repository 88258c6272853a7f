#ifndef BINDERY_TOOLS_CONFORM_KERNEL_EMBEDDED_H_
#define BINDERY_TOOLS_CONFORM_KERNEL_EMBEDDED_H_

// Files that are part of this program, so that it needs no others.

#include <string_view>

namespace bindery::conform {

// The agent (tools/agent): a static program.
std::string_view AgentImage();

// ptrace_shim.c: a shared library.
std::string_view PtraceShim();

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_KERNEL_EMBEDDED_H_
