#include "adapter/explain.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "adapter/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model/counterexample/shrink.h"
#include "model/explore/explore.h"
#include "sim/engine/run.h"

namespace bindery {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// What the smallest counterexample of a scenario rests on.
std::string ExplanationOf(const std::string& file, const std::string& property,
                          sim::Granularity granularity) {
  sim::SimulationOptions options;
  options.granularity = granularity;
  const Explorable explorable(ReadFile(file), {}, options);
  const auto model = explorable.Start();
  const model::ExploreResult found =
      model::Explore(*model, model::Strategy::kDepthFirst, {});
  EXPECT_EQ(found.findings.size(), 1u);
  if (found.findings.empty()) return "";
  EXPECT_EQ(found.findings[0].property, property);
  model::Shrinker<BinderModel> shrinker(*model, property);
  std::vector<uint64_t> values;
  for (const model::Choice c : shrinker.Run(found.findings[0].choices)) {
    values.push_back(c.value);
  }
  const auto again = explorable.Start();
  sim::ReplayScheduler scheduler(std::move(values));
  proto::Trace trace;
  sim::RunOptions run;
  run.trace = &trace;
  sim::Run(again->simulation(), scheduler, run);
  EXPECT_EQ(trace.end().property(), property);
  const std::string before = model->CanonicalText();
  const std::string text = absl::StrJoin(Explain(*model, trace), "\n");
  EXPECT_EQ(model->CanonicalText(), before);
  return text;
}

// Finding 0001: the manager dies between the look-up of its node and the
// reference on it.
TEST(ExplainTest, NamesThePlaceTheLockAndWhatChanges) {
  const std::string text =
      ExplanationOf("scenarios/findings/dead_node_leak.textproto", "E15",
                    sim::Granularity::kLock);
  EXPECT_THAT(text, HasSubstr("client.main is interrupted in "
                              "binder_transaction"));
  EXPECT_THAT(text, HasSubstr("context_mgr_node_lock"));
  EXPECT_THAT(text, HasSubstr("kworker changes local_strong_refs of node "
                              "server:0x0 from 2 to 0"));
  EXPECT_THAT(text, HasSubstr("client.main goes on at step"));
  EXPECT_THAT(text, Not(HasSubstr("Nobody is interrupted")));
}

TEST(ExplainTest, SaysSoIfTheOrderOfCommandsIsEnough) {
  const std::string text =
      ExplanationOf("scenarios/findings/orphaned_reply.textproto", "E39",
                    sim::Granularity::kCommand);
  EXPECT_THAT(text, HasSubstr("Nobody is interrupted inside of a command"));
  EXPECT_THAT(text, HasSubstr("client.main (step"));
}

}  // namespace
}  // namespace bindery
