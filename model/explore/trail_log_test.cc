#include "model/explore/trail_log.h"

#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "model/explore/random.h"

namespace bindery::model {
namespace {

TEST(TrailLog, TheInitialStateHasTheEmptyPath) {
  EXPECT_TRUE(TrailLog().PathTo(0).empty());
}

TEST(TrailLog, FollowsParentsBackToTheInitialState) {
  TrailLog log;
  log.AddChild(4);  // state 1
  log.AddChild(7);  // state 2
  log.EndParent();  // of 0
  log.EndParent();  // of 1, which leads nowhere new
  log.AddChild(0);  // state 3, from 2
  EXPECT_EQ(log.PathTo(1), std::vector<uint32_t>({4}));
  EXPECT_EQ(log.PathTo(2), std::vector<uint32_t>({7}));
  EXPECT_EQ(log.PathTo(3), std::vector<uint32_t>({7, 0}));
}

TEST(TrailLog, KeepsPositionsOfAnySize) {
  TrailLog log;
  const std::vector<uint32_t> positions = {126, 127,   128,
                                           129, 16384, 0xfffffffe};
  for (const uint32_t position : positions) log.AddChild(position);
  for (size_t i = 0; i < positions.size(); ++i) {
    EXPECT_EQ(log.PathTo(i + 1), std::vector<uint32_t>({positions[i]}));
  }
}

// Against a plain table of parents, over many chunks.
TEST(TrailLog, AgreesWithATableOfParents) {
  struct Node {
    uint64_t parent;
    uint32_t position;
  };
  std::vector<Node> nodes = {{0, 0}};
  TrailLog log;
  Random random(5);
  for (uint64_t parent = 0; parent < 150'000; ++parent) {
    uint64_t children = random.Below(3);
    if (nodes.size() == parent + 1) children = 1;
    for (uint64_t i = 0; i < children; ++i) {
      const auto position = static_cast<uint32_t>(random.Below(300));
      log.AddChild(position);
      nodes.push_back({parent, position});
    }
    log.EndParent();
  }
  for (int i = 0; i < 5; ++i) {
    uint64_t state = random.Below(nodes.size());
    const std::vector<uint32_t> path = log.PathTo(state);
    for (size_t k = path.size(); k-- > 0; state = nodes[state].parent) {
      ASSERT_EQ(path[k], nodes[state].position);
    }
    ASSERT_EQ(state, 0u);
  }
  EXPECT_LT(log.bytes(), 4 * nodes.size());
}

}  // namespace
}  // namespace bindery::model
