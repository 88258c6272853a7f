#include "sim/predicate/predicate.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/world/random_steps.h"

namespace bindery::sim {
namespace {

using testing::HasSubstr;

class Names : public NameNumbers {
 public:
  std::optional<uint32_t> Process(absl::string_view name) const override {
    if (name == "client") return 1;
    if (name == "server") return 2;
    return std::nullopt;
  }
  std::optional<uint32_t> Task(absl::string_view name) const override {
    if (name == "server.main") return 2;
    return std::nullopt;
  }
};

// Two processes, client and server; the server has two nodes, the first with a
// reference from the client.
class PredicateTest : public testing::Test {
 protected:
  PredicateTest() {
    BuildSmallWorld(w_);
    ProcId client;
    ProcId server;
    w_.ForEach<ProcRow>([&](ProcId id, const ProcRow& row) {
      (w_.Peek(row.process).index == 1 ? client : server) = id;
    });
    w_.BeginStep(1);
    const NodeId node = AddNode(server, 0x1000, 1, -1);
    AddNode(server, 0x2000, 0, 5);
    const RefId ref = w_.Create<RefRow>(w_.NameOf(client), 1);
    w_.Edit(ref).proc = client;
    w_.Edit(ref).node = node;
    w_.Edit(ref).desc = 1;
    const BufferId buffer = w_.Create<BufferRow>();
    const BlobId data = w_.blobs().Intern("seven B");
    w_.Edit(buffer).data = data;
    w_.PushBack(Head::kProcTodo, server.any(), node.any());
    w_.EditWork(node.any()).type = WorkType::kNode;
    w_.Free(AddNode(server, 0x3000, 1, 9));
    w_.Commit();
  }
  NodeId AddNode(ProcId proc, uint64_t ptr, uint8_t strong, int32_t refs) {
    const NodeId id = w_.Create<NodeRow>(w_.NameOf(proc), ptr);
    NodeRow& node = w_.Edit(id);
    node.owner = node.proc = proc;
    node.ptr = ptr;
    node.has_strong_ref = strong;
    node.local_strong_refs = refs;
    return id;
  }
  bool Holds(const std::string& text) {
    const absl::StatusOr<Predicate> p = Predicate::Compile(text, Names());
    EXPECT_TRUE(p.ok()) << text << ": " << p.status().message();
    return p.ok() && p->Holds(w_);
  }
  std::string Error(const std::string& text) {
    const absl::StatusOr<Predicate> p = Predicate::Compile(text, Names());
    EXPECT_FALSE(p.ok()) << text;
    return p.ok() ? "" : std::string(p.status().message());
  }

