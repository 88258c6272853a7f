// User space: runs the compiled programs of a scenario's tasks.
//
// A task that is in no system call runs its program until it has submitted the
// next system call, which then has not begun, or stands before an instruction
// that other tasks can notice (a visible one), or has ended. So between
// transitions every live task stands right before something visible.
//
// Threads that call and serve behave as libbinder's do: what is queued is
// written together with the next read, reads are of 256 bytes, words are looked
// at one by one, and a wait serves whatever arrives meanwhile.
//
// Invariants
//  U1 Nothing here is state but what is in the world: rows of tasks,
//     activations, variables, commands and returns. Hence undo works.
//  U2 No heap allocation per transition but for failures and events.
//  U3 A row's fields that have no meaning at the moment are zero.
//
// All calls happen inside a step of the world. Not thread-safe.
#ifndef BINDERY_SIM_USER_RUNTIME_H_
#define BINDERY_SIM_USER_RUNTIME_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/kernel/kernel.h"
#include "sim/user/program.h"
#include "sim/world/world.h"

namespace bindery::sim {

// What a name has to do with the proxy of the handle that is its value, as
// BpBinder of libbinder: taken with BC_INCREFS and BC_ACQUIRE by the first name
// of a process that holds it, given back by the last. Its address, the cookie
// of its notifications, follows from the handle.
enum ProxyBit : uint8_t {
  kProxyHeld = 1,
  kProxyLinked = 2,  // an obituary is asked for
  // BR_CLEAR_DEATH_NOTIFICATION_DONE is to come; until then a proxy that
  // nothing holds keeps its weak reference, so that its handle stays its own.
  kProxyEnding = 4,
  kProxyListening = 8,  // freeze words are asked for
};

class UserRuntime {
 public:
  // Both outlive the runtime. Interns constant payloads in the kernel's world.
  UserRuntime(const CompiledScenario& scenario, Kernel& kernel);

  // Evaluates `check` steps: called with the index into scenario.checks.
  // Without it every check holds.
  void set_check(std::function<bool(uint32_t)> check) {
    check_ = std::move(check);
  }

  // Gives a task that has finished more to do, at `entry`, and resumes it.
  // REQUIRES: Finished(task), of a scenario that grows.
  void Continue(TaskId task, uint32_t entry);
  // Runs local code. Does nothing if the task is in a system call, has ended,
  // or stands before a visible instruction.
  void Resume(TaskId task);
  // The task stands before a visible instruction.
  bool VisibleNext(TaskId task) const;
  // That instruction can be executed now. REQUIRES: VisibleNext(task).
  bool VisibleEnabled(TaskId task) const;
  // The event that the task waits for; 0: none.
  uint32_t Awaits(TaskId task) const;
  // Whether it waits for a name of its process to be bound.
  bool AwaitsName(TaskId task) const;
  // Executes it, then resumes. REQUIRES: VisibleEnabled(task).
  void RunVisible(TaskId task);

  // The task's program is over, in whatever way, or was never asked to start.
  bool Finished(TaskId task) const;
  // The task serves for ever and has nothing in progress: it is not stuck if
  // nothing arrives.
  bool Idle(TaskId task) const;
  // What keeps the task, such as "waits for the reply to its call at
  // a.textproto:12"; "has finished".
  std::string WaitingFor(TaskId task) const;
  // The place of the step that the task is at, as "file:line".
  std::string PlaceOf(TaskId task) const;
  // The task of an actor number.
  TaskId Task(uint32_t actor) const {
    return kernel_.world().Find<TaskRow>(actor, 0);
  }

  // Expectations that were not met since the latest ClearFailures(), each with
  // place, what was expected and what was observed.
  const std::vector<std::string>& failures() const { return failures_; }
  void ClearFailures() { failures_.clear(); }

 private:
  const Instruction& At(TaskId task) const {
    return scenario_.code[w_.Peek(task).pc];
  }
  const TaskSpec& Spec(TaskId task) const {
    return scenario_.tasks[w_.Peek(task).actor - 1];
  }

