#include "tools/coverage/exercise.h"

#include <limits>

#include "adapter/binder_model.h"
#include "model/explore/explore.h"
#include "sim/engine/run.h"
#include "sim/kernel/branches.h"
#include "tools/coverage/facts.h"

namespace bindery::coverage {
namespace {

constexpr sim::GlobalId kGlobal{
    sim::AnyId::Make(sim::TableId::kGlobal, 1, 1).value};

struct Subject {
  const sim::CompiledScenario& scenario;
  const sim::Driver& driver;
  const sim::Properties& properties;
  sim::SimulationOptions options;
};

// Whether the allocation that is to fail did, or none is to.
bool RunAsWritten(const Subject& subject, sim::Scheduler& scheduler) {
  sim::SimulationOptions options = subject.options;
  options.pages = true;
  sim::Simulation simulation(subject.scenario, subject.driver,
                             &subject.properties, options);
  sim::Run(simulation, scheduler, sim::RunOptions());
  return simulation.world().Peek(kGlobal).fail_next == 0;
}

// One run for each allocation that can fail.
void RunWithFailures(Subject subject) {
  if (subject.scenario.budget.allocation_failures == 0) return;
  bool failed = true;
  while (failed) {
    ++subject.options.fail_allocation;
    sim::AsWrittenScheduler scheduler;
    failed = RunAsWritten(subject, scheduler);
  }
}

// Exact addresses, so that no search ends because it depends on them.
void Explore(Subject subject, sim::Granularity granularity,
             model::Strategy strategy, model::ExploreOptions options) {
  subject.options.granularity = granularity;
  subject.options.exact_addresses = true;
  options.keep_going = true;
  options.max_findings = std::numeric_limits<size_t>::max();
  options.report_deadlocks = false;
  BinderModel model(subject.scenario, subject.driver, &subject.properties,
                    subject.options);
  model::Explore(model, strategy, options);
}

void Note(const sim::BranchCounts& counts, const FactObserver& facts,
          std::set<std::string>* names) {
  *names = facts.Names();
  for (size_t i = 0; i < counts.branches().size(); ++i) {
    if (counts.taken(i) != 0) names->insert(counts.branches()[i].Name());
  }
}

}  // namespace

Exercise Measure(const std::string& name, const sim::CompiledScenario& scenario,
                 const sim::Driver& driver, const sim::Properties& properties,
                 const sim::SimulationOptions& options,
                 sim::Scheduler& scheduler, const Limits& limits) {
  sim::BranchCounts counts(driver);
  FactObserver facts;
  Subject subject{scenario, driver, properties, options};
  subject.options.branches = &counts;
  subject.options.observer = &facts;
  Exercise exercise;
  exercise.scenario = name;
  RunAsWritten(subject, scheduler);
  Note(counts, facts, &exercise.taken[static_cast<int>(Kind::kAsWritten)]);
  model::ExploreOptions search;
  if (limits.states != 0) {
    search.max_states = limits.states;
    Explore(subject, sim::Granularity::kCommand, model::Strategy::kDepthFirst,
            search);
  }
  Note(counts, facts, &exercise.taken[static_cast<int>(Kind::kExplored)]);
  RunWithFailures(subject);
  Note(counts, facts, &exercise.taken[static_cast<int>(Kind::kFailing)]);
  if (limits.states != 0 && scenario.explore.granularity() == "lock") {
    Explore(subject, sim::Granularity::kLock, model::Strategy::kDepthFirst,
            search);
  }
  if (limits.walks != 0) {
    search.max_states = model::ExploreOptions::kUnlimited;
    search.walks = limits.walks;
    Explore(subject, sim::Granularity::kLock, model::Strategy::kRandomWalk,
            search);
  }
  Note(counts, facts, &exercise.taken[static_cast<int>(Kind::kWindows)]);
  return exercise;
}

}  // namespace bindery::coverage
