// What the checker relies on, tried on every tutorial scenario and on a small
// scenario with everything in it that the environment can do.
//
// The last test is about the worst error that a search with fingerprints can
// make, to merge states that differ: two paths to one fingerprint must have the
// same futures.
#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapter/binder_model.h"
#include "adapter/testing.h"
#include "gtest/gtest.h"
#include "model/concept.h"
#include "model/explore/parallel.h"
#include "model/state_store.h"
#include "sim/engine/prng.h"

namespace bindery {
namespace {

using model::Choice;
using model::ExploreOptions;
using model::ExploreResult;
using model::Strategy;

constexpr char kFolder[] = "scenarios/tutorial";
// The reference explorer keeps a text of some kilobytes for each state.
constexpr uint64_t kReferenceStates = 20'000;

constexpr char kSmall[] = R"pb(
  name: "small"
  process {
    name: "server"
    attach { context_manager: true }
    thread {
      name: "main"
      step { serve {} }
      on { br: BR_TRANSACTION }
    }
    thread {
      name: "second"
      step { serve {} }
      on { br: BR_TRANSACTION }
    }
  }
  process {
    name: "client"
    attach {}
    thread {
      name: "one"
      step {
        call {
          to { number: 0 }
          code: 1
        }
        expect { br: BR_REPLY }
        expect { br: BR_DEAD_REPLY }
        expect { br: BR_FAILED_REPLY }
      }
    }
    thread {
      name: "two"
      step {
        call {
          to { number: 0 }
          code: 2
          one_way: true
        }
        expect { br: BR_TRANSACTION_COMPLETE }
        expect { br: BR_DEAD_REPLY }
        expect { br: BR_FAILED_REPLY }
      }
    }
  }
  budget { kill: "server" signals: 1 }
)pb";

std::vector<std::string> Scenarios() {
  std::vector<std::string> paths = ScenariosIn(kFolder);
  paths.insert(paths.begin(), "small");
  return paths;
}

std::string TestName(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param.substr(info.param.rfind('/') + 1);
  name = name.substr(0, name.find('.'));
  std::replace_if(
      name.begin(), name.end(),
      [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

std::string TextOf(const std::string& path) {
  return path == "small" ? kSmall : ReadFile(path);
}

class Exploration : public testing::TestWithParam<std::string> {
 protected:
  Exploration() : explorable_(TextOf(GetParam())) {}

  ExploreResult Explore(Strategy strategy, uint64_t max_states) const {
    ExploreOptions options;
    options.max_states = max_states;
    return model::Explore(*explorable_.Start(), strategy, options);
  }
  ExploreResult Explore(Strategy strategy) const {
    return Explore(strategy, ExploreOptions::kUnlimited);
  }

  // By as many threads as the options say.
  ExploreResult ExploreShared(Strategy strategy,
                              const ExploreOptions& options) const {
    return model::Explore<BinderModel>([this] { return explorable_.Start(); },
                                       strategy, options)
        .value();
  }

  const Explorable explorable_;
};

INSTANTIATE_TEST_SUITE_P(Tutorial, Exploration, testing::ValuesIn(Scenarios()),
                         TestName);

void ExpectEqualCounts(const ExploreResult& a, const ExploreResult& b) {
  EXPECT_EQ(a.states, b.states);
  EXPECT_EQ(a.transitions, b.transitions);
  EXPECT_EQ(a.terminal_states, b.terminal_states);
  EXPECT_EQ(a.sometimes_seen, b.sometimes_seen);
  EXPECT_EQ(a.complete, b.complete);
  EXPECT_EQ(a.findings.size(), b.findings.size());
}

std::vector<Choice> EnabledIn(const BinderModel& model) {
  std::vector<Choice> choices;
  model.Enabled(&choices);
  return choices;
}

Choice Pick(const std::vector<Choice>& choices, sim::Prng& prng) {
  return choices[prng.Below(static_cast<uint32_t>(choices.size()))];
}

// --------------------------------------------------------------- searching --

TEST_P(Exploration, DepthFirstAndBreadthFirstCountTheSame) {
  const ExploreResult dfs = Explore(Strategy::kDepthFirst);
  EXPECT_TRUE(dfs.complete) << dfs.stop_detail;
  for (const model::Finding& finding : dfs.findings) {
    ADD_FAILURE() << finding.property << ": " << finding.message;
  }
  ExpectEqualCounts(dfs, Explore(Strategy::kBreadthFirst));
  RecordProperty("states", std::to_string(dfs.states));
}

TEST_P(Exploration, TwoThreadsCountTheSame) {
  const ExploreResult alone = Explore(Strategy::kDepthFirst);
  for (const Strategy strategy :
       {Strategy::kDepthFirst, Strategy::kBreadthFirst}) {
    ExploreOptions options;
    options.jobs = 2;
    ExpectEqualCounts(ExploreShared(strategy, options), alone);
  }
}

// With little memory, so that states are written and merged.
TEST_P(Exploration, ASearchOnDiskCountsTheSame) {
  const ExploreResult bfs = Explore(Strategy::kBreadthFirst, kReferenceStates);
  ExploreOptions options;
  options.max_states = kReferenceStates;
  options.disk.folder = testing::TempDir();
  options.memory_limit = 8192;
  const ExploreResult disk = ExploreShared(Strategy::kBreadthFirst, options);
  ExpectEqualCounts(disk, bfs);
  EXPECT_EQ(disk.max_depth, bfs.max_depth);
  EXPECT_EQ(disk.peak_frontier, bfs.peak_frontier);
  EXPECT_EQ(disk.stop_reason, bfs.stop_reason);
}

// Exact storage keeps whole texts: no state is taken for another.
TEST_P(Exploration, ExactStorageCountsTheSame) {
  const ExploreResult alone = Explore(Strategy::kDepthFirst);
  if (alone.states > kReferenceStates) GTEST_SKIP() << "takes too long";
  for (const int jobs : {1, 2}) {
    ExploreOptions options;
    options.store = model::StoreKind::kExact;
    options.jobs = jobs;
    const ExploreResult exact = ExploreShared(Strategy::kDepthFirst, options);
    ExpectEqualCounts(exact, alone);
    EXPECT_EQ(exact.collision_bound, 0.0);
  }
}

TEST_P(Exploration, TheReferenceExplorerAgrees) {
  const ExploreResult dfs = Explore(Strategy::kDepthFirst, kReferenceStates);
  if (!dfs.complete) {
    // A prefix in the same order still has to agree.
    ExpectEqualCounts(Explore(Strategy::kBreadthFirst, kReferenceStates / 4),
                      Explore(Strategy::kReference, kReferenceStates / 4));
    return;
  }
  ExpectEqualCounts(dfs, Explore(Strategy::kReference));
}

TEST_P(Exploration, TwoRunsAreEqual) {
  const ExploreResult a = Explore(Strategy::kDepthFirst, kReferenceStates);
  const ExploreResult b = Explore(Strategy::kDepthFirst, kReferenceStates);
  ExpectEqualCounts(a, b);
  EXPECT_EQ(a.max_depth, b.max_depth);
  EXPECT_EQ(a.peak_frontier, b.peak_frontier);
}

// ------------------------------------------------------------ apply and undo
// --

struct Snapshot {
  std::string bytes;
  std::string text;
  model::Fingerprint fingerprint;
  std::vector<Choice> enabled;
  uint64_t sometimes;
};

Snapshot Take(const BinderModel& model) {
  Snapshot s;
  model.Encode(&s.bytes);
  s.text = model.CanonicalText();
  s.fingerprint = model.GetFingerprint();
  s.enabled = EnabledIn(model);
  s.sometimes = model.Sometimes();
  return s;
}

void ExpectSame(const Snapshot& a, const Snapshot& b) {
  ASSERT_EQ(a.bytes, b.bytes);
  ASSERT_EQ(a.text, b.text);
  ASSERT_EQ(a.fingerprint, b.fingerprint);
  ASSERT_EQ(a.enabled, b.enabled);
  ASSERT_EQ(a.sometimes, b.sometimes);
}

TEST_P(Exploration, UndoIsTheIdentityOnRandomWalks) {
  sim::Prng prng(17);
  for (int walk = 0; walk < 10; ++walk) {
    const auto model = explorable_.Start();
    std::vector<Snapshot> path;
    // Goes forward three times out of four.
    for (int i = 0; i < 400; ++i) {
      const std::vector<Choice> choices = EnabledIn(*model);
      if (!choices.empty() && prng.Below(4) != 0) {
        path.push_back(Take(*model));
        model->Apply(Pick(choices, prng));
      } else if (!path.empty()) {
        model->Undo();
        ASSERT_NO_FATAL_FAILURE(ExpectSame(Take(*model), path.back()));
        path.pop_back();
      }
    }
  }
}

TEST_P(Exploration, DecodeRestoresOnRandomWalks) {
  sim::Prng prng(19);
  const auto other = explorable_.Start();
  for (int walk = 0; walk < 10; ++walk) {
    const auto model = explorable_.Start();
    for (std::vector<Choice> choices = EnabledIn(*model);
         !choices.empty() && model->Check(nullptr);
         choices = EnabledIn(*model)) {
      const Snapshot now = Take(*model);
      other->Decode(now.bytes);
      ASSERT_NO_FATAL_FAILURE(ExpectSame(Take(*other), now));
      model->Apply(Pick(choices, prng));
    }
  }
}

// ----------------------------------------------------------- wrong merging --

// Events of a transition as text. Debug ids of messages and, unless they are
// part of the state, addresses of buffers are not observable: they are numbered
// in order of appearance, or left out.
class Observer {
 public:
  explicit Observer(bool exact) : exact_(exact) {}

  std::string Observe(const sim::Simulation& simulation) {
    std::string out;
    for (proto::Event event : simulation.events()) {
      if (event.message_id() != 0) {
        event.set_message_id(
            order_.emplace(event.message_id(), order_.size() + 1)
                .first->second);
      }
      for (proto::Arg& arg : *event.mutable_arg()) {
        if (!exact_ && arg.name() == "buffer") arg.clear_value();
      }
      out += event.ShortDebugString() + "\n";
    }
    for (const std::string& failure : simulation.failures()) out += failure;
    return out;
  }

 private:
  const bool exact_;
  std::map<uint64_t, uint64_t> order_;
};

using Path = std::vector<Choice>;

// Pairs of different paths to one fingerprint, found on random walks.
std::vector<std::pair<Path, Path>> FindMerges(const Explorable& explorable,
                                              size_t wanted) {
  std::vector<std::pair<Path, Path>> merges;
  std::map<model::Fingerprint, Path> first;
  sim::Prng prng(23);
  for (int walk = 0; walk < 500 && merges.size() < wanted; ++walk) {
    const auto model = explorable.Start();
    Path path;
    for (std::vector<Choice> choices = EnabledIn(*model);
         !choices.empty() && model->Check(nullptr) && path.size() < 300;
         choices = EnabledIn(*model)) {
      path.push_back(Pick(choices, prng));
      model->Apply(path.back());
      const auto [known, added] = first.emplace(model->GetFingerprint(), path);
      if (added || known->second == path || prng.Below(8) != 0) continue;
      merges.emplace_back(known->second, path);
      // Walks the rest of the way that is known to be different.
      known->second = path;
    }
  }
  if (merges.size() > wanted) merges.resize(wanted);
  return merges;
}

void Follow(BinderModel& model, const Path& path) {
  for (const Choice choice : path) model.Apply(choice);
}

// Takes one random continuation in both and compares all that can be seen.
void ExpectSameFuture(BinderModel& a, BinderModel& b, sim::Prng& prng,
                      bool exact) {
  Observer seen_in_a(exact), seen_in_b(exact);
  int steps = 0;
  for (; steps < 120; ++steps) {
    const std::vector<Choice> choices = EnabledIn(a);
    ASSERT_EQ(choices, EnabledIn(b));
    if (choices.empty() || !a.Check(nullptr)) break;
    const Choice choice = Pick(choices, prng);
    a.Apply(choice);
    b.Apply(choice);
    ASSERT_EQ(seen_in_a.Observe(a.simulation()),
              seen_in_b.Observe(b.simulation()));
    ASSERT_EQ(a.GetFingerprint(), b.GetFingerprint());
  }
  for (int i = 0; i < steps; ++i) {
    a.Undo();
    b.Undo();
  }
}

TEST_P(Exploration, EqualFingerprintsHaveEqualFutures) {
  constexpr int kMerges = 40;
  constexpr int kContinuations = 25;
  sim::Prng prng(29);
  const auto merges = FindMerges(explorable_, kMerges);
  EXPECT_FALSE(merges.empty());
  for (const auto& [one, other] : merges) {
    const auto a = explorable_.Start();
    const auto b = explorable_.Start();
    Follow(*a, one);
    Follow(*b, other);
    ASSERT_EQ(a->CanonicalText(), b->CanonicalText());
    a->simulation().set_recording(true, false);
    b->simulation().set_recording(true, false);
    for (int i = 0; i < kContinuations; ++i) {
      ASSERT_NO_FATAL_FAILURE(ExpectSameFuture(
          *a, *b, prng, explorable_.options().exact_addresses));
    }
  }
}

}  // namespace
}  // namespace bindery
