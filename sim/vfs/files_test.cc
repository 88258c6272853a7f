#include "sim/vfs/files.h"

#include "gtest/gtest.h"

namespace bindery::sim {
namespace {

class FilesTest : public testing::Test {
 protected:
  FilesTest() {
    w_.BeginStep(1);
    process_ = w_.Create<ProcessRow>(1, 0);
    w_.Edit(process_).nofile = 3;
    file_ = w_.Create<FileRow>();
    w_.Edit(file_).count = 1;
  }

  World w_;
  ProcessId process_;
  FileId file_;
};

TEST_F(FilesTest, NumbersAreTheLowestThatAreFree) {
  EXPECT_EQ(GetUnusedFd(w_, process_, true), 0);
  EXPECT_EQ(GetUnusedFd(w_, process_, true), 1);
  PutUnusedFd(w_, process_, 0);
  EXPECT_EQ(GetUnusedFd(w_, process_, true), 0);
  EXPECT_EQ(GetUnusedFd(w_, process_, true), 2);
}

TEST_F(FilesTest, TheLimitCounts) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(GetUnusedFd(w_, process_, true), i);
  EXPECT_EQ(GetUnusedFd(w_, process_, true), -1);
}

TEST_F(FilesTest, AReservedNumberIsNotOpen) {
  GetUnusedFd(w_, process_, true);
  EXPECT_FALSE(FileOfFd(w_, process_, 0));
  EXPECT_FALSE(FGet(w_, process_, 0));
  EXPECT_FALSE(FileCloseFd(w_, process_, 0));
  FdInstall(w_, process_, 0, file_);
  EXPECT_EQ(FileOfFd(w_, process_, 0), file_);
}

TEST_F(FilesTest, InstallingTwiceIsABugOfTheKernel) {
  GetUnusedFd(w_, process_, true);
  FdInstall(w_, process_, 0, file_);
  EXPECT_TRUE(w_.faults().empty());
  FdInstall(w_, process_, 0, file_);
  EXPECT_FALSE(w_.faults().empty());
}

TEST_F(FilesTest, GivingBackAnOpenNumberIsABugOfTheKernel) {
  GetUnusedFd(w_, process_, true);
  FdInstall(w_, process_, 0, file_);
  PutUnusedFd(w_, process_, 0);
  EXPECT_FALSE(w_.faults().empty());
}

TEST_F(FilesTest, AFileLivesAsLongAsItIsHeld) {
  GetUnusedFd(w_, process_, false);
  FdInstall(w_, process_, 0, file_);
  EXPECT_EQ(FGet(w_, process_, 0), file_);
  EXPECT_EQ(FileCloseFd(w_, process_, 0), file_);
  EXPECT_FALSE(DropFile(w_, file_));
  EXPECT_TRUE(DropFile(w_, file_));
}

}  // namespace
}  // namespace bindery::sim
