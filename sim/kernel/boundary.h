// Where commands begin and end at lock granularity.
//
// A task is between commands where a transition of command granularity could
// end: behind a kStep, asleep, or outside of the driver. What has run since
// then must not be visible to others; all else is inside a command.
//
//  B1 The answer depends on the state and the driver's tables alone.
//  B2 With switches between commands only, the states between commands are
//     those of command granularity.
#ifndef BINDERY_SIM_KERNEL_BOUNDARY_H_
#define BINDERY_SIM_KERNEL_BOUNDARY_H_

#include <cstdint>
#include <vector>

#include "sim/kernel/driver.h"
#include "sim/world/world.h"

namespace bindery::sim {

class Boundaries {
 public:
  // Outlived by the driver.
  explicit Boundaries(const Driver& driver);

  // Whether the frames from the innermost on are inside of a command, or of a
  // phase of the deferred worker. No frame: they are not.
  bool Inside(const World& w, FrameId innermost) const;

 private:
  // By place: reached from a kStep of the table, or from its begin, without
  // anything that others could see in between.
  struct Places {
    std::vector<bool> behind_step;
    std::vector<bool> at_begin;
  };

  std::vector<Places> operations_;  // by OpId
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_BOUNDARY_H_
