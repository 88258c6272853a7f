#include "model/disk/spill.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "model/disk/byte_stream.h"

namespace bindery::model {
namespace {

class SpillTest : public testing::Test {
 protected:
  SpillTest() : folder_(absl::StrCat(testing::TempDir(), "/spill")) {
    mkdir(folder_.c_str(), 0777);
  }
  ~SpillTest() override { rmdir(folder_.c_str()); }

  std::unique_ptr<Spill> Open(size_t block_bytes) const {
    return Spill::Open(folder_, block_bytes).value();
  }

  // What is in the folder.
  int Entries() const {
    DIR* const dir = opendir(folder_.c_str());
    int count = -2;  // "." and ".."
    while (readdir(dir) != nullptr) ++count;
    closedir(dir);
    return count;
  }

  const std::string folder_;
};

std::string ErrorOf(const std::string& folder) {
  return std::string(Spill::Open(folder, 4096).status().message());
}

TEST_F(SpillTest, ReadsWhatWasAppended) {
  for (const size_t block : {96, 100, 4096}) {
    const auto spill = Open(block);
    const auto file = spill->NewFile();
    std::string all;
    for (int i = 0; i < 300; ++i) {
      const std::string part(static_cast<size_t>(i), static_cast<char>(i));
      file->Append(part.data(), part.size());
      all += part;
    }
    file->Flush();
    EXPECT_EQ(file->size(), all.size());
    std::string read(all.size() - 7, '\0');
    EXPECT_TRUE(file->ReadAt(7, read.data(), read.size()));
    EXPECT_EQ(read, all.substr(7));
    EXPECT_TRUE(spill->ok());
  }
}

TEST_F(SpillTest, FilesHaveNoNames) {
  const auto spill = Open(4096);
  const auto file = spill->NewFile();
  file->Append("text", 4);
  file->Flush();
  EXPECT_EQ(Entries(), 0);
}

TEST_F(SpillTest, CountsTheBytesOfFilesThatAreThere) {
  const auto spill = Open(96);
  auto file = spill->NewFile();
  const std::string text(1000, 'x');
  file->Append(text.data(), text.size());
  file->Flush();
  const auto other = spill->NewFile();
  other->Append(text.data(), 500);
  other->Flush();
  file.reset();
  EXPECT_EQ(spill->bytes(), 500u);
  EXPECT_EQ(spill->peak_bytes(), 1500u);
}

TEST_F(SpillTest, SaysWhyAFolderCannotBeUsed) {
  EXPECT_EQ(ErrorOf(folder_ + "/none"),
            folder_ + "/none: make it first: No such file or directory");
  const std::string path = absl::StrCat(testing::TempDir(), "/spilled_on");
  std::ofstream(path) << "text";
  EXPECT_EQ(ErrorOf(path), path + ": give a folder: Not a directory");
  // Nobody can make a file there, not even root.
  EXPECT_EQ(ErrorOf("/proc").substr(0, 31), "/proc: cannot make a file in it");
}

TEST_F(SpillTest, ReadingBehindTheEndIsAnError) {
  const auto spill = Open(4096);
  const auto file = spill->NewFile();
  file->Append("text", 4);
  file->Flush();
  char out[8];
  EXPECT_FALSE(file->ReadAt(0, out, 8));
  EXPECT_EQ(spill->status().message(),
            folder_ + ": cannot read: the file ends too early");
  EXPECT_FALSE(file->ReadAt(0, out, 4)) << "the first error stands";
}

// The limit of a file's size stands for a full disk: a write that meets it is
// cut short, and the next one fails.
TEST_F(SpillTest, AnErrorOfWritingStands) {
  signal(SIGXFSZ, SIG_IGN);
  rlimit old;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  const rlimit small = {1000, old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto spill = Open(96);
  const auto file = spill->NewFile();
  const std::string text(3000, 'x');
  file->Append(text.data(), text.size());
  file->Flush();
  setrlimit(RLIMIT_FSIZE, &old);
  EXPECT_EQ(file->size(), 1000u);
  EXPECT_EQ(spill->status().message(),
            folder_ + ": cannot write, with 0 MB written: File too large");
  char out[4];
  EXPECT_FALSE(file->ReadAt(0, out, 4));
  const auto other = spill->NewFile();
  other->Append(text.data(), text.size());
  other->Flush();
  EXPECT_EQ(other->size(), 0u);
}

TEST_F(SpillTest, NumbersAndBytesCrossBlocks) {
  const auto spill = Open(96);
  const auto file = spill->NewFile();
  for (int bits = 0; bits < 64; ++bits) {
    const uint64_t number = (uint64_t{1} << bits) - 1;
    const std::string bytes(static_cast<size_t>(bits) * 7, 'b');
    AppendNumber(number, file.get());
    AppendNumber(bytes.size(), file.get());
    file->Append(bytes.data(), bytes.size());
  }
  file->Flush();
  for (const int skipped : {0, 1, 2, 3}) {
    ByteReader in(file.get());
    for (int bits = 0; bits < 64; ++bits) {
      ASSERT_EQ(in.Number(), (uint64_t{1} << bits) - 1);
      const uint64_t size = in.Number();
      ASSERT_EQ(size, static_cast<uint64_t>(bits) * 7);
      if (bits % 4 == skipped) {
        in.Skip(size);
      } else {
        ASSERT_EQ(in.Bytes(size), std::string(size, 'b'));
      }
    }
  }
  EXPECT_TRUE(spill->ok());
  ByteReader in(file.get());
  in.Skip(file->size());
  EXPECT_EQ(in.Number(), 0u);
  EXPECT_FALSE(spill->ok());
}

}  // namespace
}  // namespace bindery::model
