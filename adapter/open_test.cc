// Open exploration: what threads may do follows from the state, every way to
// search sees the same, and drivers with mistakes are found out without a
// script.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapter/binder_model.h"
#include "gtest/gtest.h"
#include "model/explore/parallel.h"
#include "sim/engine/choice.h"
#include "sim/engine/recorder.h"
#include "sim/engine/run.h"
#include "sim/kernel/driver.h"
#include "sim/user/open_question.h"

namespace bindery {
namespace {

using model::ExploreOptions;
using model::ExploreResult;
using model::Strategy;

class Question {
 public:
  explicit Question(const std::string& text,
                    const std::vector<std::string>& mutations = {},
                    const sim::SimulationOptions& options = {})
      : scenario_(*sim::CompileOpen(*sim::ParseOpenQuestion(text))),
        driver_(*sim::Driver::Create("c-7.2", mutations)),
        options_(options) {}

  std::unique_ptr<BinderModel> Start() const {
    return std::make_unique<BinderModel>(scenario_, driver_, nullptr, options_);
  }
  ExploreResult Explore(Strategy strategy,
                        const ExploreOptions& options) const {
    const model::ModelFactory<BinderModel> make = [this] { return Start(); };
    auto result = model::Explore<BinderModel>(make, strategy, options);
    EXPECT_TRUE(result.ok()) << result.status();
    return *std::move(result);
  }

 private:
  const sim::CompiledScenario scenario_;
  const sim::Driver driver_;
  const sim::SimulationOptions options_;
};

// Issues commands by what ChoiceText() says of them, and runs tasks.
class Play {
 public:
  explicit Play(const std::string& text)
      : question_(text), model_(question_.Start()) {}

  std::vector<std::string> Choices() const {
    std::vector<model::Choice> choices;
    model_->Enabled(&choices);
    std::vector<std::string> texts;
    for (const model::Choice choice : choices) texts.push_back(Text(choice));
    return texts;
  }
  std::vector<std::string> ChoicesOf(const std::string& prefix) const {
    std::vector<std::string> found;
    for (std::string& text : Choices()) {
      if (text.starts_with(prefix)) found.push_back(std::move(text));
    }
    return found;
  }
  void Do(const std::string& text) {
    std::vector<model::Choice> choices;
    model_->Enabled(&choices);
    for (const model::Choice choice : choices) {
      if (Text(choice) != text) continue;
      ASSERT_TRUE(model_->simulation().IsEnabled(choice.value)) << text;
      return model_->Apply(choice);
    }
    FAIL() << "cannot: " << text;
  }
  // Reads all that one read gives.
  void Read(const std::string& task) {
    Do("read by " + task);
    while (!ChoicesOf("run " + task).empty()) Do("run " + task);
  }
  BinderModel& model() { return *model_; }

 private:
  std::string Text(model::Choice choice) const {
    return sim::ChoiceText(model_->simulation().scenario(), choice.value);
  }