  // runtime.cc
  void InternPayloads();
  bool Running(TaskId task) const;
  bool Execute(TaskId task);
  void Advance(TaskId task) { ++w_.Edit(task).pc; }
  void ExecuteVisible(TaskId task, const Instruction& instruction);
  void Check(TaskId task, const Instruction& instruction);
  void Overwrite(TaskId sender, const OverwriteSpec& spec);
  void End(TaskId task);
  void Stop(TaskId task, TaskState state);
  void ClearResult(TaskId task);
  void DropCommands(TaskId task);
  void DropWords(TaskId task);
  void DropWordsAfter(TaskId task, uint64_t count);
  bool Fail(TaskId task, Place place, std::string message);
  void Say(const char* what, const std::string& detail = {});
  std::string WaitingInCall(TaskId task) const;
  std::string FileLine(Place place) const;
  std::string VariableName(TaskId task, uint32_t variable) const;

  // runtime_calls.cc
  bool SubmitIoctl(TaskId task, uint32_t fd, const Instruction& instruction);
  bool SubmitFileStep(TaskId task, const Instruction& instruction);
  void SubmitFs(TaskId task, const Instruction& instruction);
  void Forked(TaskId task, uint32_t process);
  bool Submit(TaskId task, const Instruction& instruction);
  bool NothingToFlush(TaskId task, const Instruction& instruction) const;
  void SubmitRead(TaskId task, uint32_t fd_variable, uint64_t read_size);
  bool Return(TaskId task);
  void BindOpened(TaskId task, const Instruction& call);
  bool BindReturns(TaskId task, const ExpectedOutcome& outcome);
  bool Call(TaskId task, const Instruction& instruction);
  bool Reply(TaskId task, const Instruction& instruction);
  bool Serve(TaskId task, const Instruction& instruction);
  bool Wait(TaskId task);
  bool HandlerEnd(TaskId task, const Instruction& instruction);
  bool HandlerPop(TaskId task, const Instruction& instruction);
  bool Repeat(TaskId task, const Instruction& instruction);
  bool RepeatEnd(TaskId task, const Instruction& instruction);
  bool Queue(TaskId task, const Instruction& instruction);
  bool PushTemplate(TaskId task, uint32_t index, Place place);
  bool FillIn(TaskId task, uint32_t index, Place place, bool in_memory,
              BlobId* filled);
  CommandRow& PushCommand(TaskId task, Bc bc);
  void FreeBuffer(TaskId task, BufferId buffer, uint64_t address);
  void FreeHandlersBuffer(TaskId task, ActivationId handler);
  ActivationRow& Push(TaskId task, ActivationKind kind);
  void Pop(TaskId task);
  ActivationId Handler(TaskId task) const;
  uint32_t FdOfActivation(ActivationId id) const;

  // runtime_words.cc
  bool TakeWord(TaskId task);
  bool EndsCall(const Instruction& opener, uint32_t br) const;
  bool FinishCall(TaskId task, const Instruction& opener,
                  const ReturnRow& word);
  std::string RefusedParcels(TaskId task, const ReturnRow& word) const;
  bool Dispatch(TaskId task, const ReturnRow& word);
  bool Unhandled(TaskId task, const ReturnRow& word);
  bool Matches(TaskId task, const HandlerSpec& handler,
               const ReturnRow& word) const;
  bool Bound(TaskId task, uint32_t variable) const {
    return w_.Peek(Variable(task, variable)).bound != 0;
  }
  bool MatchesNames(TaskId task, const HandlerSpec& handler,
                    const ReturnRow& word) const;
  bool MatchesSender(const HandlerSpec& handler, const ReturnRow& word) const;
  bool NeedsNoHandler(TaskId task, const ReturnRow& word);
  bool Ignore(TaskId task, const ReturnRow& word);
  bool EnterHandler(TaskId task, uint32_t handler, const ReturnRow& word);
  void Acknowledge(TaskId task, const ReturnRow& word);
  void SpawnPoolThread(TaskId task);
  bool Bind(TaskId task, Range binds, BufferId buffer, uint64_t address);
  bool Unmapped(TaskId task, BufferId buffer) const;
  bool BindOne(TaskId task, const BindSpec& bind, BufferId buffer,
               uint64_t address);
  const char* LoadHandle(BufferId buffer, const BindSpec& bind,
                         uint64_t* handle) const;
  const char* LoadFd(BufferId buffer, const BindSpec& bind, uint64_t* fd) const;

