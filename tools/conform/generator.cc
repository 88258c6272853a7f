#include "tools/conform/generator.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "sim/engine/prng.h"
#include "sim/user/growing_scenario.h"
#include "tools/conform/random_step.h"
#include "tools/conform/view.h"

namespace bindery::conform {
namespace {

constexpr uint32_t kNodes = 2;

class Generator {
 public:
  Generator(uint64_t seed, const Shape& shape, const sim::Driver& driver)
      : prng_(seed), shape_(shape), driver_(driver), step_(&prng_, kNodes) {
    made_.scenario.base.set_name(absl::StrCat("random_", seed));
    for (uint32_t i = 0; i < shape.processes; ++i) AddProcess(i);
  }

  absl::StatusOr<Generated> Run() {
    auto growing = sim::GrowingScenario::Create(made_.scenario.base, {});
    if (!growing.ok()) return growing.status();
    LiveLockstep live((*growing)->compiled(), driver_);
    while (made_.scenario.steps.size() < shape_.commands && !live.over()) {
      const View view = Inspect(live);
      uint32_t actor = 0;
      if (!Choose(view, &actor)) break;
      const OrderedStep& added = AddStep(view, actor);
      const auto entry = (*growing)->Append(added.process, added.step);
      if (!entry.ok()) return entry.status();
      live.Take(actor + 1, *entry);
    }
    absl::StatusOr<LockstepRun> run = live.Finish();
    if (!run.ok()) return run.status();
    made_.run = *std::move(run);
    return std::move(made_);
  }

 private:
  void AddProcess(uint32_t index) {
    proto::Process* process = made_.scenario.base.add_process();
    process->set_name(absl::StrCat("p", index));
    process->set_uid(1000 * index);
    proto::Attach* attach = process->mutable_attach();
    attach->set_mmap_size(prng_.Below(3) == 0 ? 4096 : 1 << 20);
    attach->set_max_threads(prng_.Below(3));
    attach->set_context_manager(index == 0 && prng_.Below(16) != 0);
    attach->set_nonblock(prng_.Below(6) == 0);
    for (uint32_t i = 0; i < kNodes; ++i) {
      process->add_node()->set_name(absl::StrCat("n", i));
    }
    for (uint32_t i = 0; i < shape_.threads; ++i) {
      process->add_thread()->set_name(absl::StrCat("t", i));
    }
  }

  // Somebody who can take a step. False: nobody can.
  bool Choose(const View& view, uint32_t* actor) {
    std::vector<uint32_t> free;
    for (uint32_t i = 0; i < view.threads.size(); ++i) {
      if (view.threads[i].free) free.push_back(i);
    }
    if (free.empty()) return false;
    *actor = free[prng_.Below(static_cast<uint32_t>(free.size()))];
    return true;
  }

  const OrderedStep& AddStep(const View& view, uint32_t actor) {
    const uint32_t index = actor / shape_.threads;
    std::vector<std::string> others;
    for (uint32_t i = 0; i < shape_.processes; ++i) {
      if (i == index || view.processes[i].dead) continue;
      others.push_back(made_.scenario.base.process(static_cast<int>(i)).name());
    }
    OrderedStep& added = made_.scenario.steps.emplace_back();
    added.process = static_cast<int>(index);
    added.thread = static_cast<int>(actor % shape_.threads);
    step_.Fill(view.processes[index], view.threads[actor], others, &added.step);
    return added;
  }

  sim::Prng prng_;
  const Shape shape_;
  const sim::Driver& driver_;
  RandomStep step_;
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
  return Generator(seed, shape, driver).Run();
}

std::string ToText(const proto::Scenario& scenario) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(scenario, &text);
  return text;
}

}  // namespace bindery::conform
