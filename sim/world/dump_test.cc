#include "sim/world/dump.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/world/random_steps.h"

namespace bindery::sim {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class ScenarioNames : public RowNames {
 public:
  std::string Process(uint32_t index) const override {
    return index == 1 ? "client" : "server";
  }
  std::string Actor(uint32_t actor) const override {
    return absl::StrCat(Process(actor), ".main");
  }
};

class DumpTest : public testing::Test {
 protected:
  DumpTest() {
    BuildSmallWorld(w_);
    w_.ForEach<ProcRow>([&](ProcId id, const ProcRow& row) {
      if (w_.Peek(row.process).index == 2) proc_ = id;
    });
    w_.BeginStep(1);
    node_ = w_.Create<NodeRow>(w_.NameOf(proc_), 0x1000);
    w_.Edit(node_).owner = proc_;
    w_.Edit(node_).ptr = 0x1000;
    ref_ = w_.Create<RefRow>(w_.NameOf(proc_), 1);
    w_.Edit(ref_).proc = proc_;
    w_.Edit(ref_).node = node_;
    w_.Edit(ref_).desc = 1;
    t_ = w_.Create<TransactionRow>();
    w_.Edit(t_).work.type = WorkType::kTransaction;
    w_.PushBack(Head::kProcTodo, proc_.any(), t_.any());
    w_.Commit();
  }
  std::string Name(AnyId id) { return RowName(w_, names_, id); }
  std::vector<std::string> Changes() {
    std::vector<std::string> changes;
    DescribeChanges(w_, names_,
                    [&](absl::string_view object, absl::string_view field,
                        absl::string_view before, absl::string_view after) {
                      changes.push_back(absl::StrCat(object, "|", field, "|",
                                                     before, "|", after));
                    });
    return changes;
  }

  World w_;
  ScenarioNames names_;
  ProcId proc_;
  NodeId node_;
  RefId ref_;
  TransactionId t_;
};

TEST_F(DumpTest, NamesAreWhatPeopleCallTheThings) {
  EXPECT_EQ(Name(proc_.any()), "proc server");
  EXPECT_EQ(Name(node_.any()), "node server:0x1000");
  EXPECT_EQ(Name(ref_.any()), "ref server:#1");
  EXPECT_EQ(Name(t_.any()), "transaction client.main/0");
  EXPECT_EQ(Name(w_.Get(proc_).threads.first), "thread server.main");
  EXPECT_EQ(Name(w_.Get(proc_).process.any()), "process server");
  EXPECT_EQ(Name({}), "none");
}

TEST_F(DumpTest, FreedRowsKeepTheirNamesWhileSomethingNamesThem) {
  w_.BeginStep(1);
  w_.Free(node_);
  w_.Commit();
  EXPECT_EQ(Name(node_.any()), "node server:0x1000 (freed)");
  w_.BeginStep(1);
  w_.Edit(ref_).node = {};
  w_.Commit();
  EXPECT_EQ(Name(node_.any()), "node (gone)");
}

TEST_F(DumpTest, RowsOfOneKeyAreNumbered) {
  w_.BeginStep(1);
  const NodeId second = w_.Create<NodeRow>(w_.NameOf(proc_), 0x1000);
  w_.Edit(second).owner = proc_;
  w_.Edit(second).ptr = 0x1000;
  w_.Commit();
  EXPECT_EQ(Name(second.any()), "node server:0x1000/1");
}

TEST_F(DumpTest, DumpHoldsEveryRowWithItsFields) {
  proto::State state;
  DumpState(w_, names_, &state);
  std::vector<std::string> fields;
  for (const proto::Row& row : state.row()) {
    for (const proto::Field& field : row.field()) {
      fields.push_back(
          absl::StrCat(row.name(), ".", field.name(), "=", field.value()));
    }
  }
  EXPECT_THAT(fields, Contains("ref server:#1.node=node server:0x1000"));
  EXPECT_THAT(fields, Contains("proc server.todo=[transaction client.main/0]"));
  EXPECT_THAT(fields, Contains("proc server.threads={thread server.main}"));
  EXPECT_THAT(fields, Contains("transaction client.main/0.work=TRANSACTION"));
  EXPECT_THAT(fields, Contains("task server.main.state=running"));
  EXPECT_EQ(state.fingerprint(), FingerprintText(w_.fingerprint()));
  EXPECT_EQ(state.fingerprint().size(), 32u);
}

TEST_F(DumpTest, ChangesTellFieldsBeforeAndAfter) {
  w_.BeginStep(1);
  w_.Edit(node_).local_strong_refs = 1;
  w_.Edit(proc_).max_threads = 0;  // as before
  EXPECT_THAT(Changes(),
              ElementsAre("node server:0x1000|local_strong_refs|0|1"));
  w_.Commit();
}

TEST_F(DumpTest, ChangesTellNewAndFreedRows) {
  w_.BeginStep(1);
  w_.Remove(Head::kProcTodo, t_.any());
  w_.Free(t_);
  w_.Create<CompleteRow>();
  const std::vector<std::string> changes = Changes();
  EXPECT_THAT(changes,
              Contains("proc server|todo|[transaction client.main/0]|0"));
  EXPECT_THAT(changes, Contains("transaction client.main/0|work|TRANSACTION|"));
  EXPECT_THAT(changes, Contains("complete client.main/0|||there"));
  w_.Commit();
}

TEST_F(DumpTest, CanonicalTextLeavesOutWhatIsNotState) {
  const std::string before = CanonicalText(w_);
  w_.BeginStep(1);
  w_.Edit(t_).debug_id = 99;
  w_.Commit();
  EXPECT_EQ(CanonicalText(w_), before);
  EXPECT_THAT(before, HasSubstr("node "));
  w_.BeginStep(1);
  w_.Edit(t_).code = 99;
  w_.Commit();
  EXPECT_NE(CanonicalText(w_), before);
}

}  // namespace
}  // namespace bindery::sim
