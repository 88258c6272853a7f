// What system calls give besides their result, as text.
#ifndef BINDERY_TOOLS_CONFORM_RESULTS_H_
#define BINDERY_TOOLS_CONFORM_RESULTS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "sim/kernel/syscall.h"
#include "sim/user/program.h"
#include "sim/world/world.h"

namespace bindery::conform {

// What a call gives that has succeeded, as Observer::AddReturn() says it; with
// a blank in front, "" for nothing.
std::string ResultText(const sim::World& world,
                       const sim::CompiledScenario& scenario,
                       const sim::Syscall& call, const sim::TaskRow& row);

// The same of pipe() and read(), for both sides.
std::string EndsOfPipe(uint64_t in, uint64_t out);
std::string BytesRead(absl::string_view bytes);

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_RESULTS_H_
