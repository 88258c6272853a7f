// What history properties remember (sim/history): the part of the past that the
// driver's own state does not show. Rows exist only while such properties are
// checked, and only as long as they can matter.
//
// They are hashed like every other row: two states with different pasts, as far
// as a property could ever tell, are different states. See rows_user.h for what
// Field means.
#ifndef BINDERY_SIM_WORLD_ROWS_HISTORY_H_
#define BINDERY_SIM_WORLD_ROWS_HISTORY_H_

#include <cstdint>

#include "sim/world/id.h"
#include "sim/world/symmetry.h"

namespace bindery::sim {

// What a proc was told about one of its nodes. Named by proc and pointer.
struct alignas(8) HistoryNodeRow {
  static constexpr TableId kTable = TableId::kHistoryNode;
  static constexpr char kName[] = "history_node";

  ProcId proc;
  uint64_t ptr;
  uint64_t cookie;
  uint8_t told_weak;       // BR_INCREFS without BR_DECREFS
  uint8_t told_strong;     // BR_ACQUIRE without BR_RELEASE
  uint8_t unacked_weak;    // BR_INCREFS without BC_INCREFS_DONE
  uint8_t unacked_strong;  // BR_ACQUIRE without BC_ACQUIRE_DONE
  uint8_t gone;            // BR_DECREFS, and not shared again
  uint32_t leaving;        // actor that took the news that the node is erased
  uint32_t sharer;         // actor that is to get the BR_ACQUIRE of its share
  uint32_t ahead;          // words that end earlier sends of the sharer

  template <typename V>
  static void Fields(V& v) {
    v.Field("proc", &HistoryNodeRow::proc);
    v.Field("ptr", &HistoryNodeRow::ptr);
    v.Field("cookie", &HistoryNodeRow::cookie);
    v.Field("told_weak", &HistoryNodeRow::told_weak);
    v.Field("told_strong", &HistoryNodeRow::told_strong);
    v.Field("unacked_weak", &HistoryNodeRow::unacked_weak);
    v.Field("unacked_strong", &HistoryNodeRow::unacked_strong);
    v.Field("gone", &HistoryNodeRow::gone);
    v.Field("leaving", &HistoryNodeRow::leaving, Meaning::kActor);
    v.Field("sharer", &HistoryNodeRow::sharer, Meaning::kActor);
    v.Field("ahead", &HistoryNodeRow::ahead);
  }
};

// Counts that user space holds on one of its handles. Named by proc and number.
struct alignas(8) HistoryRefRow {
  static constexpr TableId kTable = TableId::kHistoryRef;
  static constexpr char kName[] = "history_ref";

  ProcId proc;
  uint32_t desc;
  uint32_t strong;  // BC_ACQUIRE less BC_RELEASE
  uint32_t weak;    // BC_INCREFS less BC_DECREFS

  template <typename V>
  static void Fields(V& v) {
    v.Field("proc", &HistoryRefRow::proc);
    v.Field("desc", &HistoryRefRow::desc);
    v.Field("strong", &HistoryRefRow::strong);
    v.Field("weak", &HistoryRefRow::weak);
  }
};

// What a proc asked for and did. Named by the proc.
struct alignas(8) HistoryProcRow {
  static constexpr TableId kTable = TableId::kHistoryProc;
  static constexpr char kName[] = "history_proc";

  ProcId proc;
  uint8_t over_released;  // it gave back a count that it had not taken
  uint32_t spawns;        // BR_SPAWN_LOOPER without BC_REGISTER_LOOPER
  uint32_t limit;         // max_threads at the latest of them

  template <typename V>
  static void Fields(V& v) {
    v.Field("proc", &HistoryProcRow::proc);
    v.Field("over_released", &HistoryProcRow::over_released);
    v.Field("spawns", &HistoryProcRow::spawns);
    v.Field("limit", &HistoryProcRow::limit);
  }
};

// What a thread is owed, and how deep its calls are nested. Named by proc and
// actor.
struct alignas(8) HistoryThreadRow {
  static constexpr TableId kTable = TableId::kHistoryThread;
  static constexpr char kName[] = "history_thread";

  ProcId proc;
  uint32_t actor;
  uint32_t depth;  // calls that it waits in or serves
  uint32_t open;   // calls whose outcome it has not read
  uint32_t due;    // completions that it has not read
  uint32_t ahead;  // those of them up to that of its latest call

  template <typename V>
  static void Fields(V& v) {
    v.Field("proc", &HistoryThreadRow::proc);
    v.Field("actor", &HistoryThreadRow::actor, Meaning::kActor);
    v.Field("depth", &HistoryThreadRow::depth);
    v.Field("open", &HistoryThreadRow::open);
    v.Field("due", &HistoryThreadRow::due);
    v.Field("ahead", &HistoryThreadRow::ahead);
  }
};

// A synchronous call between its acceptance and its end. Named by its
// transaction.
struct alignas(8) HistoryCallRow {
  static constexpr TableId kTable = TableId::kHistoryCall;
  static constexpr char kName[] = "history_call";

