// What every process could make use of in a state: the raw material of random
// steps.
#ifndef BINDERY_TOOLS_CONFORM_VIEW_H_
#define BINDERY_TOOLS_CONFORM_VIEW_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tools/conform/lockstep.h"

namespace bindery::conform {

struct HandleView {
  uint32_t desc = 0;
  bool strong = false;
  bool watched = false;   // has a death notification
  bool foreign = false;   // to a live node of another process
  bool dead = false;      // to a node whose process is gone
  uint64_t cookie = 0;    // of the death notification
  bool listened = false;  // has a freeze notification
  uint64_t freeze_cookie = 0;
};

struct NodeView {
  uint64_t ptr = 0;
  uint64_t cookie = 0;
  bool pending_strong = false;
  bool pending_weak = false;
};

// A device that a process has opened, by the name of its descriptor.
struct OpeningView {
  std::string fd;
  bool open = false;                   // the descriptor is
  bool device = false;                 // and leads to one
  bool managed = false;                // the device has a context manager
  bool used = false;                   // was mapped, which works once
  bool work = false;                   // for any thread
  std::vector<HandleView> handles;     // by number
  std::vector<NodeView> nodes;         // by pointer
  std::vector<uint64_t> buffers;       // delivered ones, by offset
  std::vector<uint64_t> told_deaths;   // cookies to acknowledge, in order
  std::vector<uint64_t> told_freezes;  // the same
  std::vector<uint32_t> files;         // descriptors that are no devices
  bool epoll = false;                  // it leads to an epoll instance
  bool contents = false;               // it leads to a pipe or a memfd
};

struct ProcessView {
  std::string name;
  bool dead = false;
  bool frozen = false;                // one of its openings is
  std::vector<std::string> unborn;    // processes that it could fork
  std::vector<OpeningView> openings;  // by name
};

// What a thread is to one of its process's openings.
struct RoleView {
  bool answers = false;  // the top of its stack came in
  bool calls = false;    // the top of its stack went out
  bool work = false;     // for this thread
};

struct ThreadView {
  std::string name;    // "process.thread"
  size_t process = 0;  // index into View::processes
  bool free = false;   // not in a system call, and its process alive
  bool asleep = false;
  std::vector<RoleView> roles;  // by opening
};

struct View {
  std::vector<ProcessView> processes;
  std::vector<ThreadView> threads;  // by actor - 1
};

View Inspect(const LiveLockstep& live);

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_VIEW_H_
