#include "sim/kernel/scatter_gather.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/kernel/object.h"
#include "sim/kernel/user_memory.h"

namespace bindery::sim {
namespace {

constexpr uint64_t kExtra = 64;

class ScatterGatherTest : public testing::Test {
 protected:
  ScatterGatherTest() {
    std::string memory;
    AppendSegment({kUserMemory, 16, "0123456789abcdef"}, &memory);
    AppendSegment({kUserMemory + 32, 8, "xyz"}, &memory);
    tr_.memory = w_.blobs().Intern(memory);
    extra_.resize(24);
  }

  bool Copy() { return DoDeferredCopies(w_, tr_, sg_, kExtra, &extra_); }

  World w_;
  CommandRow tr_{};
  ScatterGather sg_;
  std::string extra_;
};

TEST_F(ScatterGatherTest, FixupsAreOrderedByOffset) {
  for (const uint64_t offset : {8, 24, 16, 0}) sg_.AddFixup({offset, 0, 0});
  std::vector<uint64_t> offsets;
  for (const PtrFixup& fixup : sg_.pf) offsets.push_back(fixup.offset);
  EXPECT_EQ(offsets, (std::vector<uint64_t>{0, 8, 16, 24}));
}

TEST_F(ScatterGatherTest, WhatIsEncodedComesBack) {
  sg_.sg_buf_offset = 1;
  sg_.sg_buf_end_offset = 2;
  sg_.last_fixup_obj_off = 3;
  sg_.last_fixup_min_off = 4;
  sg_.sgc.push_back({5, 6, 7});
  sg_.AddFixup({8, 9, 10});
  const ScatterGather back = DecodeScatterGather(Encode(sg_));
  EXPECT_EQ(Encode(back), Encode(sg_));
  EXPECT_EQ(back.last_fixup_min_off, 4u);
  EXPECT_EQ(back.sgc[0].length, 7u);
  EXPECT_EQ(back.pf[0].fixup_data, 10u);
}

TEST_F(ScatterGatherTest, PointersReplaceWhatTheSenderHas) {
  sg_.sgc = {{kExtra, kUserMemory, 16}, {kExtra + 16, kUserMemory + 32, 8}};
  sg_.AddFixup({kExtra + 8, 0, 0x4444444444444444});
  ASSERT_TRUE(Copy());
  EXPECT_EQ(extra_, std::string("01234567DDDDDDDDxyz\0\0\0\0\0", 24));
}

TEST_F(ScatterGatherTest, ArraysOfDescriptorsAreLeftOut) {
  sg_.sgc = {{kExtra, kUserMemory, 16}};
  sg_.AddFixup({kExtra + 4, 8, 0});
  ASSERT_TRUE(Copy());
  EXPECT_EQ(extra_.substr(0, 16), std::string("0123\0\0\0\0\0\0\0\0cdef", 16));
}

TEST_F(ScatterGatherTest, MemoryThatCannotBeReadFails) {
  sg_.sgc = {{kExtra, kUserMemory, 17}};
  EXPECT_FALSE(Copy());
}

TEST_F(ScatterGatherTest, OddPlacesAreRefused) {
  sg_.sgc = {{kExtra, kUserMemory, 16}};
  sg_.AddFixup({kExtra + 6, 0, 1});
  EXPECT_FALSE(Copy());
}

TEST_F(ScatterGatherTest, CopiesStayInTheBuffer) {
  sg_.sgc = {{kExtra + 16, kUserMemory, 16}};
  EXPECT_FALSE(Copy());
}

TEST_F(ScatterGatherTest, MemoryIsReadInsideOneSegment) {
  std::string to;
  EXPECT_TRUE(CopyMemory(w_, tr_, kUserMemory + 34, 6, &to));
  EXPECT_EQ(to, std::string("z\0\0\0\0\0", 6));
  EXPECT_FALSE(CopyMemory(w_, tr_, kUserMemory + 34, 7, &to));
  EXPECT_FALSE(CopyMemory(w_, tr_, kUserMemory + 20, 1, &to));
  EXPECT_TRUE(CopyMemory(w_, tr_, 0, 0, &to));
  EXPECT_EQ(to.size(), 6u);
}

TEST_F(ScatterGatherTest, APayloadIsReadUpToItsFault) {
  tr_.data = w_.blobs().Intern("payload");
  tr_.data_size = 8;
  std::string to;
  EXPECT_TRUE(CopyPayload(w_, tr_, 4, 4, &to));
  EXPECT_EQ(to, std::string("oad\0", 4));
  tr_.fault_at = 3;
  tr_.readable = 6;
  EXPECT_TRUE(CopyPayload(w_, tr_, 4, 2, &to));
  EXPECT_FALSE(CopyPayload(w_, tr_, 4, 3, &to));
}

}  // namespace
}  // namespace bindery::sim