  TransactionId t;
  ProcId from_proc;     // who waits; none once it knows the outcome or is dead
  uint32_t from_actor;  //
  uint32_t from_depth;  // how deep the call is in that thread
  ProcId to_proc;       // who serves; none before, and after its reply or death
  uint32_t to_actor;    //
  uint32_t to_depth;    // how deep the call is in that thread
  ThreadId owed;  // thread that left while it served; the caller is to be told

  template <typename V>
  static void Fields(V& v) {
    v.Field("t", &HistoryCallRow::t);
    v.Field("from_proc", &HistoryCallRow::from_proc);
    v.Field("from_actor", &HistoryCallRow::from_actor, Meaning::kActor);
    v.Field("from_depth", &HistoryCallRow::from_depth);
    v.Field("to_proc", &HistoryCallRow::to_proc);
    v.Field("to_actor", &HistoryCallRow::to_actor, Meaning::kActor);
    v.Field("to_depth", &HistoryCallRow::to_depth);
    v.Field("owed", &HistoryCallRow::owed);
  }
};

// A message from its commit until its buffer is free. Named by the buffer.
struct alignas(8) HistoryMessageRow {
  static constexpr TableId kTable = TableId::kHistoryMessage;
  static constexpr char kName[] = "history_message";

  BufferId buffer;
  NodeId node;       // target, until the delivery; of a one-way until the end
  ProcessId sender;  // who committed it, until the delivery
  uint8_t unmapped;  // the buffer was taken from a mapping that was gone
  uint8_t committed;
  uint8_t delivered;  // its word was put
  uint8_t cancelled;  // its transaction ended without
  uint8_t freed;      // user space gave the buffer back
  uint32_t order;     // one-way: place among those that are not delivered

  template <typename V>
  static void Fields(V& v) {
    v.Field("buffer", &HistoryMessageRow::buffer);
    v.Field("node", &HistoryMessageRow::node);
    v.Field("sender", &HistoryMessageRow::sender);
    v.Field("unmapped", &HistoryMessageRow::unmapped);
    v.Field("committed", &HistoryMessageRow::committed);
    v.Field("delivered", &HistoryMessageRow::delivered);
    v.Field("cancelled", &HistoryMessageRow::cancelled);
    v.Field("freed", &HistoryMessageRow::freed);
    v.Field("order", &HistoryMessageRow::order);
  }
};

// What an object of a message meant to its sender. Named by the buffer and the
// object's index; while it is being translated by the actor that sends it.
struct alignas(8) HistoryObjectRow {
  static constexpr TableId kTable = TableId::kHistoryObject;
  static constexpr char kName[] = "history_object";

  BufferId buffer;  // none during the translation
  uint32_t index;
  NodeId node;       // what it names
  uint8_t strong;    // of a strong type
  uint8_t entitled;  // the sender had strong access

  template <typename V>
  static void Fields(V& v) {
    v.Field("buffer", &HistoryObjectRow::buffer);
    v.Field("index", &HistoryObjectRow::index);
    v.Field("node", &HistoryObjectRow::node);
    v.Field("strong", &HistoryObjectRow::strong);
    v.Field("entitled", &HistoryObjectRow::entitled);
  }
};

// A death notification from its registration to its last word. Named by the
// registration.
struct alignas(8) HistoryDeathRow {
  static constexpr TableId kTable = TableId::kHistoryDeath;
  static constexpr char kName[] = "history_death";

  DeathId death;
  ProcId proc;       // who asked
  uint64_t cookie;   //
  ProcessId owner;   // whose node it is
  uint32_t opening;  // and by which opening of the device
  uint8_t told;      // BR_DEAD_BINDER
  uint8_t done;      // BC_DEAD_BINDER_DONE
  uint8_t cleared;   // BC_CLEAR_DEATH_NOTIFICATION
  uint8_t too_late;  // and the death was queued already

  template <typename V>
  static void Fields(V& v) {
    v.Field("death", &HistoryDeathRow::death);
    v.Field("proc", &HistoryDeathRow::proc);
    v.Field("cookie", &HistoryDeathRow::cookie);
    v.Field("owner", &HistoryDeathRow::owner);
    v.Field("opening", &HistoryDeathRow::opening);
    v.Field("told", &HistoryDeathRow::told);
    v.Field("done", &HistoryDeathRow::done);
    v.Field("cleared", &HistoryDeathRow::cleared);
    v.Field("too_late", &HistoryDeathRow::too_late);
  }
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_ROWS_HISTORY_H_
