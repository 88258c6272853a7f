// binder_transaction: the target, the buffer, the objects, the commit, and the
// way back from every failure. The sections follow the function from top to
// bottom; `err_*` are its labels.
#include "sim/kernel/transaction.h"

#include <optional>
#include <string>

#include "sim/kernel/alloc.h"
#include "sim/kernel/freeze.h"
#include "sim/kernel/nice.h"
#include "sim/kernel/node.h"
#include "sim/kernel/ops.h"
#include "sim/kernel/ref.h"
#include "sim/kernel/security.h"
#include "sim/kernel/stack.h"
#include "sim/kernel/thread.h"
#include "sim/kernel/work.h"

namespace bindery::sim {
namespace {

bool OneWay(Op& op) { return (Tr(op).flags & kTfOneWay) != 0; }
bool Failed(Op& op) { return op.f->return_error != 0; }

void Begin(Op& op) {
  const Bc bc = static_cast<Bc>(Tr(op).bc);
  op.f->reply = bc == Bc::kReply || bc == Bc::kReplySg ? 1 : 0;
  ThreadRow& thread = op.w.Edit(op.f->thread);
  thread.ee_command = static_cast<uint32_t>(Br::kOk);
  thread.ee_param = 0;
  if (Statistics* s = op.k.statistics()) s->Begin(op.w, *op.f);
}

// current_euid(); before 7.2 task_euid(proc->tsk).
ProcessId Sender(Op& op) {
  return op.driver.features().uid_of_current ? op.w.Get(op.f->task).process
                                             : op.w.Get(op.f->proc).process;
}

// What fits of it: logs of so many processes are nobody's reading.
uint16_t IndexOfSender(Op& op) {
  return static_cast<uint16_t>(op.w.Get(op.w.Get(op.f->proc).process).index);
}

void AllocateTransaction(Op& op) {
  if (op.AllocationFails()) {
    op.Fail(Br::kFailedReply, Errno::kEnomem);
    return;
  }
  TransactionId id;
  TransactionRow& t = op.w.New<TransactionRow>(&id);
  t.work.type = WorkType::kTransaction;
  t.code = Tr(op).code;
  t.flags = Tr(op).flags;
  t.is_reply = op.f->reply;
  t.is_async = op.f->reply == 0 && OneWay(op) ? 1 : 0;
  t.sender_euid = op.w.Get(Sender(op)).uid;
  if (op.k.watched()) t.from_pid = IndexOfSender(op);
  if (op.f->reply == 0 && t.is_async == 0) t.from = op.f->thread;
  if (op.k.nice()) t.priority = op.w.Get(op.f->task).nice;
  if (op.k.watched()) t.debug_id = ++op.w.Edit(op.global()).last_id;
  op.f->t = id;
  if (Statistics* s = op.k.statistics()) s->Allocated(*op.f, t.debug_id);
}

void AppendAllocate(Builder& b, const char* failed) {
  b.Local("allocate t", AllocateTransaction)
      .Branch("no memory", Failed, failed);
}

void AppendBegin(Builder& b, const Features& features) {
  b.Lock("proc.inner")
      .Do("binder_set_extended_error(BR_OK)", Begin)
      .Unlock("proc.inner");
  if (features.transaction_first) AppendAllocate(b, "err_alloc_t");
  b.Branch(
       "a reply", [](Op& op) { return op.f->reply != 0; }, "reply")
      .Branch(
          "handle 0", [](Op& op) { return Tr(op).handle == 0; }, "manager");
}

// --- Target of a reply -------------------------------------------------------

void TopOfStack(Op& op) {
  op.f->in_reply_to = op.w.Get(op.f->thread).transaction_stack;
}

bool TopIsIncoming(Op& op) {
  return op.w.Get(op.f->in_reply_to).to_thread == op.f->thread;
}

void PopIncoming(Op& op) {
  const TransactionRow& call = op.w.Get(op.f->in_reply_to);
  op.w.Edit(op.f->thread).transaction_stack = call.to_parent;
  if (op.k.nice() && op.Does(Guard::kNiceOfReplier)) {
    SetNice(op, call.saved_priority);
  }
}

void FindCaller(Op& op) {
  op.f->target_thread = op.w.Get(op.f->in_reply_to).from;
}

void PinTargetThread(Op& op) {
  if (op.f->target_thread) ++op.w.Edit(op.f->target_thread).tmp_ref;
}

void PinTargetProc(Op& op) { ++op.w.Edit(op.f->target_proc).tmp_ref; }

// The recheck of binder_get_txn_from_and_acq_inner.
bool CallerStillThere(Op& op) { return bool(op.w.Get(op.f->in_reply_to).from); }

void UnpinTargetThread(Op& op) { DropThreadTmpRef(op, op.f->target_thread); }

void AppendReplyTarget(Builder& b) {
  b.Label("reply")
      .Lock("proc.inner")
      .Do("in_reply_to = thread->transaction_stack", TopOfStack)
      .Check(
          "there is a transaction to reply to",
          [](Op& op) { return bool(op.f->in_reply_to); },
          "err_empty_call_stack")
      .Check("it came in to this thread", TopIsIncoming, "err_reply_stack")
      .Do("pop it", PopIncoming)
      .Unlock("proc.inner")
      .Lock("in_reply_to.lock")
      .Do("in_reply_to->from", FindCaller)
      .Pin("target_thread->tmp_ref", PinTargetThread)
      .Unlock("in_reply_to.lock")
      .Check(
          "the caller is alive",
          [](Op& op) { return bool(op.f->target_thread); }, "err_dead_caller")
      .Lock("target_proc.inner")
      .Check("the caller is still alive", CallerStillThere, "err_caller_died")
      .Check(
          "the caller waits for this reply",
          [](Op& op) {
            return op.w.Get(op.f->target_thread).transaction_stack ==
                   op.f->in_reply_to;
          },
          "err_caller_stack")
      .Do("target_proc = target_thread->proc",
          [](Op& op) {
            op.f->target_proc = op.w.Get(op.f->target_thread).proc;
          })
      .Pin("target_proc->tmp_ref", PinTargetProc)
      .Unlock("target_proc.inner")
      .Goto("have_target");
}

void AppendReplyTargetErrors(Builder& b) {
  b.Label("err_reply_stack")
      .Local("the stack is left alone", [](Op& op) { op.f->in_reply_to = {}; })
      .Label("err_empty_call_stack")
      .Unlock("proc.inner")
      .Local("bad transaction stack",
             [](Op& op) {
               op.UserError(
                   "got reply transaction with bad transaction "
                   "stack");
               op.Fail(Br::kFailedReply, Errno::kEproto);
             })
      .Goto("err_no_target")
      .Label("err_caller_stack")
      .Unpin("target_thread->tmp_ref", UnpinTargetThread)
      .Unlock("target_proc.inner")
      .Local("the caller does not wait for it",
             [](Op& op) {
               op.f->in_reply_to = {};
               op.Fail(Br::kFailedReply, Errno::kEproto);
             })
      .Goto("err_no_target")
      .Label("err_caller_died")
      .Unpin("target_thread->tmp_ref", UnpinTargetThread)
      .Unlock("target_proc.inner")
      .Label("err_dead_caller")
      .Local("BR_DEAD_REPLY",
             [](Op& op) { op.Fail(Br::kDeadReply, Errno::kOk); })
      .Goto("err_no_target");
}

// --- Target of a call --------------------------------------------------------

void FindTargetNode(Op& op) {
  const RefId ref =
      FindRef(op, op.f->proc, Tr(op).handle, /*need_strong=*/true);
  if (ref) {
    op.f->target_node = op.w.Get(ref).node;
    return;
  }
  op.UserError("got transaction to invalid handle");
  op.Fail(Br::kFailedReply, Errno::kEinval);
}

void FindManagerNode(Op& op) {
  op.f->target_node = op.w.Get(op.w.Get(op.f->proc).context).mgr_node;
  if (!op.f->target_node) op.Fail(Br::kDeadReply, Errno::kEinval);
}

// binder_get_node_refs_for_txn.
bool TargetAlive(Op& op) { return bool(op.w.Get(op.f->target_node).proc); }

void HoldTarget(Op& op) {
  IncNode(op, op.f->target_node, /*strong=*/true, /*internal=*/false, {});
}

void PinTargetNode(Op& op) { ++op.w.Edit(op.f->target_node).tmp_refs; }

void NoteNode(Op& op, NodeId node) {
  if (Statistics* s = op.k.statistics()) s->FoundNode(*op.f, node);
}

void ProcOfTarget(Op& op) {
  NoteNode(op, op.f->target_node);
  op.f->target_proc = op.w.Get(op.f->target_node).proc;
}

bool IsOwnManager(Op& op) {
  if (!op.driver.features().own_manager_by_pid) {
    return op.f->target_proc == op.f->proc;
  }
  return op.w.Get(op.f->target_proc).process == op.w.Get(op.f->proc).process;
}

void AppendCallTarget(Builder& b) {
  b.Lock("proc.outer")
      .Do("binder_get_ref_olocked", FindTargetNode)
      .Branch("invalid handle", Failed, "err_target_unlock")
      .Goto("hold_target")
      .Label("manager")
      .Lock("context_mgr_node_lock")
      .Do("the context manager's node", FindManagerNode)
      .Branch("there is none", Failed, "err_target_unlock")
      .Label("hold_target")
      .Lock("node.lock + target_proc.inner")
      .Check("the node is alive", TargetAlive, "err_target_dead")
      .Do("node->local_strong_refs++", HoldTarget)
      .Pin("node->tmp_refs", PinTargetNode)
      .Do("target_proc = node->proc", ProcOfTarget)
      .Pin("target_proc->tmp_ref", PinTargetProc)
      .Unlock("node.lock + target_proc.inner")
      .Unlock("proc.outer or context_mgr_node_lock")
      .Check(
          "not the caller's own context manager",
          [](Op& op) { return Tr(op).handle != 0 || !IsOwnManager(op); },
          "err_invalid_target")
      .Check(
          "not the caller itself, and the security module allows it",
          [](Op& op) { return op.f->target_proc != op.f->proc && MayCall(op); },
          "err_itself_or_denied");
}

void AppendCallTargetErrors(Builder& b) {
  b.Label("err_target_dead")
      .Unlock("node.lock + target_proc.inner")
      .Local("BR_DEAD_REPLY",
             [](Op& op) {
               op.f->target_node = {};
               op.Fail(Br::kDeadReply, Errno::kEinval);
             })
      .Label("err_target_unlock")
      .Unlock("proc.outer or context_mgr_node_lock")
      .Goto("err_no_target")
      .Label("err_itself_or_denied")
      .Branch(
          "the caller itself",
          [](Op& op) { return op.f->target_proc == op.f->proc; },
          "err_invalid_target")
      .Local("-EPERM", [](Op& op) { op.Fail(Br::kFailedReply, Errno::kEperm); })
      .Goto("err_target")
      .Label("err_invalid_target")
      .Local("got transaction to itself",
             [](Op& op) {
               if (Tr(op).handle == 0) NoteNode(op, {});
               op.UserError(
                   "got transaction to context manager from process "
                   "owning it");
               op.Fail(Br::kFailedReply, Errno::kEinval);
             })
      .Goto("err_target");
}

// --- The caller's own stack --------------------------------------------------

bool NoTransactionWaits(Op& op) {
  const AnyId first = op.w.Get(op.f->thread).todo.first;
  return OneWay(op) || !first ||
         op.w.WorkOf(first).type != WorkType::kTransaction;
}

bool MayNest(Op& op) {
  const TransactionId top = op.w.Get(op.f->thread).transaction_stack;
  if (!top || op.w.Get(top).to_thread == op.f->thread) return true;
  return op.Takes(Guard::kOneWayOverStack, OneWay(op));
}

void FindWaitingThread(Op& op) {
  const TransactionId top = op.w.Get(op.f->thread).transaction_stack;
  if (OneWay(op) || !top) return;
  op.f->target_thread = WaitingInChain(op, top, op.f->target_proc);
  op.Takes(Guard::kThreadInChain, bool(op.f->target_thread));
}

void AppendCallStack(Builder& b, const Features& features) {
  b.Lock("proc.inner");
  if (features.todo_head_checked) {
    b.Check("no transaction waits on the thread's list", NoTransactionWaits,
            "err_bad_todo_list");
  }
  b.Check("the top of the stack is incoming", MayNest, "err_bad_call_stack")
      .Do("the thread that waits in this chain", FindWaitingThread)
      .Pin("target_thread->tmp_ref", PinTargetThread)
      .Unlock("proc.inner")
      .Goto("have_target")
      .Label("err_bad_todo_list")
      .Label("err_bad_call_stack")
      .Unlock("proc.inner")
      .Local("bad transaction stack",
             [](Op& op) {
               op.UserError("got new transaction with bad transaction stack");
               op.Fail(Br::kFailedReply, Errno::kEproto);
             })
      .Goto("err_target");
}

// --- The buffer --------------------------------------------------------------

void AllocateComplete(Op& op) {
  if (Statistics* s = op.k.statistics()) s->FoundTarget(op.w, *op.f);
  TransactionRow& t = op.w.Edit(op.f->t);
  t.to_proc = op.f->target_proc;
  t.to_thread = op.f->target_thread;
  if (op.AllocationFails()) {
    op.Fail(Br::kFailedReply, Errno::kEnomem);
    return;
  }
  CompleteId id;
  CompleteRow& complete = op.w.New<CompleteRow>(&id);
  complete.thread = op.f->thread;
  complete.work.type = WorkType::kTransactionComplete;
  op.k.Created(Counted::kTransactionComplete, id.any());
  op.f->tcomplete = id;
}

bool WantsSecurityContext(Op& op) {
  return op.f->target_node && op.driver.features().security_contexts &&
         (op.w.Get(op.f->target_node).flags & kFlatTxnSecurityCtx) != 0;
}

BlobId SecurityContext(Op& op) {
  return op.w.Get(op.w.Get(op.f->proc).process).security_context;
}

// With the zero byte behind it, and padded.
void MeasureSecurityContext(Op& op) {
  const size_t length = op.w.blobs().Bytes(SecurityContext(op)).size() + 1;
  op.f->size = (length + 7) & ~uint64_t{7};
}

uint64_t ExtraSize(Op& op) { return Tr(op).buffers_size + op.f->size; }

std::optional<uint64_t> SizeOfBuffer(Op& op) {
  return SanitizedSize(Tr(op).data_size, Tr(op).offsets_size, ExtraSize(op));
}

void ReserveBuffer(Op& op) {
  const uint64_t size = SizeOfBuffer(op).value_or(
      WrappedSize(Tr(op).data_size, Tr(op).offsets_size, ExtraSize(op)));
  op.f->buffer =
      AllocNewBuf(op, op.f->target_proc, size, op.f->reply == 0 && OneWay(op),
                  op.w.Get(op.f->task).process);
}

void InstallPages(Op& op) {
  if (!AllocInstallPages(op, op.f->buffer)) {
    op.Fail(Br::kFailedReply, Errno::kEnomem);
  }
}

bool TargetMapped(Op& op) { return op.w.Get(op.f->target_proc).mapped != 0; }

void FillBuffer(Op& op) {
  BufferRow& buffer = op.w.Edit(op.f->buffer);
  buffer.data_size = Tr(op).data_size;
  buffer.offsets_size = Tr(op).offsets_size;
  buffer.extra_buffers_size = ExtraSize(op);
  const bool clear =
      op.driver.features().clear_buffers && (Tr(op).flags & kTfClearBuf) != 0;
  buffer.clear_on_free = clear ? 1 : 0;
  buffer.transaction = op.f->t;
  buffer.debug_id = op.w.Get(op.f->t).debug_id;
  buffer.target_node = op.f->target_node;
  TransactionRow& t = op.w.Edit(op.f->t);
  t.buffer = op.f->buffer;
  if (op.f->size == 0) return;
  std::string extra(buffer.extra_buffers_size, '\0');
  const absl::string_view context = op.w.blobs().Bytes(SecurityContext(op));
  const uint64_t at = extra.size() - op.f->size;
  extra.replace(at, context.size(), context.data(), context.size());
  buffer.extra = op.w.blobs().Intern(extra);
  t.security_ctx = static_cast<uint32_t>(ExtraOffset(buffer) + at + 1);
}

void AppendSecurityContext(Builder& b) {
  b.Branch(
       "no security context is wanted",
       [](Op& op) { return !WantsSecurityContext(op); }, "no_context")
      .Check(
          "the sender has one",
          [](Op& op) { return bool(SecurityContext(op)); }, "err_get_secctx")
      .Local("security_secid_to_secctx", MeasureSecurityContext)
      .Check(
          "the sum does not overflow",
          [](Op& op) { return ExtraSize(op) >= op.f->size; }, "err_sizes")
      .Label("no_context");
}

void AppendBuffer(Builder& b, const Features& features) {
  const bool first = features.transaction_first;
  b.Label("have_target");
  if (!first) AppendAllocate(b, "err_target");
  b.Local("allocate tcomplete", AllocateComplete)
      .Branch("no memory for tcomplete", Failed,
              first ? "err_target" : "err_alloc_tcomplete");
  AppendSecurityContext(b);
  b.Do("binder_alloc_is_mapped", [](Op&) {})
      .Check("the target is mapped", TargetMapped, "err_unmapped")
      .Check(
          "the sizes do not overflow",
          [](Op& op) { return SizeOfBuffer(op).has_value(); }, "err_sizes")
      .Check(
          "the split chunk could be allocated",
          [](Op& op) { return !op.AllocationFails(); }, "err_no_memory")
      .Lock("target_proc.alloc.mutex")
      .Do("binder_alloc_new_buf_locked", ReserveBuffer)
      .Unlock("target_proc.alloc.mutex")
      .Check(
          "there is room", [](Op& op) { return bool(op.f->buffer); },
          "err_no_space")
      .Do("binder_install_buffer_pages", InstallPages)
      .Check(
          "the pages are in place",
          [](Op& op) { return !Failed(op) && TargetMapped(op); }, "err_pages")
      .Do("buffer->transaction, ->target_node", FillBuffer);
}

void AppendBufferErrors(Builder& b) {
  b.Label("err_pages")
      .Lock("target_proc.alloc.mutex")
      .Undo("binder_alloc_free_buf",
            [](Op& op) {
              AllocFreeBuf(op, op.f->buffer);
              op.f->buffer = {};
            })
      .Unlock("target_proc.alloc.mutex")
      .Branch("a page could not be had", Failed, "err_tcomplete")
      .Label("err_unmapped")
      .Local("-ESRCH", [](Op& op) { op.Fail(Br::kDeadReply, Errno::kEsrch); })
      .Goto("err_tcomplete")
      .Label("err_get_secctx")
      .Local("-EOPNOTSUPP",
             [](Op& op) { op.Fail(Br::kFailedReply, Errno::kEopnotsupp); })
      .Goto("err_tcomplete")
      .Label("err_sizes")
      .Local("-EINVAL",
             [](Op& op) { op.Fail(Br::kFailedReply, Errno::kEinval); })
      .Goto("err_tcomplete")
      .Label("err_no_memory")
      .Local("-ENOMEM",
             [](Op& op) { op.Fail(Br::kFailedReply, Errno::kEnomem); })
      .Goto("err_tcomplete")
      .Label("err_no_space")
      .Local("-ENOSPC",
             [](Op& op) { op.Fail(Br::kFailedReply, Errno::kEnospc); })
      .Goto("err_tcomplete");
}

// --- The commit --------------------------------------------------------------

void NoteEnd(Op& op) {
  if (Statistics* s = op.k.statistics()) s->End(*op.f);
}

void Announce(Op& op) {
  NoteEnd(op);
  if (proto::Event* event = op.Event(
          proto::Event::SEND, op.f->reply != 0 ? "reply" : "transaction")) {
    event->set_message_id(op.w.Get(op.f->t).debug_id);
  }
}

void CommitReply(Op& op) {
  PopTransaction(op, op.f->target_thread, op.f->in_reply_to);
  op.w.Edit(op.f->t).committed = 1;
  EnqueueThreadWork(op, op.f->target_thread, op.f->t.any());
  ++op.w.Edit(op.f->target_proc).outstanding_txns;
  Announce(op);
}

void AppendCommitReply(Builder& b) {
  b.Label("commit_reply")
      .Lock("proc.inner")
      .Do("enqueue tcomplete",
          [](Op& op) {
            EnqueueThreadWork(op, op.f->thread, op.f->tcomplete.any());
          })
      .Unlock("proc.inner")
      .Lock("target_proc.inner")
      .Check(
          "the caller is alive at the commit",
          [](Op& op) { return op.w.Get(op.f->target_thread).is_dead == 0; },
          "err_dead_reply")
      .Do("pop the call, enqueue the reply", CommitReply)
      .Wake("the caller", [](Op& op) { WakeThread(op, op.f->target_thread); })
      .Unlock("target_proc.inner")
      .Call(OpId::kFreeTransaction,
            [](Op& op) { op.callee().t = op.f->in_reply_to; })
      .Goto("committed")
      .Label("err_dead_reply")
      .Unlock("target_proc.inner")
      .Local("BR_DEAD_REPLY",
             [](Op& op) { op.Fail(Br::kDeadReply, Errno::kOk); })
      .Goto("err_dead_proc_or_thread");
}

// tcomplete is deferred: the thread is about to sleep for the reply anyway.
void PushOutgoing(Op& op) {
  EnqueueDeferredThreadWork(op, op.f->thread, op.f->tcomplete.any());
  op.w.Edit(op.f->t).from_parent = op.w.Get(op.f->thread).transaction_stack;
  op.w.Edit(op.f->thread).transaction_stack = op.f->t;
}

bool TargetDead(Op& op) {
  return op.w.Get(op.f->target_proc).is_dead != 0 ||
         (op.f->target_thread && op.w.Get(op.f->target_thread).is_dead != 0);
}

// Whether the node already has a one-way in flight, and the target is frozen.
void TakeAsyncTurn(Op& op) {
  NoteFrozen(op, OneWay(op));
  if (!OneWay(op)) return;
  NodeRow& node = op.w.Edit(op.f->target_node);
  op.f->has_work = node.has_async_transaction;  // pending_async
  node.has_async_transaction = 1;
}

bool TargetTakesIt(Op& op) {
  return FrozenTakes(op, OneWay(op)) && !TargetDead(op);
}

void SelectTarget(Op& op) {
  op.f->w = op.f->target_thread.any();
  if (!op.f->target_thread && op.f->has_work == 0) {
    op.f->w = SelectThread(op, op.f->target_proc).any();
    op.Takes(Guard::kThreadForWork, bool(op.f->w));
  }
}

void PlaceTransaction(Op& op) {
  op.w.Edit(op.f->t).committed = 1;
  if (op.f->w) {
    EnqueueThreadWork(op, ThreadId{op.f->w.value}, op.f->t.any());
  } else if (op.f->has_work == 0) {
    EnqueueProcWork(op, op.f->target_proc, op.f->t.any());
  } else {
    if (op.f->frozen != 0) op.f->w = TakeOutdated(op).any();
    op.w.PushBack(Head::kAsyncTodo, op.f->target_node.any(), op.f->t.any());
  }
  ++op.w.Edit(op.f->target_proc).outstanding_txns;
  Announce(op);
}

// f.w is then the one-way that was superseded, if any.
void WakeTarget(Op& op) {
  if (op.f->has_work != 0) return;
  WakeupThread(op, op.f->target_proc, ThreadId{op.f->w.value});
  op.f->w = {};
}

bool NoSpamSuspect(Op& op) {
  return op.w.Get(op.f->buffer).oneway_spam_suspect == 0;
}
void SuspectSpam(Op& op) {
  op.w.Edit(op.f->tcomplete).work.type =
      WorkType::kTransactionOnewaySpamSuspect;
  NetlinkReport(op, Br::kOnewaySpamSuspect, op.f->target_proc, {});
}

void EnqueueOneWayComplete(Op& op) {
  if (op.f->frozen != 0 && op.driver.features().pending_frozen) {
    op.w.Edit(op.f->tcomplete).work.type = WorkType::kTransactionPending;
    NetlinkReport(op, Br::kTransactionPendingFrozen, op.f->target_proc, {});
  }
  EnqueueThreadWork(op, op.f->thread, op.f->tcomplete.any());
}

void AppendEnqueueComplete(Builder& b) {
  b.Lock("proc.inner")
      .Do("enqueue tcomplete", EnqueueOneWayComplete)
      .Unlock("proc.inner");
}

// Which of the two answers a refused call gets.
void AppendReadFrozenAgain(Builder& b) {
  b.Do("proc->is_frozen, without the lock",
       [](Op& op) { op.f->frozen = op.w.Get(op.f->target_proc).is_frozen; });
}

void AppendOneWay(Builder& b, const Features& features) {
  const bool behind = features.complete_behind_send;
  b.Label("one_way")
      .Branch("no spam is suspected", NoSpamSuspect,
              behind ? "send" : "complete_first")
      .Local("tcomplete->type = ONEWAY_SPAM_SUSPECT", SuspectSpam);
  if (!behind) {
    b.Label("complete_first");
    AppendEnqueueComplete(b);
  }
  b.Goto("send");
}

void AppendCommitCall(Builder& b, const Features& features) {
  b.Branch("one-way", OneWay, "one_way")
      .Lock("proc.inner")
      .Do("defer tcomplete, push the stack", PushOutgoing)
      .Unlock("proc.inner")
      .Label("send")
      .Lock("node.lock + target_proc.inner")
      .Do("has_async_transaction", TakeAsyncTurn)
      .Check("the target takes it", TargetTakesIt, "err_dead_target")
      .Do("binder_select_thread_ilocked", SelectTarget)
      .Do("enqueue the transaction", PlaceTransaction)
      .Wake("binder_wakeup_thread_ilocked", WakeTarget)
      .Unlock("node.lock + target_proc.inner")
      .Branch(
          "a call", [](Op& op) { return !OneWay(op); }, "committed")
      .Branch(
          "nothing was superseded", [](Op& op) { return !op.f->w; }, "complete")
      .Call(OpId::kReleaseOutdated,
            [](Op& op) {
              op.callee().target_proc = op.f->target_proc;
              op.callee().t = TransactionId{op.f->w.value};
            })
      .Local("done with it", [](Op& op) { op.f->w = {}; })
      .Label("complete");
  if (features.complete_behind_send) AppendEnqueueComplete(b);
  b.Goto("committed")
      .Label("err_dead_target")
      .Unlock("node.lock + target_proc.inner");
  if (!features.frozen_read_once) AppendReadFrozenAgain(b);
  b.Local("BR_FROZEN_REPLY",
          [](Op& op) { op.Fail(Br::kFrozenReply, Errno::kOk); })
      .Branch(
          "the target is frozen", [](Op& op) { return op.f->frozen != 0; },
          "err_frozen_target")
      .Local("BR_DEAD_REPLY",
             [](Op& op) { op.Fail(Br::kDeadReply, Errno::kOk); })
      .Label("err_frozen_target")
      .Branch("nothing was pushed", OneWay, "err_dead_proc_or_thread")
      .Lock("proc.inner")
      .Undo("pop the stack",
            [](Op& op) { PopTransaction(op, op.f->thread, op.f->t); })
      .Unlock("proc.inner")
      .Goto("err_dead_proc_or_thread");
  AppendOneWay(b, features);
}

// --- Pins and leaving --------------------------------------------------------

bool NoTargetThread(Op& op) { return !op.f->target_thread; }
bool NoTargetProc(Op& op) { return !op.f->target_proc; }
bool NoTargetNode(Op& op) { return !op.f->target_node; }

void DropTargetProc(Op& op) { DropProcTmpRef(op, op.f->target_proc); }

void DropTargetNode(Op& op) { DropNodeTmpRef(op, op.f->target_node); }

void AppendCommitted(Builder& b) {
  b.Label("committed")
      .Branch("no target thread", NoTargetThread, "committed_proc")
      .Lock("target_proc.inner")
      .Unpin("target_thread->tmp_ref", UnpinTargetThread)
      .Unlock("target_proc.inner")
      .Label("committed_proc")
      .Lock("target_proc.inner")
      .Unpin("target_proc->tmp_ref", DropTargetProc)
      .Unlock("target_proc.inner")
      .Branch("no target node", NoTargetNode, "committed_node")
      .Lock("node.lock + target_proc.inner")
      .Unpin("node->tmp_refs", DropTargetNode)
      .Unlock("node.lock + target_proc.inner")
      .Label("committed_node")
      .Return();
}

// --- The way back ------------------------------------------------------------

void UndoComplete(Op& op) {
  FreeComplete(op, op.f->tcomplete);
  op.f->tcomplete = {};
}

bool NoFixups(Op& op) { return !op.w.Get(op.f->t).fd_fixups; }

void FreeBuffer(Op& op) {
  op.w.Edit(op.f->buffer).transaction = {};
  AllocFreeBuf(op, op.f->buffer);
  op.f->buffer = {};
}

void FreeTransaction(Op& op) {
  const TransactionRow& t = op.w.Get(op.f->t);
  NetlinkReport(op, static_cast<Br>(op.f->return_error - 1), t.to_proc,
                t.to_thread);
  op.k.Deleted(Counted::kTransaction);
  op.w.Free(op.f->t);
  op.f->t = {};
}

void AppendErrors(Builder& b, const Features& features) {
  b.Label("err_dead_proc_or_thread")
      .Lock("proc.inner")
      .Dequeue("tcomplete",
               [](Op& op) { DequeueWork(op, op.f->tcomplete.any()); })
      .Unlock("proc.inner")
      .Label("err_translate_failed")
      .Local("binder_cleanup_deferred_txn_lists", [](Op& op) { op.f->sg = {}; })
      .Branch("no descriptors", NoFixups, "err_release")
      .Call(OpId::kFreeTxnFixups, [](Op& op) { op.callee().t = op.f->t; })
      .Label("err_release")
      .Call(OpId::kReleaseBuffer,
            [](Op& op) {
              op.callee().target_proc = op.f->target_proc;
              op.callee().buffer = op.f->buffer;
              op.callee().is_failure = 1;
            })
      .Branch("no target node", NoTargetNode, "err_free_buffer")
      .Lock("node.lock + target_proc.inner")
      .Unpin("node->tmp_refs", DropTargetNode)
      .Unlock("node.lock + target_proc.inner")
      .Local("target_node = NULL", [](Op& op) { op.f->target_node = {}; })
      .Label("err_free_buffer");
  AppendClearBuffer(b);
  b.Lock("target_proc.alloc.mutex")
      .Undo("binder_alloc_free_buf", FreeBuffer)
      .Unlock("target_proc.alloc.mutex")
      .Label("err_tcomplete")
      .Undo("kfree(tcomplete)", UndoComplete);
  if (!features.transaction_first) {
    b.Label("err_alloc_tcomplete").Undo("kfree(t)", FreeTransaction);
  }
  b.Label("err_target")
      .Branch("no target node", NoTargetNode, "err_no_node")
      .Lock("node.lock + target_proc.inner")
      .Undo("node->local_strong_refs--",
            [](Op& op) { DecNodeAndFree(op, op.f->target_node, true, false); })
      .Unpin("node->tmp_refs", DropTargetNode)
      .Unlock("node.lock + target_proc.inner")
      .Label("err_no_node")
      .Branch("no target thread", NoTargetThread, "err_no_thread")
      .Lock("target_proc.inner")
      .Unpin("target_thread->tmp_ref", UnpinTargetThread)
      .Unlock("target_proc.inner")
      .Label("err_no_thread")
      .Branch("no target proc", NoTargetProc, "err_no_target")
      .Lock("target_proc.inner")
      .Unpin("target_proc->tmp_ref", DropTargetProc)
      .Unlock("target_proc.inner")
      .Label("err_no_target");
  if (features.transaction_first) b.Undo("kfree(t)", FreeTransaction);
  b.Label("err_alloc_t");
}

}  // namespace

Operation BuildTransaction(const Features& features) {
  Builder b(OpId::kTransaction, "binder_transaction");
  AppendBegin(b, features);
  AppendCallTarget(b);
  AppendCallStack(b, features);
  AppendReplyTarget(b);
  AppendBuffer(b, features);
  AppendPayload(b, features);
  b.Branch(
      "a reply", [](Op& op) { return op.f->reply != 0; }, "commit_reply");
  AppendCommitCall(b, features);
  AppendCommitReply(b);
  AppendCommitted(b);
  AppendCallTargetErrors(b);
  AppendReplyTargetErrors(b);
  AppendBufferErrors(b);
  AppendPayloadErrors(b, features);
  AppendErrors(b, features);
  AppendReport(b);
  return b.Finish();
}

}  // namespace bindery::sim
