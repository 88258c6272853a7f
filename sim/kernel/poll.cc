// binder_poll, and who calls it: do_poll, and of epoll do_epoll_create,
// do_epoll_ctl with ep_insert, ep_remove and ep_modify, ep_poll with
// ep_send_events.
//
// binder_poll() is about the calling thread: it makes that one's binder_thread
// one that polls, for good, and asks whether that one has work. The queue that
// it registers a watcher on is that one's too. So an item of an epoll instance
// is woken with the thread that added it, but looked at as whoever waits.
//
// The scan of the items that may be ready is one section: nobody adds to the
// list meanwhile. Epoll instances are not watched by others, nor by poll().
#include "sim/kernel/poll.h"

#include "sim/kernel/ops.h"
#include "sim/kernel/process.h"
#include "sim/kernel/thread.h"
#include "sim/kernel/work.h"
#include "sim/vfs/epoll.h"

namespace bindery::sim {

// --- Waking ------------------------------------------------------------------

namespace {

FrameRow& WaitingFrame(Op& op, TaskId task) {
  return op.w.Edit(op.w.Get(task).frame);
}

// Takes a task off the queue of an instance. False if it is not there.
bool LeaveWaiters(Op& op, EventPollId ep, TaskId task) {
  TaskId before;
  for (TaskId at = op.w.Get(ep).wq; at; before = at) {
    const TaskId behind{WaitingFrame(op, at).w.value};
    if (at == task) {
      WaitingFrame(op, at).w = {};
      if (before) {
        WaitingFrame(op, before).w = behind.any();
      } else {
        op.w.Edit(ep).wq = behind;
      }
      return true;
    }
    at = behind;
  }
  return false;
}

// wake_up(&ep->wq): one of those who sleep, the first.
void WakeWaiter(Op& op, EventPollId ep) {
  for (TaskId at = op.w.Get(ep).wq; at;
       at = TaskId{WaitingFrame(op, at).w.value}) {
    if (op.w.Get(at).asleep == 0) continue;
    LeaveWaiters(op, ep, at);
    op.w.Edit(at).asleep = 0;
    op.k.Woken(at);
    return;
  }
}

// ep_poll_callback.
void Notify(Op& op, EpItemId item) {
  constexpr uint32_t kPrivateBits = kEpollOneShot | kEpollEt;
  const EpItemRow& row = op.w.Get(item);
  if ((row.events & ~kPrivateBits) == 0) return;  // disabled
  const EventPollId ep = row.ep;
  MarkReady(op.w, item);
  WakeWaiter(op, ep);
}

}  // namespace

void NotifyWatchers(Op& op, ThreadId thread) {
  for (EpItemId item = op.w.Get(thread).wait; item;
       item = op.w.Get(item).next) {
    Notify(op, item);
  }
}

void WakeUpPollFree(Op& op, ThreadId thread) {
  NotifyWatchers(op, thread);
  while (const EpItemId item = op.w.Get(thread).wait) {
    LeaveWaitQueue(op.w, item);
  }
}

// --- binder_poll -------------------------------------------------------------

namespace {

void SampleWork(Op& op) {
  op.w.Edit(op.f->thread).looper |= kLooperPoll;
  op.f->wait_for_proc_work = AvailableForProcWork(op, op.f->thread) ? 1 : 0;
}

bool PollReady(Op& op) {
  return HasWork(op, op.f->thread, op.f->wait_for_proc_work != 0);
}

// --- do_poll -----------------------------------------------------------------

// Bits of pollfd.revents.
constexpr uint64_t kPollIn = 0x01;
constexpr uint64_t kPollError = 0x08;
constexpr uint64_t kPollInvalid = 0x20;

template <uint64_t kEvents>
void PollReturns(Op& op) {
  op.w.Edit(op.f->task).value = kEvents;
  op.f->ret = 1;
}

bool IsPipe(Op& op, const FileRow& file) {
  return file.contents && op.w.Get(file.contents).is_pipe != 0;
}

// Watching these is not modelled.
void NoteWatched(Op& op, const FileRow& file) {
  if (file.bpf != 0) op.k.NoteUnmodelled(kWatchedBpf);
  if (IsPipe(op, file)) op.k.NoteUnmodelled(kWatchedPipe);
}

// Each round looks the descriptor up again: it may have been closed meanwhile,
// or name another file. The first file is held until the end.
void FileOfRound(Op& op) {
  const FileId file = FileOfFd(op.w, CurrentProcess(op), op.f->handle);
  op.f->w = file.any();
  op.f->proc = file ? op.w.Get(file).proc : ProcId{};
  if (!file) return;
  if (op.w.Get(file).eventpoll) op.k.NoteUnmodelled(kWatchedEpoll);
  NoteWatched(op, op.w.Get(file));
}

// file_can_poll(): a memfd, and what is in a binderfs and no device, has no
// poll of its own.
bool CanPoll(Op& op, const FileRow& file) {
  if (file.contents) return IsPipe(op, file);
  return file.proc || !file.mnt;
}

bool IsAlwaysReady(Op& op) {
  return !CanPoll(op, op.w.Get(FileId{op.f->w.value}));
}

// No descriptor is asked then.
bool IsNegative(Op& op) { return static_cast<int32_t>(op.f->handle) < 0; }

// Only the first round registers: the queue that the call sleeps on is that of
// the first file, if that is a device.
void RegisterOnce(Op& op) {
  if (op.f->noop == 0) op.f->target_thread = op.f->thread;
  op.f->noop = 1;
}

void SleepOnFirstQueue(Op& op) {
  op.f->noop = 1;
  op.f->w = {};
  op.f->thread = op.f->target_thread;
  SleepInterruptibly(op);
}

}  // namespace

Operation BuildPoll() {
  Builder b(OpId::kPoll, "binder_poll");
  b.Local("fdget", FdGet)
      .Label("again")
      .Branch("the number is negative", IsNegative, "other_file")
      .Local("fdget of this round", FileOfRound)
      .Check(
          "the descriptor is open", [](Op& op) { return bool(op.f->w); },
          "bad_fd")
      .Branch(
          "the file is no device", [](Op& op) { return !op.f->proc; },
          "no_device");
  AppendGetThread(b, "error");
  b.Lock("proc.inner")
      .Do("looper |= POLL; may it take the process's work?", SampleWork)
      .Do("poll_wait", RegisterOnce)
      .Branch("there is work", PollReady, "ready")
      .Branch("interrupted", SignalPending, "interrupted")
      .Do("wait for a wake-up", SleepOnFirstQueue)
      .Unlock("proc.inner")
      .Sleep()
      .Goto("again")
      .Label("ready")
      .Unlock("proc.inner")
      .Local("POLLIN", PollReturns<kPollIn>)
      .Return()
      .Label("interrupted")
      .Unlock("proc.inner")
      .Do("take the signal", TakeSignal)
      .Return()
      .Label("error")
      .Local("POLLERR", PollReturns<kPollError>)
      .Return()
      .Label("bad_fd")
      .Local("POLLNVAL", PollReturns<kPollInvalid>)
      .Return()
      .Label("no_device")
      .Branch("it has no poll of its own", IsAlwaysReady, "always")
      // It is never readable; only a signal ends the wait, or the end of the
      // descriptor.
      .Label("other_file")
      .Branch("interrupted", SignalPending, "interrupted_other")
      .Do("wait for a wake-up", SleepOnFirstQueue)
      .Sleep()
      .Goto("again")
      .Label("interrupted_other")
      .Do("take the signal", TakeSignal)
      .Return()
      .Label("always")
      .Local("DEFAULT_POLLMASK", PollReturns<kPollIn>)
      .Return();
  return b.Finish();
}

namespace {

// --- epoll -------------------------------------------------------------------

// Of epoll_ctl(): handle is the instance's descriptor, `i` the other one,
// `type` what is to be done, `cookie` the events; `w` becomes the item.
FileId Target(Op& op) { return FileOfFd(op.w, CurrentProcess(op), op.f->i); }

bool TargetCanPoll(Op& op) {
  const FileRow& file = op.w.Get(Target(op));
  NoteWatched(op, file);
  return CanPoll(op, file);
}

EventPollId Instance(Op& op) { return op.w.Get(op.f->file).eventpoll; }

EpItemId Item(Op& op) { return EpItemId{op.f->w.value}; }

bool IsInstance(Op& op) { return bool(Instance(op)); }

bool IsOp(Op& op, EpollOp which) {
  return op.f->type == static_cast<uint32_t>(which);
}

void FindTargetsItem(Op& op) {
  op.f->w = FindItem(op.w, Instance(op), Target(op), op.f->i).any();
}

bool Found(Op& op) { return bool(op.f->w); }

void InsertItem(Op& op) {
  op.f->w = NewItem(op.w, Instance(op), Target(op), op.f->i,
                    static_cast<uint32_t>(op.f->cookie) | kEpollErr | kEpollHup)
                .any();
}

void SetEvents(Op& op) {
  op.w.Edit(Item(op)).events =
      static_cast<uint32_t>(op.f->cookie) | kEpollErr | kEpollHup;
}

// poll_wait(): only what is new is put on the queue.
void RegisterNew(Op& op) {
  if (IsOp(op, EpollOp::kAdd)) JoinWaitQueue(op.w, Item(op), op.f->thread);
}

// The proc of the file that the item is of; none if that is no device.
void ProcOfItem(Op& op) { op.f->proc = op.w.Get(op.w.Get(Item(op)).file).proc; }

bool NoDevice(Op& op) { return !op.f->proc; }

void ThereAreEvents(Op& op) { op.f->return_error = kEpollIn; }

// The thread could not be allocated.
void ThereIsAnError(Op& op) {
  op.f->return_error = kEpollErr;
  op.f->ret = 0;
}

// ep_item_poll() up to what was found: return_error. Goes to "idle" without
// any, and with an error of binder_get_thread to `failed`.
void AppendItemPoll(Builder& b, void (*poll_wait)(Op&)) {
  b.Local("proc of the file", ProcOfItem)
      .Branch("the file is no device", NoDevice, "idle");
  AppendGetThread(b, "no_thread");
  b.Lock("proc.inner")
      .Do("looper |= POLL; may it take the process's work?", SampleWork)
      .Unlock("proc.inner");
  if (poll_wait != nullptr) b.Do("poll_wait", poll_wait);
  b.Lock("proc.inner")
      .Branch("there is work", PollReady, "has_work")
      .Unlock("proc.inner")
      .Goto("idle")
      .Label("no_thread")
      .Local("EPOLLERR", ThereIsAnError)
      .Goto("polled")
      .Label("has_work")
      .Unlock("proc.inner")
      .Local("EPOLLIN", ThereAreEvents)
      .Label("polled");
}

bool Wanted(Op& op) {
  return (op.f->return_error & op.w.Get(Item(op)).events) != 0;
}

void ForgetPoll(Op& op) {
  op.f->return_error = 0;
  op.f->thread = {};
  op.f->proc = {};
}

void TargetIsReady(Op& op) {
  if (op.w.Get(Item(op)).ready != 0) return;
  MarkReady(op.w, Item(op));
  WakeWaiter(op, Instance(op));
}

}  // namespace

Operation BuildEpollCreate() {
  Builder b(OpId::kEpollCreate, "do_epoll_create");
  AppendNewDescriptor(b, [](Op& op) {
    InstallFile(op).eventpoll = op.w.Create<EventPollRow>();
  });
  return b.Return().Finish();
}

Operation BuildEpollCtl() {
  Builder b(OpId::kEpollCtl, "do_epoll_ctl");
  b.Local("fdget", FdGet)
      .Check(
          "the instance's descriptor is open",
          [](Op& op) { return bool(op.f->file); }, "bad_fd")
      .Check(
          "the other descriptor is open",
          [](Op& op) { return bool(Target(op)); }, "bad_fd")
      .Check("the other file can be polled", TargetCanPoll, "no_poll")
      .Check("the first one is of an instance", IsInstance, "invalid")
      .Branch(
          "an instance is to be watched",
          [](Op& op) { return bool(op.w.Get(Target(op)).eventpoll); }, "nested")
      .Lock("ep.mtx")
      .Do("ep_find", FindTargetsItem)
      .Branch(
          "EPOLL_CTL_ADD", [](Op& op) { return IsOp(op, EpollOp::kAdd); },
          "add")
      .Check("the item is there", Found, "not_found")
      .Branch(
          "EPOLL_CTL_MOD", [](Op& op) { return IsOp(op, EpollOp::kModify); },
          "modify")
      .Do("ep_remove",
          [](Op& op) {
            RemoveItem(op.w, Item(op));
            op.f->w = {};
          })
      .Unlock("ep.mtx")
      .Return()
      .Label("modify")
      .Do("ep_modify", SetEvents)
      .Goto("poll")
      .Label("add")
      .Check(
          "the item is not there yet", [](Op& op) { return !Found(op); },
          "exists")
      .Do("ep_insert", InsertItem)
      .Label("poll");
  AppendItemPoll(b, RegisterNew);
  b.Branch(
       "not what it waits for", [](Op& op) { return !Wanted(op); }, "idle")
      .Do("the item is ready", TargetIsReady)
      .Label("idle")
      .Local("done with it", ForgetPoll)
      .Unlock("ep.mtx")
      .Return()
      .ReturnErrno<Errno::kEexist>("exists", "ep.mtx")
      .ReturnErrno<Errno::kEnoent>("not_found", "ep.mtx")
      .Label("nested")
      .Local("not modelled",
             [](Op& op) {
               if (Target(op) != op.f->file) op.k.NoteUnmodelled(kWatchedEpoll);
             })
      .ReturnErrno<Errno::kEperm>("no_poll")
      .ReturnErrno<Errno::kEinval>("invalid")
      .ReturnErrno<Errno::kEbadf>("bad_fd");
  return b.Finish();
}

namespace {

// Of epoll_wait(): handle is the descriptor, size the most events, `i` those
// found so far; `w` is the first item that is still to be looked at, and while
// the call sleeps who sleeps behind it.

bool FatalSignalPending(Op& op) {
  return SignalPending(op) && op.w.Get(CurrentProcess(op)).dead != 0;
}

void StartScan(Op& op) {
  op.f->w = op.w.Get(Instance(op)).rdllist.any();
  op.w.Edit(Instance(op)).rdllist = {};
}

// What follows on the list comes next; the item is on none.
void AdvanceFrom(Op& op, EpItemId item) {
  op.f->w = op.w.Get(item).rdllink.any();
  op.w.Edit(item).rdllink = {};
  op.w.Edit(item).ready = 0;
}

// epoll_event as 16 bits: the descriptor and what it is ready for.
void PutEvent(Op& op) {
  const EpItemId item = Item(op);
  const uint32_t events = op.f->return_error & op.w.Get(item).events;
  const uint64_t told = (uint64_t{op.w.Get(item).fd} << 4 | events) & 0xffff;
  op.w.Edit(op.f->task).value |= told << (16 * op.f->i++);
  AdvanceFrom(op, item);
  if ((op.w.Get(item).events & kEpollOneShot) != 0) {
    op.w.Edit(item).events &= kEpollOneShot | kEpollEt;
  } else if ((op.w.Get(item).events & kEpollEt) == 0) {
    MarkReady(op.w, item);  // level triggered: it is looked at again
  }
}

// What was not looked at is in front of what is looked at again.
void DoneScan(Op& op) {
  ForgetPoll(op);
  const EpItemId first = Item(op);
  if (!first) return;
  EpItemId last = first;
  while (op.w.Get(last).rdllink) last = op.w.Get(last).rdllink;
  op.w.Edit(last).rdllink = op.w.Get(Instance(op)).rdllist;
  op.w.Edit(Instance(op)).rdllist = first;
  op.f->w = {};
}

bool NoneReady(Op& op) { return !op.w.Get(Instance(op)).rdllist; }

// __add_wait_queue_exclusive(): in front, so that the latest is woken first.
void JoinWaiters(Op& op) {
  op.f->w = op.w.Get(Instance(op)).wq.any();
  op.w.Edit(Instance(op)).wq = op.f->task;
  SleepInterruptibly(op);
  TaskRow& task = op.w.Edit(op.f->task);
  if (task.asleep != 0) task.asleep = kAsleepInEpoll;
}

void AppendScan(Builder& b) {
  b.Lock("ep.mtx")
      .Do("ep_start_scan", StartScan)
      .Label("item")
      .Branch(
          "no item is left", [](Op& op) { return !op.f->w; }, "scanned")
      .Branch(
          "there is no room for more",
          [](Op& op) { return op.f->i >= op.f->size; }, "scanned");
  AppendItemPoll(b, nullptr);
  b.Branch(
       "not what it waits for", [](Op& op) { return !Wanted(op); }, "idle")
      .Do("epoll_put_uevent", PutEvent)
      .Goto("next")
      .Label("idle")
      .Do("list_del_init", [](Op& op) { AdvanceFrom(op, Item(op)); })
      .Label("next")
      .Local("done with it", ForgetPoll)
      .Goto("item")
      .Label("scanned")
      .Do("ep_done_scan", DoneScan)
      .Branch("nothing may be ready", NoneReady, "unlock")
      .Wake("another one who waits",
            [](Op& op) { WakeWaiter(op, Instance(op)); })
      .Label("unlock")
      .Unlock("ep.mtx");
}

}  // namespace

Operation BuildEpollWait() {
  Builder b(OpId::kEpollWait, "ep_poll");
  b.Check(
       "there is room for an event", [](Op& op) { return op.f->size != 0; },
       "invalid")
      .Local("fdget", FdGet)
      .Check(
          "the descriptor is open", [](Op& op) { return bool(op.f->file); },
          "bad_fd")
      .Check("it is of an instance", IsInstance, "invalid")
      .Label("again")
      .Branch("it is killed", FatalSignalPending, "interrupted");
  AppendScan(b);
  b.Branch(
       "events were found", [](Op& op) { return op.f->i != 0; }, "found")
      .Branch(
          "it does not wait", [](Op& op) { return op.f->nonblock != 0; },
          "found")
      .Branch("interrupted", SignalPending, "interrupted")
      .Lock("ep.lock")
      .Branch(
          "an item may be ready", [](Op& op) { return !NoneReady(op); },
          "unlock_again")
      .Do("join those who wait, and sleep", JoinWaiters)
      .Unlock("ep.lock")
      .Sleep()
      .Lock("ep.lock")
      .Do("leave those who wait",
          [](Op& op) { LeaveWaiters(op, Instance(op), op.f->task); })
      .Label("unlock_again")
      .Unlock("ep.lock")
      .Goto("again")
      .Label("found")
      .Local("how many",
             [](Op& op) { op.f->ret = static_cast<int32_t>(op.f->i); })
      .Return()
      .Label("interrupted")
      .Do("take the signal", TakeSignal)
      .Return()
      .ReturnErrno<Errno::kEinval>("invalid")
      .ReturnErrno<Errno::kEbadf>("bad_fd");
  return b.Finish();
}

}  // namespace bindery::sim
