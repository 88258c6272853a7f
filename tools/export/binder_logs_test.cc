// The driver's files, word for word as kernels print them but for what L2 says.
#include "tools/export/binder_logs.h"

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "sim/engine/run.h"
#include "sim/io/scenario_loader.h"
#include "sim/kernel/statistics.h"

namespace bindery::tools {
namespace {

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
  explicit Ended(const std::string& text, absl::string_view version = "7.2")
      : loaded_(*sim::LoadScenario(text, "test.textproto")),
        driver_(*sim::Driver::Create(sim::ProfileOf(version))),
        simulation_(std::make_unique<sim::Simulation>(loaded_.compiled, driver_,
                                                      nullptr, Watched())) {
    sim::AsWrittenScheduler scheduler;
    sim::Run(*simulation_, scheduler, {});
  }

  sim::Simulation& simulation() { return *simulation_; }
  sim::World& world() { return simulation_->world(); }
  LogSource Source() { return {world(), &statistics_, simulation_->memory()}; }
  LogNumbers Numbers() const {
    return LogNumbers(loaded_.compiled, &statistics_);
  }

  absl::StatusOr<std::string> Read(absl::string_view name,
                                   absl::string_view version = "7.2") {
    LogNumbers numbers = Numbers();
    return ReadLog(Source(), *FindLogDialect(version), numbers, name);
  }
  std::string Text(absl::string_view name) { return *Read(name); }
  std::string All(absl::string_view version) {
    LogNumbers numbers = Numbers();
    return AllLogs(Source(), *FindLogDialect(version), numbers);
  }

 private:
  sim::SimulationOptions Watched() {
    sim::SimulationOptions options;
    options.statistics = &statistics_;
    options.pages = true;
    return options;
  }

  sim::Statistics statistics_;
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

TEST(BinderLogsTest, AreWhatEachKernelPrints) {
  for (const LogDialect& dialect : kLogDialects) {
    const std::string version(dialect.version);
    Ended ended(ReadFile("tools/export/testdata/busy.textproto"), version);
    EXPECT_EQ(ended.All(version),
              ReadFile("tools/export/testdata/busy-" + version + ".logs"));
  }
}

TEST(BinderLogsTest, NoOtherVersionIsKnown) {
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
  EXPECT_EQ(With(ended.Text("state"), "node"),
            std::vector<std::string>(
                {"  node 1: u0000000000000010 c0000000000000000 hs 1 hw 0 ls 1 "
                 "lw 0 is 0 iw 0 tr 1",
                 "  node work 1: u0000000000000010 c0000000000000000"}));
}

TEST(StateLogTest, ATextThatIsTooLargeIsMadeAgainWithoutWhatReadingFreed) {
  Ended small(kIdle);
  AddNode(small.world(), 0x10, 0);
  EXPECT_EQ(With(small.Text("state"), "node").size(), 1u);
  Ended large(kIdle);
  for (uint64_t i = 1; i <= 60; ++i) AddNode(large.world(), i, 0);
  EXPECT_EQ(With(large.Text("state"), "node").size(), 0u);
}

// What a kernel's reader does, which writing the text does not.
TEST(StateLogTest, ReadingIsAnActOfItsOwn) {
  Ended ended(kIdle);
  const sim::NodeId free = AddNode(ended.world(), 0x10, 0);
  const sim::NodeId held = AddNode(ended.world(), 0x20, 1);
  ended.Text("state");
  EXPECT_TRUE(ended.world().Alive(free));
  EXPECT_FALSE(ended.world().Peek(held).work.entry.linked());
  ended.simulation().ReadState();
  EXPECT_FALSE(ended.world().Alive(free));
  EXPECT_TRUE(ended.world().Peek(held).work.entry.linked());
  EXPECT_EQ(ended.world().Peek(held).tmp_refs, 0);
}

TEST(StateLogTest, NullAndErrorsAreNotHashed) {
  Ended ended(kIdle);
  AddNode(ended.world(), ~uint64_t{4095}, 1);
  AddNode(ended.world(), ~uint64_t{4094}, 1);
  const std::vector<std::string> nodes =
      With(ended.Text("state_hashed"), "  node ");
  ASSERT_EQ(nodes.size(), 4u);
  EXPECT_TRUE(absl::StrContains(nodes[0], "u(____ptrval____) c00000000"));
  EXPECT_TRUE(absl::StrContains(nodes[1], "ufffffffffffff001 c00000000"));
}

TEST(TransactionsLogTest, HasNobodyWhomNoTransactionIsAbout) {
  Ended ended(kIdle);
  AddNode(ended.world(), 0x10, 1);
  EXPECT_EQ(ended.Text("transactions"), "binder transactions:\n");
}

// Calls to nobody, one after the other.
std::string Calls(int count) {
  std::string text = R"(
name: "calls"
process {
  name: "a"
  attach {}
  thread {
    name: "t"
)";
  for (int i = 0; i < count; ++i) {
    text += R"(
    step {
      write_read {
        write { transaction { to { number: 9 } code: 1 } }
        read_size: 256
      }
      expect {}
    })";
  }
  return text + "\n  }\n}\n";
}

TEST(TransactionLogTest, HasTheLatest32) {
  Ended ended(Calls(40));
  for (const char* log : {"transaction_log", "failed_transaction_log"}) {
    const std::string text = ended.Text(log);
    EXPECT_EQ(With(text, "call  from 101:101 to 0:0").size(), 32u);
    EXPECT_EQ(text.substr(0, 3), "9: ");
    EXPECT_EQ(With(text, "40: ").size(), 1u);
  }
  EXPECT_EQ(With(ended.Text("stats"), "BC_TRANSACTION: 40").size(), 2u);
  EXPECT_EQ(With(ended.Text("stats"), "transaction: active 0 total 40").size(),
            1u);
}

TEST(ProcLogTest, IsThereWhileThePidsFirstOpeningIs) {
  Ended both(R"(
name: "twice"
process {
  name: "a"
  thread {
    name: "t"
    step { open { fd: "one" } }
    step { open { fd: "two" } }
    step { close { fd: "one" } }
  }
})");
  EXPECT_EQ(With(both.Text("state"), "proc ").size(), 1u);
  EXPECT_FALSE(both.Read("proc/a").ok());
  Ended one(kIdle);
  EXPECT_EQ(one.Text("proc/a"), one.Text("proc/101"));
  EXPECT_EQ(With(one.Text("proc/a"), "binder proc state:").size(), 1u);
  EXPECT_EQ(one.Read("proc/b").status().message(),
            "proc/b: the driver of 7.2 has no such log; it has state, "
            "state_hashed, stats, transactions, transactions_hashed, "
            "transaction_log, failed_transaction_log, proc/101");
}

}  // namespace
}  // namespace bindery::tools
