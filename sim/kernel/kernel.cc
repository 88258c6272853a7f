#include "sim/kernel/kernel.h"

#include "base/check.h"
#include "sim/kernel/branches.h"
#include "sim/kernel/op.h"
#include "sim/kernel/pages.h"
#include "sim/kernel/print_state.h"
#include "sim/kernel/process.h"

namespace bindery::sim {
namespace {

// Bounds one transition: every loop in a table has a kGoto. Only a mutated
// driver gets there.
constexpr int kMaxJumps = 20000;

// Where a transition ends besides at a sleep or a return: wherever no lock is
// held, at steps, nowhere.
enum class Mode { kLock, kCommand, kThrough };

}  // namespace

// Executes one stack of frames until the transition ends.
class Interpreter {
 public:
  Interpreter(Kernel& kernel, TaskId task, FrameId top)
      : kernel_(kernel),
        w_(kernel.world()),
        tables_(
            kernel.driver().tables(kernel.granularity() == Granularity::kLock)),
        op_(kernel),
        task_(task) {
    Enter(top, w_.Edit(top));
  }

  void Run() {
    const FrameId before = top_;
    if (kernel_.branches() != nullptr) {
      RunAs</*kCounts=*/true>();
    } else {
      RunAs</*kCounts=*/false>();
    }
    if (top_ != before) SetTop(top_);
  }

 private:
  template <bool kCounts>
  void RunAs() {
    if (kernel_.granularity() == Granularity::kLock) {
      RunAtoms<Mode::kLock, kCounts>();
    } else if (kernel_.run_through()) {
      RunAtoms<Mode::kThrough, kCounts>();
    } else {
      RunAtoms<Mode::kCommand, kCounts>();
    }
  }

  // The frame's pc is written back only where it can be seen: when the
  // transition ends or another frame is entered. Locks matter only where others
  // may run between them: at command granularity the tables are without them.
  template <Mode kMode, bool kCounts>
  void RunAtoms() {
    const Atom* atom = atoms_ + op_.f->pc;
    int jumps = kMaxJumps;
    int held = 0;
    bool worked = false;
    for (;;) {
      if (kMode == Mode::kLock && held == 0 && worked && atom->visible) break;
      if (kMode != Mode::kThrough) worked |= atom->visible;
      if (kMode == Mode::kLock) Announce(*atom);
      if (atom->kind <= AtomKind::kUndo) {
        if (kCounts) Count(*atom, false);
        atom->run(op_);
        atom = atom->next[0];
        continue;
      }
      if (atom->kind <= AtomKind::kBranch) {
        const bool yes = atom->test(op_);
        if (kCounts) Count(*atom, yes);
        atom = atom->next[yes];
        continue;
      }
      if (kCounts) Count(*atom, false);
      switch (atom->kind) {
        case AtomKind::kGoto:
          atom = atom->next[0];
          if (--jumps == 0) break;
          continue;
        case AtomKind::kLock:
          ++atom;
          ++held;
          continue;
        case AtomKind::kUnlock:
          ++atom;
          --held;
          continue;
        case AtomKind::kCall:
          op_.f->pc = PlaceOf(atom + 1);
          Call(*atom);
          atom = atoms_;
          continue;
        case AtomKind::kReturn:
          if (!Return(*atom)) return;
          atom = atoms_ + op_.f->pc;
          continue;
        case AtomKind::kStep:
        case AtomKind::kSleep:
          if (GoesOn<kMode>(*atom++, worked)) continue;
          break;
        default:
          BINDERY_CHECK_MSG(false, "an atom of no kind");
      }
      break;
    }
    op_.f->pc = PlaceOf(atom);
    if (jumps == 0) {
      w_.RecordBug("soft lockup: the operation does not end");
    }
  }

  uint16_t PlaceOf(const Atom* atom) const {
    return static_cast<uint16_t>(atom - atoms_);
  }

  void Count(const Atom& atom, bool yes) {
    kernel_.branches()->Take(static_cast<OpId>(op_.f->op),
                             kernel_.granularity() == Granularity::kLock,
                             PlaceOf(&atom), yes);
  }

  // Whether the transition goes on behind a place where it may end.
  template <Mode kMode>
  bool GoesOn(const Atom& atom, bool worked) const {
    if (atom.kind == AtomKind::kSleep) return w_.Get(task_).asleep == 0;
    return kMode != Mode::kCommand || !worked;
  }

