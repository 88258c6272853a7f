#include "sim/vfs/contents.h"

#include <string>

#include "gtest/gtest.h"

namespace bindery::sim {
namespace {

class ContentsTest : public testing::Test {
 protected:
  ContentsTest() { w_.BeginStep(1); }

  FileId Open(ContentsId contents, uint8_t mode) {
    const FileId file = w_.Create<FileRow>();
    OpenContents(w_, file, contents, mode);
    return file;
  }
  void Close(FileId file) {
    CloseContents(w_, file);
    w_.Free(file);
  }
  std::string Read(FileId file, uint64_t size) {
    std::string bytes;
    EXPECT_EQ(ReadContents(w_, file, size, &bytes), Transfer::kDone);
    return bytes;
  }
  Transfer TryRead(FileId file) {
    std::string bytes;
    return ReadContents(w_, file, 1, &bytes);
  }

  World w_;
};

TEST_F(ContentsTest, APipeIsReadInTheOrderInWhichItWasWritten) {
  const ContentsId pipe = NewContents(w_, true);
  const FileId in = Open(pipe, kMayReadFile);
  const FileId out = Open(pipe, kMayWriteFile);
  EXPECT_EQ(TryRead(in), Transfer::kNothingThere);
  EXPECT_EQ(WriteContents(w_, out, "ab"), Transfer::kDone);
  EXPECT_EQ(WriteContents(w_, out, "cd"), Transfer::kDone);
  EXPECT_EQ(Read(in, 3), "abc");
  EXPECT_EQ(Read(in, 3), "d");
  EXPECT_EQ(TryRead(in), Transfer::kNothingThere);
}

TEST_F(ContentsTest, APipeEndsWithItsLastWriter) {
  const ContentsId pipe = NewContents(w_, true);
  const FileId in = Open(pipe, kMayReadFile);
  const FileId out = Open(pipe, kMayWriteFile);
  EXPECT_EQ(WriteContents(w_, out, "x"), Transfer::kDone);
  Close(out);
  EXPECT_EQ(Read(in, 9), "x");
  EXPECT_EQ(Read(in, 9), "");
  Close(in);
  int left = 0;
  w_.ForEach<ContentsRow>([&](ContentsId, const ContentsRow&) { ++left; });
  EXPECT_EQ(left, 0);
}

TEST_F(ContentsTest, NobodyWritesToAPipeThatNobodyReads) {
  const ContentsId pipe = NewContents(w_, true);
  const FileId in = Open(pipe, kMayReadFile);
  const FileId out = Open(pipe, kMayWriteFile);
  Close(in);
  EXPECT_EQ(WriteContents(w_, out, "x"), Transfer::kNoReader);
  EXPECT_EQ(WriteContents(w_, out, ""), Transfer::kDone);
}

TEST_F(ContentsTest, APipeOfWhichTheModelDoesNotKnowWhetherItIsFull) {
  const ContentsId pipe = NewContents(w_, true);
  Open(pipe, kMayReadFile);
  const FileId out = Open(pipe, kMayWriteFile);
  const std::string all(kPipeRoom, 'x');
  EXPECT_EQ(WriteContents(w_, out, all), Transfer::kDone);
  EXPECT_EQ(WriteContents(w_, out, "x"), Transfer::kFull);
}

TEST_F(ContentsTest, EachOpenFileOfAMemfdHasAPlaceOfItsOwn) {
  const ContentsId memory = NewContents(w_, false);
  const FileId one = Open(memory, kMayReadFile | kMayWriteFile);
  const FileId other = Open(memory, kMayReadFile);
  EXPECT_EQ(WriteContents(w_, one, "hello"), Transfer::kDone);
  EXPECT_EQ(Read(one, 9), "");
  EXPECT_EQ(Read(other, 2), "he");
  EXPECT_EQ(Read(other, 9), "llo");
  w_.Edit(one).pos = 7;
  EXPECT_EQ(Read(one, 9), "");
  EXPECT_EQ(WriteContents(w_, one, "!"), Transfer::kDone);
  EXPECT_EQ(Read(other, 9), std::string("\0\0!", 3));
}

}  // namespace
}  // namespace bindery::sim
