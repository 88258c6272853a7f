// The tree of free chunks keeps its invariants and finds the best fit.
#include "sim/kernel/chunk_tree.h"

#include <algorithm>
#include <vector>

#include "gtest/gtest.h"

namespace bindery::sim {
namespace {

class ChunkTreeTest : public testing::Test {
 protected:
  ChunkTreeTest() {
    w_.set_journal(false);
    proc_ = w_.Create<ProcRow>(1, 0);
  }

  ChunkId Add(uint64_t size) {
    const ChunkId chunk = w_.Create<ChunkRow>(2, 0);
    w_.Edit(chunk).size = size;
    InsertChunk(w_, proc_, chunk);
    return chunk;
  }

  // The chunks from left to right.
  void Walk(ChunkId n, std::vector<ChunkId>* chunks) const {
    if (!n) return;
    Walk(w_.Get(n).left, chunks);
    chunks->push_back(n);
    Walk(w_.Get(n).right, chunks);
  }

  // The first of a sorted list of chunks that is not smaller.
  std::vector<ChunkId>::iterator LowerBound(std::vector<ChunkId>& sorted,
                                            uint64_t size) const {
    return std::find_if(sorted.begin(), sorted.end(), [&](ChunkId chunk) {
      return w_.Get(chunk).size >= size;
    });
  }

  // A fixed sequence of numbers that looks random.
  uint64_t Next() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return state_ >> 33;
  }

  World w_;
  ProcId proc_;
  uint64_t state_ = 1;
};

TEST_F(ChunkTreeTest, KeepsItsInvariantsOverRandomChanges) {
  std::vector<ChunkId> chunks;
  for (int i = 0; i < 3000; ++i) {
    if (chunks.empty() || Next() % 3 != 0) {
      chunks.push_back(Add(8 * (1 + Next() % 20)));
    } else {
      const size_t victim = Next() % chunks.size();
      EraseChunk(w_, proc_, chunks[victim]);
      w_.Free(chunks[victim]);
      chunks.erase(chunks.begin() + static_cast<ptrdiff_t>(victim));
    }
    ASSERT_TRUE(CheckTree(w_, proc_)) << "after change " << i;
  }
}

// A sorted list knows which chunks the tree holds, in which order, and which
// of them is the best fit, but for which of several exact ones.
TEST_F(ChunkTreeTest, AgreesWithASortedList) {
  std::vector<ChunkId> sorted;
  for (int i = 0; i < 20000; ++i) {
    const bool grow = (i / 100) % 2 == 0 ? Next() % 4 != 0 : Next() % 4 == 0;
    if (sorted.empty() || grow) {
      const uint64_t size = 8 * (1 + Next() % 30);
      sorted.insert(LowerBound(sorted, size + 1), Add(size));
    } else {
      const size_t victim = Next() % sorted.size();
      EraseChunk(w_, proc_, sorted[victim]);
      w_.Free(sorted[victim]);
      sorted.erase(sorted.begin() + static_cast<ptrdiff_t>(victim));
    }
    std::vector<ChunkId> walked;
    Walk(w_.Get(proc_).free_buffers, &walked);
    ASSERT_EQ(walked, sorted) << "after change " << i;
    ASSERT_TRUE(CheckTree(w_, proc_)) << "after change " << i;
    const uint64_t wanted = 8 * (1 + Next() % 31);
    const ChunkId found = BestFit(w_, proc_, wanted);
    const auto best = LowerBound(sorted, wanted);
    ASSERT_EQ(bool(found), best != sorted.end()) << "after change " << i;
    if (!found) continue;
    ASSERT_EQ(w_.Get(found).size, w_.Get(*best).size) << "after change " << i;
    if (w_.Get(found).size != wanted) {
      ASSERT_EQ(found, *best) << "after change " << i;
    }
  }
}

TEST_F(ChunkTreeTest, FindsTheSmallestThatFits) {
  std::vector<uint64_t> sizes;
  for (int i = 0; i < 200; ++i) {
    sizes.push_back(8 * (1 + Next() % 500));
    Add(sizes.back());
  }
  for (uint64_t wanted = 8; wanted <= 4100; wanted += 8) {
    uint64_t best = 0;
    for (const uint64_t size : sizes) {
      if (size >= wanted && (best == 0 || size < best)) best = size;
    }
    const ChunkId found = BestFit(w_, proc_, wanted);
    EXPECT_EQ(found ? w_.Get(found).size : 0, best) << "for " << wanted;
  }
}

TEST_F(ChunkTreeTest, TakesTheFirstExactMatchOnTheWayDown) {
  const ChunkId first = Add(64);
  const ChunkId second = Add(64);
  const ChunkId third = Add(64);
  // Three equal sizes: the second became the root when the tree was balanced.
  EXPECT_EQ(w_.Get(proc_).free_buffers, second);
  EXPECT_EQ(BestFit(w_, proc_, 64), second);
  // Nothing equal: the left-most of the larger ones.
  EXPECT_EQ(BestFit(w_, proc_, 56), first);
  (void)third;
}

TEST_F(ChunkTreeTest, NoticesABrokenTree) {
  Add(64);
  const ChunkId large = Add(128);
  ASSERT_TRUE(CheckTree(w_, proc_));
  w_.Edit(large).size = 8;
  EXPECT_FALSE(CheckTree(w_, proc_));
}

TEST_F(ChunkTreeTest, AnEmptyTreeFitsNothing) {
  EXPECT_FALSE(BestFit(w_, proc_, 8));
  EXPECT_TRUE(CheckTree(w_, proc_));
}

}  // namespace
}  // namespace bindery::sim