  const Question question_;
  std::unique_ptr<BinderModel> model_;
};

using Texts = std::vector<std::string>;
constexpr char kTwo[] = "procs:2,threads:1,commands:2";
constexpr char kFive[] = "procs:2,threads:1,commands:5,alphabet:wide";

TEST(OpenTest, OperandsAreThoseInUseAndTheLeastUnused) {
  Play play(kFive);
  EXPECT_EQ(
      play.ChoicesOf("acquire by p1.t0"),
      (Texts{"acquire by p1.t0, handle 0", "acquire by p1.t0, handle 1"}));
  EXPECT_EQ(play.ChoicesOf("acquire_done by p0.t0"),
            (Texts{"acquire_done by p0.t0, node 0",
                   "acquire_done by p0.t0, node 1"}));
  EXPECT_EQ(play.ChoicesOf("acquire_done by p1.t0"),
            (Texts{"acquire_done by p1.t0, node 1"}));
  EXPECT_TRUE(play.ChoicesOf("free_buffer").empty());
  play.Do("oneway_binder by p1.t0, handle 0, node 1");
  EXPECT_EQ(play.ChoicesOf("acquire by p0.t0"),
            (Texts{"acquire by p0.t0, handle 0", "acquire by p0.t0, handle 1",
                   "acquire by p0.t0, handle 2"}));
  EXPECT_EQ(play.ChoicesOf("acquire_done by p1.t0"),
            (Texts{"acquire_done by p1.t0, node 1",
                   "acquire_done by p1.t0, node 2"}));
  EXPECT_EQ(play.ChoicesOf("free_buffer"),
            (Texts{"free_buffer by p0.t0, buffer 0"}));
  play.Do("request_death by p0.t0, handle 1");
  EXPECT_EQ(play.ChoicesOf("dead_binder_done by p0.t0"),
            (Texts{"dead_binder_done by p0.t0, death cookie 208",
                   "dead_binder_done by p0.t0, death cookie 209"}));
}

// So many that six commands can be asked for, so many that they are worth it.
TEST(OpenTest, AThreadHasFortyToSixtyFourChoicesAtFirst) {
  Play play("procs:2,threads:1,commands:6");
  for (const std::string task : {"p0.t0", "p1.t0"}) {
    size_t choices = 0;
    for (const std::string& text : play.Choices()) {
      choices += text.find(" by " + task) != std::string::npos ? 1 : 0;
    }
    EXPECT_GE(choices, 40u) << task;
    EXPECT_LE(choices, 64u) << task;
  }
}

TEST(OpenTest, AReadBeginsWhenItIsIssued) {
  Play play(kFive);
  play.Do("read by p0.t0");
  EXPECT_TRUE(play.ChoicesOf("run p0.t0").empty());  // it sleeps already
  play.Do("oneway by p1.t0, handle 0");
  EXPECT_FALSE(play.ChoicesOf("run p0.t0").empty());
}

TEST(OpenTest, WhyACallFailedIsForgotten) {
  Play bad_fd(kFive);
  bad_fd.Do("call_bad_fd by p1.t0, handle 0");
  Play too_large(kFive);
  too_large.Do("call_too_large by p1.t0, handle 0");
  EXPECT_EQ(bad_fd.model().simulation().world().fingerprint(),
            too_large.model().simulation().world().fingerprint());
}

// Regression: a parent at offset 0 of the payload is none, so these failed
// whatever they were sent to.
TEST(OpenTest, MemoryThatObjectsPointToArrives) {
  for (const std::string letter : {"call_fd_array", "call_ptr"}) {
    Play play(kFive);
    play.Do("call_binder by p1.t0, handle 0, node 1");
    play.Read("p0.t0");
    play.Do(letter + " by p0.t0, handle 1");
    EXPECT_EQ(play.ChoicesOf("free_buffer by p1.t0").size(), 1u) << letter;
  }
}

TEST(OpenTest, ABufferIsFreedOnceItWasDelivered) {
  Play play(kFive);
  play.Do("oneway by p1.t0, handle 0");
  const sim::World& world = play.model().simulation().world();
  const auto before = world.fingerprint();
  // The driver refuses: nothing changes, and nothing is paid.
  play.Do("free_buffer by p0.t0, buffer 0");
  EXPECT_EQ(world.fingerprint(), before);
  play.Read("p0.t0");
  play.Do("free_buffer by p0.t0, buffer 0");
  EXPECT_TRUE(play.ChoicesOf("free_buffer").empty());
}

TEST(OpenTest, TheBudgetIsOfAllTogether) {
  Play play("procs:2,threads:1,commands:2,alphabet:wide");
  play.Do("enter_looper by p0.t0");
  // A call that changes nothing costs nothing; the first one of p1 would make
  // its thread.
  play.Do("free_nothing by p0.t0");
  play.Do("oneway by p1.t0, handle 0");
  EXPECT_EQ(play.Choices(), (Texts{"read by p0.t0", "read by p1.t0"}));
}

TEST(OpenTest, WhoClosedTheDeviceCanOnlyUnmap) {
  Play play(kFive);
  play.Do("close by p1.t0");
  EXPECT_EQ(play.ChoicesOf("munmap by p1"), (Texts{"munmap by p1.t0"}));
  EXPECT_TRUE(play.ChoicesOf("call by p1").empty());
  EXPECT_TRUE(play.ChoicesOf("read by p1").empty());
}

TEST(OpenTest, DeathsHaveABudgetOfTheirOwn) {
  Play play("procs:3,threads:1,commands:1,deaths:1");
  EXPECT_EQ(play.ChoicesOf("kill").size(), 3u);
  play.Do("kill p1");
  EXPECT_TRUE(play.ChoicesOf("kill").empty());
  EXPECT_TRUE(play.ChoicesOf("read by p1").empty());
}

// ------------------------------------------------------------ same counts --

// All that is known of the faithful driver is passed over, so that nothing is
// cut off.
sim::SimulationOptions Known() {
  sim::SimulationOptions options;
  options.except = {"E16", "E39"};
  return options;
}

ExploreResult Small(Strategy strategy, int jobs) {
  ExploreOptions options;
  options.jobs = jobs;
  return Question("procs:2,threads:1,commands:1,deaths:1,signals:1", {},
                  Known())
      .Explore(strategy, options);
}

TEST(OpenTest, EveryStrategySeesTheSame) {
  const ExploreResult dfs = Small(Strategy::kDepthFirst, 1);
  ASSERT_TRUE(dfs.complete);
  EXPECT_TRUE(dfs.findings.empty());
  EXPECT_GT(dfs.states, 1000u);
  for (const ExploreResult& other :
       {Small(Strategy::kBreadthFirst, 1), Small(Strategy::kDepthFirst, 3),
        Small(Strategy::kBreadthFirst, 3), Small(Strategy::kReference, 1)}) {
    EXPECT_TRUE(other.complete);
    EXPECT_EQ(other.states, dfs.states);
    EXPECT_EQ(other.transitions, dfs.transitions);
    EXPECT_EQ(other.terminal_states, dfs.terminal_states);
  }
}

TEST(OpenTest, TwoCommandsToo) {
  const Question question(kTwo, {}, Known());
  const ExploreResult dfs = question.Explore(Strategy::kDepthFirst, {});
  const ExploreResult reference = question.Explore(Strategy::kReference, {});
  ASSERT_TRUE(dfs.complete);
  EXPECT_TRUE(dfs.findings.empty());
  EXPECT_EQ(dfs.states, reference.states);
  EXPECT_EQ(dfs.transitions, reference.transitions);
}

TEST(OpenTest, LocksAndHistories) {
  sim::SimulationOptions options = Known();
  options.granularity = sim::Granularity::kLock;
  options.history = true;
  const Question question("procs:2,threads:1,commands:1", {}, options);
  const ExploreResult dfs = question.Explore(Strategy::kDepthFirst, {});
  const ExploreResult reference = question.Explore(Strategy::kReference, {});
  EXPECT_TRUE(dfs.complete);
  for (const model::Finding& finding : dfs.findings) {
    ADD_FAILURE() << finding.property << " " << finding.message;
  }
  EXPECT_EQ(dfs.states, reference.states);
  EXPECT_EQ(dfs.transitions, reference.transitions);
}

TEST(OpenTest, ASearchThatWasCutOffGoesOn) {
  const Question question(kTwo, {}, Known());
  const ExploreResult whole = question.Explore(Strategy::kDepthFirst, {});
  ExploreOptions options;
  options.checkpoint.folder = testing::TempDir() + "/open_checkpoint";
  std::filesystem::remove_all(options.checkpoint.folder);
  options.checkpoint.identity = kTwo;
  options.max_states = whole.states / 3;
  EXPECT_FALSE(question.Explore(Strategy::kDepthFirst, options).complete);
  options.checkpoint.resume = true;
  options.max_states = ExploreOptions::kUnlimited;
  const ExploreResult resumed =
      question.Explore(Strategy::kDepthFirst, options);
  EXPECT_TRUE(resumed.complete);
  EXPECT_EQ(resumed.states, whole.states);
  EXPECT_EQ(resumed.transitions, whole.transitions);
}

// -------------------------------------------------------------------- finds --

ExploreResult FirstFinding(const std::string& text,
                           const std::vector<std::string>& mutations,
                           const sim::SimulationOptions& options = Known()) {
  return Question(text, mutations, options)
      .Explore(Strategy::kBreadthFirst, {});
}

// docs/findings/0007-news-left-behind.md
TEST(OpenTest, AFindingIsFoundAgain) {
  const ExploreResult result = FirstFinding(kTwo, {}, {});
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_EQ(result.findings[0].property, "E16");
  EXPECT_EQ(result.findings[0].choices.size(), 2u);
}

TEST(OpenTest, ItsTraceReplaysByteForByte) {
  const ExploreResult result = FirstFinding(kTwo, {}, {});
  ASSERT_EQ(result.findings.size(), 1u);
  std::vector<uint64_t> choices;
  for (const model::Choice choice : result.findings[0].choices) {
    choices.push_back(choice.value);
  }
  const Question question(kTwo);
  proto::Trace trace;
  sim::ReplayScheduler scheduler(choices);
  sim::RunOptions options;
  options.trace = &trace;
  sim::Run(question.Start()->simulation(), scheduler, options);
  EXPECT_EQ(trace.end().property(), "E16");
  EXPECT_EQ(trace.options().open(),
            "procs:2,threads:1,commands:2,alphabet:core,deaths:0,signals:0,"
            "faults:0");
  const Question again(trace.options().open());
  proto::Trace second;
  const sim::ReplayResult replay = sim::ReplayTrace(
      trace, again.Start()->simulation(), /*check_properties=*/true, &second);
  EXPECT_TRUE(replay.same) << replay.difference;
  EXPECT_EQ(second.SerializeAsString(), trace.SerializeAsString());
  // The call begins in the transition that issues it.
  ASSERT_GT(trace.step_size(), 0);
  ASSERT_GT(trace.step(0).event_size(), 0);
  EXPECT_EQ(trace.step(0).event(0).kind(), proto::Event::SYSCALL);
}

}  // namespace
}  // namespace bindery
