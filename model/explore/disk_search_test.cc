// Searches on disk against breadth-first searches in memory: all that they
// count and report is the same, with so little memory that everything is
// written, merged and read again.

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "model/concept.h"
#include "model/explore/parallel.h"
#include "model/explore/result.h"
#include "model/explore/strategy.h"
#include "model/state_store.h"
#include "model/testing/graph_model.h"
#include "model/testing/philosophers.h"
#include "model/testing/random_graph.h"

namespace bindery::model {
namespace {

class DiskSearchTest : public testing::Test {
 protected:
  DiskSearchTest()
      : folder_(absl::StrCat(testing::TempDir(), "/disk_", getpid())) {
    mkdir(folder_.c_str(), 0777);
    options_.memory_limit = DiskOptions::kLeastMemory;
  }
  // Fails if anything is in it.
  ~DiskSearchTest() override { EXPECT_EQ(rmdir(folder_.c_str()), 0); }

  template <Model M>
  absl::StatusOr<ExploreResult> TryOnDisk(const M& start) {
    ExploreOptions options = options_;
    if (options.disk.folder.empty()) options.disk.folder = folder_;
    const ModelFactory<M> make = [&start] {
      return std::make_unique<M>(start);
    };
    return Explore<M>(make, strategy_, options);
  }
  template <Model M>
  ExploreResult OnDisk(const M& start) {
    return TryOnDisk(start).value();
  }
  template <Model M>
  ExploreResult InMemory(M start) {
    ExploreOptions options = options_;
    options.memory_limit = ExploreOptions().memory_limit;
    return Explore(start, Strategy::kBreadthFirst, options);
  }
  template <Model M>
  std::string Refusal(const M& start) {
    return std::string(TryOnDisk(start).status().message());
  }

  template <Model M>
  void Compare(const M& start) {
    const ExploreResult got = OnDisk(start);
    const ExploreResult want = InMemory(start);
    ASSERT_EQ(got.states, want.states);
    ASSERT_EQ(got.transitions, want.transitions);
    ASSERT_EQ(got.terminal_states, want.terminal_states);
    ASSERT_EQ(got.max_depth, want.max_depth);
    ASSERT_EQ(got.peak_frontier, want.peak_frontier);
    ASSERT_EQ(got.sometimes_seen, want.sometimes_seen);
    ASSERT_EQ(got.complete, want.complete);
    ASSERT_EQ(got.stop_reason, want.stop_reason);
    ASSERT_EQ(got.stop_detail, want.stop_detail);
    if (want.complete) {
      ASSERT_EQ(got.collision_bound, want.collision_bound);
    }
    ASSERT_EQ(got.findings.size(), want.findings.size());
    for (size_t i = 0; i < got.findings.size(); ++i) {
      ASSERT_EQ(got.findings[i].kind, want.findings[i].kind);
      ASSERT_EQ(got.findings[i].property, want.findings[i].property);
      ASSERT_EQ(got.findings[i].message, want.findings[i].message);
      ASSERT_EQ(got.findings[i].choices, want.findings[i].choices);
      ASSERT_TRUE(got.findings[i].has_trace);
    }
  }

  const std::string folder_;
  ExploreOptions options_;
  Strategy strategy_ = Strategy::kBreadthFirst;
};

TEST_F(DiskSearchTest, AgreesOnRandomGraphs) {
  for (uint64_t seed = 0; seed < 2'000; ++seed) {
    const GraphModel graph = RandomGraph(seed);
    for (const bool keep_going : {false, true}) {
      options_.keep_going = keep_going;
      options_.store = seed % 2 == 0 ? StoreKind::kFingerprints64
                                     : StoreKind::kFingerprints128;
      ASSERT_NO_FATAL_FAILURE(Compare(graph)) << seed;
    }
  }
}

// A finding before and behind an ending on one level, and everywhere else.
TEST_F(DiskSearchTest, AgreesOnWhatComesFirst) {
  for (int broken = 1; broken < 12; ++broken) {
    for (int stuck = 1; stuck < 12; ++stuck) {
      GraphModel graph(12);
      // Three levels of three, each state leading to the next level.
      for (int to = 1; to <= 3; ++to) graph.AddEdge(0, to);
      for (int from = 1; from < 10; ++from) {
        const int next = (from - 1) / 3 * 3 + 4;
        if (from == stuck) continue;
        for (int to = next; to < next + 3 && to < 12; ++to) {
          graph.AddEdge(from, to);
        }
      }
      graph.Violate(broken, "P");
      graph.EndAs(stuck, Ending::kUserDeadlock);
      for (const bool keep_going : {false, true}) {
        options_.keep_going = keep_going;
        ASSERT_NO_FATAL_FAILURE(Compare(graph)) << broken << " " << stuck;
      }
    }
  }
}

TEST_F(DiskSearchTest, AgreesUpToEveryBudget) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    const GraphModel graph = RandomGraph(seed);
    options_ = ExploreOptions();
    options_.keep_going = true;
    options_.memory_limit = DiskOptions::kLeastMemory;
    for (uint64_t n = 1; n < 45; ++n) {
      options_.max_states = n;
      ASSERT_NO_FATAL_FAILURE(Compare(graph)) << seed << " " << n;
    }
    options_.max_states = ExploreOptions::kUnlimited;
    for (uint64_t n = 0; n < 12; ++n) {
      options_.max_depth = n;
      ASSERT_NO_FATAL_FAILURE(Compare(graph)) << seed << " " << n;
    }
  }
}