  // Says once where a transition at lock granularity begins.
  void Announce(const Atom& atom) {
    if (announced_ || !atom.visible || atom.kind > AtomKind::kUndo) return;
    announced_ = true;
    op_.Event(proto::Event::STEP, atom.name);
  }

  void Call(const Atom& atom) {
    const FrameRow& caller = *op_.f;
    const OpId callee =
        atom.callee != OpId::kNone ? atom.callee : atom.select(op_);
    FrameId id;
    FrameRow& frame = w_.PushFrame(&id);
    frame.op = static_cast<uint16_t>(callee);
    frame.caller = top_;
    frame.task = caller.task;
    frame.proc = caller.proc;
    frame.thread = caller.thread;
    frame.command = caller.command;
    if (atom.callee != OpId::kNone && atom.run != nullptr) {
      op_.other_ = &frame;
      atom.run(op_);
    }
    kernel_.Entered(callee);
    Enter(id, frame);
  }

  bool Return(const Atom& atom) {
    FrameRow& frame = *op_.f;
    const FrameId caller = frame.caller;
    if (!caller) {
      if (task_) {
        TaskRow& task = w_.Edit(task_);
        task.ret = frame.ret;
        task.signal_pending = 0;  // handled on the way out
      }
      if (frame.file) PutFile(op_, frame.file);  // fdput()
      if (task_ && w_.Get(task_).task_works.size != 0) RunTaskWorks(op_, task_);
      w_.PopFrame(top_);
      top_ = {};
      return false;
    }
    FrameRow& up = w_.Edit(caller);
    up.ret = frame.ret;
    if (atom.run != nullptr) {
      op_.other_ = &up;
      atom.run(op_);
    }
    w_.PopFrame(top_);
    Enter(caller, up);
    return true;
  }

  void Enter(FrameId id, FrameRow& frame) {
    top_ = id;
    op_.f = &frame;
    atoms_ = tables_[frame.op];
  }
  // Whose stack it is learns of it once, at the end of the transition.
  void SetTop(FrameId id) {
    if (task_) {
      w_.Edit(task_).frame = id;
    } else {
      w_.Edit(op_.global()).worker = id;
    }
  }

