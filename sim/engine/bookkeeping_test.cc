// What is kept from step to step so that steps cost the same in worlds of every
// size: who can run, and what objects add up to. Both must be what a look at
// everything finds.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sim/engine/checker.h"
#include "sim/engine/run_queue.h"
#include "sim/engine/scheduler.h"
#include "sim/engine/simulation.h"
#include "sim/invariants/invariants.h"
#include "sim/invariants/sums.h"
#include "sim/io/scenario_loader.h"
#include "sim/kernel/mutation.h"

namespace bindery::sim {
namespace {

constexpr int kSteps = 300;

std::vector<std::string> ScenarioFiles() {
  std::vector<std::string> files;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator("scenarios")) {
    if (entry.path().extension() == ".textproto") {
      files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

LoadedScenario Load(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  auto loaded = LoadScenario(text.str(), path);
  EXPECT_TRUE(loaded.ok()) << loaded.status();
  return *std::move(loaded);
}

void ExpectSameActors(const Simulation& simulation, const RunQueue& queue) {
  uint32_t runnable = 0;
  uint32_t timed = 0;
  for (uint32_t actor = 1; actor <= simulation.task_count(); ++actor) {
    const bool enabled = simulation.TaskEnabled(actor);
    if (enabled) {
      EXPECT_EQ(queue.runnable().Nth(runnable), actor);
    }
    runnable += enabled ? 1 : 0;
    timed += simulation.TimeoutEnabled(actor) ? 1 : 0;
    EXPECT_EQ(queue.runnable().NextFrom(actor) == actor, enabled);
  }
  EXPECT_EQ(queue.runnable().size(), runnable);
  EXPECT_EQ(queue.timed().size(), timed);
}

// What is broken, as far as sums matter.
std::vector<std::pair<std::string, uint32_t>> Broken(const World& w,
                                                     const Sums* sums) {
  std::vector<BrokenInvariant> broken;
  Findings f(&broken, sums);
  w.ForEach<NodeRow>([&](NodeId id, const NodeRow&) { CheckNode(w, id, &f); });
  w.ForEach<FileRow>([&](FileId id, const FileRow&) { CheckFile(w, id, &f); });
  w.ForEach<ProcRow>([&](ProcId id, const ProcRow&) {
    CheckProc(w, id, &f);
    CheckLayout(w, id, &f);
  });
  std::vector<std::pair<std::string, uint32_t>> found;
  for (const BrokenInvariant& one : broken) {
    found.emplace_back(one.id, one.object.value);
  }
  return found;
}

// Runs until a property breaks; true if one did.
bool RunAndCompare(const CompiledScenario& scenario, const Driver& driver,
                   uint64_t seed) {
  SimulationOptions options;
  options.sums = true;
  Simulation simulation(scenario, driver, nullptr, options);
  RandomScheduler scheduler(seed);
  RunQueue queue;
  for (int step = 0; step < kSteps; ++step) {
    queue.Update(simulation);
    ExpectSameActors(simulation, queue);
    const uint64_t choice = scheduler.Next(simulation);
    if (choice == 0) return false;
    simulation.Apply(choice);
    if (!CheckStep(simulation, nullptr)) return true;
    const auto walked = Broken(simulation.world(), nullptr);
    EXPECT_EQ(Broken(simulation.world(), simulation.sums()), walked);
    if (!walked.empty()) return true;
  }
  return false;
}

TEST(BookkeepingTest, IsWhatALookAtEverythingFinds) {
  for (const std::string& file : ScenarioFiles()) {
    SCOPED_TRACE(file);
    const LoadedScenario loaded = Load(file);
    const auto driver = Driver::Create(loaded.compiled.profile);
    ASSERT_TRUE(driver.ok()) << driver.status();
    for (const uint64_t seed : {1, 2}) {
      RunAndCompare(loaded.compiled, *driver, seed);
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(BookkeepingTest, NoticesWhatTheWrongDriverDoes) {
  const LoadedScenario loaded =
      Load("scenarios/workload/three_clients.textproto");
  const auto mutations = ListMutations("c-7.2");
  ASSERT_TRUE(mutations.ok());
  int broken = 0;
  for (const Mutation& mutation : *mutations) {
    SCOPED_TRACE(mutation.id);
    const auto driver = Driver::Create("c-7.2", {mutation.id});
    ASSERT_TRUE(driver.ok()) << driver.status();
    broken += RunAndCompare(loaded.compiled, *driver, 1) ? 1 : 0;
    if (testing::Test::HasFailure()) return;
  }
  EXPECT_GT(broken, 5);
}

// Without a journal only tasks and variables are noted; that is enough.
TEST(BookkeepingTest, RunQueueNeedsNoJournal) {
  for (const std::string& file : ScenarioFiles()) {
    SCOPED_TRACE(file);
    const LoadedScenario loaded = Load(file);
    const auto driver = Driver::Create(loaded.compiled.profile);
    ASSERT_TRUE(driver.ok()) << driver.status();
    SimulationOptions options;
    options.journal = false;
    Simulation simulation(loaded.compiled, *driver, nullptr, options);
    RandomScheduler scheduler(3);
    RunQueue queue;
    for (int step = 0; step < kSteps; ++step) {
      queue.Update(simulation);
      ExpectSameActors(simulation, queue);
      const uint64_t choice = scheduler.Next(simulation);
      if (choice == 0) break;
      simulation.Apply(choice);
      if (!CheckStep(simulation, nullptr)) break;
    }
    if (testing::Test::HasFailure()) return;
  }
}

// Steps that nobody told it about, and steps that were taken back.
TEST(BookkeepingTest, RunQueueLooksAtEverythingBehindAGap) {
  const LoadedScenario loaded =
      Load("scenarios/workload/three_clients.textproto");
  const auto driver = Driver::Create("c-7.2");
  ASSERT_TRUE(driver.ok());
  Simulation simulation(loaded.compiled, *driver, nullptr, {});
  RandomScheduler scheduler(4);
  RunQueue queue;
  for (int step = 0; step < 60; ++step) {
    const uint64_t choice = scheduler.Next(simulation);
    if (choice == 0) break;
    simulation.Apply(choice);
    if (step % 5 == 4) simulation.Undo();
    if (step % 3 != 2) continue;
    queue.Update(simulation);
    ExpectSameActors(simulation, queue);
  }
}

TEST(ActorSetTest, GoesAroundInACircle) {
  ActorSet set;
  set.Reset(200);
  EXPECT_EQ(set.NextFrom(7), 0u);
  for (const uint32_t actor : {3, 64, 65, 200}) set.Set(actor, true);
  set.Set(64, true);
  EXPECT_EQ(set.size(), 4u);
  EXPECT_EQ(set.NextFrom(1), 3u);
  EXPECT_EQ(set.NextFrom(3), 3u);
  EXPECT_EQ(set.NextFrom(4), 64u);
  EXPECT_EQ(set.NextFrom(66), 200u);
  set.Set(200, false);
  EXPECT_EQ(set.NextFrom(66), 3u);
  EXPECT_EQ(set.Nth(0), 3u);
  EXPECT_EQ(set.Nth(2), 65u);
  EXPECT_EQ(set.size(), 3u);
}

}  // namespace
}  // namespace bindery::sim