  // runtime_names.cc
  static bool IsProxyOf(const VariableRow& variable, uint64_t handle);
  static bool HoldsProxyOf(const VariableRow& variable, uint64_t cookie);
  // A name of the task's process that holds the proxy; 0: none.
  uint32_t NameOfProxy(TaskId task, uint64_t handle, uint32_t except) const;
  void PushReference(TaskId task, Bc bc, uint64_t handle);
  void PushProxyCommand(TaskId task, Bc bc, uint64_t handle);
  void Hold(TaskId task, uint32_t name, uint64_t handle);
  void Drop(TaskId task, uint32_t name, bool again = false);
  bool Skip(TaskId task, const Instruction& instruction);
  bool Forget(TaskId task, const Instruction& instruction);
  bool Link(TaskId task, const Instruction& instruction);
  void NotificationEnded(TaskId task, uint64_t cookie);
  bool ForgottenProxy(TaskId task, uint64_t cookie) const;

  // runtime_expect.cc
  bool JudgeReturn(TaskId task, const Instruction& call, const Instruction& ret,
                   const ExpectedOutcome** outcome);
  bool JudgeCall(TaskId task, const Instruction& opener, const ReturnRow& word,
                 const ExpectedOutcome** outcome);
  const ParcelSpec& ParcelOf(uint32_t parcel) const {
    return scenario_.parcels[parcel - 1];
  }
  std::string ParcelDifference(uint32_t parcel, const ReturnRow& word) const;
  std::string ParcelDifferences(Range outcomes, const ReturnRow& word) const;
  bool MatchesReady(TaskId task, const ExpectedOutcome& outcome) const;
  std::string SeenText(const TaskRow& row, const Instruction& call) const;
  bool MatchesReturn(TaskId task, const ExpectedOutcome& outcome) const;
  static bool MatchesNode(const TaskRow& row, const ExpectedOutcome& outcome);
  bool MatchesWords(TaskId task, const ExpectedOutcome& outcome) const;
  std::string SecurityContextOf(const ReturnRow& word) const;
  bool MatchesWord(const ExpectedReturn& expected, const ReturnRow& word) const;
  bool MatchesCall(const ExpectedOutcome& outcome, const ReturnRow& word) const;
  std::string DescribeExpected(Range outcomes) const;
  std::string DescribeOutcome(const ExpectedOutcome& outcome) const;
  std::string DescribeExpectedWord(const ExpectedReturn& word) const;
  std::string DescribeWord(const ReturnRow& word) const;
  static std::string DescribeSecond(const TaskRow& row,
                                    const Instruction& call);
  std::string DescribeResult(TaskId task, const Instruction& call) const;

  // Rows that name things.
  VariableId Variable(TaskId task, uint32_t variable) const;
  VariableId Event(uint32_t event) const {
    return w_.Find<VariableRow>(0, event);
  }
  TaskId TaskOf(uint32_t actor) const { return w_.Find<TaskRow>(actor, 0); }
  ProcessId ProcessOf(uint32_t process) const {
    return w_.Find<ProcessRow>(process, 0);
  }
  uint32_t FdNumber(TaskId task, uint32_t variable) const;

  const CompiledScenario& scenario_;
  Kernel& kernel_;
  World& w_;
  std::function<bool(uint32_t)> check_;
  std::vector<BlobId> data_;     // of each command template
  std::vector<BlobId> offsets_;  // of each command template
  std::vector<BlobId> memory_;   // of each command template
  std::string scratch_;          // payload under construction
  // By process - 1 the place of its first variable in `variables_`, where
  // variables were found before; looked up again when they are not there.
  std::vector<uint32_t> first_variable_;
  mutable std::vector<VariableId> variables_;
  std::vector<std::string> failures_;
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_USER_RUNTIME_H_
