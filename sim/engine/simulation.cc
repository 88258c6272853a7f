#include "sim/engine/simulation.h"

#include <bit>

#include "base/check.h"
#include "sim/user/build_world.h"

namespace bindery::sim {
namespace {

constexpr GlobalId kGlobal{AnyId::Make(TableId::kGlobal, 1, 1).value};

}  // namespace

Simulation::Simulation(const CompiledScenario& scenario, const Driver& driver,
                       const Properties* properties,
                       const SimulationOptions& options)
    : scenario_(scenario),
      properties_(properties),
      options_(options),
      kernel_(driver, world_),
      runtime_(scenario, kernel_),
      names_(scenario, driver) {
  world_.set_journal(options.journal);
  world_.set_runners_noted(scenario.tasks.size() > kFewTasks);
  world_.set_exact_addresses(options.exact_addresses);
  if (options.footprints) world_.set_footprints(true);
  if (options.symmetry != nullptr) world_.set_symmetry(*options.symmetry);
  world_.set_popped_frames_kept(options.history);
  BINDERY_CHECK_MSG(!options.journal || !options.run_through,
                    "run_through would skip states");
  BINDERY_CHECK_MSG(options.journal || !options.history,
                    "histories need the journal");
  BINDERY_CHECK_MSG(options.journal || !options.sums, "sums need the journal");
  if (options.history) history_.emplace(names_, driver.features());
  if (options.pages) kernel_.set_memory(&memory_.emplace());
  kernel_.set_granularity(options.granularity);
  kernel_.set_run_through(options.run_through);
  kernel_.set_names(&names_);
  kernel_.set_observer(options.observer);
  kernel_.set_branches(options.branches);
  kernel_.set_statistics(options.statistics);
  if (properties != nullptr) {
    runtime_.set_check([this](uint32_t index) {
      return properties_->checks[index].predicate.Holds(world_);
    });
  }
  kernel_.set_events(&sink_);
  BuildWorld(scenario, kernel_, runtime_);
  kernel_.set_events(nullptr);
  FindTasks();
  FindFirstCalls();
  FailLater();
  if (scenario.open) FindPrices();
  if (!options.sums) return;
  sums_.emplace(world_);
  sums_->Update();
}

// The set-up's own allocations do not count: nothing could go on without them.
void Simulation::FailLater() {
  if (options_.fail_allocation == 0) return;
  world_.BeginStep(scenario_.environment_actor());
  world_.Edit(kGlobal).fail_next = options_.fail_allocation;
  world_.Commit();
  world_.ForgetHistory();
}

// The initial state with each budget there can be.
void Simulation::FindPrices() {
  BINDERY_CHECK_MSG(options_.journal, "an open question needs the journal");
  BINDERY_CHECK_MSG(options_.symmetry == nullptr,
                    "prices are differences of plain fingerprints");
  kernel_.set_extended_errors(false);
  open_.emplace(scenario_, runtime_, kernel_);
  for (uint32_t left = 0; left <= scenario_.open->commands; ++left) {
    world_.BeginStep(scenario_.environment_actor());
    open_->SetLeft(left);
    world_.Commit();
    prices_.push_back(world_.fingerprint());
  }
  world_.ForgetHistory();
}

void Simulation::FindTasks() {
  tasks_.clear();
  for (uint32_t actor = 1; actor <= scenario_.tasks.size(); ++actor) {
    tasks_.push_back(world_.Find<TaskRow>(actor, 0));
    BINDERY_CHECK(tasks_.back());
  }
}

// Calls of the set-up itself have returned; those that have not were submitted
// by the tasks that are in one, in order of actors.
void Simulation::FindFirstCalls() {
  std::vector<proto::Event> open;
  for (proto::Event& event : sink_.events) {
    if (event.kind() == proto::Event::SYSCALL_RETURN && !open.empty()) {
      open.pop_back();
    }
    if (event.kind() == proto::Event::SYSCALL) open.push_back(event);
  }
  first_calls_.resize(task_count());
  size_t next = 0;
  for (uint32_t actor = 1; actor <= task_count(); ++actor) {
    if (!world_.Peek(task(actor)).frame) continue;
    BINDERY_CHECK(next < open.size());
    first_calls_[actor - 1] = open[next++];
  }
  sink_.events.clear();
}

// ------------------------------------------------------------------ enabled --

bool Simulation::TaskEnabled(uint32_t actor) const {
  const TaskId task = tasks_[actor - 1];
  const TaskRow& row = world_.Peek(task);
  if (row.state != TaskState::kRunning) return false;
  if (row.frame) return row.asleep == 0 || row.signal_pending != 0;
  return runtime_.VisibleNext(task) && runtime_.VisibleEnabled(task);
}

bool Simulation::Quiet() const {
  for (uint32_t actor = 1; actor <= task_count(); ++actor) {
    if (TaskEnabled(actor) || TimeoutEnabled(actor)) return false;
    if (Idle(actor)) return false;
  }
  return !WorkerEnabled();
}

bool Simulation::KillEnabled(uint32_t index) const {
  if (index >= scenario_.budget.kill.size()) return false;
  const uint32_t kills = world_.Peek(kGlobal).kills;
  if ((kills >> index & 1) == 0) return false;
  const size_t killed =
      scenario_.budget.kill.size() - static_cast<size_t>(std::popcount(kills));
  if (killed >= scenario_.budget.most_kills) return false;
  const uint32_t process = scenario_.budget.kill[index];
  return world_.Peek(world_.Find<ProcessRow>(process, 0)).dead == 0;
}

bool Simulation::SignalEnabled(uint32_t actor) const {
  if (actor == 0 || actor > task_count()) return false;
  const TaskRow& row = world_.Peek(tasks_[actor - 1]);
  return world_.Peek(kGlobal).signals != 0 && row.asleep != 0 &&
         row.signal_pending == 0 && row.state == TaskState::kRunning;
}

bool Simulation::TimeoutEnabled(uint32_t actor) const {
  if (actor == 0 || actor > task_count()) return false;
  const TaskRow& row = world_.Peek(tasks_[actor - 1]);
  return row.asleep == kAsleepForATime && row.state == TaskState::kRunning;
}

// Not once everything rests: nothing would allocate any more.
bool Simulation::FailureEnabled() const {
  const GlobalRow& global = world_.Peek(kGlobal);
  return global.failures != 0 && global.fail_next == 0 && !Quiet();
}

bool Simulation::ChoicesOfTask(uint32_t actor,
                               std::vector<uint64_t>* choices) const {
  const bool runs = TaskEnabled(actor);
  if (runs) choices->push_back(MakeChoice(ChoiceKind::kTask, actor));
  if (!open_) return runs;
  operands_.clear();
  open_->AppendOperands(tasks_[actor - 1], &operands_);
  for (const uint32_t operand : operands_) {
    choices->push_back(MakeChoice(ChoiceKind::kIssue, actor, operand));
  }
  return runs;
}

void Simulation::Enabled(std::vector<uint64_t>* choices) const {
  bool timeouts = false;
  for (uint32_t actor = 1; actor <= task_count(); ++actor) {
    if (!ChoicesOfTask(actor, choices)) timeouts |= TimeoutEnabled(actor);
  }
  if (WorkerEnabled()) {
    choices->push_back(
        MakeChoice(ChoiceKind::kWorker, scenario_.worker_actor()));
  }
  EnvironmentEnabled(timeouts, choices);
}

void Simulation::EnvironmentEnabled(bool timeouts,
                                    std::vector<uint64_t>* choices) const {
  const GlobalRow& global = world_.Peek(kGlobal);
  const uint32_t environment = scenario_.environment_actor();
  for (uint32_t i = 0; global.kills >> i != 0; ++i) {
    if (KillEnabled(i)) {
      choices->push_back(MakeChoice(ChoiceKind::kKill, environment, i));
    }
  }
  for (uint32_t i = 1; global.signals != 0 && i <= task_count(); ++i) {
    if (SignalEnabled(i)) {
      choices->push_back(MakeChoice(ChoiceKind::kSignal, environment, i));
    }
  }
  if (FailureEnabled()) {
    choices->push_back(MakeChoice(ChoiceKind::kAllocationFailure, environment));
  }
  for (uint32_t i = 1; timeouts && i <= task_count(); ++i) {
    if (TimeoutEnabled(i)) {
      choices->push_back(MakeChoice(ChoiceKind::kTimeout, environment, i));
    }
  }
}

bool Simulation::IsEnabled(uint64_t choice) const {
  const uint32_t actor = ActorOf(choice);
  const uint32_t operand = OperandOf(choice);
  const bool environment = actor == scenario_.environment_actor();
  switch (KindOf(choice)) {
    case ChoiceKind::kTask:
      return actor >= 1 && actor <= task_count() && operand == 0 &&
             TaskEnabled(actor);
    case ChoiceKind::kWorker:
      return actor == scenario_.worker_actor() && operand == 0 &&
             WorkerEnabled();
    case ChoiceKind::kKill:
      return environment && operand < 32 && KillEnabled(operand);
    case ChoiceKind::kSignal:
      return environment && SignalEnabled(operand);
    case ChoiceKind::kAllocationFailure:
      return environment && operand == 0 && FailureEnabled();
    case ChoiceKind::kTimeout:
      return environment && TimeoutEnabled(operand);
    case ChoiceKind::kIssue:
      return open_ && actor >= 1 && actor <= task_count() &&
             open_->Allows(tasks_[actor - 1], operand);
    case ChoiceKind::kNone:
      break;
  }
  return false;
}

// -------------------------------------------------------------------- apply --

void Simulation::Apply(uint64_t choice) {
  sink_.events.clear();
  runtime_.ClearFailures();
  const bool issued = KindOf(choice) == ChoiceKind::kIssue;
  const Hash128 before = issued ? world_.fingerprint() : Hash128{};
  world_.BeginStep(ActorOf(choice));
  Execute(choice);
  if (history_) history_->Observe(world_);
  if (record_changes_) CollectChanges();
  world_.Commit();
  if (issued) Refund(choice, before);
  if (sums_) sums_->Update();
  has_step_ = true;
}

void Simulation::Execute(uint64_t choice) {
  switch (KindOf(choice)) {
    case ChoiceKind::kTask:
      return RunTask(tasks_[ActorOf(choice) - 1]);
    case ChoiceKind::kWorker:
      return RunWorker();
    case ChoiceKind::kKill:
      return KillProcess(OperandOf(choice));
    case ChoiceKind::kSignal:
      return SignalTask(OperandOf(choice));
    case ChoiceKind::kAllocationFailure:
      return FailNextAllocation();
    case ChoiceKind::kTimeout:
      return ExpireTask(OperandOf(choice));
    case ChoiceKind::kIssue:
      return Issue(choice);
    case ChoiceKind::kNone:
      break;
  }
  BINDERY_CHECK_MSG(false, "not a choice");
}

void Simulation::RunTask(TaskId task) {
  if (!world_.Peek(task).frame) return runtime_.RunVisible(task);
  const TaskRow& row = world_.Peek(task);
  do {
    kernel_.RunTask(task);
    if (!row.frame && row.state == TaskState::kRunning) runtime_.Resume(task);
  } while (options_.run_through && kernel_.Runnable(task) &&
           runtime_.failures().empty());
}

// Beginning a system call is no transition of its own, nor is getting to its
// read where commands are whole.
void Simulation::Issue(uint64_t choice) {
  const TaskId task = tasks_[ActorOf(choice) - 1];
  open_->Issue(task, OperandOf(choice));
  RunTask(task);
  if (options_.granularity == Granularity::kCommand &&
      open_->BeforeItsRead(task)) {
    RunTask(task);
  }
}

// If nothing but the budget changed, nothing did.
void Simulation::Refund(uint64_t choice, const Hash128& before) {
  const Letter& letter =
      (*scenario_.open->alphabet)[LetterOf(OperandOf(choice))];
  const uint64_t left = open_->left();
  if (letter.free || !world_.faults().empty() || !runtime_.failures().empty() ||
      !broken_history().empty()) {
    return;
  }
  Hash128 after = world_.fingerprint();
  after += prices_[left + 1];
  after -= prices_[left];
  if (after != before) return;
  world_.Undo();
  world_.BeginStep(ActorOf(choice));
  world_.Commit();
  changes_.clear();
}

void Simulation::RunWorker() {
  if (const FrameId frame = world_.Peek(kGlobal).worker) {
    Emit(kernel_.events(), proto::Event::WORKER,
         kernel_.events() ? names_.Operation(world_.Peek(frame).op) : "");
  }
  kernel_.RunWorker();
}

void Simulation::KillProcess(uint32_t index) {
  const uint32_t process = scenario_.budget.kill[index];
  world_.Edit(kGlobal).kills &= ~(uint32_t{1} << index);
  if (proto::Event* event =
          Emit(kernel_.events(), proto::Event::ENVIRONMENT, "kill")) {
    AddArg(event, "process", names_.Process(process));
  }
  kernel_.ExitProcess(world_.Find<ProcessRow>(process, 0));
}

void Simulation::SignalTask(uint32_t actor) {
  --world_.Edit(kGlobal).signals;
  kernel_.Signal(tasks_[actor - 1]);
  if (!sink_.events.empty()) {
    AddArg(&sink_.events.back(), "task", names_.Actor(actor));
  }
}

void Simulation::ExpireTask(uint32_t actor) {
  kernel_.Expire(tasks_[actor - 1]);
  if (!sink_.events.empty()) {
    AddArg(&sink_.events.back(), "task", names_.Actor(actor));
  }
}

void Simulation::FailNextAllocation() {
  GlobalRow& global = world_.Edit(kGlobal);
  --global.failures;
  global.fail_next = 1;
  Emit(kernel_.events(), proto::Event::ENVIRONMENT, "arm allocation failure");
}

void Simulation::ReadState() {
  world_.BeginStep(scenario_.environment_actor());
  kernel_.ReadState();
  world_.Commit();
  world_.ForgetHistory();
  ForgetStep();
}

void Simulation::Continue(uint32_t actor, uint32_t entry) {
  world_.BeginStep(actor);
  runtime_.Continue(tasks_[actor - 1], entry);
  world_.Commit();
  world_.ForgetHistory();
  ForgetStep();
}

void Simulation::Undo() {
  BINDERY_CHECK_MSG(!options_.pages, "pages cannot be undone");
  world_.Undo();
  ForgetStep();
}

void Simulation::ForgetStep() {
  has_step_ = false;
  sink_.events.clear();
  changes_.clear();
  runtime_.ClearFailures();
  if (history_) history_->Clear();
}

void Simulation::Decode(absl::string_view bytes) {
  BINDERY_CHECK_MSG(!options_.pages, "pages cannot be decoded");
  world_.Decode(bytes);
  FindTasks();
  ForgetStep();
}

// ------------------------------------------------------------------ reports --

void Simulation::set_recording(bool events, bool changes) {
  BINDERY_CHECK_MSG(options_.journal || !changes, "changes need the journal");
  kernel_.set_events(events ? &sink_ : nullptr);
  record_changes_ = changes;
  sink_.events.clear();
  changes_.clear();
}

void Simulation::CollectChanges() {
  changes_.clear();
  DescribeChanges(world_, names_,
                  [this](absl::string_view object, absl::string_view field,
                         absl::string_view before, absl::string_view after) {
                    proto::Change& change = changes_.emplace_back();
                    change.set_object(std::string(object));
                    change.set_field(std::string(field));
                    change.set_before(std::string(before));
                    change.set_after(std::string(after));
                  });
}

const std::vector<Fault>& Simulation::faults() const {
  static const std::vector<Fault>* const kNone = new std::vector<Fault>();
  return has_step_ ? world_.faults() : *kNone;
}

const std::vector<BrokenProperty>& Simulation::broken_history() const {
  static const std::vector<BrokenProperty>* const kNone =
      new std::vector<BrokenProperty>();
  return history_ ? history_->broken() : *kNone;
}

}  // namespace bindery::sim
