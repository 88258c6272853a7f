#include "tools/conform/lockstep.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "sim/engine/checker.h"
#include "sim/engine/choice.h"
#include "sim/engine/simulation.h"
#include "sim/kernel/errno.h"
#include "sim/kernel/process.h"
#include "sim/kernel/statistics.h"
#include "sim/kernel/user_memory.h"
#include "tools/conform/delivery.h"
#include "tools/conform/driver_log.h"
#include "tools/conform/log_reader.h"
#include "tools/conform/lower.h"
#include "tools/conform/results.h"
#include "tools/conform/selinux_policy.h"
#include "tools/conform/word.h"
#include "tools/export/binder_logs.h"

namespace bindery::conform {
namespace {

using sim::Syscall;
using sim::TaskId;
using sim::World;

constexpr uint32_t kMaxSteps = 5000;
// Only a mutated driver gets there.
constexpr uint32_t kMaxTransitions = 100000;
// Milliseconds. Whoever sleeps for longer at most, sleeps for ever.
constexpr uint32_t kPatience = 2000;

// One task, as the agent's actor.
struct Actor {
  Actor(uint32_t number, const sim::CompiledScenario& scenario)
      : lowering(number, scenario) {}
  Lowering lowering;
  Syscall call;          // the latest one
  LoweredCall lowered;   // while it is pending
  bool pending = false;  // submitted, but no step yet
  bool inside = false;   // its step was taken, and it has not returned
  uint32_t words = 0;    // words that were unread when it was submitted
  // What the log says that its call reads, for each of tools::kLogDialects.
  std::vector<std::vector<std::string>> log;
  std::string process_name;
};

}  // namespace

class Lockstep : public sim::SyscallObserver {
 public:
  Lockstep(const sim::CompiledScenario& scenario, const sim::Driver& driver,
           const sim::Properties* properties, uint32_t fail_allocation = 0,
           const LockstepOptions& wanted = {})
      : scenario_(scenario), driver_(driver), listens_(wanted.listens) {
    for (uint32_t i = 0; i < scenario.tasks.size(); ++i)
      actors_.emplace_back(i, scenario);
    run_.transcript.scenario = scenario.name;
    for (const std::string& each : scenario.expect.leaks()) {
      ++run_.leaks[each];
    }
    Declare();
    sim::SimulationOptions options;
    options.observer = this;
    options.exact_addresses = true;
    options.statistics = &statistics_;
    options.pages = true;
    options.fail_allocation = fail_allocation;
    simulation_ = std::make_unique<sim::Simulation>(scenario, driver,
                                                    properties, options);
  }

  // Until nothing can go on. False: a limit or a failure ended it.
  bool Rest() {
    while (step_count_ < kMaxSteps && ++transitions_ < kMaxTransitions) {
      if (!Advance()) return true;
      std::vector<sim::PropertyViolation> violations;
      if (sim::CheckStep(*simulation_, &violations)) continue;
      run_.failure = violations[0].message;
      return false;
    }
    return false;
  }

  absl::StatusOr<LockstepRun> Finish() {
    FinishStep();
    AddDescriptors();
    AddLogs();
    absl::StrAppend(&run_.plan, "end\n");
    absl::Status status = Judge();
    if (!status.ok()) return status;
    return std::move(run_);
  }

  // The same; when nothing can go on, time passes until somebody has slept for
  // long enough.
  void RestInTime() {
    while (Rest() && Expire()) {
    }
  }

  void Continue(uint32_t actor, uint32_t entry) {
    current_ = actor;
    simulation_->Continue(actor, entry);
  }
  bool Inside(uint32_t actor) const { return actors_[actor - 1].inside; }
  const sim::Simulation& simulation() const { return *simulation_; }

  void Submitted(const World& world, TaskId task, const Syscall& call) override;
  void Returned(const World& world, TaskId task) override;
  void Exiting(const World& world, sim::ProcessId process) override;
  void Signalled(const World& world, TaskId task) override;
  void Expired(const World& world, TaskId task) override;
  void Shrinking(const World& world) override;
  void Woken(const World& world, TaskId task) override;
  void Entered(sim::OpId op) override;
  void AllocationFailed() override;
  void Refused(const char* message) override;
  void Reported(const World& world, const sim::Report& report) override;

