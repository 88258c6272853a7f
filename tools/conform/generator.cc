#include "tools/conform/generator.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "sim/engine/prng.h"
#include "sim/io/scenario_loader.h"
#include "tools/conform/lockstep.h"
#include "tools/conform/random_step.h"
#include "tools/conform/view.h"

namespace bindery::conform {
namespace {

constexpr uint32_t kNodes = 2;

class Generator {
 public:
  Generator(uint64_t seed, const Shape& shape, const sim::Driver& driver)
      : prng_(seed), shape_(shape), driver_(driver), step_(&prng_, kNodes) {
    scenario_.base.set_name(absl::StrCat("random_", seed));
    for (uint32_t i = 0; i < shape.processes; ++i) AddProcess(i);
  }

  absl::StatusOr<RandomScenario> Run() {
    while (scenario_.steps.size() < shape_.commands) {
      const absl::StatusOr<View> view = Look();
      if (!view.ok()) return view.status();
      if (!Round(*view)) break;
    }
    return scenario_;
  }

 private:
  void AddProcess(uint32_t index) {
    proto::Process* process = scenario_.base.add_process();
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

  absl::StatusOr<View> Look() const {
    const auto loaded =
        sim::LoadScenario(ToText(scenario_.Build()), scenario_.base.name());
    if (!loaded.ok()) return loaded.status();
    View view;
    const auto run = RunLockstep(loaded->compiled, driver_, nullptr,
                                 [&view](const sim::Simulation& simulation,
                                         const std::vector<bool>& inside) {
                                   view = Inspect(simulation, inside);
                                 });
    if (!run.ok()) return run.status();
    return view;
  }

  // A step for every thread that can take one, in random order. False: none.
  bool Round(const View& view) {
    std::vector<uint32_t> free;
    for (uint32_t i = 0; i < view.threads.size(); ++i) {
      if (view.threads[i].free) free.push_back(i);
    }
    for (size_t i = free.size(); i > 1; --i) {
      std::swap(free[i - 1], free[prng_.Below(static_cast<uint32_t>(i))]);
    }
    for (const uint32_t actor : free) {
      // A death changes what the others can do.
      if (!AddStep(view, actor)) break;
    }
    return !free.empty();
  }

  // False if it ends a process.
  bool AddStep(const View& view, uint32_t actor) {
    const uint32_t index = actor / shape_.threads;
    std::vector<std::string> others;
    for (uint32_t i = 0; i < shape_.processes; ++i) {
      if (i == index || view.processes[i].dead) continue;
      others.push_back(scenario_.base.process(static_cast<int>(i)).name());
    }
    OrderedStep& added = scenario_.steps.emplace_back();
    added.process = static_cast<int>(index);
    added.thread = static_cast<int>(actor % shape_.threads);
    proto::Step* step = &added.step;
    step_.Fill(view.processes[index], view.threads[actor], others, step);
    return !step->has_kill() && !step->has_exit();
  }

  sim::Prng prng_;
  const Shape shape_;
  const sim::Driver& driver_;
  RandomStep step_;
  RandomScenario scenario_;
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

absl::StatusOr<RandomScenario> Generate(uint64_t seed, const Shape& shape,
                                        const sim::Driver& driver) {
  return Generator(seed, shape, driver).Run();
}

std::string ToText(const proto::Scenario& scenario) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(scenario, &text);
  return text;
}

}  // namespace bindery::conform
