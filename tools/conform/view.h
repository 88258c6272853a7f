// What every process could make use of in a state: the raw material of random
// steps.
#ifndef BINDERY_TOOLS_CONFORM_VIEW_H_
#define BINDERY_TOOLS_CONFORM_VIEW_H_

#include <cstdint>
#include <vector>

#include "tools/conform/lockstep.h"

namespace bindery::conform {

struct HandleView {
  uint32_t desc = 0;
  bool strong = false;
  bool watched = false;  // has a death notification
  uint64_t cookie = 0;   // its cookie
};

struct NodeView {
  uint64_t ptr = 0;
  uint64_t cookie = 0;
  bool pending_strong = false;
  bool pending_weak = false;
};

struct ProcessView {
  bool dead = false;
  bool open = false;                  // has a descriptor
  std::vector<HandleView> handles;    // by number
  std::vector<NodeView> nodes;        // by pointer
  std::vector<uint64_t> buffers;      // delivered ones, by offset
  std::vector<uint64_t> told_deaths;  // cookies to acknowledge, in order
};

struct ThreadView {
  bool free = false;     // not in a system call, and its process alive
  bool answers = false;  // the top of its stack came in
  bool calls = false;    // the top of its stack went out
};

struct View {
  std::vector<ProcessView> processes;  // by index - 1
  std::vector<ThreadView> threads;     // by actor - 1
};

View Inspect(const LiveLockstep& live);

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_VIEW_H_
