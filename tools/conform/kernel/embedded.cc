#include "tools/conform/kernel/embedded.h"

// Defined by the rules that put the files into object files (embed.bzl).
extern "C" const char bindery_agent_begin[];
extern "C" const char bindery_agent_end[];
extern "C" const char bindery_ptrace_shim_begin[];
extern "C" const char bindery_ptrace_shim_end[];

namespace bindery::conform {
namespace {

std::string_view Between(const char* begin, const char* end) {
  return std::string_view(begin, static_cast<size_t>(end - begin));
}

}  // namespace

std::string_view AgentImage() {
  return Between(bindery_agent_begin, bindery_agent_end);
}

std::string_view PtraceShim() {
  return Between(bindery_ptrace_shim_begin, bindery_ptrace_shim_end);
}

}  // namespace bindery::conform
