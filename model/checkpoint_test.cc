#include "model/checkpoint.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace bindery::model {
namespace {

class CheckpointTest : public testing::Test {
 protected:
  CheckpointTest() : folder_(testing::TempDir() + "/checkpoint_test") {
    RemoveCheckpoint(folder_);
  }

  void Write(uint64_t number) {
    auto out = CheckpointWriter::Create(folder_);
    ASSERT_TRUE(out.ok()) << out.status();
    const uint64_t words[] = {1, number};
    out->Words(words, 2);
    out->Bytes("nine byte");
    out->Bytes("");
    ASSERT_TRUE(out->Commit().ok());
  }
  std::string Contents() const {
    std::ifstream file(CheckpointPath(folder_), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void Put(const std::string& contents) const {
    std::ofstream file(CheckpointPath(folder_), std::ios::binary);
    file << contents;
  }
  std::string Refusal() const {
    const auto in = CheckpointReader::Open(folder_);
    EXPECT_EQ(in.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(in.status().message());
  }

  const std::string folder_;
};

TEST_F(CheckpointTest, IsReadAsItWasWritten) {
  Write(42);
  auto in = CheckpointReader::Open(folder_);
  ASSERT_TRUE(in.ok()) << in.status();
  EXPECT_EQ(in->Word(), 1u);
  EXPECT_EQ(in->Word(), 42u);
  EXPECT_EQ(in->Bytes(), "nine byte");
  EXPECT_EQ(in->Bytes(), "");
  EXPECT_TRUE(in->ok());
  EXPECT_EQ(in->Word(), 0u);
  EXPECT_FALSE(in->ok());
}

TEST_F(CheckpointTest, NoneIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(CheckpointReader::Open(folder_).status()));
}

TEST_F(CheckpointTest, TheOldOneStaysUntilTheNewOneIsWhole) {
  Write(1);
  {
    auto out = CheckpointWriter::Create(folder_);
    ASSERT_TRUE(out.ok());
    out->Word(99);  // and never committed
  }
  auto in = CheckpointReader::Open(folder_);
  ASSERT_TRUE(in.ok());
  in->Word();
  EXPECT_EQ(in->Word(), 1u);
}

TEST_F(CheckpointTest, EveryChangedByteIsNoticed) {
  Write(5);
  const std::string good = Contents();
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x10);
    Put(bad);
    EXPECT_FALSE(CheckpointReader::Open(folder_).ok()) << i;
  }
  Put(good);
  EXPECT_TRUE(CheckpointReader::Open(folder_).ok());
}

TEST_F(CheckpointTest, EveryOtherLengthIsNoticed) {
  Write(5);
  const std::string good = Contents();
  for (size_t size = 0; size < good.size(); ++size) {
    Put(good.substr(0, size));
    EXPECT_FALSE(CheckpointReader::Open(folder_).ok()) << size;
  }
  Put(good.substr(0, good.size() - 8));
  EXPECT_NE(Refusal().find("truncated"), std::string::npos) << Refusal();
  Put(good + "more");
  EXPECT_NE(Refusal().find("damaged"), std::string::npos) << Refusal();
}

TEST_F(CheckpointTest, SomethingElseIsRefused) {
  Write(5);
  Put("a file of somebody else, with a name that happens to be ours");
  EXPECT_NE(Refusal().find("not a checkpoint"), std::string::npos);
}

TEST_F(CheckpointTest, AFolderThatCannotBeMadeIsAnError) {
  const auto out = CheckpointWriter::Create("/proc/no/such/place");
  ASSERT_FALSE(out.ok());
  EXPECT_NE(out.status().message().find("/proc/no/such/place"),
            std::string::npos);
}

}  // namespace
}  // namespace bindery::model
