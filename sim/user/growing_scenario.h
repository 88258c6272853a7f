// A scenario that is written while it runs: whoever looks at the state that it
// has come to decides on the next step.
//
//  G1 What is compiled of a step is what Compile() makes of it where it stands
//     in a file, so that the file that is written afterwards does the same.
//  G2 Code is only added. Addresses of instructions, commands and names that
//     were handed out stay what they are; references into the vectors do not.
//  G3 Names of descriptors and mount points are known from the start, whichever
//     step opens or mounts them later; every step names its descriptor.
//
// Not for programs that call and serve: their handlers and names must be known
// when they start.
#ifndef BINDERY_SIM_USER_GROWING_SCENARIO_H_
#define BINDERY_SIM_USER_GROWING_SCENARIO_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/user/program.h"

namespace bindery::sim {

class Compiler;
class Errors;

// What steps that are yet to come may name.
struct LaterNames {
  // Descriptors that steps of any process may open, besides those of `attach`.
  std::vector<std::string> fds;
  std::vector<std::string> mountpoints = {};
};

class GrowingScenario {
 public:
  // `base` has processes with threads that have no steps. Errors:
  // InvalidArgument, as Compile().
  static absl::StatusOr<std::unique_ptr<GrowingScenario>> Create(
      const proto::Scenario& base, const LaterNames& names);
  ~GrowingScenario();

  const CompiledScenario& compiled() const { return out_; }

  // Code for a step of a thread, then the thread's end; its first instruction.
  // `process` and `thread` count from 0. Errors: InvalidArgument.
  absl::StatusOr<uint32_t> Append(int process, int thread,
                                  const proto::Step& step);

 private:
  explicit GrowingScenario(const std::string& name);

  CompiledScenario out_;
  std::unique_ptr<Errors> errors_;
  std::unique_ptr<Compiler> compiler_;
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_USER_GROWING_SCENARIO_H_
