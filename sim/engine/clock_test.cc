#include "sim/engine/clock.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace bindery::sim {
namespace {

TEST(VirtualClock, NeverGoesBack) {
  VirtualClock clock;
  clock.Advance(10);
  clock.AdvanceTo(5);
  EXPECT_EQ(clock.now(), 10u);
  clock.AdvanceTo(12);
  EXPECT_EQ(clock.now(), 12u);
}

TEST(EventQueue, FiresByTimeThenByOrderOfSetting) {
  EventQueue<std::string> queue;
  queue.Add(20, "c");
  queue.Add(10, "a");
  queue.Add(20, "d");
  queue.Add(10, "b");
  queue.Add(30, "e");
  EXPECT_EQ(queue.NextTime(), 10u);
  std::string order;
  while (!queue.empty()) order += queue.Take();
  EXPECT_EQ(order, "abcde");
}

TEST(EventQueue, ManyTimersOfOneMomentKeepTheirOrder) {
  EventQueue<int> queue;
  for (int i = 0; i < 1000; ++i) queue.Add(7, i);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(queue.Take(), i);
}

TEST(CostTable, EveryKindOfChoiceCostsSomething) {
  const CostTable costs;
  EXPECT_EQ(costs.Of(MakeChoice(ChoiceKind::kTask, 1)), costs.task);
  EXPECT_EQ(costs.Of(MakeChoice(ChoiceKind::kWorker, 2)), costs.worker);
  EXPECT_EQ(costs.Of(MakeChoice(ChoiceKind::kKill, 3)), costs.environment);
}

}  // namespace
}  // namespace bindery::sim
