// The driver's files, word for word as kernels print them but for what L2 says.
#include "tools/export/binder_logs.h"

#include <fstream>
#include <memory>
#include <sstream>
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
            loaded_.compiled, driver_, nullptr, LooksAtPages())) {
    simulation_->set_recording(true, false);
    sim::AsWrittenScheduler scheduler;
    sim::Run(*simulation_, scheduler, {});
  }

  sim::World& world() { return simulation_->world(); }
  const sim::Memory& memory() const { return *simulation_->memory(); }
  LogNumbers Numbers() const { return LogNumbers(loaded_.compiled); }

  std::string State(absl::string_view version) {
    LogNumbers numbers = Numbers();
    return StateLog(world(), *FindLogDialect(version), numbers);
  }

 private:
  static sim::SimulationOptions LooksAtPages() {
    sim::SimulationOptions options;
    options.pages = true;
    return options;
  }

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

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.good()) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(StateLogTest, IsWhatEachKernelPrints) {
  Ended ended(kBusy);
  for (const LogDialect& dialect : kLogDialects) {
    const std::string version(dialect.version);
    EXPECT_EQ(ended.State(version),
              ReadFile("tools/export/testdata/busy-" + version + ".state"));
  }
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
  EXPECT_EQ(StatsLog(ended.world(), ended.memory(), ended.Numbers()),
            R"(binder stats:
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
