// Pages come, go on the list and are taken away as the driver does it. The
// first two tests are those of the kernel's binder_alloc_kunit beside the
// exhaustive one.
#include "sim/kernel/pages.h"

#include <string>

#include "gtest/gtest.h"
#include "sim/kernel/alloc.h"
#include "sim/kernel/op.h"

namespace bindery::sim {
namespace {

constexpr uint64_t kMapping = 128u << 10;

class PagesTest : public testing::Test {
 protected:
  PagesTest()
      : driver_(*Driver::Create("c-7.2")), kernel_(driver_, w_), op_(kernel_) {
    w_.set_journal(false);
    w_.set_exact_addresses(true);
    kernel_.set_memory(&memory_);
    w_.Create<GlobalRow>(1, 0);
    process_ = w_.Create<ProcessRow>(1, 0);
    proc_ = Map(1);
    pages_ = memory_.Find(proc_);
  }

  ProcId Map(uint64_t key) {
    const ProcId proc = w_.Create<ProcRow>(key, 0);
    w_.Edit(proc).process = process_;
    AllocMap(op_, proc, kMapping);
    return proc;
  }
  BufferId Reserve(uint64_t size) {
    return AllocNewBuf(op_, proc_, size, false, process_);
  }
  BufferId Allocate(uint64_t size) {
    const BufferId buffer = Reserve(size);
    EXPECT_TRUE(AllocInstallPages(op_, buffer));
    return buffer;
  }

  // The first pages: - for absent, u for in use, l for on the list.
  std::string States(size_t count) const {
    std::string text;
    for (size_t i = 0; i < count; ++i) {
      text += "-ul"[static_cast<int>(pages_->state(i))];
    }
    return text;
  }

  Memory memory_;
  World w_;
  Driver driver_;
  Kernel kernel_;
  Op op_;
  ProcessId process_;
  ProcId proc_;
  Pages* pages_ = nullptr;
};

TEST_F(PagesTest, AMappingUsesTheListThatItWasGiven) {
  PageList list;
  Pages pages(proc_, kMapping, list);
  EXPECT_EQ(&pages.list(), &list);
  EXPECT_TRUE(pages.Install(0, kPageSize, [] { return true; }));
  EXPECT_TRUE(pages.Free({0, kPageSize, 0, kPageSize}));
  EXPECT_EQ(list.count(), 1u);
  EXPECT_EQ(memory_.free_pages(), 0u);
}

TEST_F(PagesTest, ANewMappingIsOneFreeChunkWithoutPages) {
  const ProcRow& proc = w_.Get(proc_);
  EXPECT_EQ(proc.mapped, 1);
  EXPECT_EQ(proc.buffer_size, kMapping);
  EXPECT_EQ(proc.allocated, 0u);
  ASSERT_TRUE(proc.free_buffers);
  const ChunkId chunk = proc.free_buffers;
  EXPECT_EQ(w_.Get(chunk).size, kMapping);
  EXPECT_EQ(proc.buffers.first, chunk.any());
  EXPECT_FALSE(w_.Next(Head::kBuffers, chunk.any()));
  EXPECT_EQ(pages_->size(), kMapping / kPageSize);
  EXPECT_EQ(States(32), std::string(32, '-'));
}

TEST_F(PagesTest, ABufferThatIsOnlyReservedHasNoPages) {
  const BufferId buffer = Reserve(2 * kPageSize);
  EXPECT_EQ(States(3), "---");
  EXPECT_EQ(pages_->high(), 2u);
  AllocFreeBuf(op_, buffer);
  EXPECT_EQ(States(3), "---");
  EXPECT_EQ(memory_.free_pages(), 0u);
}

TEST_F(PagesTest, ASharedPageStaysUntilItsLastBufferGoes) {
  const BufferId first = Allocate(kPageSize / 2);
  const BufferId second = Allocate(kPageSize);
  EXPECT_EQ(States(3), "uu-");
  AllocFreeBuf(op_, first);
  EXPECT_EQ(States(3), "uu-");
  AllocFreeBuf(op_, second);
  EXPECT_EQ(States(3), "ll-");
  EXPECT_TRUE(w_.faults().empty());
}

TEST_F(PagesTest, AHoleSharesItsLastPageWithTheBufferBehind) {
  Allocate(kPageSize);
  const BufferId hole = Allocate(kPageSize * 3 / 2);
  Allocate(kPageSize);
  AllocFreeBuf(op_, hole);
  EXPECT_EQ(States(5), "uluu-");
  Allocate(kPageSize * 3 / 2);
  EXPECT_EQ(States(5), "uuuu-");
  EXPECT_TRUE(w_.faults().empty());
}

// It installs the page that it shares with one that has none yet.
TEST_F(PagesTest, ABufferDoesNotRelyOnTheOneBefore) {
  Reserve(kPageSize / 2);
  Allocate(kPageSize / 4);
  EXPECT_EQ(States(2), "u-");
}

TEST_F(PagesTest, TheShrinkerTakesThePageThatWasFreedFirst) {
  const BufferId first = Allocate(kPageSize);
  const BufferId second = Allocate(kPageSize);
  Allocate(kPageSize);
  AllocFreeBuf(op_, second);
  AllocFreeBuf(op_, first);
  EXPECT_EQ(States(4), "llu-");
  EXPECT_EQ(memory_.Shrink(w_, 1), 1u);
  EXPECT_EQ(States(4), "l-u-");
  EXPECT_EQ(memory_.Shrink(w_, 10), 1u);
  EXPECT_EQ(States(4), "--u-");
}

TEST_F(PagesTest, PagesOfADeadProcessStayUntilItsRelease) {
  AllocFreeBuf(op_, Allocate(3 * kPageSize));
  const BufferId left = Allocate(kPageSize);
  w_.Edit(process_).dead = 1;
  EXPECT_EQ(memory_.Shrink(w_, 10), 0u);
  EXPECT_EQ(memory_.free_pages(), 2u);
  AllocRelease(op_, proc_);
  EXPECT_FALSE(w_.Alive(left));
  EXPECT_EQ(memory_.free_pages(), 0u);
  EXPECT_EQ(memory_.Find(proc_), nullptr);
}

TEST_F(PagesTest, MappingsShareOneList) {
  AllocFreeBuf(op_, Allocate(kPageSize));
  proc_ = Map(2);
  AllocFreeBuf(op_, Allocate(2 * kPageSize));
  EXPECT_EQ(memory_.free_pages(), 3u);
  EXPECT_EQ(memory_.Shrink(w_, 3), 3u);
  EXPECT_EQ(States(1), "-");
  pages_ = memory_.Find(proc_);
  EXPECT_EQ(States(2), "--");
}

TEST_F(PagesTest, AddingOrRemovingTwiceIsRefused) {
  PageList list;
  Page page;
  EXPECT_FALSE(list.Remove(page));
  EXPECT_TRUE(list.Add(page));
  EXPECT_FALSE(list.Add(page));
  EXPECT_EQ(list.count(), 1u);
  EXPECT_TRUE(list.Remove(page));
  EXPECT_EQ(list.count(), 0u);
}

// The driver would say WARN_ON(!on_lru).
TEST_F(PagesTest, AReservedPageThatIsNotOnTheListIsAWarning) {
  EXPECT_TRUE(pages_->Install(0, kPageSize, [] { return true; }));
  Reserve(kPageSize);
  ASSERT_EQ(w_.faults().size(), 1u);
  EXPECT_EQ(w_.faults().front().kind, Fault::Kind::kWarning);
}

}  // namespace
}  // namespace bindery::sim
