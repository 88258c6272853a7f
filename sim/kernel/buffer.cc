// BC_FREE_BUFFER, binder_free_buf, binder_transaction_buffer_release.
#include "sim/kernel/alloc.h"
#include "sim/kernel/buffer_view.h"
#include "sim/kernel/node.h"
#include "sim/kernel/object.h"
#include "sim/kernel/ops.h"
#include "sim/kernel/process.h"
#include "sim/kernel/transaction.h"
#include "sim/kernel/work.h"

namespace bindery::sim {
namespace {

// A name that outlived its buffer stands for an address that may by now be
// another buffer's; without exact addresses that cannot be told.
void TakeBuffer(Op& op) {
  const CommandRow& row = op.w.Get(op.f->command);
  if (row.buffer && !op.w.Alive(row.buffer) && !op.w.exact_addresses()) {
    op.k.NoteLayoutDependence();
  }
  op.Ret(PrepareToFree(op, op.f->proc, row.address, row.buffer, &op.f->buffer));
}

void ReportRefusal(Op& op) {
  op.UserError(op.f->ret == Value(Errno::kEperm)
                   ? "BC_FREE_BUFFER matched unreturned or currently freeing "
                     "buffer"
                   : "BC_FREE_BUFFER no match");
  op.f->ret = 0;
}

void FreeBufArguments(Op& op) { op.callee().buffer = op.f->buffer; }

}  // namespace

Operation BuildFreeBuffer() {
  return Builder(OpId::kFreeBuffer, "binder_thread_write")
      .Lock("alloc.mutex")
      .Do("binder_alloc_prepare_to_free", TakeBuffer)
      .Unlock("alloc.mutex")
      .Branch(
          "refused", [](Op& op) { return op.f->ret != 0; }, "refused")
      .Call(OpId::kFreeBuf, FreeBufArguments)
      .Return()
      .Label("refused")
      .Local("user error", ReportRefusal)
      .Return()
      .Finish();
}

namespace {

void DetachTransaction(Op& op) {
  BufferRow& buffer = op.w.Edit(op.f->buffer);
  if (!op.Takes(Guard::kFreedEarly, bool(buffer.transaction))) return;
  op.w.Edit(buffer.transaction).buffer = {};
  buffer.transaction = {};
}

// The node's next one-way goes to the process, never straight to a thread.
void ReleaseNextAsync(Op& op) {
  const NodeId id = op.w.Get(op.f->buffer).target_node;
  NodeRow& node = op.w.Edit(id);
  if (node.has_async_transaction == 0) {
    op.w.RecordBug("BUG_ON(!buf_node->has_async_transaction)");
  }
  if (node.proc != op.f->proc) {
    op.w.RecordBug("BUG_ON(buf_node->proc != proc)");
  }
  const AnyId next = op.w.First(Head::kAsyncTodo, id.any());
  if (!next) {
    node.has_async_transaction = 0;
    return;
  }
  op.w.Remove(Head::kAsyncTodo, next);
  EnqueueProcWork(op, op.f->proc, next);
  op.f->has_work = 1;
}

bool IsAsync(Op& op) {
  const BufferRow& buffer = op.w.Get(op.f->buffer);
  return buffer.async_transaction != 0 && buffer.target_node;
}

void ReleaseArguments(Op& op) {
  op.callee().target_proc = op.f->proc;
  op.callee().buffer = op.f->buffer;
  op.callee().is_failure = op.f->is_failure;
}

void ClearBuffer(Op& op) {
  BufferRow& buffer = op.w.Edit(op.f->buffer);
  buffer.data = buffer.offsets = buffer.extra = {};
  buffer.clear_on_free = 0;
}

}  // namespace

void AppendClearBuffer(Builder& b) {
  b.Branch(
       "no TF_CLEAR_BUF",
       [](Op& op) { return op.w.Get(op.f->buffer).clear_on_free == 0; },
       "cleared")
      .Undo("binder_alloc_clear_buf", ClearBuffer)
      .Label("cleared");
}

Operation BuildFreeBuf() {
  Builder b(OpId::kFreeBuf, "binder_free_buf");
  b.Lock("proc.inner")
      .Do("the transaction forgets its buffer", DetachTransaction)
      .Unlock("proc.inner")
      .Branch(
          "not one-way", [](Op& op) { return !IsAsync(op); }, "release")
      .Lock("node.lock + proc.inner")
      .Dequeue("the node's next one-way", ReleaseNextAsync)
      .Branch(
          "there is none", [](Op& op) { return op.f->has_work == 0; }, "unlock")
      .Wake("binder_wakeup_proc_ilocked",
            [](Op& op) { WakeupProc(op, op.f->proc); })
      .Label("unlock")
      .Unlock("node.lock + proc.inner")
      .Label("release")
      .Call(OpId::kReleaseBuffer, ReleaseArguments);
  AppendClearBuffer(b);
  return b.Lock("alloc.mutex")
      .Do("binder_alloc_free_buf",
          [](Op& op) { AllocFreeBuf(op, op.f->buffer); })
      .Unlock("alloc.mutex")
      .Return()
      .Finish();
}

namespace {

bool NoObjectLeft(Op& op) { return op.f->i >= op.w.Get(op.f->buffer).objects; }

// Objects are read back from the buffer, which user space cannot write.
void ReadObjectBack(Op& op) {
  op.Takes(Guard::kReleaseUnsent, op.f->is_failure != 0);
  const BufferRow& buffer = op.w.Get(op.f->buffer);
  const uint64_t offset =
      ReadWord64(op.w.blobs().Bytes(buffer.offsets), uint64_t{op.f->i} * 8);
  const FlatObject object = ReadObject(op.w.blobs().Bytes(buffer.data), offset);
  op.f->type = object.type;
  op.f->ptr = object.binder;
  op.f->handle = static_cast<uint32_t>(object.binder);
  op.f->strong = IsStrongType(object.type) ? 1 : 0;
  ++op.f->i;
}

bool IsHandle(Op& op) { return IsHandleType(op.f->type); }
bool IsBinder(Op& op) { return IsBinderType(op.f->type); }

// Descriptors that were never installed need not be closed, and those outside
// of arrays are the reader's own business.
bool NothingToClose(Op& op) {
  return op.f->type != kTypeFda || op.f->is_failure != 0;
}

// Where it is not known what failed, the sender is told from the target.
bool NotTheTarget(Op& op) {
  return op.f->type != kTypeFda ||
         CurrentProcess(op) != op.w.Get(op.f->target_proc).process;
}

// f.size: how many descriptors; f.offset: where the next one is in the extra
// buffers.
void FindArray(Op& op) {
  const BufferRow& buffer = op.w.Get(op.f->buffer);
  const BufferView view = ViewOf(op.w, buffer);
  const FdArrayObject array =
      ReadFdArrayObject(view.data, ReadWord64(view.offsets, (op.f->i - 1) * 8));
  const BufferObject parent =
      ReadBufferObject(view.data, ReadWord64(view.offsets, array.parent * 8));
  op.f->size = array.num_fds;
  op.f->offset = parent.buffer - view.extra_offset + array.parent_offset;
}

bool NoFdLeft(Op& op) { return op.f->size == 0; }

// binder_deferred_fd_close: the number is free at once, the file is released
// when the thread is back in user space, which it must therefore get to.
void CloseNextFd(Op& op) {
  const BufferRow& buffer = op.w.Get(op.f->buffer);
  CloseFd(op, CurrentProcess(op),
          ReadWord32(op.w.blobs().Bytes(buffer.extra), op.f->offset));
}

void SkipFd(Op& op) {
  op.f->offset += 4;
  --op.f->size;
}

void NextFd(Op& op) {
  if (op.f->thread) op.w.Edit(op.f->thread).looper_need_return = 1;
  SkipFd(op);
}

// task_close_fd: of the buffer's process, whoever runs.
void CloseFdOfTarget(Op& op) {
  const BlobId extra = op.w.Get(op.f->buffer).extra;
  CloseFd(op, op.w.Get(op.f->target_proc).process,
          ReadWord32(op.w.blobs().Bytes(extra), op.f->offset));
  SkipFd(op);
}

void TakeBackFd(Op& op) {
  CloseFd(op, op.w.Get(op.f->target_proc).process, op.f->handle);
}

// Of what was installed by the sender: arrays always, others if it failed.
void AppendCloseFdsOfTarget(Builder& b) {
  b.Label("not_flat")
      .Branch(
          "a descriptor", [](Op& op) { return op.f->type == kTypeFd; }, "fd")
      .Branch(
          "no array", [](Op& op) { return op.f->type != kTypeFda; }, "next")
      .Local("the array", FindArray)
      .Label("close_fd")
      .Branch("no descriptor left", NoFdLeft, "next")
      .Do("task_close_fd", CloseFdOfTarget)
      .Goto("close_fd")
      .Label("fd")
      .Branch(
          "it was delivered", [](Op& op) { return op.f->is_failure == 0; },
          "next")
      .Undo("task_close_fd", TakeBackFd)
      .Goto("next");
}

void AppendCloseFds(Builder& b, const Features& features) {
  if (!features.fd_deferred) return AppendCloseFdsOfTarget(b);
  b.Label("not_flat")
      .Branch("nothing to close",
              features.fda_closed_if_delivered ? NothingToClose : NotTheTarget,
              "next")
      .Local("the array", FindArray)
      .Label("close_fd")
      .Branch("no descriptor left", NoFdLeft, "next")
      .Check(
          "the task work could be allocated",
          [](Op& op) { return !op.AllocationFails(); }, "fd_closed")
      .Do("binder_deferred_fd_close", CloseNextFd)
      .Label("fd_closed");
  if (features.closing_needs_return) {
    b.Do("thread->looper_need_return", NextFd);
  } else {
    b.Local("the next one", SkipFd);
  }
  b.Goto("close_fd");
}

void DecRefArguments(Op& op) {
  op.callee().proc = op.f->target_proc;
  op.callee().handle = op.f->handle;
  op.callee().strong = op.f->strong;
}

void DropTargetNode(Op& op) {
  DecNodeAndFree(op, op.w.Get(op.f->buffer).target_node, /*strong=*/true,
                 /*internal=*/false);
}

void DropOwnNode(Op& op) {
  DecNodeAndFree(op, op.f->node, op.f->strong != 0, /*internal=*/false);
}

}  // namespace

Operation BuildReleaseBuffer(const Features& features) {
  Builder b(OpId::kReleaseBuffer, "binder_transaction_buffer_release");
  b.Branch(
       "no target node",
       [](Op& op) { return !op.w.Get(op.f->buffer).target_node; }, "next")
      .Lock("node.lock + node.proc.inner")
      .Undo("binder_dec_node(target_node)", DropTargetNode)
      .Unlock("node.lock + node.proc.inner")
      .Label("next")
      .Branch("no object left", NoObjectLeft, "done")
      .Local("read the object back", ReadObjectBack)
      .Branch("a handle", IsHandle, "handle")
      .Branch(
          "neither handle nor binder", [](Op& op) { return !IsBinder(op); },
          "not_flat")
      .Lock("proc.inner")
      .Do("binder_get_node",
          [](Op& op) {
            op.f->node = FindNode(op, op.f->target_proc, op.f->ptr);
          })
      .Check(
          "the node exists", [](Op& op) { return bool(op.f->node); }, "no_node")
      .Pin("node->tmp_refs", [](Op& op) { ++op.w.Edit(op.f->node).tmp_refs; })
      .Unlock("proc.inner")
      .Lock("node.lock + proc.inner")
      .Undo("binder_dec_node", DropOwnNode)
      .Unlock("node.lock + proc.inner")
      .Lock("node.lock + proc.inner")
      .Unpin("node->tmp_refs", [](Op& op) { DropNodeTmpRef(op, op.f->node); })
      .Unlock("node.lock + proc.inner")
      .Local("done with it", [](Op& op) { op.f->node = {}; })
      .Goto("next")
      .Label("no_node")
      .Unlock("proc.inner")
      .Local("transaction release bad node",
             [](Op& op) { op.UserError("transaction release bad node"); })
      .Goto("next")
      .Label("handle")
      .Call(OpId::kDecRefForHandle, DecRefArguments)
      .Goto("next");
  AppendCloseFds(b, features);
  return b.Label("done")
      .Local("nothing failed", [](Op& op) { op.f->ret = 0; })
      .Return()
      .Finish();
}

}  // namespace bindery::sim
