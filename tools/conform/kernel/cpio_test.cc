// The archive, read by an independent reader of the format.

#include "tools/conform/kernel/cpio.h"

#include <cstdlib>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace bindery::conform {
namespace {

struct Entry {
  std::string path;
  uint32_t mode;
  uint32_t major;
  uint32_t minor;
  std::string bytes;
};

class Reader {
 public:
  explicit Reader(std::string archive) : archive_(std::move(archive)) {}

  std::vector<Entry> All() {
    std::vector<Entry> entries;
    while (at_ < archive_.size()) entries.push_back(Next());
    return entries;
  }

 private:
  std::string Take(size_t size) {
    EXPECT_LE(at_ + size, archive_.size());
    std::string bytes = archive_.substr(at_, size);
    at_ += size;
    return bytes;
  }

  void Align() {
    while (at_ % 4 != 0) EXPECT_EQ(Take(1), std::string(1, '\0'));
  }

  Entry Next() {
    EXPECT_EQ(at_ % 4, 0u);
    EXPECT_EQ(Take(6), "070701");
    uint32_t fields[13];
    for (uint32_t& field : fields) {
      field = static_cast<uint32_t>(std::strtoul(Take(8).c_str(), nullptr, 16));
    }
    Entry entry{Take(fields[11]), fields[1], fields[9], fields[10], ""};
    EXPECT_EQ(entry.path.back(), '\0');
    entry.path.pop_back();
    Align();
    entry.bytes = Take(fields[6]);
    Align();
    return entry;
  }

  std::string archive_;
  size_t at_ = 0;
};

TEST(CpioTest, EndsWithATrailer) {
  const std::vector<Entry> entries = Reader(CpioWriter().Finish()).All();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].path, "TRAILER!!!");
}

TEST(CpioTest, KeepsBytesOfEveryLength) {
  for (size_t size = 0; size < 9; ++size) {
    CpioWriter writer;
    writer.AddFile("name", 0644, std::string(size, 'x'));
    const std::vector<Entry> entries = Reader(writer.Finish()).All();
    ASSERT_EQ(entries.size(), 2u) << size;
    EXPECT_EQ(entries[0].bytes, std::string(size, 'x'));
  }
}

TEST(CpioTest, KeepsPathsOfEveryLength) {
  for (size_t size = 1; size < 9; ++size) {
    CpioWriter writer;
    writer.AddFolder(std::string(size, 'p'));
    const std::vector<Entry> entries = Reader(writer.Finish()).All();
    ASSERT_EQ(entries.size(), 2u) << size;
    EXPECT_EQ(entries[0].path, std::string(size, 'p'));
  }
}

TEST(CpioTest, TellsKindsApart) {
  CpioWriter writer;
  writer.AddFolder("dev");
  writer.AddCharacterDevice("dev/console", 0600, 5, 1);
  writer.AddFile("init", 0755, "#!");
  const std::vector<Entry> entries = Reader(writer.Finish()).All();
  ASSERT_EQ(entries.size(), 4u);
  EXPECT_EQ(entries[0].mode, 0040755u);
  EXPECT_EQ(entries[1].mode, 0020600u);
  EXPECT_EQ(entries[1].major, 5u);
  EXPECT_EQ(entries[1].minor, 1u);
  EXPECT_EQ(entries[2].mode, 0100755u);
}

TEST(CpioTest, HasTheHeaderThatTheKernelReads) {
  CpioWriter writer;
  writer.AddFile("a", 0644, "hi");
  const std::string want =
      "070701"
      "00000001"
      "000081a4"
      "00000000"
      "00000000"
      "00000001"
      "00000000"
      "00000002"
      "00000000"
      "00000000"
      "00000000"
      "00000000"
      "00000002"
      "00000000"
      "a";
  EXPECT_EQ(writer.Finish().substr(0, want.size()), want);
}

}  // namespace
}  // namespace bindery::conform
