// Intrusive lists of rows, as in the driver.
//
// A head is a field of the row that owns the list, a link a field of the row
// that is on it. Order matters and is hashed by walking the list (ListHead), or
// is an accident of history and not hashed (SetHead; the members say by their
// own fields that they belong).
#ifndef BINDERY_SIM_WORLD_LIST_H_
#define BINDERY_SIM_WORLD_LIST_H_

#include <cstdint>

#include "sim/world/hash.h"
#include "sim/world/id.h"

namespace bindery::sim {

// Which head of its owner a link is on.
enum class Head : uint8_t {
  kNone,
  kProcTodo,
  kThreadTodo,
  kAsyncTodo,
  kDeliveredDeath,
  kDeliveredFreeze,
  kWaitingThreads,
  kNodeRefs,
  kDeferred,
  kTaskWorks,
  kOut,
  kIn,
  kBuffers,
  kSet,
};

struct ListHead {
  AnyId first;
  AnyId last;
  uint32_t size = 0;
  Head kind = Head::kNone;  // set by the first insertion
  uint8_t touched = 0;      // changed since the latest commit
  uint16_t unused = 0;
  Hash128 walk;  // contribution of the members as of that commit
};

struct SetHead {
  AnyId first;
  uint32_t size = 0;
};

// A place on one list. Not hashed: the list's walk says it all.
struct Link {
  AnyId prev;
  AnyId next;
  AnyId owner;
  Head head = Head::kNone;
  bool linked() const { return head != Head::kNone; }
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_LIST_H_
