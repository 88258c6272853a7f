// Rows of the driver: the structures of binder_internal.h and binder_alloc.h
// under their own names, field by field.
//
// Not modelled here: statistics, debug text, page arrays, LRU. See rows_user.h
// for what Field, Address, Derived and Skip mean.
#ifndef BINDERY_SIM_WORLD_ROWS_KERNEL_H_
#define BINDERY_SIM_WORLD_ROWS_KERNEL_H_

#include <cstdint>

#include "sim/world/id.h"
#include "sim/world/list.h"

namespace bindery::sim {

// enum binder_work_type.
enum class WorkType : uint8_t {
  kNone,
  kTransaction,
  kTransactionComplete,
  kTransactionPending,
  kTransactionOnewaySpamSuspect,
  kReturnError,
  kNode,
  kDeadBinder,
  kDeadBinderAndClear,
  kClearDeathNotification,
  kFrozenBinder,
  kClearFreezeNotification,
};

// struct binder_work: embedded in whatever can be queued. The type takes the
// room that the link leaves, which keeps a transaction in its size of slot.
struct Work {
  [[no_unique_address]] Link entry;
  WorkType type;
};
static_assert(sizeof(Work) == sizeof(Link));

// struct binder_context and the struct binder_device that it is in: one for
// each device.
struct alignas(8) ContextRow {
  static constexpr TableId kTable = TableId::kContext;
  static constexpr char kName[] = "context";

  uint32_t index;       // name of the device, from 1
  NodeId mgr_node;      // binder_context_mgr_node
  uint32_t mgr_uid;     // binder_context_mgr_uid
  uint8_t mgr_uid_set;  // uid_valid(mgr_uid)
  uint32_t ref;         // of a device in a binderfs: its inode and procs

  template <typename V>
  static void Fields(V& v) {
    v.Field("index", &ContextRow::index);
    v.Field("mgr_node", &ContextRow::mgr_node);
    v.Field("mgr_uid", &ContextRow::mgr_uid);
    v.Field("mgr_uid_set", &ContextRow::mgr_uid_set);
    v.Field("ref", &ContextRow::ref);
  }
};

// struct binder_proc and its struct binder_alloc: one for each open().
struct alignas(8) ProcRow {
  static constexpr TableId kTable = TableId::kProc;
  static constexpr char kName[] = "proc";

  ProcessId process;  // tsk, pid
  uint32_t opening;   // how many of the process's openings came before
  ContextId context;
  SetHead threads;
  SetHead nodes;
  SetHead refs;              // refs_by_desc and refs_by_node
  ListHead waiting_threads;  // head is picked first
  ListHead todo;
  ListHead delivered_death;
  ListHead delivered_freeze;
  uint32_t max_threads;
  uint32_t requested_threads;
  uint32_t requested_threads_started;
  int32_t tmp_ref;
  int32_t outstanding_txns;
  uint32_t lowest_desc;  // no free handle number is below it
  uint8_t is_dead;
  uint8_t in_procs;         // on binder_procs
  uint8_t deferred_work;    // BINDER_DEFERRED_FLUSH 1, _RELEASE 2
  int8_t default_priority;  // nice value of the opener
  uint8_t is_frozen;
  Link proc_node;  // binder_procs
  Link deferred_work_node;

  // struct binder_alloc.
  uint64_t buffer_size;  // set once by mmap
  uint64_t free_async_space;
  uint8_t mapped;
  uint8_t oneway_spam_detected;
  uint8_t sync_recv;   // a call was refused since it was frozen
  uint8_t async_recv;  // a one-way came since it was frozen
  uint8_t oneway_spam_detection_enabled;  // of struct binder_proc itself
  uint32_t allocated;                     // live buffers
  uint64_t free_total;                    // bytes in free chunks
  SetHead buffers;       // buffers and chunks in order of address
  ChunkId free_buffers;  // root of the red-black tree
  uint64_t tree_shape;   // its hash, kept with exact addresses only