  World w_;
};

TEST_F(PredicateTest, Numbers) {
  EXPECT_TRUE(Holds("1 + 2 * 3 == 7"));
  EXPECT_TRUE(Holds("(1 + 2) * 3 == 9"));
  EXPECT_TRUE(Holds("1 - 2 - 3 == -4"));
  EXPECT_TRUE(Holds("0x10 == 16"));
  EXPECT_TRUE(Holds("1 < 2 and 2 <= 2 and 3 > 2 and 3 >= 3 and 1 != 2"));
  EXPECT_FALSE(Holds("2 < 1 or 3 <= 2 or 2 > 3 or 2 >= 3 or 1 != 1"));
  EXPECT_FALSE(Holds("0"));
  EXPECT_TRUE(Holds("- - 2 == 2"));
  EXPECT_TRUE(Holds("0xffffffffffffffff == -1"));
}

TEST_F(PredicateTest, ConditionsBindAsUsual) {
  EXPECT_TRUE(Holds("true or false and false"));
  EXPECT_FALSE(Holds("(true or false) and false"));
  EXPECT_TRUE(Holds("not false and true"));
  EXPECT_FALSE(Holds("not not false"));
  EXPECT_TRUE(Holds("not 1 == 2"));
  EXPECT_TRUE(Holds("true == (1 < 2)"));
}

TEST_F(PredicateTest, CountsLiveRowsOnly) {
  EXPECT_TRUE(Holds("count(node) == 2"));
  EXPECT_TRUE(Holds("count(node where has_strong_ref) == 1"));
  EXPECT_TRUE(Holds("count(node where has_strong_ref) <= 2"));
  EXPECT_TRUE(Holds("count(transaction) == 0"));
  EXPECT_TRUE(Holds("count(node where ptr == 0x3000) == 0"));
}

TEST_F(PredicateTest, AnyAllAndSum) {
  EXPECT_TRUE(Holds("any(node where ptr == 0x2000)"));
  EXPECT_FALSE(Holds("any(node where ptr == 0x4000)"));
  EXPECT_TRUE(Holds("all(node where ptr >= 0x1000)"));
  EXPECT_FALSE(Holds("all(node where has_strong_ref)"));
  EXPECT_TRUE(Holds("all(transaction where false)"));
  EXPECT_TRUE(Holds("sum(node.local_strong_refs) == 4"));
  EXPECT_TRUE(Holds("sum(node.local_strong_refs where ptr == 0x1000) == -1"));
  EXPECT_TRUE(Holds("sum(ref.node.ptr) == 0x1000"));
}

TEST_F(PredicateTest, PathsFollowReferences) {
  EXPECT_TRUE(Holds("any(ref where node.proc.process.name == \"server\")"));
  EXPECT_FALSE(Holds("any(ref where proc.process.name == 'server')"));
  EXPECT_TRUE(Holds("all(ref where node.proc != proc)"));
  EXPECT_TRUE(Holds("all(ref where node != none and death == none)"));
  EXPECT_TRUE(Holds("all(ref where death.cookie == 0)")) << "row of zeros";
  EXPECT_TRUE(Holds("all(ref where node and not death)"));
}

TEST_F(PredicateTest, NamesOfTheScenarioAndOfValues) {
  EXPECT_TRUE(Holds("count(process where name == \"client\") == 1"));
  EXPECT_TRUE(Holds("count(task where \"server.main\" == name) == 1"));
  EXPECT_TRUE(Holds("any(task where process.name != \"server\")"));
  EXPECT_TRUE(Holds("all(task where state == \"running\")"));
  EXPECT_TRUE(Holds("count(node where work == \"NODE\") == 1"));
}

TEST_F(PredicateTest, SizesOfListsSetsAndPayloads) {
  EXPECT_TRUE(Holds("any(proc where size(todo) == 1)"));
  EXPECT_TRUE(Holds("all(proc where size(threads) == 1)"));
  EXPECT_TRUE(
      Holds("all(buffer where size(data) == 7 and size(offsets) == 0)"));
  EXPECT_TRUE(Holds("any(ref where size(node.owner.todo) > 0)"));
}

TEST_F(PredicateTest, RowsInsideRows) {
  EXPECT_TRUE(Holds("all(proc where count(thread where looper == 0) == 2)"));
  EXPECT_FALSE(
      Holds("any(proc where any(ref where desc == 2) or max_threads)"));
}

TEST_F(PredicateTest, ErrorsSayWhereAndWhatToDo) {
  EXPECT_EQ(Error("count(nod) == 1").find("column 7: unknown table \"nod\""),
            0u);
  EXPECT_THAT(Error("count(nod) == 1"), HasSubstr("node, ref"));
  const std::string field = Error("any(ref where dsc == 1)");
  EXPECT_EQ(field.find("column 15: table ref has no field \"dsc\""), 0u);
  EXPECT_THAT(field, HasSubstr("desc, strong, weak"));
  EXPECT_THAT(Error("any(ref where node.prt == 1)"),
              HasSubstr("table node has no field \"prt\""));
  EXPECT_THAT(Error("any(process where name == \"sever\")"),
              HasSubstr("column 27: unknown name \"sever\""));
  EXPECT_THAT(Error("any(task where state == \"runing\")"),
              HasSubstr("it can be waiting for spawn, running"));
  EXPECT_THAT(Error("desc == 1"), HasSubstr("no row to belong to"));
  EXPECT_THAT(Error("foo(node)"), HasSubstr("count, any, all, sum and size"));
}

TEST_F(PredicateTest, TypeErrors) {
  EXPECT_THAT(Error("any(ref where node + 1 == 2)"),
              HasSubstr("expected a number but this is a reference"));
  EXPECT_THAT(Error("any(ref where node == 1)"), HasSubstr("cannot compare"));
  EXPECT_THAT(Error("any(ref where node < none)"), HasSubstr("have an order"));
  EXPECT_THAT(Error("any(process where name)"), HasSubstr("is no condition"));
  EXPECT_THAT(Error("\"x\""), HasSubstr("is no condition"));
  EXPECT_THAT(Error("\"x\" == \"x\""), HasSubstr("compared with a name"));
  EXPECT_THAT(Error("any(ref where desc == \"x\")"),
              HasSubstr("compared with a name"));
  EXPECT_THAT(Error("any(proc where todo)"), HasSubstr("use size(todo)"));
  EXPECT_THAT(Error("any(ref where size(desc) == 1)"), HasSubstr("no size"));
  EXPECT_THAT(Error("any(ref where desc.x == 1)"),
              HasSubstr("leads to no row"));
  EXPECT_THAT(Error("any(frame where w.x == 1)"), HasSubstr("leads to no row"));
  EXPECT_THAT(Error("sum(ref.node) == 1"), HasSubstr("expected a number"));
  EXPECT_THAT(Error("true + 1 == 2"), HasSubstr("expected a number"));
  EXPECT_THAT(Error("any(task where state == process.name)"),
              HasSubstr("cannot compare"));
}

TEST_F(PredicateTest, SyntaxErrors) {
  EXPECT_THAT(Error(""), HasSubstr("column 1: expected a value but the text"));
  EXPECT_THAT(Error("1 == "), HasSubstr("column 6"));
  EXPECT_THAT(Error("1 = 1"), HasSubstr("equality is =="));
  EXPECT_THAT(Error("true && true"), HasSubstr("write and"));
  EXPECT_THAT(Error("(1 == 1"), HasSubstr("expected \")\""));
  EXPECT_THAT(Error("1 1"), HasSubstr("column 3: \"1\" is left over"));
  EXPECT_THAT(Error("1 < 2 < 3"), HasSubstr("left over"));
  EXPECT_THAT(Error("any(node)"), HasSubstr("expected \"where\""));
  EXPECT_THAT(Error("'abc"), HasSubstr("not closed"));
  EXPECT_THAT(Error("12abc"), HasSubstr("is no number"));
  EXPECT_THAT(Error("99999999999999999999"), HasSubstr("at most 64 bits"));
  EXPECT_THAT(Error(std::string(1, '\x01')), HasSubstr("byte 0x1"));
  EXPECT_THAT(Error(std::string(5000, '(')), HasSubstr("too deeply"));
  EXPECT_THAT(Error(std::string(5000, '-')), HasSubstr("too deeply"));
  std::string nots;
  for (int i = 0; i < 5000; ++i) nots += "not ";
  EXPECT_THAT(Error(nots), HasSubstr("too deeply"));
}

// Random bytes and random rearrangements of good tokens: an answer or an error
// with a column, never a crash.
TEST_F(PredicateTest, SurvivesAnyInput) {
  static constexpr const char* kTokens[] = {
      "count", "any",  "all",  "sum",  "size", "(",       ")",    "where",
      "node",  "ref",  "proc", "task", "name", "process", ".",    "==",
      "<",     "and",  "or",   "not",  "1",    "-",       "*",    "\"server\"",
      "todo",  "desc", "none", "true", "ptr",  "state",   "data", "work"};
  Random random(1);
  int good = 0;
  for (int i = 0; i < 50000; ++i) {
    std::string text;
    const uint64_t size = random.Below(12);
    for (uint64_t j = 0; j < size; ++j) {
      if (i % 5 == 0) {
        text.push_back(static_cast<char>(random.Next()));
      } else {
        text += kTokens[random.Below(std::size(kTokens))];
        text += " ";
      }
    }
    const absl::StatusOr<Predicate> p = Predicate::Compile(text, Names());
    if (p.ok()) {
      p->Holds(w_);
      ++good;
    } else {
      ASSERT_EQ(p.status().message().find("column "), 0u) << text;
    }
  }
  EXPECT_GT(good, 0);
}

TEST_F(PredicateTest, LookingIsNoUseByTheDriver) {
  w_.BeginStep(1);
  Holds("all(ref where death.cookie == 0 and node.ptr > 0)");
  EXPECT_TRUE(w_.faults().empty());
  w_.Commit();
}

}  // namespace
}  // namespace bindery::sim
