#include "tools/conform/kernel/kernel_spec.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace bindery::conform {
namespace {

std::string Write(const std::string& name, const std::string& bytes) {
  const std::string path = testing::TempDir() + "/" + name;
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

std::string BootImage() { return std::string(0x202, '\0') + "HdrS rest"; }

TEST(KernelSpecTest, FindsAUserModeKernelByVersion) {
  const std::string path = Write("linux-uml-9.1",
                                 "\x7f"
                                 "ELF rest");
  const auto spec = FindKernel("uml-9.1", testing::TempDir());
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->kind, MachineKind::kUserMode);
  EXPECT_EQ(spec->name, "uml-9.1");
  EXPECT_NE(spec->path.find("linux-uml-9.1"), std::string::npos);
}

TEST(KernelSpecTest, FindsABootImageByVersion) {
  Write("bzImage-9.1-rust", BootImage());
  const auto spec = FindKernel("9.1-rust", testing::TempDir());
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->kind, MachineKind::kQemu);
}

TEST(KernelSpecTest, TellsAPathByItsBytes) {
  const auto user = FindKernel(Write("k1",
                                     "\x7f"
                                     "ELF"),
                               "");
  const auto boot = FindKernel(Write("k2", BootImage()), "");
  ASSERT_TRUE(user.ok() && boot.ok());
  EXPECT_EQ(user->kind, MachineKind::kUserMode);
  EXPECT_EQ(boot->kind, MachineKind::kQemu);
}

TEST(KernelSpecTest, NeedsNoFileForTheKernelThatRuns) {
  const auto spec = FindKernel("this", "");
  ASSERT_TRUE(spec.ok());
  EXPECT_EQ(spec->kind, MachineKind::kThisKernel);
}

TEST(KernelSpecTest, LooksWhereTheyAreBuiltWhenNoFolderIsGiven) {
  setenv("XDG_CACHE_HOME", testing::TempDir().c_str(), 1);
  EXPECT_EQ(DefaultKernelFolder(), testing::TempDir() + "/bindery/kernels");
  std::filesystem::create_directories(DefaultKernelFolder());
  Write("bindery/kernels/bzImage-8.8", BootImage());
  const auto spec = FindKernel("8.8", "");
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->path, DefaultKernelFolder() + "/bzImage-8.8");
  unsetenv("XDG_CACHE_HOME");
  setenv("HOME", "/nobody", 1);
  EXPECT_EQ(DefaultKernelFolder(), "/nobody/.cache/bindery/kernels");
}

// A folder of its own with empty user-mode kernels.
std::string FolderWith(const std::string& name,
                       const std::vector<std::string>& files) {
  const std::string folder = testing::TempDir() + "/" + name;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  for (const std::string& file : files) {
    Write(name + "/" + file,
          "\x7f"
          "ELF");
  }
  return folder;
}

std::string DefaultOf(const std::string& folder) {
  const auto spec = FindKernel("", folder);
  return spec.ok() ? spec->name : std::string(spec.status().message());
}

TEST(KernelSpecTest, TakesTheNewestThatWatchesMemoryWhenNoneIsNamed) {
  const std::string folder = FolderWith(
      "watched", {"linux-uml-7.2", "linux-uml-6.1-kasan",
                  "linux-uml-6.12-kasan", "linux-uml-6.9-kasan",
                  "linux-uml-6.12-kasan.built", "bzImage-7.2-kasan"});
  EXPECT_EQ(DefaultOf(folder), "uml-6.12-kasan");
  EXPECT_EQ(FindKernel("", folder)->path, folder + "/linux-uml-6.12-kasan");
  EXPECT_EQ(FindKernel("", folder)->kind, MachineKind::kUserMode);
}

TEST(KernelSpecTest, TakesTheNewestPlainOneWhenNoneWatchesMemory) {
  EXPECT_EQ(DefaultOf(FolderWith("plain", {"linux-uml-6.9", "linux-uml-6.12",
                                           "linux-uml-7.2-gcov",
                                           "linux-uml-6.12.1", "bzImage-7.2"})),
            "uml-6.12.1");
}

TEST(KernelSpecTest, TakesNoPatchedKernelUnasked) {
  const std::string message = DefaultOf(
      FolderWith("patched", {"linux-uml-patched-kasan", "linux-uml-patched"}));
  EXPECT_NE(message.find("tools/kernel/build --variant=kasan"),
            std::string::npos)
      << message;
}

TEST(KernelSpecTest, SaysWhatToDoWhenThereIsNoFolder) {
  const auto spec = FindKernel("", testing::TempDir() + "/nowhere");
  EXPECT_EQ(spec.status().code(), absl::StatusCode::kNotFound);
}

TEST(KernelSpecTest, SaysHowToBuildWhatIsMissing) {
  const auto spec = FindKernel("uml-7.2", testing::TempDir());
  EXPECT_EQ(spec.status().code(), absl::StatusCode::kNotFound);
  EXPECT_NE(spec.status().message().find("tools/kernel/build"),
            absl::string_view::npos);
}

TEST(KernelSpecTest, SaysWhichFileIsMissing) {
  const auto spec = FindKernel("0.1", testing::TempDir());
  EXPECT_EQ(spec.status().code(), absl::StatusCode::kNotFound);
  EXPECT_NE(spec.status().message().find("bzImage-0.1"),
            absl::string_view::npos);
}

TEST(KernelSpecTest, RefusesWhatIsNoKernel) {
  EXPECT_EQ(FindKernel(Write("text", "hello"), "").status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FindKernel("7 2", "").status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace bindery::conform
