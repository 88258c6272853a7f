// The compiler's insides, shared by the files that make it up; nothing else
// includes this.
//
// A process is compiled in two passes: the first declares its nodes and the
// names that its steps bind, the second writes code, so that a handler may use
// a name that a later step binds.
#ifndef BINDERY_SIM_USER_COMPILER_H_
#define BINDERY_SIM_USER_COMPILER_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/kernel/user_memory.h"
#include "sim/user/parcel_items.h"
#include "sim/user/program.h"
#include "sim/user/source.h"

namespace bindery::sim {

using StepCursor = Cursor<proto::Step>;

struct LaterNames;

class Compiler {
 public:
  Compiler(Errors* errors, CompiledScenario* out)
      : errors_(*errors), out_(*out) {}

  void Run(const Cursor<proto::Scenario>& scenario);
  // Behind Run(): descriptors that steps of any process may open later, and
  // such a step. Returns its first instruction. `process` and `thread`, its
  // number in the process, count from 0.
  void DeclareLater(const LaterNames& names);
  uint32_t LaterStep(int process, int thread, const StepCursor& step);

 private:
  struct NodeSpec {
    uint64_t ptr = 0;
    uint64_t cookie = 0;
    uint32_t flags = 0;
  };
  // The process that is being compiled.
  struct Scope {
    uint32_t index = 0;
    std::map<std::string, uint32_t> variables;
    std::map<std::string, NodeSpec> nodes;
    std::set<uint32_t> nonblock;  // fd variables
    uint32_t default_fd = 0;
  };
  // The parts of a process's memory that the objects of its handlers and of its
  // threads, counted from 0, point to.
  static constexpr uint32_t kHandlerMemory = 0;
  static constexpr uint32_t MemoryOfThread(uint32_t number) {
    return kHandlerMemory + 1 + number;
  }
  // A payload that is being written; defined in compile_payload.cc.
  struct Draft;
  // Where a step stands.
  enum class Where : uint8_t { kThread, kTransactionHandler, kOtherHandler };
  struct Context {
    Where where = Where::kThread;
    bool pool = false;
    int depth = 0;
    uint32_t handler = 0;
  };
  enum class Result : uint8_t {
    kNone,
    kSyscall,
    kIoctl,
    kWriteRead,
    kEpollWait,
    kLook,
    kCall,
    kReply,
  };

  // compile.cc: the scenario as a whole, without declarations.
  void Expanded(const Cursor<proto::Scenario>& scenario);
  void Header(const Cursor<proto::Scenario>& scenario);
  void Devices(const Cursor<proto::Scenario>& scenario);
  void DeclareProcesses(const std::vector<Cursor<proto::Process>>& processes);
  void DeclareEvents(const Cursor<proto::Scenario>& scenario);
  void Schedule(const Cursor<proto::Scenario>& scenario);
  void Predicates(const Cursor<proto::Scenario>& scenario);
  PredicateSpec OnePredicate(const Cursor<proto::Predicate>& predicate);
  void Budget(const Cursor<proto::Scenario>& scenario);
  // compile_policy.cc.
  void Policy(const Cursor<proto::Scenario>& scenario);
  void Expectation(const Cursor<proto::Scenario>& scenario);
  void Managers(const std::vector<Cursor<proto::Process>>& processes);
  uint32_t DeviceNumber(const std::string& name, Place place);
  uint32_t ProcessNumber(const std::string& name, Place place);
  uint32_t EventNumber(const std::string& name, Place place);
  // `more`: actors besides the threads.
  uint32_t ActorNumber(const std::string& name,
                       const std::vector<std::string>& more, Place place);
  void Signals();
  bool GoodName(const std::string& name, const char* what, Place place);

  // compile_process.cc: what a process declares.
  void Process(const Cursor<proto::Process>& process);
  void ServiceManagerIsPure(const Cursor<proto::Process>& process);
  void Nodes(const Cursor<proto::Process>& process);
  void DeclareNames(const Cursor<proto::Process>& process);
  void DeclareStep(const StepCursor& step);
  void DeclareBind(const Cursor<proto::Bind>& bind);
  void DeclareCommands(const Cursor<proto::WriteRead>& write_read);
  uint32_t Declare(const std::string& name, VariableKind kind, Place place);
  void Files(const Cursor<proto::Process>& process);
  void Attach(const Cursor<proto::Process>& process);
  void Threads(const Cursor<proto::Process>& process);
  int8_t Nice(int32_t nice, Place place);
  void CheckStyle(const Cursor<proto::Thread>& thread);
  void IgnoringHandler(proto::Br br);
  uint32_t Handler(const Cursor<proto::Handler>& handler);
  void HandlerFilters(const Cursor<proto::Handler>& handler, HandlerSpec* spec);
  // `number`: of the thread in its process, from 0.
  void ThreadCode(const Cursor<proto::Thread>& thread, uint32_t number,
                  TaskSpec* task);

