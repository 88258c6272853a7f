// Findings about mutated drivers: that they are found, classified, recorded and
// replayed.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "adapter/binder_model.h"
#include "adapter/testing.h"
#include "gtest/gtest.h"
#include "model/explore/parallel.h"
#include "sim/engine/run.h"
#include "sim/engine/scheduler.h"
#include "sim/kernel/mutation.h"

namespace bindery {
namespace {

constexpr char kScenario[] =
    "scenarios/tutorial/register_lookup_call.textproto";

// The mutation of this kind and function; the first if there are several.
std::string MutationOf(const std::string& kind, const std::string& function) {
  const auto all = sim::ListMutations("c-7.2");
  EXPECT_TRUE(all.ok()) << all.status();
  for (const sim::Mutation& mutation : *all) {
    if (mutation.kind == kind && mutation.function == function) {
      return mutation.id;
    }
  }
  ADD_FAILURE() << "no " << kind << " in " << function;
  return "";
}

model::Finding FirstFinding(const Explorable& explorable) {
  const model::ExploreResult result =
      model::Explore(*explorable.Start(), model::Strategy::kBreadthFirst, {});
  EXPECT_EQ(result.findings.size(), 1u) << result.states;
  return result.findings.empty() ? model::Finding() : result.findings.front();
}

proto::Trace Record(const Explorable& explorable,
                    const std::vector<model::Choice>& choices) {
  std::vector<uint64_t> values;
  for (const model::Choice choice : choices) values.push_back(choice.value);
  sim::ReplayScheduler scheduler(values);
  proto::Trace trace;
  sim::RunOptions options;
  options.trace = &trace;
  sim::Run(explorable.Start()->simulation(), scheduler, options);
  return trace;
}

TEST(Findings, ADroppedWakeUpIsLostWork) {
  const Explorable explorable(
      ReadFile(kScenario),
      {MutationOf("drop", "binder_wakeup_thread_ilocked")});
  const model::Finding finding = FirstFinding(explorable);
  EXPECT_EQ(finding.kind, model::FindingKind::kLostWork);
  EXPECT_NE(finding.message.find("sleeps although work is queued"),
            std::string::npos)
      << finding.message;
}

TEST(Findings, DoNotDependOnTheNumberOfThreads) {
  const Explorable explorable(
      ReadFile(kScenario),
      {MutationOf("drop", "binder_wakeup_thread_ilocked")});
  for (const model::Strategy strategy :
       {model::Strategy::kDepthFirst, model::Strategy::kBreadthFirst}) {
    model::ExploreOptions options;
    const model::ExploreResult one =
        model::Explore(*explorable.Start(), strategy, options);
    options.jobs = 2;
    const model::ExploreResult two =
        model::Explore<BinderModel>([&] { return explorable.Start(); },
                                    strategy, options)
            .value();
    ASSERT_EQ(one.findings.size(), 1u);
    ASSERT_EQ(two.findings.size(), 1u);
    EXPECT_EQ(two.findings[0].choices, one.findings[0].choices);
    EXPECT_EQ(two.findings[0].message, one.findings[0].message);
    EXPECT_EQ(two.states, one.states);
  }
}

// An ending, a violation of a state, and one of what the latest step did.
TEST(Findings, AreTheSameOnDisk) {
  const struct {
    const char* scenario;
    std::string mutation;
    bool history;
  } cases[] = {
      {kScenario, MutationOf("drop", "binder_wakeup_thread_ilocked"), false},
      {"scenarios/polling/thread_exits_under_epoll.textproto",
       "drop:binder_thread_release:wake_up_pollfree", false},
      {"scenarios/polling/epoll_closed_behind_a_thread.textproto",
       "drop:binder_thread_release:wake_up_pollfree", true},
  };
  for (const auto& one : cases) {
    sim::SimulationOptions simulation;
    simulation.history = one.history;
    const Explorable explorable(ReadFile(one.scenario), {one.mutation},
                                simulation);
    model::ExploreOptions options;
    const model::ExploreResult bfs = model::Explore(
        *explorable.Start(), model::Strategy::kBreadthFirst, options);
    options.disk.folder = testing::TempDir();
    options.memory_limit = 4096;
    const model::ExploreResult disk =
        model::Explore<BinderModel>([&] { return explorable.Start(); },
                                    model::Strategy::kBreadthFirst, options)
            .value();
    ASSERT_EQ(bfs.findings.size(), 1u);
    ASSERT_EQ(disk.findings.size(), 1u);
    EXPECT_EQ(disk.findings[0].property, bfs.findings[0].property);
    EXPECT_EQ(disk.findings[0].choices, bfs.findings[0].choices);
    EXPECT_EQ(disk.findings[0].message, bfs.findings[0].message);
    EXPECT_EQ(disk.states, bfs.states);
    EXPECT_EQ(disk.transitions, bfs.transitions);
    EXPECT_EQ(disk.terminal_states, bfs.terminal_states);
  }
}

TEST(Findings, AFindingIsRecordedAndReplays) {
  const Explorable explorable(
      ReadFile(kScenario),
      {MutationOf("drop", "binder_wakeup_thread_ilocked")});
  const model::Finding finding = FirstFinding(explorable);
  const proto::Trace trace = Record(explorable, finding.choices);
  EXPECT_EQ(trace.step_size(), static_cast<int>(finding.depth()));
  EXPECT_EQ(trace.end().verdict(), "deadlock");
  EXPECT_EQ(trace.end().message(), finding.message);
  const sim::ReplayResult replay =
      sim::ReplayTrace(trace, explorable.Start()->simulation());
  EXPECT_TRUE(replay.same) << replay.difference;
}

TEST(Findings, TheFaithfulDriverDoesNotReplayThem) {
  const Explorable mutated(
      ReadFile(kScenario),
      {MutationOf("drop", "binder_wakeup_thread_ilocked")});
  const proto::Trace trace = Record(mutated, FirstFinding(mutated).choices);
  const Explorable faithful(ReadFile(kScenario));
  const sim::ReplayResult replay =
      sim::ReplayTrace(trace, faithful.Start()->simulation());
  EXPECT_FALSE(replay.same);
}

// CVE-2019-2215: the epoll item stays on the queue of a thread that is freed.
// The state shows it, before anybody follows the stale reference.
TEST(Findings, AWaitQueueThatGoesWithWatchersIsAViolation) {
  constexpr char kMutation[] = "drop:binder_thread_release:wake_up_pollfree";
  for (const char* scenario :
       {"scenarios/polling/thread_exits_under_epoll.textproto",
        "scenarios/polling/epoll_closed_behind_a_thread.textproto"}) {
    const Explorable mutated(ReadFile(scenario), {kMutation});
    const model::Finding finding = FirstFinding(mutated);
    EXPECT_EQ(finding.property, "E81") << scenario << ": " << finding.message;
  }
}

TEST(Findings, AWakeUpThatDoesNotReachEpollIsLostWork) {
  const Explorable mutated(
      ReadFile("scenarios/polling/level_triggered.textproto"),
      {MutationOf("drop", "binder_wakeup_poll_threads_ilocked")});
  EXPECT_EQ(FirstFinding(mutated).kind, model::FindingKind::kLostWork);
}

}  // namespace
}  // namespace bindery
