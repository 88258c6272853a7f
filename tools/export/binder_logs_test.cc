// The driver's files, word for word as the kernels print them (but for numbers
// and pointers): the lines below were checked against linux-uml-6.1, 6.12, 7.2.
#include "tools/export/binder_logs.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "sim/engine/run.h"
#include "sim/io/scenario_loader.h"

namespace bindery::tools {
namespace {

// A call that the server has taken and not answered, with a node in it; one
// one-way for it, another one behind that; a registration for its death.
constexpr char kBusy[] = R"(
name: "busy"
process {
  name: "server"
  attach { context_manager: true mmap_size: 8192 max_threads: 3 }
  thread {
    name: "main"
    step { write_read { write { enter_looper {} } read_size: 256 } expect {} }
    step { write_read { read_size: 256 } expect {} }
  }
}
process {
  name: "client"
  attach {}
  node { name: "n" ptr: 0x10 cookie: 0x20 }
  thread {
    name: "main"
    step {
      queue {
        command { acquire { number: 0 } }
        command { request_death { handle { number: 0 } cookie: 42 } }
      }
    }
    step { flush {} }
    step {
      call { to { number: 0 } code: 10 item { binder: "n" } item { i32: 7 } }
    }
  }
  thread {
    name: "second"
    step {
      write_read {
        write { transaction { to { number: 0 } code: 2 one_way: true } }
        read_size: 256
      }
      expect {}
    }
    step {
      write_read {
        write { transaction { to { number: 0 } code: 3 one_way: true } }
      }
      expect {}
    }
  }
})";

constexpr char kIdle[] = R"(
name: "idle"
process {
  name: "a"
  attach {}
  thread { name: "t" step { stop {} } }
})";

// A scenario, run as it is written.
class Ended {
 public:
  explicit Ended(const std::string& text)
      : loaded_(*sim::LoadScenario(text, "test.textproto")),
        driver_(*sim::Driver::Create("c-7.2")),
        simulation_(std::make_unique<sim::Simulation>(
            loaded_.compiled, driver_, nullptr, sim::SimulationOptions())) {
    sim::AsWrittenScheduler scheduler;
    sim::Run(*simulation_, scheduler, {});
  }

  sim::World& world() { return simulation_->world(); }
  LogNumbers Numbers() const { return LogNumbers(loaded_.compiled); }

  std::string State(absl::string_view version) {
    LogNumbers numbers = Numbers();
    return StateLog(world(), *FindLogDialect(version), numbers);
  }

 private:
  sim::LoadedScenario loaded_;
  sim::Driver driver_;
  std::unique_ptr<sim::Simulation> simulation_;
};

// The lines that have a word.
std::vector<std::string> With(const std::string& text, const char* word) {
  std::vector<std::string> lines;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::StrContains(line, word)) lines.emplace_back(line);
  }
  return lines;
}

TEST(StateLogTest, IsWhatTheKernelPrints) {
  EXPECT_EQ(Ended(kBusy).State("7.2"), R"(binder state:
proc 102
context binder
  thread 102: l 10 need_return 0 tr 0
    outgoing transaction 1: (____ptrval____) from 102:102 to 101:101 code a flags 0 pri 0 a0 r0 elapsed 0ms
    node work 2: u0000000000000010 c0000000000000020
    transaction complete
  thread 103: l 00 need_return 0 tr 0
    transaction complete
  node 2: u0000000000000010 c0000000000000020 hs 0 hw 0 ls 0 lw 0 is 1 iw 1 tr 1 proc 101
  ref 4: desc 0 node 3 s 1 w 0 d (____ptrval____)
proc 101
context binder
  thread 101: l 12 need_return 0 tr 0
    incoming transaction 1: (____ptrval____) from 102:102 to 101:101 code a flags 0 pri 0 a0 r0 elapsed 0ms node 3 size 28:8 offset 0
  node 3: u0000000000000000 c0000000000000000 hs 1 hw 1 ls 4 lw 1 is 1 iw 1 tr 1 proc 102
    pending async transaction 5: (____ptrval____) from 102:103 to 101:0 code 3 flags 1 pri 0 a1 r0 elapsed 0ms node 3 size 0:0 offset 30
  ref 6: desc 1 node 2 s 1 w 0 d 0000000000000000
  buffer 1: 0 size 28:8:0 active
  buffer 7: 28 size 0:0:0 active
  buffer 5: 30 size 0:0:0 active
  pending transaction 7: (____ptrval____) from 102:103 to 101:0 code 2 flags 1 pri 0 a1 r0 elapsed 0ms node 3 size 0:0 offset 28
)");
}