  // compile_names.cc: names that are bound or not.
  uint32_t AnyVariable(const std::string& name, Place place);
  void NameFilters(const Cursor<proto::Handler>& handler, HandlerSpec* spec);
  int64_t Condition(const StepCursor& step);
  void LinkProxy(uint32_t variable, Bc command, Place place);
  bool NameStep(const StepCursor& step);

  // compile_binderfs.cc.
  void Binderfs(const Cursor<proto::Scenario>& scenario);
  void OwnNamespaces(const Cursor<proto::Process>& process);
  uint32_t Mountpoint(const std::string& name, Place place);
  uint32_t NameNumber(const std::string& name);
  uint32_t PathName(const std::string& name, Place place);
  IoctlArgs DeviceToAdd(const Cursor<proto::Ioctl>& ioctl);
  void EmitFs(const StepCursor& step, OpId op, const FsSpec& spec, uint32_t fd,
              Result result);
  void OpenAtStep(const StepCursor& step);
  void MountStep(const StepCursor& step);
  void LookStep(const StepCursor& step);
  void RejectLogText(const StepCursor& step);
  void RenameStep(const StepCursor& step);
  void BinderfsStep(const StepCursor& step);

  // compile_files.cc: epoll, dup, fork, descriptors that are sent.
  void Inherit(const Cursor<proto::Process>& process);
  void DeclareFileStep(const StepCursor& step);
  void FileStep(const StepCursor& step);
  void ContentsStep(const StepCursor& step);
  uint32_t ContentsFd(const std::string& name, Place place);
  void WriteFdStep(const StepCursor& step);
  void ReadFdStep(const StepCursor& step);
  void AtMost(uint64_t value, uint64_t most, const char* what, Place place);
  void EpollCtlStep(const StepCursor& step);
  void EpollWaitStep(const StepCursor& step);
  void ForkStep(const StepCursor& step);
  void Ready(const Cursor<proto::Outcome>& outcome, Result result,
             ExpectedOutcome* expected);

  // compile_steps.cc: steps.
  template <typename M>
  void Steps(const Cursor<M>& parent, const Context& context);
  void Step(const StepCursor& step, const Context& context);
  void SyscallStep(const StepCursor& step);
  void ActivationStep(const StepCursor& step, const Context& context);
  void LocalStep(const StepCursor& step, const Context& context);
  void OpenStep(const StepCursor& step);
  void MmapStep(const StepCursor& step);
  void IoctlStep(const StepCursor& step);
  void WriteReadStep(const StepCursor& step);
  void FdStep(const StepCursor& step, OpCode op, const proto::FdRef& fd,
              const char* field);
  void CallStep(const StepCursor& step);
  void ReplyStep(const StepCursor& step, const Context& context);
  void ServeStep(const StepCursor& step, const Context& context);
  void RepeatStep(const StepCursor& step, const Context& context);
  void KillStep(const StepCursor& step);
  void OverwriteStep(const StepCursor& step);
  void OverwrittenThreads();
  Instruction& Emit(OpCode op, Place place);
  void EmitReturn(const StepCursor& step, Result result);
  bool NeverReturns(const proto::Step& step) const;
  uint32_t Fd(const std::string& name, Place place);
  uint32_t BlockingFd(const std::string& name, Place place, const char* what);
  uint32_t WriteReads(const Cursor<proto::WriteRead>& write_read);

  // compile_commands.cc: commands, payloads, names.
  Range Commands(const std::vector<Cursor<proto::Command>>& commands);
  void OneCommand(const Cursor<proto::Command>& command);
  void PlainCommand(const Cursor<proto::Command>& command);
  void TransactionCommand(const Cursor<proto::Transaction>& transaction,
                          bool reply, CommandTemplate* command);
  void CheckTransaction(const Cursor<proto::Transaction>& transaction,
                        bool reply);
  void Handle(const Cursor<proto::HandleRef>& handle, uint32_t* number,
              uint32_t* variable);
  // compile_ioctl.cc: structures that ioctls take.
  void ManagerNode(const Cursor<proto::SetContextMgrExt>& request,
                   IoctlArgs* args);
  IoctlArgs ManagerNode(const Cursor<proto::Attach>& attach);
  IoctlSpec IoctlOperands(const Cursor<proto::Ioctl>& ioctl);

  void NodeOperand(const Cursor<proto::NodeRef>& node,
                   CommandTemplate* command);
  const NodeSpec* FindNode(const std::string& name, Place place);
  uint32_t Variable(const std::string& name, VariableKind kind, Place place);

  // compile_freeze.cc: freezing.
  template <typename M>
  uint32_t FreezeTarget(const Cursor<M>& request);
  uint64_t FreezeOperands(const Cursor<proto::Ioctl>& ioctl);
  void CheckNumber(const Cursor<proto::Ioctl>& ioctl);
  // False if it is no command of freezing.
  bool FreezeCommand(const Cursor<proto::Command>& command,
                     CommandTemplate* made);
  void FrozenCounts(const Cursor<proto::Outcome>& outcome,
                    ExpectedOutcome* expected);

