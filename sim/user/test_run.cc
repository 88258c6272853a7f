#include "sim/user/test_run.h"

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "sim/io/scenario_loader.h"
#include "sim/kernel/op.h"
#include "sim/kernel/process.h"
#include "sim/user/build_world.h"

namespace bindery::sim {
namespace {

uint64_t NextRandom(uint64_t* state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

}  // namespace

TestRun::TestRun(CompiledScenario scenario, uint64_t seed)
    : scenario_(std::move(scenario)),
      driver_(*Driver::Create(scenario_.profile)),
      random_(seed) {
  kernel_ = std::make_unique<Kernel>(driver_, world_);
  runtime_ = std::make_unique<UserRuntime>(scenario_, *kernel_);
  BuildWorld(scenario_, *kernel_, *runtime_);
}

bool TestRun::Enabled(uint32_t actor) const {
  if (actor == scenario_.worker_actor()) return kernel_->WorkerRunnable();
  const TaskId task = runtime_->Task(actor);
  if (runtime_->VisibleNext(task)) return runtime_->VisibleEnabled(task);
  return kernel_->Runnable(task);
}

void TestRun::StepOf(uint32_t actor) {
  BINDERY_CHECK(Enabled(actor));
  ++steps_;
  runtime_->ClearFailures();
  world_.BeginStep(actor);
  if (actor == scenario_.worker_actor()) {
    kernel_->RunWorker();
  } else if (const TaskId task = runtime_->Task(actor);
             runtime_->VisibleNext(task)) {
    runtime_->RunVisible(task);
  } else {
    kernel_->RunTask(task);
    Op op(*kernel_);
    if (!world_.Peek(task).frame) FinishIfDead(op, task);
    runtime_->Resume(task);
  }
  world_.Commit();
  for (const std::string& failure : runtime_->failures()) {
    problems_.push_back(failure);
  }
  for (const Fault& fault : world_.faults()) {
    problems_.push_back(absl::StrCat("fault of the driver: kind ",
                                     static_cast<int>(fault.kind), " ",
                                     fault.what));
  }
}

bool TestRun::Step() {
  if (!problems_.empty()) return false;
  const uint32_t count = scenario_.worker_actor();
  if (random_ != 0) {
    current_ = static_cast<uint32_t>(NextRandom(&random_) % count) + 1;
  }
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t start = i == 0 ? current_ : random_ != 0 ? current_ + i : i;
    const uint32_t actor = (start - 1) % count + 1;
    if (!Enabled(actor)) continue;
    StepOf(actor);
    current_ = actor;
    return true;
  }
  if (!Enabled(count)) return ExpireFirst();
  StepOf(count);
  return true;
}

// The time of the first task that sleeps for some time at most is up.
bool TestRun::ExpireFirst() {
  for (uint32_t actor = 1; actor < scenario_.worker_actor(); ++actor) {
    const TaskId task = runtime_->Task(actor);
    if (!kernel_->Sleeping(task)) continue;
    world_.BeginStep(scenario_.environment_actor());
    kernel_->Expire(task);
    world_.Commit();
    return true;
  }
  return false;
}

bool TestRun::Run(int most) {
  for (int i = 0; i < most; ++i) {
    if (!Step()) return true;
  }
  return false;
}

bool TestRun::Done() const {
  for (uint32_t actor = 1; actor < scenario_.worker_actor(); ++actor) {
    const TaskId task = runtime_->Task(actor);
    if (!runtime_->Finished(task) && !runtime_->Idle(task)) return false;
  }
  return true;
}

std::string TestRun::Unfinished() const {
  std::string text;
  for (uint32_t actor = 1; actor < scenario_.worker_actor(); ++actor) {
    const TaskId task = runtime_->Task(actor);
    if (runtime_->Finished(task) || runtime_->Idle(task)) continue;
    absl::StrAppend(&text, scenario_.ActorName(actor), " ",
                    runtime_->WaitingFor(task), "\n");
  }
  return text;
}

std::string LoadError(absl::string_view text) {
  const auto loaded = LoadScenario(text, "test.textproto");
  return loaded.ok() ? "" : std::string(loaded.status().message());
}

CompiledScenario MustLoad(absl::string_view text) {
  auto loaded = LoadScenario(text, "test.textproto");
  if (!loaded.ok()) {
    std::fprintf(stderr, "%s\n", loaded.status().ToString().c_str());
  }
  BINDERY_CHECK_MSG(loaded.ok(), "the test's scenario is wrong");
  return std::move(loaded->compiled);
}

}  // namespace bindery::sim