  Kernel& kernel_;
  World& w_;
  const Driver::Tables& tables_;
  Op op_;
  TaskId task_;
  FrameId top_;
  const Atom* atoms_ = nullptr;  // of the innermost operation
  bool announced_ = false;
};

FrameId Kernel::Start(TaskId task, OpId op) {
  FrameId id;
  FrameRow& frame = w_.PushFrame(&id);
  frame.op = static_cast<uint16_t>(op);
  frame.task = task;
  TaskRow& row = w_.Edit(task);
  BINDERY_CHECK_MSG(!row.frame, "the task is in a system call already");
  row.frame = id;
  row.ret = 0;
  row.value = 0;
  row.value2 = 0;
  row.seen = {};
  row.write_consumed = 0;
  row.read_consumed = 0;
  return id;
}

bool Kernel::Runnable(TaskId task) const {
  const TaskRow& row = w_.Peek(task);
  return row.frame && row.state == TaskState::kRunning &&
         (row.asleep == 0 || row.signal_pending != 0);
}

void Kernel::RunTask(TaskId task) {
  const TaskRow& row = w_.Get(task);
  BINDERY_CHECK(row.frame);
  Interpreter(*this, task, row.frame).Run();
  if (row.frame) return;
  if (observer_ != nullptr) [[unlikely]]
    observer_->Returned(w_, task);
  if (proto::Event* event =
          Emit(events_, proto::Event::SYSCALL_RETURN, "return")) {
    event->set_result(row.ret);
  }
  if (w_.Get(row.process).dead != 0) {
    Op op(*this);
    FinishIfDead(op, task);
  }
}

bool Kernel::WorkerRunnable() const {
  const GlobalRow& global =
      w_.Peek(GlobalId{AnyId::Make(TableId::kGlobal, 1, 1).value});
  return global.worker || global.deferred.size != 0;
}

void Kernel::RunWorker() {
  const GlobalId id{AnyId::Make(TableId::kGlobal, 1, 1).value};
  if (!w_.Get(id).worker) {
    FrameId frame;
    w_.PushFrame(&frame).op = static_cast<uint16_t>(OpId::kDeferredFunc);
    w_.Edit(id).worker = frame;
    Entered(OpId::kDeferredFunc);
  }
  Interpreter(*this, TaskId{}, w_.Get(id).worker).Run();
}

void Kernel::RunToReturn(TaskId task) {
  while (w_.Get(task).frame) {
    BINDERY_CHECK_MSG(Runnable(task), "the call sleeps");
    RunTask(task);
  }
}

void Kernel::Signal(TaskId task) {
  if (w_.Peek(task).state == TaskState::kDead) return;
  if (observer_ != nullptr) observer_->Signalled(w_, task);
  Emit(events_, proto::Event::ENVIRONMENT, "signal");
  if (StillInUserSpace(w_, task)) return;
  TaskRow& row = w_.Edit(task);
  row.signal_pending = 1;
  row.asleep = 0;
  Woken(task);
}

void Kernel::Shrink() {
  if (observer_ != nullptr) observer_->Shrinking(w_);
  uint64_t taken = 0;
  if (memory_ != nullptr) taken = memory_->Shrink(w_, memory_->free_pages());
  if (proto::Event* event =
          Emit(events_, proto::Event::ENVIRONMENT, "memory pressure")) {
    if (memory_ != nullptr) AddArg(event, "pages", static_cast<int64_t>(taken));
  }
  if (observer_ != nullptr && taken != 0) observer_->PagesTaken(taken);
}

bool Kernel::Sleeping(TaskId task) const {
  const TaskRow& row = w_.Peek(task);
  return row.asleep == kAsleepForATime && row.state == TaskState::kRunning;
}

void Kernel::Expire(TaskId task) {
  if (observer_ != nullptr) observer_->Expired(w_, task);
  Emit(events_, proto::Event::ENVIRONMENT, "the time is up");
  w_.Edit(w_.Get(task).frame).has_work = 1;
  w_.Edit(task).asleep = 0;
  Woken(task);
}

void Kernel::ReadState() {
  FrameRow nobody = {};
  Op op(*this);
  op.f = &nobody;
  PrintState(op, Prints::kAllNodes);
}

void Kernel::NoteLayoutDependence() {
  inconclusive_ =
      "an allocation depends on the order of earlier ones, which symbolic "
      "addresses leave out of the state; use --addresses=exact";
}

void Kernel::ExitProcess(ProcessId process) {
  if (observer_ != nullptr) observer_->Exiting(w_, process);
  Op op(*this);
  DoExit(op, process);
}

void Kernel::Reported(const Report& report) {
  if (observer_ != nullptr) observer_->Reported(w_, report);
  proto::Event* const event =
      Emit(events_, proto::Event::REPORT, NameOf(report.error));
  if (event == nullptr) return;
  event->set_function("binder_netlink_report");
  if (names_ != nullptr) {
    AddArg(event, "context", names_->Context(report.device));
    AddArg(event, "from", names_->Task(w_, w_.Peek(report.from).task));
    if (report.to_thread) {
      AddArg(event, "to", names_->Task(w_, w_.Peek(report.to_thread).task));
    } else if (report.to_proc) {
      AddArg(event, "to", names_->Process(w_, w_.Peek(report.to_proc).process));
    }
  }
  if (report.is_reply) AddArg(event, "", "is_reply");
  AddArg(event, "flags", uint64_t{report.flags});
  AddArg(event, "code", uint64_t{report.code});
  AddArg(event, "data_size", uint64_t{report.data_size});
}

bool Op::NextAllocationFails() {
  if (--w.Edit(global()).fail_next != 0) return false;
  k.AllocationFailed();
  Event(proto::Event::ENVIRONMENT, "allocation failure");
  return true;
}

proto::Event* Op::NewEvent(proto::Event::Kind kind, const char* name) {
  proto::Event* event = Emit(k.events(), kind, name);
  if (f != nullptr) {
    event->set_function(driver.operation(static_cast<OpId>(f->op)).function);
  }
  return event;
}

void Op::Count(Guard guard, bool yes) const { k.branches()->Take(guard, yes); }

void Op::UserError(const char* message) {
  k.Refused(message);
  Event(proto::Event::USER_ERROR, message);
}

}  // namespace bindery::sim
