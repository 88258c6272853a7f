#include "tools/conform/generator.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "sim/user/growing_scenario.h"
#include "tools/conform/dice.h"
#include "tools/conform/random_binderfs.h"
#include "tools/conform/random_payload.h"
#include "tools/conform/random_step.h"
#include "tools/conform/view.h"

namespace bindery::conform {
namespace {

// Far from every seed that is near.
constexpr uint64_t kAnother = uint64_t{1} << 40;
constexpr int kMostTries = 8;

constexpr uint32_t kUids[] = {0, 0, 1000, 2000};
// Small ones make buffers run out.
constexpr uint64_t kMappings[] = {0,       4096,    8192,    1 << 20,
                                  1 << 20, 1 << 20, 1 << 20, 1 << 20};
constexpr uint32_t kProcesses[] = {2, 2, 3, 3, 3, 4};
constexpr uint32_t kThreads[] = {1, 1, 2, 2, 2, 3};
// ACCEPTS_FDS mostly, TXN_SECURITY_CTX seldom: without an LSM it fails.
constexpr uint32_t kNodeFlags[] = {0,     0,     0x100, 0x100,
                                   0x100, 0x100, 0x100, 0x1100};

// Every fifth scenario has nice values. They are drawn apart: what happens does
// not depend on them.
constexpr uint64_t kNiceSeed = 0x9e3779b97f4a7c15;
constexpr int kChanceOfNice = 20;
constexpr int32_t kNice[] = {-20, -10, -1, 0, 0, 1, 10, 19};
constexpr uint32_t kNiceLimits[] = {0, 0, 5, 20, 40};
constexpr uint32_t kMinPriorities[] = {0, 0, 5, 19, 0x7f, 0xff};

// Every sixth scenario is about binderfs, too: a quarter of its steps are. They
// are drawn apart, so that the other scenarios are what they were before.
constexpr uint64_t kBinderfsSeed = 0xd1b54a32d192ed03;
constexpr int kChanceOfBinderfs = 17;
constexpr int kChanceOfBinderfsStep = 25;

class Generator {
 public:
  Generator(uint64_t seed, const Shape& shape, const sim::Driver& driver)
      : dice_(seed),
        nice_dice_(seed ^ kNiceSeed),
        has_nice_(nice_dice_.Chance(kChanceOfNice)),
        binderfs_dice_(seed ^ kBinderfsSeed),
        has_binderfs_(binderfs_dice_.Chance(kChanceOfBinderfs)),
        shape_(shape),
        driver_(driver) {
    made_.scenario.base.set_name(absl::StrCat("random_", seed));
    const uint32_t processes =
        shape.processes != 0 ? shape.processes : dice_.Pick(kProcesses);
    for (uint32_t i = 0; i < processes; ++i) AddProcess(i);
    if (dice_.Chance(25)) AddChild(processes);
  }

  absl::StatusOr<Generated> Run() {
    sim::LaterNames names{.fds = OpenedFds()};
    if (has_binderfs_) AddNames(&names);
    const auto growing =
        sim::GrowingScenario::Create(made_.scenario.base, names);
    if (!growing.ok()) return growing.status();
    LiveLockstep live((*growing)->compiled(), driver_);
    while (made_.scenario.steps.size() < shape_.commands && !live.over()) {
      const View view = Inspect(live);
      size_t actor = 0;
      if (!Choose(view, &actor)) break;
      const OrderedStep& added = AddStep(view, actor);
      const auto entry =
          (*growing)->Append(added.process, added.thread, added.step);
      if (!entry.ok()) return entry.status();
      live.Take(static_cast<uint32_t>(actor) + 1, *entry);
      made_.stats.AddStep(added.step);
      made_.stats.AddState(live.simulation().world());
    }
    absl::StatusOr<LockstepRun> run = live.Finish();
    if (!run.ok()) return run.status();
    made_.run = *std::move(run);
    made_.stats.AddTranscript(made_.run.transcript);
    return std::move(made_);
  }

 private:
  void AddProcess(uint32_t index) {
    proto::Process* process = made_.scenario.base.add_process();
    process->set_name(absl::StrCat("p", index));
    process->set_uid(dice_.Pick(kUids));
    if (dice_.Chance(6)) {
      process->mutable_limits()->set_nofile(4 + dice_.Below(5));
    }
    // What two processes share has one name.
    constexpr const char* kFiles[] = {"file_a", "file_b", "file_c"};
    for (const char* name : kFiles) {
      if (dice_.Chance(40)) process->add_file()->set_name(name);
    }
    proto::Attach* attach = process->mutable_attach();
    attach->set_mmap_size(dice_.Pick(kMappings));
    attach->set_max_threads(dice_.Below(3));
    attach->set_context_manager(index == 0 && !dice_.Chance(6));
    attach->set_nonblock(dice_.Chance(15));
    for (uint32_t i = 0; i < kNodes; ++i) {
      proto::Node* node = process->add_node();
      node->set_name(absl::StrCat("n", i));
      node->set_flags(dice_.Pick(kNodeFlags));
    }
    const uint32_t threads =
        shape_.threads != 0 ? shape_.threads : dice_.Pick(kThreads);
    for (uint32_t i = 0; i < threads; ++i) {
      process->add_thread()->set_name(absl::StrCat("t", i));
      threads_.emplace_back(static_cast<int>(index), static_cast<int>(i));
    }
    if (has_nice_) AddNice(process);
    if (has_binderfs_) AddNamespaces(binderfs_dice_, process);
  }

