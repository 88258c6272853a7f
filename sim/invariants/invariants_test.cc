// Invariants that no mutation of the driver breaks, broken by hand.
#include "sim/invariants/invariants.h"

#include <string>
#include <vector>

#include "base/bytes.h"
#include "gtest/gtest.h"
#include "sim/kernel/object.h"
#include "sim/kernel/uapi.h"

namespace bindery::sim {
namespace {

TEST(LayoutTest, E35TheDriverCountsABufferThatIsNotThere) {
  World w;
  w.BeginStep(1);
  const ProcId proc = w.Create<ProcRow>(1, 0);
  w.Commit();
  std::vector<BrokenInvariant> broken;
  Findings findings(&broken);
  CheckLayout(w, proc, &findings);
  EXPECT_FALSE(findings.broken());
  w.BeginStep(1);
  w.Edit(proc).allocated = 1;
  w.Commit();
  CheckLayout(w, proc, &findings);
  ASSERT_EQ(broken.size(), 1u);
  EXPECT_STREQ(broken[0].id, "E35");
}

// A buffer with two pieces of memory of 16 bytes, the second of which the first
// points to.
class MemoryTest : public testing::Test {
 protected:
  MemoryTest() {
    parent_.buffer = kExtra;
    parent_.length = 16;
    child_.flags = kBufferFlagHasParent;
    child_.buffer = kExtra + 16;
    child_.length = 16;
    child_.parent_offset = 8;
  }

  // What is broken in it.
  std::string Check() {
    w_.BeginStep(1);
    const BufferId id = w_.Create<BufferRow>();
    BufferRow& buffer = w_.Edit(id);
    std::string data, offsets, extra;
    AppendObject(parent_, &data);
    AppendObject(child_, &data);
    AppendNumber<uint64_t>(&offsets, 0);
    AppendNumber<uint64_t>(&offsets, 40);
    AppendNumber<uint64_t>(&extra, 0);
    AppendNumber<uint64_t>(&extra, pointer_);
    extra.resize(32);
    buffer.data = w_.blobs().Intern(data);
    buffer.offsets = w_.blobs().Intern(offsets);
    buffer.extra = w_.blobs().Intern(extra);
    buffer.data_size = data.size();
    buffer.offsets_size = offsets.size();
    buffer.extra_buffers_size = extra.size();
    buffer.objects = 2;
    buffer.proc = w_.Create<ProcRow>(1, 0);
    w_.Commit();
    std::vector<BrokenInvariant> broken;
    Findings findings(&broken);
    CheckBuffer(w_, id, &findings);
    return broken.empty() ? "" : broken[0].id + (": " + broken[0].detail);
  }

  static constexpr uint64_t kExtra = 80 + 16;
  World w_;
  BufferObject parent_;
  BufferObject child_;
  uint64_t pointer_ = kExtra + 16;
};

TEST_F(MemoryTest, E30Holds) { EXPECT_EQ(Check(), ""); }

TEST_F(MemoryTest, E30MemoryOverlaps) {
  child_.buffer = kExtra + 8;
  EXPECT_EQ(Check(), "E30: object 1: its memory overlaps an earlier one's");
}

TEST_F(MemoryTest, E30MemoryBehindTheEnd) {
  child_.length = 17;
  EXPECT_EQ(Check(), "E30: object 1: its memory is not in the buffer");
}

TEST_F(MemoryTest, E30TheSendersPointerIsLeft) {
  pointer_ = 0x2010000000;
  EXPECT_EQ(Check(), "E30: object 1: its parent does not point to it");
}

TEST_F(MemoryTest, E30ThePointerIsOutsideOfTheParent) {
  child_.parent_offset = 9;
  EXPECT_EQ(Check(),
            "E30: object 1: what is written for it is not in its parent");
}

class FileTest : public testing::Test {
 protected:
  FileTest() {
    w_.BeginStep(1);
    file_ = w_.Create<FileRow>(1, 0);
    w_.Edit(file_).count = 1;
    fd_ = w_.Create<FdRow>(1, 0);
    w_.Edit(fd_).file = file_;
    w_.Commit();
  }

  template <typename F>
  std::string After(F&& f) {
    w_.BeginStep(1);
    f();
    w_.Commit();
    std::vector<BrokenInvariant> broken;
    CheckChanged(w_, nullptr, &broken);
    return broken.empty() ? "" : broken[0].id;
  }

  World w_;
  FileId file_;
  FdId fd_;
};

TEST_F(FileTest, E43HeldOnceTooOften) {
  EXPECT_EQ(After([&] { w_.Edit(file_).count = 2; }), "E43");
}

TEST_F(FileTest, E43AFixupHoldsItToo) {
  EXPECT_EQ(After([&] {
              w_.Edit(w_.Create<FixupRow>()).file = file_;
              w_.Edit(file_).count = 2;
            }),
            "");
}

TEST_F(FileTest, E43ANumberIsReservedForNobody) {
  EXPECT_EQ(After([&] { w_.Edit(w_.Create<FdRow>(1, 1)).number = 1; }), "E43");
}

TEST_F(FileTest, E43APipeCountsItsEnds) {
  ContentsId pipe;
  const auto make = [&] {
    pipe = w_.Create<ContentsRow>();
    w_.Edit(pipe).is_pipe = 1;
    w_.Edit(pipe).readers = 1;
    w_.Edit(file_).contents = pipe;
    w_.Edit(file_).mode = kMayReadFile;
  };
  EXPECT_EQ(After(make), "");
  EXPECT_EQ(After([&] { w_.Edit(pipe).writers = 1; }), "E43");
  EXPECT_EQ(After([&] { w_.Edit(pipe).writers = 0; }), "");
  EXPECT_EQ(After([&] { w_.Edit(pipe).readers = 0; }), "E43");
}

// A security context in front of the end of its buffer.
TEST(SecurityContextTest, E31NotAtTheEnd) {
  for (const uint32_t place : {1u, 9u}) {
    World w;
    w.BeginStep(1);
    const BufferId id = w.Create<BufferRow>();
    const TransactionId t = w.Create<TransactionRow>();
    const NodeId node = w.Create<NodeRow>();
    w.Edit(node).flags = kFlatTxnSecurityCtx;
    w.Edit(t).buffer = id;
    w.Edit(t).security_ctx = place;
    BufferRow& buffer = w.Edit(id);
    buffer.transaction = t;
    buffer.target_node = node;
    buffer.proc = w.Create<ProcRow>(1, 0);
    buffer.extra = w.blobs().Intern(std::string("u:r:a\0\0\0u:r:b\0\0\0", 16));
    buffer.extra_buffers_size = 16;
    w.Commit();
    std::vector<BrokenInvariant> broken;
    Findings findings(&broken);
    CheckBuffer(w, id, &findings);
    EXPECT_EQ(broken.size(), place == 1 ? 1u : 0u);
  }
}

}  // namespace
}  // namespace bindery::sim