  // compile_payload.cc: payloads, and memory that objects point to.
  bool Payload(const Cursor<proto::Transaction>& transaction,
               CommandTemplate* command);
  void Sizes(const Cursor<proto::Transaction>& transaction,
             CommandTemplate* command);
  void Faults(const Cursor<proto::Transaction>& transaction,
              CommandTemplate* command);
  void PayloadItem(const Cursor<proto::Item>& item, Draft* draft);
  void ObjectItem(const Cursor<proto::Item>& item, Draft* draft);
  bool PlainItem(const Cursor<proto::Item>& item, std::string* bytes);
  void BinderItem(const std::string& node, uint32_t type, Place place,
                  Draft* draft);
  void HandleItem(const Cursor<proto::HandleRef>& handle, uint32_t type,
                  Draft* draft);
  void FdItem(const Cursor<proto::FdItem>& fd, Draft* draft);
  void PtrItem(const Cursor<proto::PtrItem>& ptr, Draft* draft);
  uint64_t PlaceMemory(const Cursor<proto::PtrItem>& ptr, uint64_t length,
                       Draft* draft);

  // compile_parcel.cc: typed parcels.
  std::vector<ParcelItem> ParcelToSend(
      const Cursor<proto::Transaction>& transaction);
  // A parcel to compare with, and the names in it; index into parcels, plus 1.
  uint32_t ParcelToRead(const Cursor<proto::Parcel>& parcel,
                        std::vector<BindSpec>* binds);
  ParcelItems LaidOut(const Cursor<proto::Parcel>& parcel, bool reading);
  void ParcelBind(const ParcelItem& item, const std::string& name,
                  uint32_t object, uint32_t index,
                  std::vector<BindSpec>* binds);
  void DeclareParcel(const Cursor<proto::Parcel>& parcel);
  void DeclareParcelName(const std::string& name, VariableKind kind,
                         Place place);

  // compile_outcomes.cc: expectations.
  Range Outcomes(const StepCursor& step, Result result);
  void NodeFacts(const proto::Outcome& outcome, ExpectedOutcome* expected);
  static std::string TextOf(const proto::Outcome& outcome, Result result);
  ExpectedOutcome OneOutcome(const Cursor<proto::Outcome>& outcome,
                             Result result);
  void CheckFields(const Cursor<proto::Outcome>& outcome, Result result);
  void ErrnoOf(const Cursor<proto::Outcome>& outcome,
               ExpectedOutcome* expected);
  Range Returns(const Cursor<proto::Outcome>& outcome);
  ExpectedReturn OneReturn(const Cursor<proto::Return>& word);
  template <typename M>
  Range Binds(const Cursor<M>& parent, const std::vector<BindSpec>& more = {});
  BindSpec OneBind(const Cursor<proto::Bind>& bind);

  Errors& errors_;
  CompiledScenario& out_;
  Scope scope_;
  std::vector<Scope> scopes_;  // by process - 1, once it is compiled
  // Node names of all processes, to say whose a foreign one is.
  std::map<std::string, std::string> node_owner_;
  // Numbers of processes and of tasks, by name.
  std::map<std::string, uint32_t> process_number_;
  std::map<std::string, uint32_t> task_number_;
  std::set<std::string> posted_;
  // Memory that objects point to, by process and part: bytes taken. A place
  // must not depend on what other threads do (growing_scenario.h), nor on which
  // process it is in (alike.h).
  std::map<std::pair<uint32_t, uint32_t>, uint64_t> memory_used_;
  uint32_t memory_part_ = kHandlerMemory;
  // Signal steps, by instruction: whom they mean is known behind the last
  // process.
  std::vector<std::pair<uint32_t, Cursor<proto::Signal>>> signals_;
  // The same of overwrite steps, and in whose code they are.
  struct OverwriteAt {
    uint32_t instruction;
    uint32_t process;
    Cursor<proto::Overwrite> step;
  };
  std::vector<OverwriteAt> overwrites_;
};

template <typename M>
Range Compiler::Binds(const Cursor<M>& parent,
                      const std::vector<BindSpec>& more) {
  std::vector<BindSpec> binds = more;
  for (int i = 0; i < parent->bind_size(); ++i) {
    binds.push_back(OneBind(parent.Sub(parent->bind(i), "bind", i)));
  }
  const Range range{static_cast<uint32_t>(out_.binds.size()),
                    static_cast<uint32_t>(binds.size())};
  out_.binds.insert(out_.binds.end(), binds.begin(), binds.end());
  return range;
}

// What kind of name a bind makes.
inline VariableKind KindOf(const proto::Bind& bind) {
  switch (bind.what_case()) {
    case proto::Bind::kBuffer:
      return VariableKind::kBuffer;
    case proto::Bind::kFd:
      return VariableKind::kFd;
    case proto::Bind::kFlag:
      return VariableKind::kFlag;
    default:
      return VariableKind::kHandle;
  }
}

}  // namespace bindery::sim

#endif  // BINDERY_SIM_USER_COMPILER_H_