  // It has what its parent has, but for threads of its own.
  void AddChild(uint32_t processes) {
    proto::Process* child = made_.scenario.base.add_process();
    child->set_name("child");
    child->set_forked_from(absl::StrCat("p", dice_.Below(processes)));
    const uint32_t threads = 1 + dice_.Below(2);
    for (uint32_t i = 0; i < threads; ++i) {
      proto::Thread* thread = child->add_thread();
      thread->set_name(absl::StrCat("t", i));
      if (has_nice_) thread->set_nice(nice_dice_.Pick(kNice));
      threads_.emplace_back(static_cast<int>(processes), static_cast<int>(i));
    }
  }

  void AddNice(proto::Process* process) {
    process->mutable_limits()->set_nice(nice_dice_.Pick(kNiceLimits));
    for (proto::Thread& thread : *process->mutable_thread()) {
      thread.set_nice(nice_dice_.Pick(kNice));
    }
    for (proto::Node& node : *process->mutable_node()) {
      node.set_flags(node.flags() | nice_dice_.Pick(kMinPriorities));
    }
  }

  // Somebody who can take a step, mostly one for whom there is work. False:
  // nobody can.
  bool Choose(const View& view, size_t* actor) {
    std::vector<size_t> free;
    std::vector<size_t> busy;
    for (size_t i = 0; i < view.threads.size(); ++i) {
      const ThreadView& thread = view.threads[i];
      if (!thread.free) continue;
      free.push_back(i);
      if (HasWork(view, thread)) busy.push_back(i);
    }
    if (free.empty()) return false;
    *actor = dice_.Pick(busy.empty() || dice_.Chance(35) ? free : busy);
    return true;
  }

  static bool HasWork(const View& view, const ThreadView& thread) {
    const auto& openings = view.processes[thread.process].openings;
    for (size_t i = 0; i < openings.size(); ++i) {
      if (openings[i].work || thread.roles[i].work || thread.roles[i].answers) {
        return true;
      }
    }
    return false;
  }

  const OrderedStep& AddStep(const View& view, size_t actor) {
    OrderedStep& added = made_.scenario.steps.emplace_back();
    added.process = threads_[actor].first;
    added.thread = threads_[actor].second;
    if (has_binderfs_ && binderfs_dice_.Chance(kChanceOfBinderfsStep)) {
      const size_t process = view.threads[actor].process;
      FillBinderfsStep(binderfs_dice_, view.processes[process], &added.step);
    } else {
      FillStep(dice_, view, actor, &added.step);
    }
    return added;
  }

  Dice dice_;
  Dice nice_dice_;
  const bool has_nice_;
  Dice binderfs_dice_;
  const bool has_binderfs_;
  const Shape shape_;
  const sim::Driver& driver_;
  // By actor: places in the scenario's lists.
  std::vector<std::pair<int, int>> threads_;
  Generated made_;
};

}  // namespace

proto::Scenario RandomScenario::Build() const {
  proto::Scenario scenario = base;
  for (size_t i = 0; i < steps.size(); ++i) {
    proto::Thread* thread = scenario.mutable_process(steps[i].process)
                                ->mutable_thread(steps[i].thread);
    if (i != 0) thread->add_step()->set_await(absl::StrCat(i));
    thread->add_step()->set_post(absl::StrCat(i + 1));
    *thread->add_step() = steps[i].step;
  }
  return scenario;
}

absl::StatusOr<Generated> Generate(uint64_t seed, const Shape& shape,
                                   const sim::Driver& driver) {
  absl::StatusOr<Generated> made = Generator(seed, shape, driver).Run();
  // What the model leaves open cannot be compared: another one takes its place.
  for (int i = 0; i < kMostTries && absl::IsFailedPrecondition(made.status());
       ++i) {
    seed += kAnother;
    made = Generator(seed, shape, driver).Run();
  }
  return made;
}

std::string ToText(const proto::Scenario& scenario) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(scenario, &text);
  return text;
}

}  // namespace bindery::conform