TEST_F(DiskSearchTest, AgreesWhereTheModelCannotBeTrusted) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    // Every graph has two.
    for (int state = 0; state < 2; ++state) {
      GraphModel graph = RandomGraph(seed);
      graph.MakeInconclusive(state);
      options_.keep_going = seed % 2 == 0;
      ASSERT_NO_FATAL_FAILURE(Compare(graph)) << seed << " " << state;
    }
  }
}

TEST_F(DiskSearchTest, AgreesOnPhilosophers) {
  for (const size_t memory : {512, 4'096, 1'000'000}) {
    options_.memory_limit = memory;
    for (const bool deadlocks : {false, true}) {
      options_.report_deadlocks = deadlocks;
      ASSERT_NO_FATAL_FAILURE(Compare(Philosophers(9)));
    }
  }
}

TEST_F(DiskSearchTest, NeedsTheSameMemoryForTenTimesAsManyStates) {
  options_.report_deadlocks = false;
  options_.memory_limit = 4'096;
  const ExploreResult small = OnDisk(Philosophers(8));
  const ExploreResult large = OnDisk(Philosophers(11));
  EXPECT_GT(large.states, 10 * small.states);
  EXPECT_LE(small.peak_bytes, 4'096u);
  EXPECT_LE(large.peak_bytes, 4'096u);
  EXPECT_GT(large.peak_disk_bytes, large.states * 16);
}

TEST_F(DiskSearchTest, WideFingerprintsTellCollidingStatesApart) {
  GraphModel graph(4);
  graph.AddEdge(0, 1);
  graph.AddEdge(0, 2);
  graph.AddEdge(2, 3);
  graph.Collide(2, 1);
  options_.store = StoreKind::kFingerprints128;
  EXPECT_EQ(OnDisk(graph).states, 4u);
  options_.store = StoreKind::kFingerprints64;
  EXPECT_EQ(OnDisk(graph).states, 2u);
}

TEST_F(DiskSearchTest, StopsWhenTickSaysSo) {
  options_.report_deadlocks = false;
  for (int last = 1; last < 15; ++last) {
    int ticks = 0;
    options_.tick = [&](const Progress&) { return ++ticks < last; };
    const ExploreResult result = OnDisk(Philosophers(10));
    ASSERT_EQ(ticks, last);
    ASSERT_EQ(result.stop_reason, StopReason::kInterrupted);
    ASSERT_FALSE(result.complete);
  }
}

TEST_F(DiskSearchTest, RefusesWhatItCannotDo) {
  const Philosophers table(3);
  for (const StoreKind store : {StoreKind::kExact, StoreKind::kBits}) {
    options_.store = store;
    EXPECT_NE(Refusal(table).find("keeps fingerprints"), std::string::npos);
  }
  options_.store = StoreKind::kFingerprints64;
  strategy_ = Strategy::kDepthFirst;
  EXPECT_NE(Refusal(table).find("only bfs"), std::string::npos);
  strategy_ = Strategy::kBreadthFirst;
  options_.jobs = 2;
  EXPECT_NE(Refusal(table).find("one thread"), std::string::npos);
  options_.jobs = 1;
  options_.checkpoint.folder = folder_;
  EXPECT_NE(Refusal(table).find("no checkpoints"), std::string::npos);
  options_.checkpoint.folder.clear();
  options_.memory_limit = DiskOptions::kLeastMemory - 1;
  EXPECT_NE(Refusal(table).find("at least 512 bytes"), std::string::npos);
  options_.memory_limit = DiskOptions::kLeastMemory;
  options_.disk.folder = folder_ + "/none";
  EXPECT_NE(Refusal(table).find("No such file"), std::string::npos);
}

// The limit of a file's size stands for a disk that is full: whichever write
// it is that fails, the search ends with the reason.
TEST_F(DiskSearchTest, AFullDiskIsAnHonestEnd) {
  signal(SIGXFSZ, SIG_IGN);
  options_.report_deadlocks = false;
  const uint64_t all = OnDisk(Philosophers(9)).states;
  rlimit old;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  int failed = 0;
  for (rlim_t bytes = 0; bytes < 60'000; bytes += 1 + bytes / 8) {
    const rlimit small = {bytes, old.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    const ExploreResult result = OnDisk(Philosophers(9));
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old), 0);
    if (result.complete) {
      EXPECT_EQ(result.states, all);
      continue;
    }
    ++failed;
    ASSERT_EQ(result.stop_reason, StopReason::kDisk);
    ASSERT_NE(result.stop_detail.find("File too large"), std::string::npos)
        << result.stop_detail;
    ASSERT_NE(result.stop_detail.find(folder_), std::string::npos);
    ASSERT_LE(result.states, all);
  }
  EXPECT_GT(failed, 20);
}

// Killed at any moment it leaves nothing: the folder can be removed.
TEST_F(DiskSearchTest, LeavesNothingBehindWhenKilled) {
  options_.report_deadlocks = false;
  const pid_t child = fork();
  if (child == 0) {
    options_.tick = [ticks = 0](const Progress& progress) mutable {
      if (++ticks == 20 && progress.disk_bytes > 0) kill(getpid(), SIGKILL);
      return true;
    };
    OnDisk(Philosophers(12));
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status));
}

}  // namespace
}  // namespace bindery::model