  template <typename V>
  static void Fields(V& v) {
    v.Field("process", &ProcRow::process);
    v.Field("opening", &ProcRow::opening);
    v.Field("context", &ProcRow::context);
    v.Field("threads", &ProcRow::threads);
    v.Field("nodes", &ProcRow::nodes);
    v.Field("refs", &ProcRow::refs);
    v.Field("waiting_threads", &ProcRow::waiting_threads);
    v.Field("todo", &ProcRow::todo);
    v.Field("delivered_death", &ProcRow::delivered_death);
    v.Field("delivered_freeze", &ProcRow::delivered_freeze);
    v.Field("max_threads", &ProcRow::max_threads);
    v.Field("requested_threads", &ProcRow::requested_threads);
    v.Field("requested_threads_started", &ProcRow::requested_threads_started);
    v.Field("tmp_ref", &ProcRow::tmp_ref);
    v.Field("outstanding_txns", &ProcRow::outstanding_txns);
    v.Derived("lowest_desc", &ProcRow::lowest_desc, "derived from the refs");
    v.Field("is_dead", &ProcRow::is_dead);
    v.Field("in_procs", &ProcRow::in_procs);
    v.Field("deferred_work", &ProcRow::deferred_work);
    v.Field("default_priority", &ProcRow::default_priority);
    v.Field("is_frozen", &ProcRow::is_frozen);
    v.Field("proc_node", &ProcRow::proc_node);
    v.Field("deferred_work_node", &ProcRow::deferred_work_node);
    v.Field("buffer_size", &ProcRow::buffer_size);
    v.Field("free_async_space", &ProcRow::free_async_space);
    v.Field("mapped", &ProcRow::mapped);
    v.Field("oneway_spam_detected", &ProcRow::oneway_spam_detected);
    v.Field("oneway_spam_detection_enabled",
            &ProcRow::oneway_spam_detection_enabled);
    v.Field("sync_recv", &ProcRow::sync_recv);
    v.Field("async_recv", &ProcRow::async_recv);
    v.Derived("allocated", &ProcRow::allocated, "derived from the buffers");
    v.Derived("free_total", &ProcRow::free_total, "derived from the buffers");
    v.Field("buffers", &ProcRow::buffers);
    v.Skip("free_buffers", &ProcRow::free_buffers, "tree_shape says it");
    v.Address("tree_shape", &ProcRow::tree_shape);
  }
};

// Bits of binder_thread.looper.
enum Looper : uint8_t {
  kLooperRegistered = 0x01,
  kLooperEntered = 0x02,
  kLooperExited = 0x04,
  kLooperInvalid = 0x08,
  kLooperWaiting = 0x10,
  kLooperPoll = 0x20,
};

// struct binder_thread.
struct alignas(8) ThreadRow {
  static constexpr TableId kTable = TableId::kThread;
  static constexpr char kName[] = "thread";

  ProcId proc;
  TaskId task;   // pid
  Link rb_node;  // proc.threads
  Link waiting_thread_node;
  uint8_t looper;
  uint8_t looper_need_return;
  uint8_t process_todo;
  uint8_t is_dead;
  TransactionId transaction_stack;
  ListHead todo;
  ErrorId return_error;
  ErrorId reply_error;
  uint32_t ee_command;  // extended error; its id is a debug id
  int32_t ee_param;
  int32_t tmp_ref;
  EpItemId wait;  // of those who watch it with epoll, who came last; the task
                  // itself is in front of them, and known by its sleep

  template <typename V>
  static void Fields(V& v) {
    v.Field("proc", &ThreadRow::proc);
    v.Field("task", &ThreadRow::task);
    v.Field("rb_node", &ThreadRow::rb_node);
    v.Field("waiting_thread_node", &ThreadRow::waiting_thread_node);
    v.Field("looper", &ThreadRow::looper);
    v.Field("looper_need_return", &ThreadRow::looper_need_return);
    v.Field("process_todo", &ThreadRow::process_todo);
    v.Field("is_dead", &ThreadRow::is_dead);
    v.Field("transaction_stack", &ThreadRow::transaction_stack);
    v.Field("todo", &ThreadRow::todo);
    v.Field("return_error", &ThreadRow::return_error);
    v.Field("reply_error", &ThreadRow::reply_error);
    v.Field("ee_command", &ThreadRow::ee_command);
    v.Field("ee_param", &ThreadRow::ee_param);
    v.Field("tmp_ref", &ThreadRow::tmp_ref);
    v.Field("wait", &ThreadRow::wait);
  }
};

// struct binder_error: return_error and reply_error of a thread. `cmd` is 0 for
// BR_OK, else the number of the word plus 1 (BR_ERROR has number 0).
struct alignas(8) ErrorRow {
  static constexpr TableId kTable = TableId::kError;
  static constexpr char kName[] = "error";

