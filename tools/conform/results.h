// What system calls give besides their result, in the model's rows, as text.
#ifndef BINDERY_TOOLS_CONFORM_RESULTS_H_
#define BINDERY_TOOLS_CONFORM_RESULTS_H_

#include <string>

#include "sim/kernel/uapi.h"
#include "sim/world/world.h"

namespace bindery::conform {

// What an ioctl wrote back, as Observer::AddPeek() says it; with a blank in
// front, "" for nothing.
std::string WrittenBack(sim::IoctlRequest request, const sim::TaskRow& row);
// The events of an epoll_wait(), likewise.
std::string ReadyText(const sim::TaskRow& row);

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_RESULTS_H_