TEST(StateLogTest, BeforeSevenTwoThereAreNoKinds) {
  const std::string text = Ended(kBusy).State("6.12");
  EXPECT_EQ(With(text, "pending async"),
            std::vector<std::string>(
                {"    pending async transaction 5: (____ptrval____) from "
                 "102:103 to 101:0 code 3 flags 1 pri 0 r0 elapsed 0ms node 3 "
                 "size 0:0 offset 30"}));
  EXPECT_EQ(With(text, "buffer 5"),
            std::vector<std::string>({"  buffer 5: 30 size 0:0:0 active"}));
}

TEST(StateLogTest, SixOneForgetsSendersAndHidesOffsets) {
  const std::string text = Ended(kBusy).State("6.1");
  EXPECT_EQ(With(text, "pending async"),
            std::vector<std::string>(
                {"    pending async transaction 5: (____ptrval____) from 0:0 "
                 "to 101:0 code 3 flags 1 pri 0 r0 node 3 size 0:0 data "
                 "(____ptrval____)"}));
  EXPECT_EQ(With(text, "outgoing"),
            std::vector<std::string>(
                {"    outgoing transaction 1: (____ptrval____) from 102:102 to "
                 "101:101 code a flags 0 pri 0 r1"}));
  EXPECT_EQ(With(text, "buffer 5"),
            std::vector<std::string>(
                {"  buffer 5: (____ptrval____) size 0:0:0 active"}));
}

TEST(StateLogTest, NoOtherVersionIsKnown) {
  EXPECT_EQ(FindLogDialect("6.1")->version, "6.1");
  EXPECT_EQ(FindLogDialect("5.0"), nullptr);
}

// A node of the only proc, that nobody refers to.
sim::NodeId AddNode(sim::World& world, uint64_t ptr, int held) {
  sim::ProcId proc;
  world.ForEach<sim::ProcRow>(
      [&](sim::ProcId id, const sim::ProcRow&) { proc = id; });
  world.BeginStep(1);
  sim::NodeId id;
  sim::NodeRow& node = world.New<sim::NodeRow>(&id, world.NameOf(proc), ptr);
  node.owner = node.proc = proc;
  node.ptr = ptr;
  node.has_strong_ref = static_cast<uint8_t>(held);
  node.local_strong_refs = held;
  world.PushFront(sim::Head::kSet, proc.any(), id.any());
  world.Commit();
  return id;
}

// The reader's reference is the last one, and its end is noticed.
TEST(StateLogTest, ReadingQueuesANodeThatItsOwnerHolds) {
  Ended ended(kIdle);
  AddNode(ended.world(), 0x10, 1);
  EXPECT_EQ(With(ended.State("7.2"), "node"),
            std::vector<std::string>(
                {"  node 1: u0000000000000010 c0000000000000000 hs 1 hw 0 ls 1 "
                 "lw 0 is 0 iw 0 tr 1",
                 "  node work 1: u0000000000000010 c0000000000000000"}));
}

TEST(StateLogTest, ATextThatIsTooLargeIsMadeAgainWithoutWhatReadingFreed) {
  Ended small(kIdle);
  AddNode(small.world(), 0x10, 0);
  EXPECT_EQ(With(small.State("7.2"), "node").size(), 1u);
  Ended large(kIdle);
  for (uint64_t i = 1; i <= 60; ++i) AddNode(large.world(), i, 0);
  EXPECT_EQ(With(large.State("7.2"), "node").size(), 0u);
}

TEST(StatsLogTest, HasWhatTheModelHolds) {
  Ended ended(kBusy);
  EXPECT_EQ(StatsLog(ended.world(), ended.Numbers()), R"(binder stats:
proc 102
context binder
  threads: 2
  requested threads: 0+0/0
  ready threads 0
  free async space 520192
  nodes: 1
  refs: 1 s 1 w 0
  buffers: 0
  pending transactions: 0
proc 101
context binder
  threads: 1
  requested threads: 1+0/3
  ready threads 0
  free async space 4080
  nodes: 1
  refs: 1 s 1 w 0
  buffers: 3
  pending transactions: 1
)");
}

}  // namespace
}  // namespace bindery::tools
