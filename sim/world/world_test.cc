#include "sim/world/world.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/world/dump.h"
#include "sim/world/random_steps.h"

namespace bindery::sim {
namespace {

class WorldTest : public testing::Test {
 protected:
  WorldTest() {
    BuildSmallWorld(w_);
    proc_ = Only<ProcRow>();
    thread_ = Only<ThreadRow>();
    w_.BeginStep(1);
    frame_ = w_.Create<FrameRow>();
    w_.Edit(frame_).op = 1;
    w_.Commit();
  }
  template <typename Row>
  Id<Row> Only() {
    Id<Row> found;
    w_.ForEach<Row>([&](Id<Row> id, const Row&) {
      if (!found) found = id;
    });
    return found;
  }
  NodeId AddNode(uint64_t ptr) {
    const NodeId node = w_.Create<NodeRow>(w_.NameOf(proc_), ptr);
    w_.Edit(node).owner = proc_;
    w_.Edit(node).ptr = ptr;
    return node;
  }
  template <typename F>
  void Step(uint32_t actor, F&& f) {
    w_.BeginStep(actor);
    f();
    w_.Commit();
  }

  World w_;
  ProcId proc_;
  ThreadId thread_;
  FrameId frame_;
};

// --- Names ------------------------------------------------------------------

TEST_F(WorldTest, IndependentStepsCommute) {
  const auto one = [this] {
    Step(1, [this] { w_.Edit(w_.Create<TransactionRow>()).code = 7; });
  };
  const auto two = [this] {
    Step(2, [this] {
      w_.Edit(w_.Create<TransactionRow>()).code = 8;
      w_.Free(w_.Create<TransactionRow>());
      AddNode(0x1000);
    });
  };
  one();
  two();
  const Hash128 fingerprint = w_.fingerprint();
  const std::string text = CanonicalText(w_);
  w_.Undo();
  w_.Undo();
  two();
  one();
  EXPECT_EQ(w_.fingerprint(), fingerprint);
  EXPECT_EQ(CanonicalText(w_), text);
}

TEST_F(WorldTest, CreatorsTellRowsApart) {
  Step(1, [this] { w_.Edit(w_.Create<TransactionRow>()).code = 7; });
  const Hash128 fingerprint = w_.fingerprint();
  w_.Undo();
  Step(2, [this] { w_.Edit(w_.Create<TransactionRow>()).code = 7; });
  EXPECT_NE(w_.fingerprint(), fingerprint);
}

TEST_F(WorldTest, HistoryThatLeftNothingIsForgotten) {
  const Hash128 fingerprint = w_.fingerprint();
  TransactionId t;
  Step(1, [&] { t = w_.Create<TransactionRow>(); });
  EXPECT_NE(w_.fingerprint(), fingerprint) << "a row of zeros counts too";
  Step(2, [&] { w_.Free(t); });
  EXPECT_EQ(w_.fingerprint(), fingerprint);
}

TEST_F(WorldTest, FindsRowsByKeyAndPrefersTheOldestName) {
  NodeId first;
  NodeId second;
  Step(1, [&] {
    first = AddNode(0x1000);
    second = AddNode(0x1000);
  });
  EXPECT_EQ(w_.Find<NodeRow>(w_.NameOf(proc_), 0x1000), first);
  Step(1, [&] { w_.Free(first); });
  EXPECT_EQ(w_.Find<NodeRow>(w_.NameOf(proc_), 0x1000), second);
  EXPECT_FALSE(w_.Find<NodeRow>(w_.NameOf(proc_), 0x2000));
  w_.Undo();
  EXPECT_EQ(w_.Find<NodeRow>(w_.NameOf(proc_), 0x1000), first);
}

TEST_F(WorldTest, MoreRowsOfAKeyThanAnyoneNeedsHaveDistinctNames) {
  Step(1, [this] {
    for (int i = 0; i < 200; ++i) w_.Create<TransactionRow>();
  });
  std::vector<uint64_t> names;
  w_.ForEach<TransactionRow>([&](TransactionId id, const TransactionRow&) {
    names.push_back(w_.NameOf(id));
  });
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::unique(names.begin(), names.end()), names.end());
  EXPECT_EQ(names.size(), 200u);
}

TEST_F(WorldTest, OfThousandsOfRowsTheSmallestFreeNameIsTaken) {
  std::vector<TransactionId> rows;
  Step(1, [&] {
    for (int i = 0; i < 5000; ++i) rows.push_back(w_.Create<TransactionRow>());
  });
  const Hash128 all = w_.fingerprint();
  const uint64_t name = w_.NameOf(rows[3000]);
  Step(1, [&] {
    w_.Free(rows[4000]);
    w_.Free(rows[3000]);
  });
  TransactionId again;
  Step(1, [&] { again = w_.Create<TransactionRow>(); });
  EXPECT_EQ(w_.NameOf(again), name);
  w_.Undo();
  w_.Undo();
  EXPECT_EQ(w_.fingerprint(), all);
  EXPECT_EQ(w_.NameOf(rows[3000]), name);
}

// --- Stale ids --------------------------------------------------------------

// The bug that a checker must not have: a stale pointer to an object and a good
// pointer to the next object with the same key look alike, and are merged.
TEST_F(WorldTest, StalePointerNeverMergesWithOneToTheSuccessor) {
  const auto replace_node = [this](bool follow) {
    NodeId node;
    Step(1, [&] {
      node = AddNode(0x1000);
      w_.Edit(frame_).node = node;
    });
    Step(1, [&] { w_.Free(node); });
    Step(1, [&] {
      const NodeId next = AddNode(0x1000);
      if (follow) w_.Edit(frame_).node = next;
    });
  };
  replace_node(false);
  const Hash128 stale = w_.fingerprint();
  const std::string stale_text = CanonicalText(w_);
  EXPECT_FALSE(w_.Alive(w_.Get(frame_).node));
  for (int i = 0; i < 3; ++i) w_.Undo();
  replace_node(true);
  EXPECT_TRUE(w_.Alive(w_.Get(frame_).node));
  EXPECT_NE(w_.fingerprint(), stale);
  EXPECT_NE(CanonicalText(w_), stale_text);
}

TEST_F(WorldTest, SlotOfARowThatIsStillNamedIsNotReused) {
  NodeId node;
  Step(1, [&] {
    node = AddNode(0x1000);
    w_.Edit(frame_).node = node;
  });
  Step(1, [&] { w_.Free(node); });
  NodeId next;
  Step(1, [&] { next = AddNode(0x1000); });
  EXPECT_NE(node.any().slot(), next.any().slot());
  EXPECT_NE(w_.NameOf(node), w_.NameOf(next));
  Step(1, [&] { w_.Edit(frame_).node = {}; });
  NodeId third;
  Step(1, [&] { third = AddNode(0x1000); });
  EXPECT_EQ(node.any().slot(), third.any().slot()) << "nobody names it now";
  EXPECT_FALSE(w_.Alive(node));
}

TEST_F(WorldTest, TombstonesCountUntilTheLastHolderIsGone) {
  NodeId node;
  const Hash128 before = w_.fingerprint();
  Step(1, [&] {
    node = AddNode(0x1000);
    w_.Edit(frame_).node = node;
    w_.Edit(frame_).w = node.any();
  });
  Step(1, [&] { w_.Free(node); });
  Step(1, [&] { w_.Edit(frame_).node = {}; });
  EXPECT_NE(CanonicalText(w_).find(" freed"), std::string::npos);
  Step(1, [&] { w_.Edit(frame_).w = {}; });
  EXPECT_EQ(CanonicalText(w_).find(" freed"), std::string::npos);
  EXPECT_EQ(w_.fingerprint(), before);
}

// The later one of two takes the row away, which the first one alone does not.
TEST_F(WorldTest, WhoLetsGoOfATombstoneWritesItsLife) {
  NodeId node;
  FrameId other;
  Step(2, [&] { other = w_.Create<FrameRow>(); });
  Step(1, [&] {
    node = AddNode(0x1000);
    w_.Edit(frame_).node = node;
    w_.Edit(other).node = node;
  });
  const Resource life = LifeResource(w_.NameOf(node));
  const auto writes_life = [&](FrameId frame) {
    w_.BeginNoting();
    Step(1, [&] { w_.Edit(frame).node = {}; });
    const std::vector<Resource>& writes = w_.EndNoting().writes();
    return std::count(writes.begin(), writes.end(), life) > 0;
  };
  EXPECT_FALSE(writes_life(other)) << "the row is live";
  w_.Undo();
  Step(1, [&] { w_.Free(node); });
  EXPECT_TRUE(writes_life(other));
  EXPECT_TRUE(writes_life(frame_));
}

TEST_F(WorldTest, FramesPinWhatTheyHold) {
  NodeId node;
  Step(1, [&] { node = AddNode(0x1000); });
  EXPECT_TRUE(w_.Quiescent(node.any()));
  Step(1, [&] { w_.Edit(frame_).node = node; });
  EXPECT_FALSE(w_.Quiescent(node.any()));
  w_.Undo();
  EXPECT_TRUE(w_.Quiescent(node.any()));
}

// --- Stacks of frames -------------------------------------------------------

TEST_F(WorldTest, APushedFrameHasThePlaceOfTheOneThatWasPoppedLast) {
  FrameId inner;
  Step(1, [&] {
    w_.PushFrame(&inner).op = 2;
    w_.Edit(inner).node = AddNode(0x1000);
  });
  const std::string before = CanonicalText(w_);
  FrameId outer_again;
  FrameId inner_again;
  FrameId third;
  Step(1, [&] {
    w_.PopFrame(inner);
    w_.PopFrame(frame_);
    w_.PushFrame(&outer_again).op = 3;
    EXPECT_EQ(w_.PushFrame(&inner_again).op, 0) << "a new frame is zero";
    w_.PushFrame(&third);
  });
  EXPECT_EQ(outer_again, frame_);
  EXPECT_EQ(inner_again, inner);
  EXPECT_NE(third, inner);
  EXPECT_FALSE(w_.Get(inner).node);
  EXPECT_EQ(w_.fingerprint(), w_.ComputeFingerprint());
  w_.Undo();
  EXPECT_EQ(CanonicalText(w_), before);
  EXPECT_EQ(w_.Get(frame_).op, 1);
}

TEST_F(WorldTest, NamesOfFramesDoNotTellWhenOthersWerePopped) {
  const auto push = [this] {
    FrameId id;
    w_.PushFrame(&id).op = 5;
  };
  Step(1, [&] {
    w_.PopFrame(frame_);
    push();
  });
  const std::string at_once = CanonicalText(w_);
  w_.Undo();
  Step(1, [this] { w_.PopFrame(frame_); });
  Step(1, push);
  EXPECT_EQ(CanonicalText(w_), at_once);
}

TEST_F(WorldTest, TheFramesOfAnotherActorAreNotTaken) {
  FrameId pushed;
  Step(2, [&] {
    w_.PopFrame(frame_);
    w_.PushFrame(&pushed);
  });
  EXPECT_NE(pushed, frame_);
  EXPECT_FALSE(w_.Alive(frame_));
}

TEST(WorldModesTest, FramesThatHadOnePlaceAreToldApartIfTheyAreKept) {
  for (const bool kept : {false, true}) {
    World world;
    world.set_popped_frames_kept(kept);
    std::vector<int> touched;
    std::vector<int> changed;
    world.BeginStep(1);
    FrameId id;
    for (const uint16_t op : {uint16_t{1}, uint16_t{2}, uint16_t{3}}) {
      if (id) world.PopFrame(id);
      world.PushFrame(&id).op = op;
    }
    world.ForEachTouched([&](auto, const auto* before, const auto& last, bool) {
      EXPECT_EQ(before, nullptr);
      if constexpr (requires { last.op; }) touched.push_back(last.op);
    });
    world.ForEachDirty([&](auto, const auto*, const auto* after) {
      if constexpr (requires { after->op; }) changed.push_back(after->op);
    });
    world.Commit();
    EXPECT_EQ(touched,
              kept ? (std::vector<int>{1, 2, 3}) : std::vector<int>{3});
    EXPECT_EQ(changed, std::vector<int>{3});
    EXPECT_EQ(world.fingerprint(), world.ComputeFingerprint());
  }
}

TEST_F(WorldTest, AFreedOwnerIsKeptWhileItsListHasMembers) {
  NodeId node;
  Step(1, [&] {
    node = AddNode(0x1000);
    w_.PushBack(Head::kThreadTodo, thread_.any(), node.any());
  });
  Step(1, [&] { w_.Free(thread_); });
  const Hash128 queued = w_.fingerprint();
  const std::string text = CanonicalText(w_);
  Step(1, [&] { w_.Remove(Head::kThreadTodo, node.any()); });
  EXPECT_FALSE(w_.faults().empty()) << "the list is in freed memory";
  EXPECT_NE(w_.fingerprint(), queued) << "the node can be queued again";
  EXPECT_NE(CanonicalText(w_), text);
  EXPECT_EQ(w_.fingerprint(), w_.ComputeFingerprint());
}

// --- Faults -----------------------------------------------------------------

TEST_F(WorldTest, RecordsNullAndStaleIdsAndNothingElse) {
  Step(1, [this] { w_.Get(frame_); });
  EXPECT_TRUE(w_.faults().empty());
  Step(1, [this] { w_.Get(NodeId{}); });
  ASSERT_EQ(w_.faults().size(), 1u);
  EXPECT_EQ(w_.faults()[0].kind, Fault::Kind::kNullPointer);
  EXPECT_EQ(w_.faults()[0].table, TableId::kNode);
  NodeId node;
  Step(1, [&] { node = AddNode(0x1000); });
  EXPECT_TRUE(w_.faults().empty()) << "faults are those of the latest step";
  Step(1, [&] { w_.Free(node); });
  Step(1, [&] { w_.Edit(node).ptr = 1; });
  ASSERT_EQ(w_.faults().size(), 1u);
  EXPECT_EQ(w_.faults()[0].kind, Fault::Kind::kUseAfterFree);
  EXPECT_EQ(w_.faults()[0].id, node.any());
  Step(1, [&] { w_.Free(node); });
  EXPECT_EQ(w_.faults().size(), 1u) << "freed twice";
}

TEST_F(WorldTest, PeekingIsNoUse) {
  Step(1, [this] { EXPECT_EQ(w_.Peek(NodeId{}).ptr, 0u); });
  EXPECT_TRUE(w_.faults().empty());
}

TEST_F(WorldTest, WritingThroughNullChangesNothing) {
  const Hash128 fingerprint = w_.fingerprint();
  Step(1, [this] {
    w_.Edit(NodeId{}).ptr = 5;
    w_.Edit(NodeId{}).proc = proc_;
  });
  EXPECT_EQ(w_.fingerprint(), fingerprint);
  EXPECT_EQ(w_.ComputeFingerprint(), fingerprint);
  EXPECT_EQ(w_.Peek(NodeId{}).ptr, 0u);
}

TEST_F(WorldTest, WritingThroughAStaleIdSparesTheNextTenant) {
  NodeId node;
  Step(1, [&] { node = AddNode(0x1000); });
  Step(1, [&] { w_.Free(node); });
  NodeId next;
  Step(1, [&] { next = AddNode(0x1000); });
  ASSERT_EQ(node.any().slot(), next.any().slot());
  Step(1, [&] { w_.Edit(node).ptr = 5; });
  EXPECT_EQ(w_.Get(next).ptr, 0x1000u);
  EXPECT_EQ(w_.faults().size(), 1u);
}

TEST_F(WorldTest, MisusedListsAreBugsOfTheDriverAndStayWhole) {
  NodeId node;
  Step(1, [&] {
    node = AddNode(0x1000);
    w_.PushBack(Head::kProcTodo, proc_.any(), node.any());
    w_.PushBack(Head::kThreadTodo, thread_.any(), node.any());
  });
  ASSERT_EQ(w_.faults().size(), 1u);
  EXPECT_EQ(w_.faults()[0].kind, Fault::Kind::kBug);
  EXPECT_EQ(w_.Size(Head::kProcTodo, proc_.any()), 1u);
  EXPECT_EQ(w_.Size(Head::kThreadTodo, thread_.any()), 0u);
  Step(1, [&] {
    w_.Remove(Head::kProcTodo, node.any());
    w_.Remove(Head::kProcTodo, node.any());
    w_.PushBack(Head::kProcTodo, proc_.any(), TransactionId{}.any());
    w_.PushBack(Head::kProcTodo, ProcId{}.any(), node.any());
  });
  EXPECT_EQ(w_.faults().size(), 3u);
  EXPECT_EQ(w_.Size(Head::kProcTodo, proc_.any()), 0u);
}

// --- Lists ------------------------------------------------------------------

TEST_F(WorldTest, OrderOfAListCountsAndOrderOfASetDoesNot) {
  NodeId a;
  NodeId b;
  Step(1, [&] {
    a = AddNode(0x1000);
    b = AddNode(0x2000);
  });
  const auto fingerprint_of = [&](Head head, NodeId first, NodeId second) {
    Step(1, [&] {
      w_.PushFront(head, proc_.any(), first.any());
      w_.PushFront(head, proc_.any(), second.any());
    });
    const Hash128 fingerprint = w_.fingerprint();
    w_.Undo();
    return fingerprint;
  };
  EXPECT_NE(fingerprint_of(Head::kProcTodo, a, b),
            fingerprint_of(Head::kProcTodo, b, a));
  EXPECT_EQ(fingerprint_of(Head::kSet, a, b), fingerprint_of(Head::kSet, b, a));
  EXPECT_NE(fingerprint_of(Head::kSet, a, b), w_.fingerprint())
      << "members count";
}

TEST_F(WorldTest, ListsKeepTheirOrder) {
  std::vector<AnyId> nodes;
  Step(1, [&] {
    for (uint64_t i = 0; i < 4; ++i) nodes.push_back(AddNode(i).any());
    w_.PushBack(Head::kProcTodo, proc_.any(), nodes[1]);
    w_.PushFront(Head::kProcTodo, proc_.any(), nodes[0]);
    w_.PushBack(Head::kProcTodo, proc_.any(), nodes[2]);
    w_.PushBack(Head::kProcTodo, proc_.any(), nodes[3]);
  });
  std::vector<AnyId> walked;
  for (AnyId i = w_.First(Head::kProcTodo, proc_.any()); i;
       i = w_.Next(Head::kProcTodo, i)) {
    walked.push_back(i);
  }
  EXPECT_EQ(walked, nodes);
  EXPECT_EQ(w_.Previous(Head::kProcTodo, nodes[2]), nodes[1]);
}

// --- Layout, blobs, modes ---------------------------------------------------

TEST(WorldModesTest, LayoutCountsWithExactAddressesOnly) {
  for (const bool exact : {false, true}) {
    World w;
    w.set_exact_addresses(exact);
    BuildSmallWorld(w);
    Hash128 fingerprints[2];
    for (const uint64_t offset : {0, 8}) {
      w.BeginStep(1);
      w.Edit(w.Create<BufferRow>()).offset = offset;
      w.Edit(w.Create<ChunkRow>()).offset = 64 + offset;
      w.Commit();
      EXPECT_EQ(w.fingerprint(), w.ComputeFingerprint());
      fingerprints[offset / 8] = w.fingerprint();
      w.Undo();
    }
    EXPECT_EQ(fingerprints[0] == fingerprints[1], !exact);
  }
}

TEST_F(WorldTest, EqualPayloadsAreOneBlob) {
  const BlobId blob = w_.blobs().Intern("payload");
  EXPECT_EQ(w_.blobs().Intern(std::string("pay") + "load"), blob);
  EXPECT_NE(w_.blobs().Intern("payloads"), blob);
  EXPECT_EQ(w_.blobs().Intern(""), BlobId{});
  EXPECT_EQ(w_.blobs().Bytes(blob), "payload");
  EXPECT_EQ(w_.blobs().Bytes(BlobId{}), "");
  for (int i = 0; i < 5000; ++i) w_.blobs().Intern(std::to_string(i));
  EXPECT_EQ(w_.blobs().Intern("payload"), blob) << "after growing";
  EXPECT_EQ(w_.blobs().Bytes(w_.blobs().Intern("4321")), "4321");
}

TEST(WorldModesTest, FingerprintSeesBytesNotBlobNumbers) {
  Hash128 fingerprints[2];
  for (int i = 0; i < 2; ++i) {
    World w;
    BuildSmallWorld(w);
    if (i == 1) w.blobs().Intern("unrelated");
    w.BeginStep(1);
    const BlobId blob = w.blobs().Intern("payload");
    w.Edit(w.Create<BufferRow>()).data = blob;
    w.Commit();
    fingerprints[i] = w.fingerprint();
  }
  EXPECT_EQ(fingerprints[0], fingerprints[1]);
}

// The number itself is part of recorded traces and goldens.
TEST(WorldModesTest, FingerprintNeverChanges) {
  World w;
  BuildSmallWorld(w);
  for (uint64_t i = 0; i < 100; ++i) RandomStep(w, i);
  EXPECT_EQ(FingerprintText(w.fingerprint()),
            "b869d501ead3882c7c7dcdd58332561c");
}

TEST(WorldModesTest, WithoutAJournalSlotsAreReusedAtOnce) {
  World w;
  w.set_journal(false);
  BuildSmallWorld(w);
  w.BeginStep(1);
  const TransactionId t = w.Create<TransactionRow>();
  w.Free(t);
  const TransactionId next = w.Create<TransactionRow>();
  EXPECT_EQ(t.any().slot(), next.any().slot());
  EXPECT_FALSE(w.Alive(t));
  EXPECT_TRUE(w.faults().empty());
  w.Get(t);
  EXPECT_EQ(w.faults().size(), 1u) << "stale ids are told apart all the same";
  w.Commit();
  EXPECT_EQ(w.depth(), 0u);
}

TEST_F(WorldTest, StepReportsWhatItChanged) {
  NodeId node;
  Step(1, [&] {
    node = AddNode(0x1000);
    w_.Edit(frame_).pc = 3;
    w_.Free(w_.Create<TransactionRow>());
  });
  ASSERT_EQ(w_.changed().size(), 2u);
  EXPECT_EQ(w_.changed()[0].id, node.any());
  EXPECT_TRUE(w_.changed()[0].created);
  EXPECT_EQ(w_.changed()[1].id, frame_.any());
  EXPECT_FALSE(w_.changed()[1].created || w_.changed()[1].freed);
}

TEST(WorldDeathTest, UndoWithoutAStepAborts) {
  World w;
  EXPECT_DEATH(w.Undo(), "Undo\\(\\) without a step");
}

TEST(WorldDeathTest, CutEncodingAborts) {
  World w;
  BuildSmallWorld(w);
  std::string bytes;
  w.Encode(&bytes);
  EXPECT_DEATH(w.Decode(absl::string_view(bytes).substr(0, bytes.size() - 1)),
               "cut short");
}

}  // namespace
}  // namespace bindery::sim
