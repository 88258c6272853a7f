#include "tools/conform/shrink.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "sim/io/scenario_loader.h"

namespace bindery::conform {
namespace {

// Rounds are bounded: each of them costs a boot.
constexpr int kMaxRounds = 60;

class Shrinker {
 public:
  Shrinker(const KernelSpec& kernel, const MachineOptions& options,
           const sim::Driver& driver, RandomScenario* scenario)
      : kernel_(kernel),
        options_(options),
        driver_(driver),
        scenario_(*scenario) {}

  absl::StatusOr<std::string> Run() {
    for (size_t portion = std::max<size_t>(1, scenario_.steps.size() / 2);;) {
      const absl::StatusOr<bool> smaller = Try(WithoutSteps(portion));
      if (!smaller.ok()) return smaller.status();
      if (*smaller) continue;
      if (portion == 1) break;
      portion = std::max<size_t>(1, portion / 2);
    }
    for (;;) {
      const absl::StatusOr<bool> smaller = Try(WithoutDetails());
      if (!smaller.ok()) return smaller.status();
      if (!*smaller) return explanation_;
    }
  }

 private:
  using Candidates = std::vector<RandomScenario>;

  Candidates WithoutSteps(size_t portion) const {
    Candidates all;
    for (size_t at = 0; at < scenario_.steps.size(); at += portion) {
      RandomScenario& one = all.emplace_back(scenario_);
      const size_t end = std::min(at + portion, one.steps.size());
      one.steps.erase(one.steps.begin() + static_cast<ptrdiff_t>(at),
                      one.steps.begin() + static_cast<ptrdiff_t>(end));
    }
    return all;
  }

  // One command less, or one piece of payload less.
  Candidates WithoutDetails() const {
    Candidates all;
    for (size_t i = 0; i < scenario_.steps.size(); ++i) {
      if (!scenario_.steps[i].step.has_write_read()) continue;
      const proto::WriteRead& call = scenario_.steps[i].step.write_read();
      for (int c = 0; c < call.write_size(); ++c) {
        RandomScenario& one = all.emplace_back(scenario_);
        one.steps[i].step.mutable_write_read()->mutable_write()->DeleteSubrange(
            c, 1);
        const int items = std::max(call.write(c).transaction().item_size(),
                                   call.write(c).reply().item_size());
        for (int k = 0; k < items; ++k) {
          RemoveItem(c, k, &all.emplace_back(scenario_).steps[i]);
        }
      }
    }
    return all;
  }

  static void RemoveItem(int command, int item, OrderedStep* step) {
    proto::Command* c = step->step.mutable_write_read()->mutable_write(command);
    proto::Transaction* t =
        c->has_reply() ? c->mutable_reply() : c->mutable_transaction();
    t->mutable_item()->DeleteSubrange(item, 1);
  }

  // Takes the first candidate that still differs. False: there is none.
  absl::StatusOr<bool> Try(const Candidates& candidates) {
    if (++rounds_ > kMaxRounds) return false;
    std::vector<LockstepRun> runs;
    std::vector<size_t> which;
    for (size_t i = 0; i < candidates.size(); ++i) {
      absl::StatusOr<LockstepRun> run =
          RunProto(candidates[i].Build(), driver_);
      if (!run.ok()) continue;
      runs.push_back(*std::move(run));
      which.push_back(i);
    }
    if (runs.empty()) return false;
    const auto verdicts = JudgeAll(runs, kernel_, options_);
    if (!verdicts.ok()) return verdicts.status();
    for (size_t i = 0; i < verdicts->size(); ++i) {
      if ((*verdicts)[i].same) continue;
      scenario_ = candidates[which[i]];
      explanation_ = (*verdicts)[i].explanation;
      return true;
    }
    return false;
  }

  const KernelSpec& kernel_;
  const MachineOptions& options_;
  const sim::Driver& driver_;
  RandomScenario& scenario_;
  std::string explanation_;
  int rounds_ = 0;
};

}  // namespace

absl::StatusOr<LockstepRun> RunProto(const proto::Scenario& scenario,
                                     const sim::Driver& driver) {
  const auto loaded = sim::LoadScenario(ToText(scenario), scenario.name());
  if (!loaded.ok()) return loaded.status();
  return RunLockstep(loaded->compiled, driver, nullptr);
}

absl::StatusOr<std::string> Shrink(const KernelSpec& kernel,
                                   const MachineOptions& options,
                                   const sim::Driver& driver,
                                   RandomScenario* scenario) {
  return Shrinker(kernel, options, driver, scenario).Run();
}

}  // namespace bindery::conform
