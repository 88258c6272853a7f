#include "tools/conform/kernel/child.h"

#include <signal.h>
#include <sys/wait.h>

#include <string>
#include <thread>

#include "gtest/gtest.h"

namespace bindery::conform {
namespace {

ChildOptions Shell(const std::string& script) {
  ChildOptions options;
  options.arguments = {"/bin/sh", "-c", script};
  return options;
}

TEST(ChildTest, KeepsBothOutputsApart) {
  const auto result = RunChild(Shell("echo out; echo err >&2; exit 5"));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->output, "out\n");
  EXPECT_EQ(result->errors, "err\n");
  EXPECT_EQ(WEXITSTATUS(result->wait_status), 5);
  EXPECT_FALSE(result->fell_silent);
}

TEST(ChildTest, HasNothingToRead) {
  const auto result = RunChild(Shell("cat; echo end"));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->output, "end\n");
}

TEST(ChildTest, KeepsMoreThanAPipeHolds) {
  const auto result =
      RunChild(Shell("head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2"));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->output.size(), 300000u);
  EXPECT_EQ(result->errors.size(), 300000u);
}

TEST(ChildTest, EndsSilenceAndKeepsWhatWasSaid) {
  ChildOptions options = Shell("echo begun; sleep 1000 & sleep 1000");
  options.silence_limit = std::chrono::milliseconds(200);
  const auto result = RunChild(options);
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->fell_silent);
  EXPECT_EQ(result->output, "begun\n");
  EXPECT_EQ(WTERMSIG(result->wait_status), SIGKILL);
}

TEST(ChildTest, IsPatientWithWhoeverSpeaks) {
  ChildOptions options =
      Shell("for i in 1 2 3 4 5 6; do echo $i; sleep 0.2; done");
  options.silence_limit = std::chrono::milliseconds(900);
  const auto result = RunChild(options);
  ASSERT_TRUE(result.ok());
  EXPECT_FALSE(result->fell_silent);
}

TEST(ChildTest, ReplacesEnvironment) {
  ChildOptions options = Shell("echo $HOME");
  options.environment = {{"HOME", "/nowhere"}};
  const auto result = RunChild(options);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->output, "/nowhere\n");
}

TEST(ChildTest, StaysOnOneCpuWhenTold) {
  ChildOptions options;
  options.arguments = {"nproc"};
  for (int cpu : {0, 1, 1000}) {
    options.cpu = cpu;
    const auto result = RunChild(options);
    ASSERT_TRUE(result.ok());
    EXPECT_EQ(result->output, "1\n") << cpu;
  }
}

// Whoever starts them, and from which CPU.
TEST(ChildTest, NeighboursStayOnDifferentCpus) {
  const auto cpu_of = [](int cpu) {
    ChildOptions options = Shell("grep Cpus_allowed_list: /proc/self/status");
    options.cpu = cpu;
    const auto result = RunChild(options);
    return result.ok() ? result->output : "";
  };
  const int count = static_cast<int>(std::thread::hardware_concurrency());
  EXPECT_EQ(cpu_of(0), cpu_of(count));
  if (count > 1) EXPECT_NE(cpu_of(0), cpu_of(1));
}

TEST(ChildTest, SaysWhichProgramIsMissing) {
  ChildOptions options;
  options.arguments = {"no-such-program-here"};
  const auto result = RunChild(options);
  EXPECT_EQ(result.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(result.status().message().find("no-such-program-here"),
            absl::string_view::npos);
}

TEST(MemoryFileTest, IsReadByPath) {
  const auto file = MemoryFile::Create("content");
  ASSERT_TRUE(file.ok()) << file.status();
  ChildOptions options = Shell("cat " + file->path());
  options.kept_fds = {file->fd()};
  const auto result = RunChild(options);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->output, "content");
}

TEST(MemoryFileTest, IsNotThereUnlessKept) {
  const auto file = MemoryFile::Create("content");
  ASSERT_TRUE(file.ok());
  const auto result = RunChild(Shell("cat " + file->path() + " 2>/dev/null"));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->output, "");
}

}  // namespace
}  // namespace bindery::conform
