#ifndef BINDERY_TOOLS_CONFORM_KERNEL_AGENT_IMAGE_H_
#define BINDERY_TOOLS_CONFORM_KERNEL_AGENT_IMAGE_H_

// The agent (tools/agent), as the bytes of a static program. They are part of
// this program, so that it needs no other file.

#include <string_view>

namespace bindery::conform {

std::string_view AgentImage();

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_KERNEL_AGENT_IMAGE_H_