  ThreadId thread;
  uint8_t reply;
  uint32_t cmd;
  Work work;

  template <typename V>
  static void Fields(V& v) {
    v.Field("thread", &ErrorRow::thread);
    v.Field("reply", &ErrorRow::reply);
    v.Field("cmd", &ErrorRow::cmd);
    v.Field("work", &ErrorRow::work);
  }
};

// struct binder_node.
struct alignas(8) NodeRow {
  static constexpr TableId kTable = TableId::kNode;
  static constexpr char kName[] = "node";

  ProcId owner;  // the proc that created it, kept for names and checks
  ProcId proc;   // none once the proc is released
  ContextId context;
  uint64_t ptr;
  uint64_t cookie;
  uint32_t flags;  // min_priority, accept_fds, txn_security_ctx
  int32_t internal_strong_refs;
  int32_t local_strong_refs;
  int32_t local_weak_refs;
  int32_t tmp_refs;
  uint8_t has_strong_ref;
  uint8_t pending_strong_ref;
  uint8_t has_weak_ref;
  uint8_t pending_weak_ref;
  uint8_t has_async_transaction;
  uint8_t in_dead_nodes;
  Work work;
  Link rb_node;   // proc.nodes
  ListHead refs;  // most recent first
  ListHead async_todo;

  template <typename V>
  static void Fields(V& v) {
    v.Field("owner", &NodeRow::owner);
    v.Field("proc", &NodeRow::proc);
    v.Field("context", &NodeRow::context);
    v.Field("ptr", &NodeRow::ptr);
    v.Field("cookie", &NodeRow::cookie);
    v.Field("flags", &NodeRow::flags);
    v.Field("internal_strong_refs", &NodeRow::internal_strong_refs);
    v.Field("local_strong_refs", &NodeRow::local_strong_refs);
    v.Field("local_weak_refs", &NodeRow::local_weak_refs);
    v.Field("tmp_refs", &NodeRow::tmp_refs);
    v.Field("has_strong_ref", &NodeRow::has_strong_ref);
    v.Field("pending_strong_ref", &NodeRow::pending_strong_ref);
    v.Field("has_weak_ref", &NodeRow::has_weak_ref);
    v.Field("pending_weak_ref", &NodeRow::pending_weak_ref);
    v.Field("has_async_transaction", &NodeRow::has_async_transaction);
    v.Field("in_dead_nodes", &NodeRow::in_dead_nodes);
    v.Field("work", &NodeRow::work);
    v.Field("rb_node", &NodeRow::rb_node);
    v.Field("refs", &NodeRow::refs);
    v.Field("async_todo", &NodeRow::async_todo);
  }
};

// struct binder_ref with its binder_ref_data.
struct alignas(8) RefRow {
  static constexpr TableId kTable = TableId::kRef;
  static constexpr char kName[] = "ref";

  ProcId proc;
  NodeId node;
  uint32_t desc;
  int32_t strong;
  int32_t weak;
  DeathId death;
  FreezeId freeze;
  uint8_t was_manager;  // node was the context manager's when it was created
  Link rb_node;         // proc.refs
  Link node_entry;      // node.refs

  template <typename V>
  static void Fields(V& v) {
    v.Field("proc", &RefRow::proc);
    v.Field("node", &RefRow::node);
    v.Field("desc", &RefRow::desc);
    v.Field("strong", &RefRow::strong);
    v.Field("weak", &RefRow::weak);
    v.Field("death", &RefRow::death);
    v.Field("freeze", &RefRow::freeze);
    v.Field("was_manager", &RefRow::was_manager);
    v.Field("rb_node", &RefRow::rb_node);
    v.Field("node_entry", &RefRow::node_entry);
  }
};

// struct binder_ref_death.
struct alignas(8) DeathRow {
  static constexpr TableId kTable = TableId::kDeath;
  static constexpr char kName[] = "death";

  uint64_t cookie;
  ProcId proc;  // whose registration it is, for checks and names
  Work work;