 private:
  void Declare();
  void DeclarePolicy();
  void DeclareFiles();
  absl::Status Judge() const;
  void Apply(uint64_t choice);
  bool Advance();
  bool RunNext();
  bool Settle();
  bool Expire();
  void Take(uint32_t actor);
  void Begin(uint32_t actor);
  void BeginStep(const std::string& action);
  void FinishStep();
  void Cite(std::string text);
  void AddDescriptors();
  void AddLogs();
  using LogLines =
      std::vector<std::string> (LogReader::*)(const tools::LogDialect&) const;
  void AddLogStep(const char* action, LogLines lines);
  void ReadNodes();
  LogReader Logs() const {
    return {scenario_,
            {simulation_->world(), &statistics_, simulation_->memory()}};
  }
  void ReadOwnLog(Actor& actor);
  std::vector<std::string> StepResults(const std::vector<std::string>& log);
  void AddResult(uint32_t actor, std::vector<std::string> lines);
  bool CanStart(uint32_t actor) const;
  bool HasLog(uint32_t actor) { return actor != 0 && !At(actor).log.empty(); }
  std::vector<std::string> Results(const World& world, TaskId task,
                                   const Actor& actor) const;
  std::string NiceOf(const sim::TaskRow& task) const;
  Word WordOf(const World& world, const sim::ReturnRow& row) const;
  std::pair<uint32_t, uint32_t> KeyOf(const World& world,
                                      sim::ProcId proc) const;
  sim::ProcId ProcOf(const World& world, TaskId task,
                     const Syscall& call) const;
  uint64_t MappingFor(const World& world, TaskId task,
                      const Syscall& call) const;
  const std::string& NameOf(uint32_t actor) const {
    return scenario_.tasks[actor - 1].full_name;
  }
  Actor& At(uint32_t actor) { return actors_[actor - 1]; }

