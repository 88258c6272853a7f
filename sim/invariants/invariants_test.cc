// Invariants that no mutation of the driver breaks, broken by hand.
#include "sim/invariants/invariants.h"

#include <vector>

#include "gtest/gtest.h"

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

}  // namespace
}  // namespace bindery::sim
