#include "sim/user/build_world.h"

#include <map>

#include "base/check.h"

namespace bindery::sim {
namespace {

class WorldBuilder {
 public:
  WorldBuilder(const CompiledScenario& scenario, Kernel& kernel,
               UserRuntime& runtime)
      : scenario_(scenario),
        kernel_(kernel),
        w_(kernel.world()),
        runtime_(runtime) {}

  void Run() {
    w_.BeginStep(scenario_.environment_actor());
    Global();
    for (uint32_t i = 1; i <= scenario_.device_count; ++i) {
      w_.Edit(w_.Create<ContextRow>(i, 0)).index = i;
    }
    for (uint32_t i = 1; i <= scenario_.events.size(); ++i) {
      w_.Edit(w_.Create<VariableRow>(0, i)).index = i;
    }
    if (scenario_.open) {
      w_.Edit(w_.Find<VariableRow>(0, 1)).value = scenario_.open->commands;
    }
    for (uint32_t i = 1; i <= scenario_.processes.size(); ++i) Process(i);
    w_.Commit();
    for (const ProcessSpec& process : scenario_.processes) Attach(process);
    Start();
    w_.ForgetHistory();
  }

 private:
  void Global() {
    GlobalRow& global = w_.Edit(w_.Create<GlobalRow>(1, 0));
    const size_t kills = scenario_.budget.kill.size();
    global.kills = kills >= 32 ? ~uint32_t{0} : (uint32_t{1} << kills) - 1;
    global.signals = scenario_.budget.signals;
    global.failures = scenario_.budget.allocation_failures;
  }

  void Process(uint32_t index) {
    const ProcessSpec& spec = scenario_.processes[index - 1];
    const ProcessId id = w_.Create<ProcessRow>(index, 0);
    ProcessRow& process = w_.Edit(id);
    process.index = index;
    process.uid = spec.uid;
    process.dead = spec.forked_from == 0 ? 0 : kUnborn;
    process.nofile = spec.nofile;
    process.rlimit_nice = spec.rlimit_nice;
    process.security_context = w_.blobs().Intern(spec.security_context);
    for (uint32_t i = 1; i <= spec.variables.size(); ++i) {
      VariableRow& row = w_.Edit(w_.Create<VariableRow>(w_.NameOf(id), i));
      row.process = id;
      row.index = i;
    }
    Files(id, spec);
    Namespaces(id, spec);
    for (uint32_t i = 0; i < spec.tasks.count; ++i) {
      Task(id, spec.tasks.begin + i);
    }
  }

  void Task(ProcessId process, uint32_t index) {
    const TaskSpec& spec = scenario_.tasks[index];
    const uint32_t actor = index + 1;
    const TaskId id = w_.Create<TaskRow>(actor, 0);
    TaskRow& task = w_.Edit(id);
    task.process = process;
    task.actor = actor;
    task.state =
        spec.starts ? TaskState::kRunning : TaskState::kWaitingForSpawn;
    task.pc = spec.starts ? spec.entry : 0;
    task.nice = spec.nice;
    w_.PushFront(Head::kSet, process.any(), id.any());
  }

  void Namespaces(ProcessId process, const ProcessSpec& spec) {
    const sim::Namespaces& own = spec.namespaces;
    if (own.user == 0 && own.mnt == 0 && own.ipc == 0) return;
    if (own.user != 0) kernel_.set_user_namespaces(true);
    const NsProxyId id = w_.Create<NsProxyRow>(w_.NameOf(process), 0);
    NsProxyRow& row = w_.Edit(id);
    row.process = process;
    row.user_ns = own.user;
    row.mnt_ns = own.mnt;
    row.ipc_ns = own.ipc;
  }

  void Files(ProcessId process, const ProcessSpec& spec) {
    for (const FileSpec& file : spec.files) File(process, file);
  }

  void File(ProcessId process, const FileSpec& spec) {
    FileId& file = files_[spec.name];
    if (!file) {
      file = w_.Create<FileRow>(spec.name, 0);
      w_.Edit(file).name = spec.name;
    }
    ++w_.Edit(file).count;
    const FdId id = w_.Create<FdRow>(w_.NameOf(process), spec.fd);
    FdRow& fd = w_.Edit(id);
    fd.process = process;
    fd.number = spec.fd;
    fd.file = file;
    w_.PushFront(Head::kSet, process.any(), id.any());
    BindFd(process, spec.fd_variable, spec.fd);
  }

  void BindFd(ProcessId process, uint32_t variable, uint32_t number) {
    VariableRow& row =
        w_.Edit(w_.Find<VariableRow>(w_.NameOf(process), variable));
    row.bound = 1;
    row.value = number;
  }

  // Runs one system call of `task` to its end; returns its result.
  template <typename F>
  int32_t Syscall(TaskId task, F&& submit) {
    w_.BeginStep(w_.Peek(task).actor);
    submit();
    kernel_.RunToReturn(task);
    const int32_t ret = w_.Peek(task).ret;
    BINDERY_CHECK_MSG(ret >= 0, "attaching a device failed");
    w_.Edit(task).ret = 0;
    w_.Commit();
    return ret;
  }

  void Attach(const ProcessSpec& process) {
    const AttachSpec& attach = process.attach;
    if (!attach.present || process.tasks.count == 0) return;
    const TaskId task = runtime_.Task(process.tasks.begin + 1);
    // A pool thread cannot make calls before it was asked to start.
    const TaskState state = w_.Peek(task).state;
    w_.BeginStep(w_.Peek(task).actor);
    w_.Edit(task).state = TaskState::kRunning;
    w_.Commit();
    const ContextId device = w_.Find<ContextRow>(attach.device, 0);
    const uint32_t fd = static_cast<uint32_t>(
        Syscall(task, [&] { kernel_.SysOpen(task, device, attach.nonblock); }));
    if (attach.mmap_size != 0) {
      Syscall(task,
              [&] { kernel_.SysMmap(task, fd, attach.mmap_size, false); });
    }
    if (attach.max_threads != 0) {
      Ioctl(task, fd, IoctlRequest::kSetMaxThreads,
            {.value = attach.max_threads});
    }
    if (attach.manager_node) {
      Ioctl(task, fd, IoctlRequest::kSetContextMgrExt, *attach.manager_node);
    } else if (attach.context_manager) {
      Ioctl(task, fd, IoctlRequest::kSetContextMgr, {});
    }
    w_.BeginStep(w_.Peek(task).actor);
    w_.Edit(task).state = state;
    BindFd(w_.Peek(task).process, attach.fd_variable, fd);
    w_.Commit();
  }

  void Ioctl(TaskId task, uint32_t fd, IoctlRequest request,
             const IoctlArgs& args) {
    Syscall(task, [&] {
      kernel_.SysIoctl(task, fd, static_cast<uint32_t>(request), args);
    });
  }

  void Start() {
    for (uint32_t actor = 1; actor <= scenario_.tasks.size(); ++actor) {
      w_.BeginStep(actor);
      runtime_.Resume(runtime_.Task(actor));
      w_.Commit();
    }
  }

  const CompiledScenario& scenario_;
  Kernel& kernel_;
  World& w_;
  UserRuntime& runtime_;
  std::map<uint32_t, FileId> files_;
};

}  // namespace

void BuildWorld(const CompiledScenario& scenario, Kernel& kernel,
                UserRuntime& runtime) {
  kernel.set_nice(scenario.nice);
  kernel.set_binderfs(scenario.binderfs);
  if (scenario.policy) kernel.set_policy(&*scenario.policy);
  WorldBuilder(scenario, kernel, runtime).Run();
}

}  // namespace bindery::sim