  const sim::CompiledScenario& scenario_;
  const sim::Driver& driver_;
  sim::Statistics statistics_;
  const bool listens_;
  std::unique_ptr<sim::Simulation> simulation_;
  LockstepRun run_;
  absl::Status policy_;  // whether the scenario's can be written for a kernel
  bool unread_ = false;  // whether a log was read of which nothing is known
  std::vector<Actor> actors_;
  uint32_t current_ = 1;        // made the latest call
  uint32_t running_ = 0;        // has the processor; 0: nobody
  std::deque<uint32_t> woken_;  // can run behind it, in order
  uint32_t stepping_ = 0;       // whose call the step is; 0: nobody's
  uint32_t step_count_ = 0;
  size_t call_at_ = 0;  // where the latest call is in the plan
  uint32_t transitions_ = 0;
  const char* bug_ = nullptr;  // what the machine died of
  // Results of the step so far, by actor.
  std::map<uint32_t, std::vector<std::string>> results_;
  std::vector<std::string> reports_;
  // By KeyOf(): the place of the mapping.
  std::map<std::pair<uint32_t, uint32_t>, uint64_t> mappings_;
  std::map<uint32_t, uint64_t> mapping_count_;
};

namespace {

std::string NamespacesOf(const sim::ProcessSpec& process) {
  std::vector<std::string> own;
  if (process.forked_from != 0) return "";
  if (process.namespaces.user != 0) own.push_back("user");
  if (process.namespaces.mnt != 0) own.push_back("mount");
  if (process.namespaces.ipc != 0) own.push_back("ipc");
  return own.empty() ? "" : absl::StrCat(" ns=", absl::StrJoin(own, ","));
}

}  // namespace

void Lockstep::Declare() {
  absl::StrAppend(&run_.plan, "scenario ", scenario_.name, "\n");
  if (listens_) absl::StrAppend(&run_.plan, "listen\n");
  DeclarePolicy();
  for (const std::string& name : scenario_.mountpoints) {
    absl::StrAppend(&run_.plan, "mountpoint ", name, "\n");
  }
  for (size_t i = 0; i < scenario_.processes.size(); ++i) {
    const sim::ProcessSpec& process = scenario_.processes[i];
    absl::StrAppend(&run_.plan, "process ", i, " uid=", process.uid,
                    " nofile=", process.nofile, " first_fd=0");
    if (scenario_.nice) {
      absl::StrAppend(&run_.plan, " rlimit_nice=", int{process.rlimit_nice});
    }
    if (process.forked_from != 0) {
      absl::StrAppend(&run_.plan, " forked_from=", process.forked_from - 1);
    }
    if (scenario_.policy) {
      absl::StrAppend(&run_.plan, " context=", process.security_context);
    }
    run_.plan += NamespacesOf(process);
    absl::StrAppend(&run_.plan, "\n");
    run_.processes.push_back(process.name);
  }
  for (size_t i = 0; i < scenario_.tasks.size(); ++i) {
    const sim::TaskSpec& task = scenario_.tasks[i];
    absl::StrAppend(&run_.plan, "task ", i, " process=", task.process - 1);
    if (scenario_.nice) absl::StrAppend(&run_.plan, " nice=", int{task.nice});
    absl::StrAppend(&run_.plan, "\n");
    run_.actors.push_back(task.full_name);
    actors_[i].process_name = scenario_.processes[task.process - 1].name;
  }
  for (size_t i = 0; i < scenario_.tasks.size(); ++i) {
    absl::StrAppendFormat(&run_.plan, "area %#x %u none\n",
                          SliceOf(static_cast<uint32_t>(i)) + kGuard, kPage);
  }
  absl::StrAppendFormat(&run_.plan, "area %#x %u none\n", sim::kUserGuard,
                        kPage);
  DeclareFiles();
}

void Lockstep::DeclarePolicy() {
  if (!scenario_.policy) return;
  const absl::StatusOr<std::string> policy = SelinuxPolicy(scenario_);
  if (policy.ok()) {
    absl::StrAppend(&run_.plan, "policy ", Hex(*policy), "\n");
  } else {
    policy_ = policy.status();
  }
}

void Lockstep::DeclareFiles() {
  for (size_t i = 0; i < scenario_.processes.size(); ++i) {
    for (const sim::FileSpec& file : scenario_.processes[i].files) {
      absl::StrAppend(&run_.plan, "file ", i, " ", file.fd, " ",
                      scenario_.file_names[file.name - 1], "\n");
    }
  }
}

absl::Status Lockstep::Judge() const {
  const auto failed = [&](absl::string_view why) {
    return absl::FailedPreconditionError(
        absl::StrCat(scenario_.filename, ": ", why));
  };
  if (!policy_.ok()) return failed(policy_.message());
  if (bug_ != nullptr) return failed(bug_);
  if (!IsOfSomeKernel(scenario_)) {
    return failed("no kernel has such a binderfs");
  }
  if (actors_.size() > kMaxAgentActors) return failed("more than 64 threads");
  if (scenario_.processes.size() > kMaxAgentProcesses) {
    return failed("more than 32 processes");
  }
  if (step_count_ == kMaxSteps) {
    return failed(absl::StrCat("more than ", kMaxSteps, " system calls"));
  }
  if (unread_) return failed("a log is read by a thread's first call");
  if (simulation_->inconclusive() != nullptr) {
    return failed(simulation_->inconclusive());
  }
  for (const Actor& actor : actors_) {
    if (actor.lowering.overflow()) return failed("more than 2 MiB of payload");
  }
  return absl::OkStatus();
}

// ------------------------------------------------------------- the observer --

// A proc, by its process and how many were opened before it.
std::pair<uint32_t, uint32_t> Lockstep::KeyOf(const World& world,
                                              sim::ProcId proc) const {
  const sim::ProcRow& row = world.Peek(proc);
  return {world.Peek(row.process).index, row.opening};
}

// The proc that a call's descriptor names; munmap() also ends mappings whose
// descriptor is closed.
sim::ProcId Lockstep::ProcOf(const World& world, TaskId task,
                             const Syscall& call) const {
  const sim::ProcessId process = world.Peek(task).process;
  sim::FileId file = sim::FileOfFd(world, process, call.fd);
  if (!file && call.op == sim::OpId::kMunmap) {
    file = sim::OldestMapping(world, process);
  }
  return world.Peek(file).proc;
}

// Where the mapping that a call is about is, or will be.
uint64_t Lockstep::MappingFor(const World& world, TaskId task,
                              const Syscall& call) const {
  const sim::ProcId proc = ProcOf(world, task, call);
  const auto found = mappings_.find(KeyOf(world, proc));
  if (call.op != sim::OpId::kMmap && found != mappings_.end()) {
    return found->second;
  }
  const uint32_t process = world.Peek(world.Peek(task).process).index;
  const auto count = mapping_count_.find(process);
  return MappingOf(process - 1,
                   count == mapping_count_.end() ? 0 : count->second);
}

void Lockstep::Submitted(const World& world, TaskId task, const Syscall& call) {
  Actor& actor = At(world.Peek(task).actor);
  const std::string device =
      call.device == 0 ? "" : scenario_.devices[call.device - 1];
  uint64_t mapping = 0;
  if (call.op == sim::OpId::kMmap || call.op == sim::OpId::kMunmap ||
      call.op == sim::OpId::kWriteRead) {
    mapping = MappingFor(world, task, call);
  }
  actor.call = call;
  actor.lowered = actor.lowering.Lower(world, task, call, device, mapping);
  actor.words = world.Peek(task).in.size;
  actor.pending = true;
}

namespace {

bool ReadsLog(const World& world, TaskId task, const Actor& actor) {
  return world.Peek(task).ret >= 0 &&
         !LogOfAction(actor.lowered.action).empty();
}

}  // namespace

void Lockstep::Returned(const World& world, TaskId task) {
  const uint32_t number = world.Peek(task).actor;
  Actor& actor = At(number);
  if (actor.pending) Begin(number);  // the set-up runs calls at once
  actor.inside = false;
  if (actor.call.op == sim::OpId::kMmap && world.Peek(task).ret == 0) {
    const auto key = KeyOf(world, ProcOf(world, task, actor.call));
    mappings_[key] = MappingOf(key.first - 1, mapping_count_[key.first]++);
  }
  if (world.Peek(task).ret < 0) actor.log.clear();
  unread_ |= ReadsLog(world, task, actor) && actor.log.empty();
  if (world.Peek(world.Peek(task).process).dead != 0) return;
  AddResult(number, Results(world, task, actor));
}

void Lockstep::Exiting(const World& world, sim::ProcessId process) {
  const uint32_t index = world.Peek(process).index;
  BeginStep(absl::StrCat("kill ", scenario_.processes[index - 1].name));
  absl::StrAppend(&run_.plan, "kill ", index - 1, "\n");
  const sim::Range tasks = scenario_.processes[index - 1].tasks;
  for (uint32_t i = 0; i < tasks.count; ++i) {
    actors_[tasks.begin + i].pending = false;
  }
}

void Lockstep::Signalled(const World& world, TaskId task) {
  const uint32_t actor = world.Peek(task).actor;
  BeginStep(absl::StrCat("signal ", NameOf(actor)));
  absl::StrAppend(&run_.plan, "signal ", actor - 1, "\n");
}

void Lockstep::Expired(const World& world, TaskId task) {
  const uint32_t actor = world.Peek(task).actor;
  BeginStep(absl::StrCat("time is up for ", NameOf(actor)));
  absl::StrAppend(&run_.plan, "await ", actor - 1, "\n");
}

void Lockstep::Shrinking(const World& /*world*/) {
  BeginStep("memory pressure");
  absl::StrAppend(&run_.plan, "shrink\n");
}

void Lockstep::Woken(const World& world, TaskId task) {
  const uint32_t actor = world.Peek(task).actor;
  if (actor == running_) return;
  if (std::find(woken_.begin(), woken_.end(), actor) == woken_.end()) {
    woken_.push_back(actor);
  }
}

void Lockstep::Entered(sim::OpId op) { Cite(driver_.operation(op).function); }

void Lockstep::AllocationFailed() {
  const TranscriptStep& step = run_.transcript.steps.back();
  run_.failed = {run_.transcript.steps.size() - 1, call_at_, stepping_ - 1,
                 step.cited.back()};
}

void Lockstep::Refused(const char* message) {
  Cite(absl::StrCat("  refused: ", message));
}

void Lockstep::Reported(const World& world, const sim::Report& report) {
  if (!listens_) return;
  // The target may be gone by now.
  const auto actor = [&](sim::ThreadId id) {
    const uint32_t number = world.Peek(world.Peek(id).task).actor;
    return number == 0 ? "" : NameOf(number);
  };
  const auto process = [&](sim::ProcId id) {
    const uint32_t index = world.Peek(world.Peek(id).process).index;
    return index == 0 ? "" : scenario_.processes[index - 1].name;
  };
  ReportText text;
  text.error = report.error;
  text.context = scenario_.devices[report.device - 1];
  text.from_process = process(world.Peek(report.from).proc);
  text.from_task = actor(report.from);
  text.to_process = process(report.to_proc);
  text.to_task = actor(report.to_thread);
  text.is_reply = report.is_reply;
  text.flags = report.flags;
  text.code = report.code;
  text.data_size = report.data_size;
  reports_.push_back(Describe(text));
}

// The set-up is no step.
void Lockstep::Cite(std::string text) {
  if (run_.transcript.steps.empty()) return;
  std::vector<std::string>& cited = run_.transcript.steps.back().cited;
  if (std::find(cited.begin(), cited.end(), text) == cited.end()) {
    cited.push_back(std::move(text));
  }
}

// ------------------------------------------------------------------- steps --

void Lockstep::BeginStep(const std::string& action) {
  FinishStep();
  stepping_ = 0;
  ++step_count_;
  run_.transcript.steps.push_back({action, {}, {}});
}

void Lockstep::Begin(uint32_t number) {
  Actor& actor = At(number);
  BeginStep(absl::StrCat(NameOf(number), ": ", actor.lowered.action));
  call_at_ = run_.plan.size();
  run_.plan += actor.lowered.plan;
  Cite(driver_.operation(actor.call.op).function);
  stepping_ = number;
  actor.pending = false;
  actor.inside = true;
  actor.log.clear();
}

void Lockstep::AddResult(uint32_t actor, std::vector<std::string> lines) {
  results_[actor] = std::move(lines);
}

void Lockstep::FinishStep() {
  if (run_.transcript.steps.empty()) return;
  TranscriptStep& step = run_.transcript.steps.back();
  const size_t at = run_.transcript.steps.size() - 1;
  if (!HasLog(stepping_)) step.results = StepResults({});
  for (size_t i = 0; HasLog(stepping_) && i < run_.in_words_of.size(); ++i) {
    step.results = StepResults(At(stepping_).log[i]);
    run_.in_words_of[i][at] = step.results;
  }
  results_.clear();
  reports_.clear();
}

// The stepping actor's results first, with the log that it has read, then the
// others', then who is inside.
std::vector<std::string> Lockstep::StepResults(
    const std::vector<std::string>& log) {
  std::vector<std::string> out;
  const auto append = [&](const std::vector<std::string>& lines) {
    out.insert(out.end(), lines.begin(), lines.end());
  };
  if (results_.count(stepping_) != 0) append(results_[stepping_]);
  append(log);
  for (const auto& [actor, lines] : results_) {
    if (actor != stepping_) append(lines);
  }
  std::vector<std::string> inside;
  for (uint32_t i = 1; i <= actors_.size(); ++i) {
    if (At(i).inside) inside.push_back(NameOf(i));
  }
  if (!inside.empty()) {
    out.push_back(absl::StrCat("inside: ", absl::StrJoin(inside, " ")));
  }
  append(reports_);
  return out;
}

// Who has which descriptors, where that is not only a matter of open().
void Lockstep::AddDescriptors() {
  if (scenario_.file_names.empty() && !scenario_.shares_files) return;
  const World& world = simulation_->world();
  for (uint32_t i = 1; i <= scenario_.processes.size(); ++i) {
    absl::StrAppend(&run_.plan, "fds ", i - 1, "\n");
    run_.transcript.steps.push_back(
        {absl::StrCat("fds ", scenario_.processes[i - 1].name),
         {DescribeDescriptors(world, scenario_, i)},
         {}});
  }
}

void Lockstep::AddLogs() {
  absl::StrAppend(&run_.plan, "state ", kStateLogs, "\nstate ", kOtherLogs,
                  "\n");
  AddLogStep(kStateStep, &LogReader::State);
  ReadNodes();
  AddLogStep(kLogsStep, &LogReader::Others);
}

void Lockstep::AddLogStep(const char* action, LogLines lines) {
  const size_t at = run_.transcript.steps.size();
  for (size_t i = 0; i < run_.in_words_of.size(); ++i) {
    run_.in_words_of[i][at] = (Logs().*lines)(tools::kLogDialects[i]);
  }
  run_.transcript.steps.push_back({action, run_.in_words_of.back()[at], {}});
}

// What reading `state` does to the driver. Reading nodes again does nothing
// that lasts: those that it queues are queued, or are taken and found as they
// were.
void Lockstep::ReadNodes() {
  simulation_->ReadState();
  while (Settle() && ++transitions_ < kMaxTransitions) {
  }
}

// What the call is about to read, if it reads a log.
void Lockstep::ReadOwnLog(Actor& actor) {
  const absl::string_view name = LogOfAction(actor.lowered.action);
  if (name.empty()) return;
  for (const tools::LogDialect& dialect : tools::kLogDialects) {
    actor.log.push_back(Logs().One(dialect, name));
  }
}

bool Lockstep::CanStart(uint32_t actor) const {
  return !actors_[actor - 1].inside && simulation_->TaskEnabled(actor);
}

// One processor, first in first out: who is woken runs behind whoever was woken
// before, and until it sleeps. False: nobody can run.
bool Lockstep::RunNext() {
  const auto runs = [&](uint32_t actor) {
    return actor != 0 && At(actor).inside && simulation_->TaskEnabled(actor);
  };
  while (!runs(running_)) {
    running_ = 0;
    if (woken_.empty()) return false;
    running_ = woken_.front();
    woken_.pop_front();
  }
  Apply(sim::MakeChoice(sim::ChoiceKind::kTask, running_));
  return true;
}

// A kernel that meets a bug goes no further. Only a mutated driver does.
void Lockstep::Apply(uint64_t choice) {
  simulation_->Apply(choice);
  for (const sim::Fault& fault : simulation_->world().faults()) {
    if (fault.kind == sim::Fault::Kind::kBug) bug_ = fault.what;
  }
}

// Everything that can go on in the driver goes on by one transition.
bool Lockstep::Settle() {
  if (bug_ != nullptr) return false;
  // The worker does not sleep: nobody runs before it is done.
  const World& world = simulation_->world();
  const bool working =
      bool(world.Peek(world.Find<sim::GlobalRow>(1, 0)).worker);
  if (!working && RunNext()) return true;
  if (!simulation_->WorkerEnabled()) return false;
  Apply(sim::MakeChoice(sim::ChoiceKind::kWorker, scenario_.worker_actor()));
  return true;
}

// The sleep that ends first. False: nobody sleeps, or longer than a test can
// wait.
bool Lockstep::Expire() {
  uint32_t first = 0;
  uint32_t time = kPatience + 1;
  for (uint32_t i = 1; i <= actors_.size(); ++i) {
    const uint32_t timeout =
        sim::UnpackFreeze(At(i).call.ioctl.value).timeout_ms;
    if (!simulation_->TimeoutEnabled(i) || timeout >= time) continue;
    first = i;
    time = timeout;
  }
  if (first == 0) return false;
  Apply(sim::MakeChoice(sim::ChoiceKind::kTimeout,
                        scenario_.environment_actor(), first));
  return true;
}

bool Lockstep::Advance() {
  if (Settle()) return true;
  if (bug_ != nullptr) return false;
  for (uint32_t i = 0; i < actors_.size(); ++i) {
    const uint32_t actor =
        (current_ - 1 + i) % static_cast<uint32_t>(actors_.size()) + 1;
    if (!CanStart(actor)) continue;
    Take(actor);
    return true;
  }
  return false;
}

// The next call of an actor, or what its program does besides.
void Lockstep::Take(uint32_t actor) {
  current_ = running_ = actor;
  if (At(actor).pending) {
    Begin(actor);
    ReadOwnLog(At(actor));
  }
  Apply(sim::MakeChoice(sim::ChoiceKind::kTask, actor));
  // A pool thread that starts makes its first call in the same transition.
  const bool asleep =
      simulation_->world().Peek(simulation_->task(actor)).asleep != 0;
  if (At(actor).pending && asleep) Begin(actor);
}

// ----------------------------------------------------------------- results --

Word Lockstep::WordOf(const World& world, const sim::ReturnRow& row) const {
  Word word;
  word.br = static_cast<sim::Br>(row.br);
  word.ptr = row.ptr;
  word.cookie = row.cookie;
  word.code = row.code;
  word.flags = row.flags;
  word.sender_euid = row.sender_euid;
  if (row.sender) {
    const uint32_t index = world.Peek(row.sender).index;
    word.sender = scenario_.processes[index - 1].name;
  }
  word.data_size = row.data_size;
  word.offsets_size = row.offsets_size;
  if (!row.buffer) return word;
  const auto found = mappings_.find(KeyOf(world, world.Peek(row.buffer).proc));
  const uint64_t map =
      found == mappings_.end() ? 0 : IndexOfMapping(found->second);
  word.buffer = absl::StrFormat("map%u+%#x", map, row.address);
  word.offsets = absl::StrFormat("map%u+%#x", map,
                                 row.address + ((row.data_size + 7) & ~7ull));
  // Memory that was unmapped meanwhile cannot be looked at.
  if (world.Peek(world.Peek(row.buffer).proc).mapped == 0) return word;
  DescribeDelivery(world, scenario_, row, &word);
  return word;
}

// What the calling thread has by now.
std::string Lockstep::NiceOf(const sim::TaskRow& task) const {
  return scenario_.nice ? absl::StrCat(" nice ", int{task.nice}) : "";
}

std::vector<std::string> Lockstep::Results(const World& world, TaskId task,
                                           const Actor& actor) const {
  const sim::TaskRow& row = world.Peek(task);
  const std::string& name = NameOf(row.actor);
  std::vector<std::string> lines;
  if (actor.call.op != sim::OpId::kWriteRead || actor.call.args.null_argument) {
    std::string line = absl::StrCat(
        name, " = ",
        row.ret < 0 ? sim::ErrnoName(row.ret) : absl::StrCat(row.ret).c_str());
    if (row.ret >= 0 && !ReadsLog(world, task, actor)) {
      line += ResultText(world, scenario_, actor.call, row);
    }
    lines.push_back(line + NiceOf(row));
    return lines;
  }
  lines.push_back(absl::StrCat(
      name, " = ",
      row.ret < 0 ? sim::ErrnoName(row.ret) : absl::StrCat(row.ret).c_str(),
      " written ", row.write_consumed, " read ", row.read_consumed,
      NiceOf(row)));
  // Words that read_consumed does not count are not there for user space.
  uint64_t at = actor.call.args.read_consumed;
  uint32_t index = 0;
  for (sim::AnyId id = world.First(sim::Head::kIn, task.any()); id;
       id = world.Next(sim::Head::kIn, id)) {
    if (index++ < actor.words) continue;
    const sim::ReturnRow& word = world.Peek(sim::ReturnId{id.value});
    at += sim::SizeOf(static_cast<sim::Br>(word.br)) +
          (word.secctx != 0 ? sim::kSecCtxSize : 0);
    if (at > row.read_consumed) break;
    lines.push_back(absl::StrCat(name, "   ", Describe(WordOf(world, word))));
  }
  return lines;
}

bool IsOfSomeKernel(const sim::CompiledScenario& scenario) {
  return scenario.binderfs.instances ==
             sim::BinderfsOptions::Instances::kPerMount &&
         scenario.binderfs.minors == sim::kMinors;
}

absl::StatusOr<LockstepRun> RunLockstep(const sim::CompiledScenario& scenario,
                                        const sim::Driver& driver,
                                        const sim::Properties* properties,
                                        const LockstepOptions& options) {
  Lockstep lockstep(scenario, driver, properties, 0, options);
  lockstep.RestInTime();
  return lockstep.Finish();
}

absl::StatusOr<LockstepRun> RunLockstepFailing(
    const sim::CompiledScenario& scenario, const sim::Driver& driver,
    uint32_t allocation) {
  Lockstep lockstep(scenario, driver, nullptr, allocation);
  lockstep.RestInTime();
  return lockstep.Finish();
}

LiveLockstep::LiveLockstep(const sim::CompiledScenario& scenario,
                           const sim::Driver& driver)
    : lockstep_(std::make_unique<Lockstep>(scenario, driver, nullptr)) {}

LiveLockstep::~LiveLockstep() = default;

const sim::Simulation& LiveLockstep::simulation() const {
  return lockstep_->simulation();
}

bool LiveLockstep::Inside(uint32_t actor) const {
  return lockstep_->Inside(actor);
}

void LiveLockstep::Take(uint32_t actor, uint32_t entry) {
  lockstep_->Continue(actor, entry);
  over_ = !lockstep_->Rest();
}

absl::StatusOr<LockstepRun> LiveLockstep::Finish() {
  return lockstep_->Finish();
}

}  // namespace bindery::conform
