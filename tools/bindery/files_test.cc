#include "tools/bindery/files.h"

#include <filesystem>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace bindery::tools {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ScenarioFilesTest : public testing::Test {
 protected:
  ScenarioFilesTest() : folder_(testing::TempDir() + "/scenario_files") {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ + "/b/empty");
  }
  void Add(const std::string& name) {
    ASSERT_TRUE(WriteFile(folder_ + "/" + name, "x").ok());
  }
  const std::string folder_;
};

TEST_F(ScenarioFilesTest, DotsStandForEveryScenarioBelowInOrder) {
  Add("b/2.textproto");
  Add("b/1.textproto");
  Add("a.textproto");
  Add("b/golden_counts.txt");
  const auto paths = ScenarioFiles({"first.textproto", folder_ + "/..."});
  ASSERT_TRUE(paths.ok()) << paths.status();
  EXPECT_THAT(*paths, ElementsAre("first.textproto", folder_ + "/a.textproto",
                                  folder_ + "/b/1.textproto",
                                  folder_ + "/b/2.textproto"));
}

TEST_F(ScenarioFilesTest, NothingBelowIsAnError) {
  const auto paths = ScenarioFiles({folder_ + "/b/empty/..."});
  EXPECT_THAT(std::string(paths.status().message()),
              HasSubstr("empty: there is no .textproto file below"));
}

TEST_F(ScenarioFilesTest, NoFolderIsAnError) {
  const auto paths = ScenarioFiles({folder_ + "/c/..."});
  EXPECT_THAT(std::string(paths.status().message()),
              HasSubstr("/c: No such file"));
}

}  // namespace
}  // namespace bindery::tools
