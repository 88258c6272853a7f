#include "tools/conform/kernel/agent_image.h"

// Defined by the rule that puts the agent into an object file.
extern "C" const char bindery_agent_begin[];
extern "C" const char bindery_agent_end[];

namespace bindery::conform {

std::string_view AgentImage() {
  return std::string_view(
      bindery_agent_begin,
      static_cast<size_t>(bindery_agent_end - bindery_agent_begin));
}

}  // namespace bindery::conform