  template <typename V>
  static void Fields(V& v) {
    v.Field("cookie", &DeathRow::cookie);
    v.Field("proc", &DeathRow::proc);
    v.Field("work", &DeathRow::work);
  }
};

// struct binder_ref_freeze.
struct alignas(8) FreezeRow {
  static constexpr TableId kTable = TableId::kFreeze;
  static constexpr char kName[] = "freeze";

  uint64_t cookie;
  ProcId proc;  // whose listener it is, for checks and names
  Work work;
  uint8_t is_frozen;
  uint8_t sent;    // delivered, and not yet acknowledged
  uint8_t resend;  // there is news for when it is acknowledged
  uint8_t told;    // what user space heard last, plus 1; 0: nothing yet (for
                   // invariants)

  template <typename V>
  static void Fields(V& v) {
    v.Field("cookie", &FreezeRow::cookie);
    v.Field("proc", &FreezeRow::proc);
    v.Field("work", &FreezeRow::work);
    v.Field("is_frozen", &FreezeRow::is_frozen);
    v.Field("sent", &FreezeRow::sent);
    v.Field("resend", &FreezeRow::resend);
    v.Field("told", &FreezeRow::told);
  }
};

// struct binder_transaction.
struct alignas(8) TransactionRow {
  static constexpr TableId kTable = TableId::kTransaction;
  static constexpr char kName[] = "transaction";

  Work work;
  ThreadId from;
  TransactionId from_parent;
  ProcId to_proc;
  ThreadId to_thread;
  TransactionId to_parent;
  uint8_t is_async;
  uint8_t is_reply;
  uint8_t committed;      // handed over to the target (for invariants)
  int8_t priority;        // nice value of the sender
  int8_t saved_priority;  // of the receiver, before it took the call over
  uint16_t from_pid;  // whose opening it was sent through: the process's index
  BufferId buffer;
  uint32_t code;
  uint32_t flags;
  uint32_t sender_euid;
  uint32_t debug_id;
  FixupId fd_fixups;      // the first
  uint32_t security_ctx;  // its place in the buffer, plus 1; 0: none

  template <typename V>
  static void Fields(V& v) {
    v.Field("work", &TransactionRow::work);
    v.Field("from", &TransactionRow::from);
    v.Field("from_parent", &TransactionRow::from_parent);
    v.Field("to_proc", &TransactionRow::to_proc);
    v.Field("to_thread", &TransactionRow::to_thread);
    v.Field("to_parent", &TransactionRow::to_parent);
    v.Field("is_async", &TransactionRow::is_async);
    v.Field("is_reply", &TransactionRow::is_reply);
    v.Field("committed", &TransactionRow::committed);
    v.Field("priority", &TransactionRow::priority);
    v.Field("saved_priority", &TransactionRow::saved_priority);
    v.Field("buffer", &TransactionRow::buffer);
    v.Field("code", &TransactionRow::code);
    v.Field("flags", &TransactionRow::flags);
    v.Field("sender_euid", &TransactionRow::sender_euid);
    v.Skip("debug_id", &TransactionRow::debug_id, "not observable");
    v.Field("fd_fixups", &TransactionRow::fd_fixups);
    v.Field("security_ctx", &TransactionRow::security_ctx);
    v.Skip("from_pid", &TransactionRow::from_pid,
           "only the driver's logs tell");
  }
};

// struct binder_txn_fd_fixup: a file on its way, and where in the buffer its
// number goes.
struct alignas(8) FixupRow {
  static constexpr TableId kTable = TableId::kFixup;
  static constexpr char kName[] = "fixup";

  TransactionId t;
  FixupId next;  // of the transaction's
  FileId file;
  int32_t target_fd;  // reserved in the reader; -1: not yet
  uint64_t offset;    // in the buffer

  template <typename V>
  static void Fields(V& v) {
    v.Field("t", &FixupRow::t);
    v.Field("next", &FixupRow::next);
    v.Field("file", &FixupRow::file);
    v.Field("target_fd", &FixupRow::target_fd);
    v.Field("offset", &FixupRow::offset);
  }
};

// struct binder_buffer, while it is allocated. Layout in the target: data,
// offsets, extra buffers, each padded to 8; the security context is the end of
// the extra buffers. Pointers that the driver writes into it count from the
// buffer's start, so that its content does not depend on where it is.
struct alignas(8) BufferRow {
  static constexpr TableId kTable = TableId::kBuffer;
  static constexpr char kName[] = "buffer";

