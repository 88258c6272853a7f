// The scenario files of the tree: they load, they pass, and they notice.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/io/scenario_loader.h"
#include "sim/user/test_run.h"

namespace bindery::sim {
namespace {

using ::testing::IsEmpty;

std::string Contents(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> FilesUnder(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".textproto") {
      files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

CompiledScenario Load(const std::string& file) {
  auto loaded = LoadScenario(Contents(file), file);
  EXPECT_TRUE(loaded.ok()) << loaded.status();
  return loaded.ok() ? std::move(loaded->compiled) : CompiledScenario{};
}

// True if the scenario runs to its end as its programs expect.
bool Passes(const CompiledScenario& scenario) {
  TestRun run(scenario);
  return run.Run() && run.problems().empty() && run.Done();
}

TEST(ScenarioFilesTest, AllPassAsWritten) {
  const std::vector<std::string> files = FilesUnder("scenarios");
  EXPECT_GE(files.size(), 23u);
  for (const std::string& file : files) {
    const CompiledScenario scenario = Load(file);
    TestRun run(scenario);
    EXPECT_TRUE(run.Run()) << file;
    EXPECT_THAT(run.problems(), IsEmpty()) << file;
    EXPECT_EQ(run.Unfinished(), "") << file;
    EXPECT_FALSE(scenario.description.empty()) << file;
    EXPECT_FALSE(scenario.source.empty()) << file;
  }
}

TEST(ScenarioFilesTest, AllPassUnderRandomSchedules) {
  for (const std::string& file : FilesUnder("scenarios")) {
    const CompiledScenario scenario = Load(file);
    for (uint64_t seed = 1; seed <= 50; ++seed) {
      TestRun run(scenario, seed);
      EXPECT_TRUE(run.Run()) << file;
      EXPECT_THAT(run.problems(), IsEmpty()) << file << " seed " << seed;
      EXPECT_EQ(run.Unfinished(), "") << file << " seed " << seed;
    }
  }
}

// Every way to make one expectation of `scenario` wrong.
std::vector<CompiledScenario> WrongVersions(const CompiledScenario& scenario) {
  std::vector<CompiledScenario> wrong;
  const auto change = [&](auto edit) {
    wrong.push_back(scenario);
    edit(wrong.back());
  };
  for (size_t i = 0; i < scenario.outcomes.size(); ++i) {
    const ExpectedOutcome& outcome = scenario.outcomes[i];
    const auto field = [&](bool has, auto edit) {
      if (has) change([&](CompiledScenario& s) { edit(s.outcomes[i]); });
    };
    field(outcome.has_ret, [](ExpectedOutcome& o) {
      if (o.error != 0)
        o.error = o.error == -1 ? -4 : -1;
      else
        o.ret = o.ret == -1 ? 0 : o.ret + 1;
    });
    field(outcome.has_write_consumed,
          [](ExpectedOutcome& o) { o.write_consumed += 4; });
    field(outcome.has_read_consumed,
          [](ExpectedOutcome& o) { o.read_consumed += 4; });
    field(outcome.has_value, [](ExpectedOutcome& o) { ++o.value; });
    field(outcome.has_text, [](ExpectedOutcome& o) { o.text[0] ^= 1; });
    field(outcome.has_i32, [](ExpectedOutcome& o) { ++o.i32; });
    field(outcome.has_returns && outcome.returns.count != 0,
          [](ExpectedOutcome& o) { --o.returns.count; });
  }
  for (size_t i = 0; i < scenario.expected_returns.size(); ++i) {
    const ExpectedReturn& word = scenario.expected_returns[i];
    const auto field = [&](bool has, auto edit) {
      if (has) {
        change([&](CompiledScenario& s) { edit(s.expected_returns[i]); });
      }
    };
    field(true, [](ExpectedReturn& r) { r.br = r.br == 12 ? 6 : 12; });
    field(word.has_ptr, [](ExpectedReturn& r) { ++r.ptr; });
    field(word.has_cookie, [](ExpectedReturn& r) { ++r.cookie; });
    field(word.has_code, [](ExpectedReturn& r) { ++r.code; });
    field(word.has_flags, [](ExpectedReturn& r) { ++r.flags; });
    field(word.has_data_size, [](ExpectedReturn& r) { ++r.data_size; });
    field(word.has_offsets_size, [](ExpectedReturn& r) { ++r.offsets_size; });
    field(word.has_sender, [](ExpectedReturn& r) { r.sender ^= 1; });
  }
  return wrong;
}

// The cases claim exact outcomes; so a wrong one must not pass.
TEST(ScenarioFilesTest, DriverInterfaceCasesNoticeEveryWrongExpectation) {
  const std::vector<std::string> files =
      FilesUnder("scenarios/peers/aosp_driver_interface");
  EXPECT_EQ(files.size(), 17u);
  for (const std::string& file : files) {
    const CompiledScenario scenario = Load(file);
    const std::vector<CompiledScenario> wrong = WrongVersions(scenario);
    EXPECT_FALSE(wrong.empty()) << file;
    for (size_t i = 0; i < wrong.size(); ++i) {
      EXPECT_FALSE(Passes(wrong[i])) << file << ", change " << i;
    }
  }
}

// Every ```textproto block of the language's page is a scenario that passes.
TEST(ScenarioFilesTest, ExamplesOfTheDocumentationPass) {
  const std::string page = Contents("docs/scenario.md");
  const std::string fence = "```textproto\n";
  int examples = 0;
  for (size_t at = page.find(fence); at != std::string::npos;
       at = page.find(fence, at)) {
    at += fence.size();
    const size_t end = page.find("\n```", at);
    ASSERT_NE(end, std::string::npos);
    const std::string text = page.substr(at, end - at);
    const auto loaded = LoadScenario(text, "docs/scenario.md");
    ASSERT_TRUE(loaded.ok()) << loaded.status() << "\n" << text;
    EXPECT_TRUE(Passes(loaded->compiled)) << text;
    ++examples;
  }
  EXPECT_GE(examples, 6);
}

}  // namespace
}  // namespace bindery::sim
