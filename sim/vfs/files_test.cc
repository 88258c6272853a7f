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

TEST_F(FilesTest, ADuplicateIsTheSameFile) {
  GetUnusedFd(w_, process_, true);
  FdInstall(w_, process_, 0, file_);
  EXPECT_EQ(DupFd(w_, process_, 0), 1);
  EXPECT_EQ(FileOfFd(w_, process_, 1), file_);
  EXPECT_EQ(w_.Get(file_).count, 2u);
  EXPECT_EQ(DupFd(w_, process_, 0), 2);
  EXPECT_EQ(DupFd(w_, process_, 0), -1);
  EXPECT_EQ(w_.Get(file_).count, 3u);
}

TEST_F(FilesTest, AChildHasWhatIsOpen) {
  GetUnusedFd(w_, process_, true);
  GetUnusedFd(w_, process_, true);
  FdInstall(w_, process_, 1, file_);
  const ProcessId child = w_.Create<ProcessRow>(2, 0);
  w_.Edit(child).nofile = 3;
  CopyFiles(w_, process_, child);
  EXPECT_EQ(FileOfFd(w_, child, 1), file_);
  EXPECT_EQ(w_.Get(file_).count, 2u);
  EXPECT_EQ(GetUnusedFd(w_, child, true), 0);
}

TEST_F(FilesTest, MessagesArriveInOrder) {
  const FileId other = w_.Create<FileRow>();
  EXPECT_FALSE(ReceiveFile(w_, process_));
  SendFile(w_, process_, file_);
  SendFile(w_, process_, other);
  SendFile(w_, process_, file_);
  EXPECT_EQ(ReceiveFile(w_, process_), file_);
  EXPECT_EQ(ReceiveFile(w_, process_), other);
  EXPECT_EQ(ReceiveFile(w_, process_), file_);
  EXPECT_FALSE(ReceiveFile(w_, process_));
}

}  // namespace
}  // namespace bindery::sim
