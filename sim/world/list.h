// Intrusive lists of rows, as in the driver.
//
// A head is a field of the row that owns the list, a link a field of the row
// that is on it. Order matters and is hashed (ListHead), or is an accident of
// history and not hashed (SetHead). The members say where they are, so that a
// change costs the same however long the list is.
#ifndef BINDERY_SIM_WORLD_LIST_H_
#define BINDERY_SIM_WORLD_LIST_H_

#include <cstdint>

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
  uint8_t unused[3] = {};
};

struct SetHead {
  AnyId first;
  uint32_t size = 0;
};

// A place on one list: hashed with the names of owner and neighbours.
struct Link {
  AnyId prev;
  AnyId next;
  AnyId owner;
  Head head = Head::kNone;
  bool linked() const { return head != Head::kNone; }
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_LIST_H_
