// The activation of a kernel operation: where it stands and its locals.
//
// One row type serves every operation. Its locals carry the names that the
// driver's functions give them; an operation uses those that it needs and the
// rest stay zero. An operation that ends frees its frame, so that no dead local
// survives it.
#ifndef BINDERY_SIM_WORLD_ROWS_FRAME_H_
#define BINDERY_SIM_WORLD_ROWS_FRAME_H_

#include <cstdint>

#include "sim/world/id.h"

namespace bindery::sim {

struct alignas(8) FrameRow {
  static constexpr TableId kTable = TableId::kFrame;
  static constexpr char kName[] = "frame";

  uint16_t op;  // which operation; see sim/kernel/op.h
  uint16_t pc;  // its next atom
  FrameId caller;
  TaskId task;  // current; none in the worker

  ProcId proc;
  ThreadId thread;
  ProcId target_proc;
  ThreadId target_thread;
  NodeId node;
  NodeId target_node;
  RefId ref;
  DeathId death;
  FreezeId freeze;
  TransactionId t;
  TransactionId in_reply_to;
  CompleteId tcomplete;
  BufferId buffer;
  CommandId command;
  FileId file;
  AnyId w;    // work item, or the iterator of a walk
  BlobId sg;  // sgc_head, pf_head and their cursors (scatter_gather.h); which
              // openings to freeze (freeze.cc)

  uint64_t ptr;
  uint64_t cookie;
  uint64_t consumed;  // bytes of the read or write buffer used so far
  uint64_t size;      // bytes of that buffer
  uint64_t offset;    // place in the payload
  uint32_t handle;
  uint32_t i;             // loop counter
  uint32_t type;          // work type or object type
  uint32_t return_error;  // number of the BR_* word, plus 1
  int32_t param;          // return_error_param
  int32_t ret;
  uint32_t writable;  // bytes of the read buffer, if it ends in a bad address
  uint8_t reply;
  uint8_t strong;
  uint8_t increment;
  uint8_t is_failure;
  uint8_t wait_for_proc_work;
  uint8_t has_work;  // result of the last test or callee
  uint8_t noop;      // the read buffer holds BR_NOOP only
  uint8_t nonblock;
  uint8_t null_argument;     // the ioctl's argument: an ArgumentMemory
  uint8_t unreadable_write;  // the write buffer is at a bad address
  uint8_t unwritable_read;   // the read buffer ends in a bad address
  uint8_t frozen;            // the target is

  template <typename V>
  static void Fields(V& v) {
    v.Field("op", &FrameRow::op);
    v.Field("pc", &FrameRow::pc);
    v.Field("caller", &FrameRow::caller);
    v.Field("task", &FrameRow::task);
    v.Field("proc", &FrameRow::proc);
    v.Field("thread", &FrameRow::thread);
    v.Field("target_proc", &FrameRow::target_proc);
    v.Field("target_thread", &FrameRow::target_thread);
    v.Field("node", &FrameRow::node);
    v.Field("target_node", &FrameRow::target_node);
    v.Field("ref", &FrameRow::ref);
    v.Field("death", &FrameRow::death);
    v.Field("freeze", &FrameRow::freeze);
    v.Field("t", &FrameRow::t);
    v.Field("in_reply_to", &FrameRow::in_reply_to);
    v.Field("tcomplete", &FrameRow::tcomplete);
    v.Field("buffer", &FrameRow::buffer);
    v.Field("command", &FrameRow::command);
    v.Field("file", &FrameRow::file);
    v.Field("w", &FrameRow::w);
    v.Field("sg", &FrameRow::sg);
    v.Field("ptr", &FrameRow::ptr);
    v.Field("cookie", &FrameRow::cookie);
    v.Field("consumed", &FrameRow::consumed);
    v.Field("size", &FrameRow::size);
    v.Field("offset", &FrameRow::offset);
    v.Field("handle", &FrameRow::handle);
    v.Field("i", &FrameRow::i);
    v.Field("type", &FrameRow::type);
    v.Field("return_error", &FrameRow::return_error);
    v.Field("param", &FrameRow::param);
    v.Field("ret", &FrameRow::ret);
    v.Field("writable", &FrameRow::writable);
    v.Field("reply", &FrameRow::reply);
    v.Field("strong", &FrameRow::strong);
    v.Field("increment", &FrameRow::increment);
    v.Field("is_failure", &FrameRow::is_failure);
    v.Field("wait_for_proc_work", &FrameRow::wait_for_proc_work);
    v.Field("has_work", &FrameRow::has_work);
    v.Field("noop", &FrameRow::noop);
    v.Field("nonblock", &FrameRow::nonblock);
    v.Field("null_argument", &FrameRow::null_argument);
    v.Field("unreadable_write", &FrameRow::unreadable_write);
    v.Field("unwritable_read", &FrameRow::unwritable_read);
    v.Field("frozen", &FrameRow::frozen);
  }
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_ROWS_FRAME_H_
