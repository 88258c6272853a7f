// Applies every tidy rule to the source tree that this test was built from.

#include <cstdlib>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/tidy/rules.h"
#include "tests/tidy/source.h"

namespace bindery::tidy {

// What a failure shows of its parameter.
std::ostream& operator<<(std::ostream& out, const Rule& rule) {
  return out << rule.name;
}

namespace {

// Bazel links the runfile to the real WORKSPACE, which lies at the root.
std::string WorkspaceRoot() {
  const char* const runfiles = std::getenv("TEST_SRCDIR");
  const char* const workspace = std::getenv("TEST_WORKSPACE");
  if (runfiles == nullptr || workspace == nullptr) return ".";
  const std::filesystem::path link =
      std::filesystem::path(runfiles) / workspace / "WORKSPACE";
  return std::filesystem::canonical(link).parent_path().string();
}

const std::vector<SourceFile>& Tree() {
  static const std::vector<SourceFile>* const kTree =
      new std::vector<SourceFile>(LoadTree(WorkspaceRoot()));
  return *kTree;
}

// Without it, every rule would hold in an empty folder.
TEST(TidyTest, SeesTheSources) {
  const std::string here = "tests/tidy/tidy_test.cc";
  bool seen = false;
  for (const SourceFile& file : Tree()) seen = seen || file.path == here;
  EXPECT_TRUE(seen) << WorkspaceRoot();
}

class TreeTest : public testing::TestWithParam<Rule> {};

TEST_P(TreeTest, HoldsInEveryFile) {
  for (const SourceFile& file : Tree()) {
    for (const Finding& finding : GetParam().check(file)) {
      ADD_FAILURE() << file.path << ":" << finding.line << ": "
                    << finding.message;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Rules, TreeTest, testing::ValuesIn(AllRules()),
                         [](const testing::TestParamInfo<Rule>& info) {
                           return info.param.name;
                         });

}  // namespace
}  // namespace bindery::tidy
