// One transition as the properties of histories see it: the rows that it
// touched, before and after, and what they say about who did what.
//
// Everything is read off the world between the transition and its Commit(); the
// driver knows nothing of it. The facts are the same at both granularities:
//  T1 A word and the change of state that it reports are in one transition,
//     except a word about an object that the driver frees before it puts the
//     word (the last words about a node, BR_CLEAR_DEATH_NOTIFICATION_DONE).
//  T2 A transition executes visible parts of at most one command, and takes at
//     most one item of work.
#ifndef BINDERY_SIM_HISTORY_STEP_H_
#define BINDERY_SIM_HISTORY_STEP_H_

#include <cstdint>
#include <tuple>
#include <vector>

#include "sim/kernel/atom.h"
#include "sim/kernel/uapi.h"
#include "sim/world/world.h"

namespace bindery::sim {

// A row that the step touched. Created: `before` is zero. Freed: `after` is
// what the row held when it was freed.
template <typename Row>
struct Change {
  Id<Row> id;
  bool created;
  bool freed;
  Row before;
  Row after;
};

class Step {
 public:
  // Reads the step of `world` that is under way. Buffers are reused.
  // REQUIRES: between BeginStep() and Commit(), with a journal.
  void Read(const World& world);

  // In the order of the first touch.
  template <typename Row>
  const std::vector<Change<Row>>& changes() const {
    return std::get<std::vector<Change<Row>>>(changes_);
  }
  // The row as it was when the step began; zero if it is new.
  template <typename Row>
  Row Before(Id<Row> id) const {
    for (const Change<Row>& change : changes<Row>()) {
      if (change.id == id) return change.before;
    }
    return world_->Peek(id);
  }

  uint32_t actor() const { return actor_; }
  // Who executes the driver's code: none for the worker, for programs between
  // system calls, and for the environment.
  TaskId task() const { return task_; }
  ProcId proc() const { return proc_; }
  ThreadId thread() const { return thread_; }
  // The innermost operation that the task is still in.
  OpId operation() const { return operation_; }

  // The command that is being executed; BC 0xff if there is none.
  Bc bc() const { return static_cast<Bc>(command_.bc); }
  const CommandRow& command() const { return command_; }
  // It ended in this step, and user space is told that it was consumed.
  bool consumed() const { return consumed_; }
  bool sends() const;

  // Words that were put for user space, in order.
  const std::vector<ReturnRow>& words() const { return words_; }

 private:
  template <typename... Rows>
  using ChangesOf = std::tuple<std::vector<Change<Rows>>...>;

  void FindActing();
  const FrameRow& Outliving(FrameId caller) const;
  void FindCommand();
  void FindWords();

  const World* world_ = nullptr;
  ChangesOf<ReturnRow, CommandRow, TransactionRow, FixupRow, BufferRow, NodeRow,
            RefRow, DeathRow, ProcRow, ThreadRow, ErrorRow, FrameRow, FileRow,
            FdRow, SuperBlockRow, InodeRow, MinorRow>
      changes_;
  uint32_t actor_ = 0;
  TaskId task_;
  ProcId proc_;
  ThreadId thread_;
  OpId operation_ = OpId::kNone;
  CommandRow command_{};
  bool consumed_ = false;
  std::vector<ReturnRow> words_;
};

inline Br WordOf(const ReturnRow& word) { return static_cast<Br>(word.br); }

}  // namespace bindery::sim

#endif  // BINDERY_SIM_HISTORY_STEP_H_