  ProcId proc;      // whose mapping it is in
  uint64_t offset;  // user_data, relative to the mapping
  uint64_t size;    // what it takes, a multiple of 8
  uint64_t data_size;
  uint64_t offsets_size;
  uint64_t extra_buffers_size;
  uint8_t clear_on_free;
  uint8_t allow_user_free;
  uint8_t async_transaction;
  uint8_t oneway_spam_suspect;
  uint32_t objects;  // offsets entries translated so far
  TransactionId transaction;
  NodeId target_node;
  ProcessId pid;      // sender's thread group
  uint32_t debug_id;  // that of its transaction, even behind its end
  BlobId data;
  BlobId offsets;
  BlobId extra;
  Link entry;  // proc.buffers

  template <typename V>
  static void Fields(V& v) {
    v.Field("proc", &BufferRow::proc);
    v.Address("offset", &BufferRow::offset);
    v.Field("size", &BufferRow::size);
    v.Field("data_size", &BufferRow::data_size);
    v.Field("offsets_size", &BufferRow::offsets_size);
    v.Field("extra_buffers_size", &BufferRow::extra_buffers_size);
    v.Field("clear_on_free", &BufferRow::clear_on_free);
    v.Field("allow_user_free", &BufferRow::allow_user_free);
    v.Field("async_transaction", &BufferRow::async_transaction);
    v.Field("oneway_spam_suspect", &BufferRow::oneway_spam_suspect);
    v.Field("objects", &BufferRow::objects);
    v.Field("transaction", &BufferRow::transaction);
    v.Field("target_node", &BufferRow::target_node);
    v.Field("pid", &BufferRow::pid);
    v.Skip("debug_id", &BufferRow::debug_id, "not observable");
    v.Field("data", &BufferRow::data);
    v.Field("offsets", &BufferRow::offsets);
    v.Field("extra", &BufferRow::extra);
    v.Field("entry", &BufferRow::entry);
  }
};

// Where the extra buffers begin in a buffer.
inline uint64_t ExtraOffset(const BufferRow& buffer) {
  return ((buffer.data_size + 7) & ~uint64_t{7}) +
         ((buffer.offsets_size + 7) & ~uint64_t{7});
}

// struct binder_buffer, while it is free: a node of the tree free_buffers,
// ordered by size. All of it is layout. The driver keeps the sender of the
// buffer that it was, and looks at it: see LowAsyncSpace().
struct alignas(8) ChunkRow {
  static constexpr TableId kTable = TableId::kChunk;
  static constexpr char kName[] = "chunk";
  static constexpr char kLayout[] =
      "follows from the buffers' offsets and proc.tree_shape";

  ProcId proc;
  uint64_t offset;
  uint64_t size;
  ChunkId parent;
  ChunkId left;
  ChunkId right;
  uint8_t red;
  ProcessId pid;
  Link entry;  // proc.buffers

  template <typename V>
  static void Fields(V& v) {
    v.Skip("proc", &ChunkRow::proc, kLayout);
    v.Skip("offset", &ChunkRow::offset, kLayout);
    v.Skip("size", &ChunkRow::size, kLayout);
    v.Skip("parent", &ChunkRow::parent, kLayout);
    v.Skip("left", &ChunkRow::left, kLayout);
    v.Skip("right", &ChunkRow::right, kLayout);
    v.Skip("red", &ChunkRow::red, kLayout);
    v.Address("pid", &ChunkRow::pid);
    v.Field("entry", &ChunkRow::entry);
  }
};

// A work item that is nothing else: tcomplete.
struct alignas(8) CompleteRow {
  static constexpr TableId kTable = TableId::kComplete;
  static constexpr char kName[] = "complete";

  ThreadId thread;  // whom it tells
  Work work;

  template <typename V>
  static void Fields(V& v) {
    v.Field("thread", &CompleteRow::thread);
    v.Field("work", &CompleteRow::work);
  }
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_ROWS_KERNEL_H_
