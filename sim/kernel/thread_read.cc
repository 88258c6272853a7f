// binder_thread_read: waiting for work, taking it, and handing it to user
// space.
#include "sim/binderfs/binderfs.h"
#include "sim/kernel/nice.h"
#include "sim/kernel/node.h"
#include "sim/kernel/ops.h"
#include "sim/kernel/process.h"
#include "sim/kernel/thread.h"
#include "sim/kernel/work.h"

namespace bindery::sim {
namespace {

// binder_stat_br.
void NoteWord(Op& op, Br br) {
  if (Statistics* s = op.k.statistics()) s->Word(op.f->proc, br);
}

// A word without operands.
constexpr uint64_t kPlainWord = 4;

ReturnRow& PutWord(Op& op, Br br, uint64_t size) {
  ReturnId id;
  ReturnRow& word = op.w.New<ReturnRow>(&id);
  word.task = op.f->task;
  word.br = static_cast<uint32_t>(br);
  op.w.PushBack(Head::kIn, op.f->task.any(), id.any());
  op.f->consumed += size;
  NoteWord(op, br);
  return word;
}

// put_user() and copy_to_user() of a word of `size` bytes that comes next.
bool Writable(Op& op, uint64_t size) {
  return op.f->unwritable_read == 0 || op.f->consumed + size <= op.f->writable;
}

bool PlainWordWritable(Op& op) { return Writable(op, kPlainWord); }

void PutPlainWord(Op& op, Br br) {
  PutWord(op, br, kPlainWord);
  op.WordEvent(proto::Event::RETURN, br);
}

void PutNoop(Op& op) { PutPlainWord(op, Br::kNoop); }

// --- Waiting -----------------------------------------------------------------

bool MayTakeProcWork(Op& op) {
  return (op.w.Get(op.f->thread).looper &
          (kLooperRegistered | kLooperEntered)) != 0;
}

void SampleWaitForProcWork(Op& op) {
  op.f->wait_for_proc_work = AvailableForProcWork(op, op.f->thread) ? 1 : 0;
}

void StartWaiting(Op& op) {
  op.w.Edit(op.f->thread).looper |= kLooperWaiting;
  if (op.f->nonblock == 0) op.f->ret = 0;  // binder_wait_for_work()
  if (op.f->wait_for_proc_work == 0) return;
  if (!MayTakeProcWork(op)) {
    op.UserError(
        "thread waiting for process work before calling "
        "BC_REGISTER_LOOPER or BC_ENTER_LOOPER");
  }
  if (op.k.nice() && op.Does(Guard::kNiceOfWaiter)) {
    SetNice(op, op.w.Get(op.f->proc).default_priority);
  }
}

bool WorkIsThere(Op& op) {
  return HasWork(op, op.f->thread, op.f->wait_for_proc_work != 0);
}

void GoToSleep(Op& op) {
  if (op.f->wait_for_proc_work != 0) {
    op.w.PushFront(Head::kWaitingThreads, op.f->proc.any(), op.f->thread.any());
  }
  SleepInterruptibly(op);
  op.Event(proto::Event::SLEEP, op.f->wait_for_proc_work != 0
                                    ? "waits for its process's work"
                                    : "waits for its own work");
}

void LeaveWaitingThreads(Op& op) {
  if (op.w.Get(op.f->thread).waiting_thread_node.linked()) {
    op.w.Remove(Head::kWaitingThreads, op.f->thread.any());
  }
}

void AppendWait(Builder& b) {
  b.Label("retry")
      .Lock("proc.inner")
      .Do("binder_available_for_proc_work_ilocked", SampleWaitForProcWork)
      .Unlock("proc.inner")
      .Do("looper |= WAITING", StartWaiting)
      .Branch(
          "O_NONBLOCK", [](Op& op) { return op.f->nonblock != 0; }, "nonblock")
      .Lock("proc.inner")
      .Label("wait")
      .Branch("binder_has_work_ilocked", WorkIsThere, "woken")
      .Do("join waiting_threads and sleep", GoToSleep)
      .Unlock("proc.inner")
      .Sleep()
      .Lock("proc.inner")
      .Do("leave waiting_threads", LeaveWaitingThreads)
      .Branch("signal_pending", SignalPending, "interrupted")
      .Goto("wait")
      .Label("interrupted")
      .Do("take the signal", TakeSignal)
      .Goto("woken")
      .Label("nonblock")
      .Lock("proc.inner")
      .Branch("binder_has_work", WorkIsThere, "woken")
      .Local("-EAGAIN", SetRet<Errno::kEagain>)
      .Label("woken")
      .Unlock("proc.inner")
      .Do("looper &= ~WAITING",
          [](Op& op) {
            op.w.Edit(op.f->thread).looper &=
                static_cast<uint8_t>(~kLooperWaiting);
          })
      .Branch(
          "interrupted or nothing there", [](Op& op) { return op.f->ret != 0; },
          "failed");
}

// --- Taking one item ---------------------------------------------------------

void PickList(Op& op) {
  const ThreadRow& thread = op.w.Get(op.f->thread);
  if (thread.todo.size != 0) {
    op.f->w = thread.todo.first;
  } else if (op.f->wait_for_proc_work != 0) {
    op.f->w = op.w.First(Head::kProcTodo, op.f->proc.any());
  } else {
    op.f->w = {};
  }
  if (!op.f->w) return;
  op.f->type = static_cast<uint32_t>(op.w.WorkOf(op.f->w).type);
}

bool NothingPicked(Op& op) { return !op.f->w; }

bool SleepAgain(Op& op) {
  return op.f->consumed == 4 && op.w.Get(op.f->thread).looper_need_return == 0;
}

bool EnoughRoom(Op& op) { return op.f->size - op.f->consumed >= kMinReadRoom; }

void TakeItem(Op& op) {
  DequeueWork(op, op.f->w);
  if (op.w.Get(op.f->thread).todo.size == 0) {
    op.w.Edit(op.f->thread).process_todo = 0;
  }
}

bool TypeIs(Op& op, WorkType type) {
  return op.f->type == static_cast<uint32_t>(type);
}

// --- One item of each type ---------------------------------------------------

void PutReturnError(Op& op) {
  ErrorRow& error = op.w.Edit(ErrorId{op.f->w.value});
  PutPlainWord(op, static_cast<Br>(error.cmd - 1));
  error.cmd = 0;
}

// One-way spam is reported only to senders that asked for it.
Br CompleteWord(Op& op) {
  if (TypeIs(op, WorkType::kTransactionPending)) {
    return Br::kTransactionPendingFrozen;
  }
  const bool spam = TypeIs(op, WorkType::kTransactionOnewaySpamSuspect) &&
                    op.w.Get(op.f->proc).oneway_spam_detection_enabled != 0;
  return spam ? Br::kOnewaySpamSuspect : Br::kTransactionComplete;
}

void PutComplete(Op& op) { PutPlainWord(op, CompleteWord(op)); }

// What the owner must be told, as bits; the state changes at once.
enum NodeNews : uint32_t {
  kTellIncrefs = 1,
  kTellAcquire = 2,
  kTellRelease = 4,
  kTellDecrefs = 8,
  kNodeGone = 16,
};

uint32_t UpdateStrong(NodeRow& node, bool strong) {
  if (strong && node.has_strong_ref == 0) {
    node.has_strong_ref = node.pending_strong_ref = 1;
    ++node.local_strong_refs;
    return kTellAcquire;
  }
  if (!strong && node.has_strong_ref != 0) {
    node.has_strong_ref = 0;
    return kTellRelease;
  }
  return 0;
}

uint32_t UpdateWeak(NodeRow& node, bool weak) {
  if (weak && node.has_weak_ref == 0) {
    node.has_weak_ref = node.pending_weak_ref = 1;
    ++node.local_weak_refs;
    return kTellIncrefs;
  }
  if (!weak && node.has_weak_ref != 0) {
    node.has_weak_ref = 0;
    return kTellDecrefs;
  }
  return 0;
}

void UpdateNode(Op& op) {
  const NodeId id{op.f->w.value};
  NodeRow& node = op.w.Edit(id);
  const bool strong =
      node.internal_strong_refs != 0 || node.local_strong_refs != 0;
  const bool weak = node.refs.size != 0 || node.local_weak_refs != 0 ||
                    node.tmp_refs != 0 || strong;
  op.f->i = UpdateWeak(node, weak) | UpdateStrong(node, strong);
  op.f->ptr = node.ptr;
  op.f->cookie = node.cookie;
  if (weak || strong) return;
  op.f->i |= kNodeGone;
  if (node.rb_node.linked()) op.w.Remove(Head::kSet, id.any());
}

// The first word that faults is the last that is tried. What is left of an
// earlier error counts as well, unless BR_INCREFS is to be put.
void PutNodeWord(Op& op, uint32_t bit, Br br) {
  if ((op.f->i & bit) == 0) return;
  if (br == Br::kIncrefs) op.f->ret = 0;
  if (op.f->ret != 0) return;
  if (!Writable(op, SizeOf(br))) {
    op.Ret(Errno::kEfault);
    return;
  }
  ReturnRow& word = PutWord(op, br, SizeOf(br));
  word.ptr = op.f->ptr;
  word.cookie = op.f->cookie;
  if (proto::Event* event = op.WordEvent(proto::Event::RETURN, br)) {
    AddArg(event, "ptr", op.f->ptr);
    AddArg(event, "cookie", op.f->cookie);
  }
}

void PutNodeWords(Op& op) {
  PutNodeWord(op, kTellIncrefs, Br::kIncrefs);
  PutNodeWord(op, kTellAcquire, Br::kAcquire);
  PutNodeWord(op, kTellRelease, Br::kRelease);
  PutNodeWord(op, kTellDecrefs, Br::kDecrefs);
}

void ForgetNode(Op& op) {
  op.f->i = op.f->type = 0;
  op.f->ptr = op.f->cookie = 0;
  op.f->w = {};
}

void AppendNode(Builder& b) {
  b.Label("node")
      .Do("update the owner's references", UpdateNode)
      .Unlock("proc.inner")
      .Branch(
          "the node stays", [](Op& op) { return (op.f->i & kNodeGone) == 0; },
          "node_put")
      .Lock("node.lock")
      .Unlock("node.lock")
      .Undo("binder_free_node",
            [](Op& op) { FreeNode(op, NodeId{op.f->w.value}); })
      .Label("node_put")
      .Local("binder_put_node_cmd", PutNodeWords)
      .Local("done with it", ForgetNode)
      .Branch(
          "an error, of this word or left over",
          [](Op& op) { return op.f->ret != 0; }, "failed")
      .Step()
      .Goto("loop");
}

void TakeDeath(Op& op) {
  const DeathId id{op.f->w.value};
  op.f->cookie = op.w.Get(id).cookie;
  op.f->type = static_cast<uint32_t>(op.w.Get(id).work.type);
  if (TypeIs(op, WorkType::kClearDeathNotification)) return;
  op.w.PushBack(Head::kDeliveredDeath, op.f->proc.any(), id.any());
}

bool DeathWritable(Op& op) { return Writable(op, SizeOf(Br::kDeadBinder)); }

void PutDeath(Op& op) {
  const bool cleared = TypeIs(op, WorkType::kClearDeathNotification);
  const Br br = cleared ? Br::kClearDeathNotificationDone : Br::kDeadBinder;
  PutWord(op, br, SizeOf(br)).cookie = op.f->cookie;
  if (proto::Event* event = op.WordEvent(proto::Event::RETURN, br)) {
    AddArg(event, "cookie", op.f->cookie);
  }
}

bool IsFreeze(Op& op) {
  return op.f->type >= static_cast<uint32_t>(WorkType::kFrozenBinder);
}

void AppendDeath(Builder& b) {
  b.Label("notification")
      .Branch("a freeze", IsFreeze, "freeze")
      .Do("delivered_death", TakeDeath)
      .Unlock("proc.inner")
      .Branch(
          "a death",
          [](Op& op) { return !TypeIs(op, WorkType::kClearDeathNotification); },
          "dead_binder")
      .Undo("free the registration",
            [](Op& op) { FreeDeath(op, DeathId{op.f->w.value}); })
      .Check("the read buffer is writable", DeathWritable, "fault")
      .Local("put the word", PutDeath)
      .Local("done with it", ForgetNode)
      .Step()
      .Goto("loop")
      .Label("dead_binder")
      .Check("the read buffer is writable", DeathWritable, "fault")
      .Local("put the word", PutDeath)
      .Goto("done");
}

void TakeFreeze(Op& op) {
  FreezeRow& freeze = op.w.Edit(FreezeId{op.f->w.value});
  op.f->cookie = freeze.cookie;
  if (TypeIs(op, WorkType::kClearFreezeNotification)) return;
  op.f->frozen = freeze.is_frozen;
  freeze.sent = 1;
  freeze.told = static_cast<uint8_t>(freeze.is_frozen + 1);
  op.w.PushBack(Head::kDeliveredFreeze, op.f->proc.any(), op.f->w);
}

bool FreezeWritable(Op& op) { return Writable(op, SizeOf(Br::kFrozenBinder)); }

void PutFreeze(Op& op) {
  const bool cleared = TypeIs(op, WorkType::kClearFreezeNotification);
  const Br br = cleared ? Br::kClearFreezeNotificationDone : Br::kFrozenBinder;
  ReturnRow& word = PutWord(op, br, SizeOf(br));
  word.cookie = op.f->cookie;
  word.code = op.f->frozen;
  if (proto::Event* event = op.WordEvent(proto::Event::RETURN, br)) {
    AddArg(event, "cookie", op.f->cookie);
    if (!cleared) AddArg(event, "is_frozen", uint64_t{op.f->frozen});
  }
}

void AppendFreeze(Builder& b) {
  b.Label("freeze")
      .Do("delivered_freeze", TakeFreeze)
      .Unlock("proc.inner")
      .Branch(
          "BINDER_WORK_FROZEN_BINDER",
          [](Op& op) { return TypeIs(op, WorkType::kFrozenBinder); },
          "frozen_binder")
      .Undo("free the listener",
            [](Op& op) { FreeListener(op, FreezeId{op.f->w.value}); })
      .Check("the read buffer is writable", DeathWritable, "fault")
      .Local("put the word", PutFreeze)
      .Local("done with it", ForgetNode)
      .Step()
      .Goto("loop")
      .Label("frozen_binder")
      .Check("the read buffer is writable", FreezeWritable, "fault")
      .Local("put the word", PutFreeze)
      .Goto("done");
}

// --- A transaction -----------------------------------------------------------

void FindSender(Op& op) {
  op.f->t = TransactionId{op.f->w.value};
  op.f->w = {};
  op.f->target_thread = op.w.Get(op.f->t).from;
  if (op.k.nice()) TakeOverNice(op);
}

void PinSender(Op& op) {
  const ThreadId from = op.f->target_thread;
  if (from) ++op.w.Edit(from).tmp_ref;
}

// A process that died has no pid any more, if others keep its opening alive; if
// nobody does, the release is on its way, which ends this.
bool OutlivesItsOpener(Op& op, const ProcRow& proc) {
  const bool released =
      proc.is_dead != 0 || (proc.deferred_work & kDeferredRelease) != 0;
  return op.w.Get(proc.process).dead != 0 && !released;
}

ProcessId SenderOf(Op& op) {
  const ThreadId from = op.f->target_thread;
  if (!from) return {};
  const ProcRow& proc = op.w.Get(op.w.Get(from).proc);
  return OutlivesItsOpener(op, proc) ? ProcessId{} : proc.process;
}

void DescribeDelivery(Op& op, const ReturnRow& word) {
  const char* name = word.secctx != 0 ? kTransactionSecCtxName
                                      : NameOf(static_cast<Br>(word.br));
  proto::Event* event = op.Event(proto::Event::RETURN, name);
  if (event == nullptr) return;
  AddArg(event, "ptr", word.ptr);
  AddArg(event, "code", word.code);
  AddArg(event, "flags", word.flags);
  AddArg(event, "data_size", word.data_size);
  AddArg(event, "offsets_size", word.offsets_size);
  AddArg(event, "buffer", word.address);
  proto::Event* receive = op.Event(proto::Event::RECEIVE, name);
  receive->set_message_id(op.w.Get(op.f->t).debug_id);
}

bool IsReply(Op& op) { return !op.w.Get(op.w.Get(op.f->t).buffer).target_node; }

uint32_t TransactionSize(Op& op) {
  return SizeOf(Br::kTransaction) +
         (op.w.Get(op.f->t).security_ctx != 0 ? kSecCtxSize : 0);
}

bool TransactionWritable(Op& op) {
  return op.f->unwritable_read == 0 || Writable(op, TransactionSize(op));
}

void PutTransaction(Op& op) {
  const TransactionRow& t = op.w.Get(op.f->t);
  const BufferRow& buffer = op.w.Get(t.buffer);
  const Br br = IsReply(op) ? Br::kReply : Br::kTransaction;
  ReturnRow& word = PutWord(op, br, SizeOf(br));
  if (buffer.target_node) {
    word.ptr = op.w.Get(buffer.target_node).ptr;
    word.cookie = op.w.Get(buffer.target_node).cookie;
  }
  word.code = t.code;
  word.flags = t.flags;
  word.sender_euid = t.sender_euid;
  if (op.k.user_namespaces()) {
    word.sender_euid = KuidFor(op.w, CurrentProcess(op), t.sender_euid);
  }
  word.sender = SenderOf(op);
  word.data_size = buffer.data_size;
  word.offsets_size = buffer.offsets_size;
  word.buffer = t.buffer;
  word.address = buffer.offset;
  word.secctx = t.security_ctx;
  if (word.secctx != 0) op.f->consumed += kSecCtxSize;
  DescribeDelivery(op, word);
}

bool HasSender(Op& op) { return bool(op.f->target_thread); }

void UnpinSender(Op& op) { DropThreadTmpRef(op, op.f->target_thread); }

void ForgetSender(Op& op) { op.f->target_thread = {}; }

bool WantsReply(Op& op) {
  const TransactionRow& t = op.w.Get(op.f->t);
  return op.w.Get(t.buffer).target_node && (t.flags & kTfOneWay) == 0;
}

void AllowUserFree(Op& op) {
  op.w.Edit(op.w.Get(op.f->t).buffer).allow_user_free = 1;
  op.f->reply = WantsReply(op) ? 1 : 0;
}

void PushIncoming(Op& op) {
  TransactionRow& t = op.w.Edit(op.f->t);
  t.to_parent = op.w.Get(op.f->thread).transaction_stack;
  t.to_thread = op.f->thread;
  op.w.Edit(op.f->thread).transaction_stack = op.f->t;
}

void DetachBuffer(Op& op) {
  op.f->buffer = op.w.Get(op.f->t).buffer;
  op.f->reply = IsReply(op) ? 1 : 0;
  op.w.Edit(op.f->buffer).transaction = {};
}

// The descriptors found no place. A call or a one-way is gone, and the loop
// goes on, with the error still in `ret`; for a reply the reader gets a word.
void AppendFixupsFailed(Builder& b) {
  b.Label("fixups_failed")
      .Do("buffer->transaction = NULL", DetachBuffer)
      .Goto("cleanup")
      .Label("free_buffer")
      .Call(OpId::kFreeBuf,
            [](Op& op) {
              op.callee().buffer = op.f->buffer;
              op.callee().is_failure = 1;
            })
      .Local("done with it",
             [](Op& op) {
               op.f->buffer = {};
               op.f->t = {};
               op.f->type = 0;
               op.Ret(Errno::kEnomem);
             })
      .Branch(
          "a reply", [](Op& op) { return op.f->reply != 0; }, "failed_reply")
      .Step()
      .Goto("loop")
      .Label("failed_reply")
      .Check("the read buffer is writable", PlainWordWritable, "fault")
      .Local("BR_FAILED_REPLY",
             [](Op& op) { PutPlainWord(op, Br::kFailedReply); })
      .Goto("done");
}

// binder_cleanup_transaction: a call's sender learns of the failure.
void AppendCleanup(Builder& b) {
  b.Label("cleanup")
      .Branch(
          "the sender is gone", [](Op& op) { return !HasSender(op); },
          "cleanup_unpinned")
      .Lock("from.proc.inner")
      .Unpin("from->tmp_ref", UnpinSender)
      .Unlock("from.proc.inner")
      .Local("t_from = NULL", ForgetSender)
      .Label("cleanup_unpinned")
      .Branch(
          "nobody waits for a reply", [](Op& op) { return !WantsReply(op); },
          "cleanup_free")
      .Call(OpId::kSendFailedReply,
            [](Op& op) {
              op.callee().t = op.f->t;
              op.callee().return_error =
                  static_cast<uint32_t>(Br::kFailedReply) + 1;
            })
      .Goto("cleaned_up")
      .Label("cleanup_free")
      .Call(OpId::kFreeTransaction, [](Op& op) { op.callee().t = op.f->t; })
      .Label("cleaned_up")
      .Branch(
          "its descriptors found no place",
          [](Op& op) { return bool(op.f->buffer); }, "free_buffer")
      .Local("-EFAULT", SetRet<Errno::kEfault>)
      .Goto("failed");
}

void AppendTransaction(Builder& b) {
  b.Label("transaction")
      .Unlock("proc.inner")
      .Lock("t.lock")
      .Do("t->from", FindSender)
      .Pin("from->tmp_ref", PinSender)
      .Unlock("t.lock")
      .Branch(
          "no descriptors", [](Op& op) { return !op.w.Get(op.f->t).fd_fixups; },
          "deliver")
      .Call(OpId::kApplyFdFixups, [](Op& op) { op.callee().t = op.f->t; })
      .Branch(
          "no place for them", [](Op& op) { return op.f->ret != 0; },
          "fixups_failed")
      .Label("deliver")
      .Check("the read buffer is writable", TransactionWritable, "cleanup")
      .Local("copy_to_user(tr)", PutTransaction)
      .Branch(
          "the sender is gone", [](Op& op) { return !HasSender(op); },
          "unpinned")
      .Lock("from.proc.inner")
      .Unpin("from->tmp_ref", UnpinSender)
      .Unlock("from.proc.inner")
      .Local("t_from = NULL", ForgetSender)
      .Label("unpinned")
      .Do("buffer->allow_user_free = 1", AllowUserFree)
      .Branch(
          "one-way or a reply", [](Op& op) { return op.f->reply == 0; },
          "no_reply")
      .Lock("proc.inner")
      .Do("push it onto the stack", PushIncoming)
      .Unlock("proc.inner")
      .Goto("done")
      .Label("no_reply")
      .Call(OpId::kFreeTransaction, [](Op& op) { op.callee().t = op.f->t; })
      .Goto("done");
}

// --- The end -----------------------------------------------------------------

bool ShouldSpawn(Op& op) {
  const ProcRow& proc = op.w.Get(op.f->proc);
  return proc.requested_threads == 0 && proc.waiting_threads.size == 0 &&
         proc.requested_threads_started < proc.max_threads &&
         MayTakeProcWork(op);
}

uint32_t SizeOfWord(Op& op, AnyId id) {
  const ReturnRow& word = op.w.Get(ReturnId{id.value});
  return SizeOf(static_cast<Br>(word.br)) +
         (word.secctx != 0 ? kSecCtxSize : 0);
}

// The word at the very start of the read buffer; none if read_consumed was not
// 0 and the words before it are not kept.
AnyId WordAtStart(Op& op) {
  uint64_t behind = 0;
  for (AnyId id = op.w.First(Head::kIn, op.f->task.any()); id;
       id = op.w.Next(Head::kIn, id)) {
    behind += SizeOfWord(op, id);
  }
  for (AnyId id = op.w.First(Head::kIn, op.f->task.any()); id;
       id = op.w.Next(Head::kIn, id)) {
    if (behind == op.f->consumed) return id;
    behind -= SizeOfWord(op, id);
  }
  return {};
}

bool StartWritable(Op& op) {
  return op.f->unwritable_read == 0 || op.f->writable >= 4;
}

// The request overwrites that word, whatever it is.
void PutSpawnLooper(Op& op) {
  if (const AnyId word = WordAtStart(op)) {
    op.w.Edit(ReturnId{word.value}).br =
        static_cast<uint32_t>(Br::kSpawnLooper);
  }
  NoteWord(op, Br::kSpawnLooper);
  op.WordEvent(proto::Event::RETURN, Br::kSpawnLooper);
}

void AppendDone(Builder& b) {
  b.Label("done")
      .Local("*consumed",
             [](Op& op) {
               op.w.Edit(op.f->task).read_consumed = op.f->consumed;
               op.f->t = {};
               op.f->w = {};
               op.f->ret = 0;
             })
      .Lock("proc.inner")
      .Check("another looper is needed", ShouldSpawn, "enough")
      .Do("proc->requested_threads++",
          [](Op& op) { ++op.w.Edit(op.f->proc).requested_threads; })
      .Unlock("proc.inner")
      .Check("the start of the read buffer is writable", StartWritable, "fault")
      .Local("BR_SPAWN_LOOPER", PutSpawnLooper)
      .Return()
      .Label("enough")
      .Unlock("proc.inner")
      .Label("failed")
      .Return()
      .ReturnErrno<Errno::kEfault>("fault");
}

bool IsComplete(Op& op) { return op.f->w.table() == TableId::kComplete; }

// The last types are of deaths and freezes.
bool IsNotification(Op& op) {
  return op.f->type >= static_cast<uint32_t>(WorkType::kDeadBinder);
}

void AppendLoop(Builder& b) {
  b.Label("loop")
      .Lock("proc.inner")
      .Do("thread->todo, or proc->todo", PickList)
      .Branch(
          "there is work", [](Op& op) { return !NothingPicked(op); }, "take")
      .Unlock("proc.inner")
      .Branch("nothing was written but BR_NOOP", SleepAgain, "retry")
      .Goto("done")
      .Label("take")
      .Check("the next word fits", EnoughRoom, "full")
      .Dequeue("binder_dequeue_work_head_ilocked", TakeItem)
      .Branch(
          "BINDER_WORK_TRANSACTION",
          [](Op& op) { return TypeIs(op, WorkType::kTransaction); },
          "transaction")
      .Branch("BINDER_WORK_TRANSACTION_COMPLETE and the like", IsComplete,
              "complete")
      .Branch(
          "BINDER_WORK_NODE",
          [](Op& op) { return TypeIs(op, WorkType::kNode); }, "node")
      .Branch("a notification", IsNotification, "notification")
      .Unlock("proc.inner")
      .Check("the read buffer is writable", PlainWordWritable, "fault")
      .Do("put the error, error->cmd = BR_OK", PutReturnError)
      .Local("done with it", ForgetNode)
      .Step()
      .Goto("loop")
      .Label("complete")
      .Unlock("proc.inner")
      .Local("kfree(w)",
             [](Op& op) { FreeComplete(op, CompleteId{op.f->w.value}); })
      .Check("the read buffer is writable", PlainWordWritable, "fault")
      .Local("BR_TRANSACTION_COMPLETE", PutComplete)
      .Local("done with it", ForgetNode)
      .Step()
      .Goto("loop")
      .Label("full")
      .Unlock("proc.inner")
      .Goto("done");
}

}  // namespace

Operation BuildThreadRead() {
  Builder b(OpId::kThreadRead, "binder_thread_read");
  b.Branch(
       "read_consumed is not 0", [](Op& op) { return op.f->consumed != 0; },
       "retry")
      .Check("the read buffer is writable", PlainWordWritable, "fault")
      .Local("BR_NOOP", PutNoop);
  AppendWait(b);
  AppendLoop(b);
  AppendNode(b);
  AppendDeath(b);
  AppendTransaction(b);
  AppendFixupsFailed(b);
  AppendCleanup(b);
  AppendFreeze(b);
  AppendDone(b);
  return b.Finish();
}

}  // namespace bindery::sim
