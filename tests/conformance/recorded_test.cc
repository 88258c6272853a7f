// The model does what real kernels did, step by step; and would not go
// unnoticed if it did anything else.
#include "tools/conform/recorded.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "adapter/testing.h"
#include "gtest/gtest.h"
#include "sim/io/scenario_loader.h"
#include "sim/kernel/mutation.h"
#include "tools/conform/lockstep.h"

namespace bindery::conform {
namespace {

constexpr char kFolder[] = "tests/conformance";
constexpr const char* kSuites[] = {"scenarios/tutorial",
                                   "scenarios/peers/aosp_driver_interface",
                                   "scenarios/regressions",
                                   "scenarios/signals",
                                   "scenarios/conformance",
                                   "scenarios/findings",
                                   "scenarios/workload",
                                   "scenarios/errors",
                                   "scenarios/objects",
                                   "scenarios/faults",
                                   "scenarios/races",
                                   "scenarios/parcels",
                                   "scenarios/ioctls",
                                   "scenarios/spam",
                                   "scenarios/priority",
                                   "scenarios/security",
                                   "scenarios/freezer",
                                   "scenarios/peers/aosp_binder_lib",
                                   "scenarios/memory",
                                   "scenarios/peers/aosp_rpc",
                                   "scenarios/peers/aosp_ndk",
                                   "scenarios/peers/aosp_rust",
                                   "scenarios/peers/aosp_binder_units",
                                   "scenarios/peers/rsbinder",
                                   "scenarios/polling",
                                   "scenarios/sharing",
                                   "scenarios/profiles",
                                   "scenarios/binderfs",
                                   "scenarios/peers/selinux_testsuite"};

// Not kept: 40 MB of payload. In small it is in the same folder.
constexpr char kTooLarge[] =
    "scenarios/peers/aosp_binder_lib/gargantuan_vector_sent.textproto";

// Kernels with a security module, which scenarios with a policy need, have been
// asked of 6.1 and 7.2; the SELinux project's own cases of 7.2.
bool IsRecorded(const sim::CompiledScenario& scenario,
                const std::string& version) {
  // No kernel with sockets has been asked, and one with bpf.
  for (const sim::Instruction& instruction : scenario.code) {
    if (instruction.op == sim::OpCode::kSendFd) return false;
    if (instruction.op == sim::OpCode::kBpf) return version == "7.2";
  }
  if (absl::StrContains(scenario.filename, "selinux_testsuite")) {
    return version == "7.2";
  }
  return !scenario.policy || version != "6.12";
}

struct Case {
  std::string text;
  sim::LoadedScenario scenario;
};

const std::vector<Case>& Cases() {
  static const auto* const cases = [] {
    auto* all = new std::vector<Case>;
    for (const char* suite : kSuites) {
      for (const std::string& path : ScenariosIn(suite)) {
        if (path == kTooLarge) continue;
        const std::string text = ReadFile(path);
        all->push_back({text, *sim::LoadScenario(text, path)});
      }
    }
    return all;
  }();
  return *cases;
}

// Whether the driver, run in the model, does what the kernel did.
Verdict Compare(const Case& one, const sim::Driver& driver,
                const std::string& version) {
  const std::string& name = one.scenario.compiled.name;
  const std::string path = TranscriptPath(kFolder, version, name);
  const auto run = RunLockstep(one.scenario.compiled, driver, nullptr);
  if (!run.ok()) {
    return {false, 0, std::string(run.status().message()), 0, ""};
  }
  return JudgeRecorded(*run, one.text, path, ReadFile(path));
}

class RecordedTest : public testing::TestWithParam<std::string> {};

TEST_P(RecordedTest, TheModelDoesWhatTheKernelDid) {
  const sim::Driver driver = *sim::Driver::Create(sim::ProfileOf(GetParam()));
  size_t steps = 0;
  for (const Case& one : Cases()) {
    if (!IsRecorded(one.scenario.compiled, GetParam())) continue;
    if (sim::IsOlder(GetParam(), one.scenario.proto.since())) continue;
    const Verdict verdict = Compare(one, driver, GetParam());
    EXPECT_TRUE(verdict.same) << one.scenario.compiled.name << "\n"
                              << verdict.explanation;
    steps += verdict.steps;
  }
  EXPECT_GT(steps, 500u);
}

INSTANTIATE_TEST_SUITE_P(Kernels, RecordedTest,
                         testing::Values("6.1", "6.12", "7.2"),
                         [](const testing::TestParamInfo<std::string>& info) {
                           std::string name = info.param;
                           name.replace(name.find('.'), 1, "_");
                           return "c_" + name;
                         });

bool Notices(const sim::Driver& driver) {
  for (const Case& one : Cases()) {
    if (!IsRecorded(one.scenario.compiled, "7.2")) continue;
    if (!Compare(one, driver, "7.2").same) return true;
  }
  return false;
}

// Most of the others differ between locks only, which lock-step cannot show.
TEST(RecordedMutationsTest, ManyMutationsAreNoticed) {
  size_t noticed = 0;
  const auto mutations = sim::ListMutations("c-7.2");
  ASSERT_TRUE(mutations.ok());
  for (const sim::Mutation& mutation : *mutations) {
    const auto driver =
        sim::Driver::Create("c-7.2", std::vector<std::string>{mutation.id});
    ASSERT_TRUE(driver.ok()) << mutation.id;
    noticed += Notices(*driver) ? 1 : 0;
  }
  RecordProperty("noticed", static_cast<int>(noticed));
  std::printf("%zu mutations noticed\n", noticed);
  EXPECT_GE(noticed, 60u);
}

TEST(RecordedFilesTest, ATranscriptOfAnotherTextIsStale) {
  const Case& one = Cases().front();
  const sim::Driver driver = *sim::Driver::Create("c-7.2");
  const auto run = RunLockstep(one.scenario.compiled, driver, nullptr);
  const std::string path =
      TranscriptPath(kFolder, "7.2", one.scenario.compiled.name);
  const Verdict verdict =
      JudgeRecorded(*run, one.text + "# changed\n", path, ReadFile(path));
  EXPECT_FALSE(verdict.same);
  EXPECT_NE(verdict.explanation.find("another text"), std::string::npos);
}

}  // namespace
}  // namespace bindery::conform
