#include "sim/binderfs/mount_options.h"

#include "gtest/gtest.h"

namespace bindery::sim {
namespace {

TEST(MountOptionsTest, NoneAreTheDefaults) {
  const MountOptions options = ParseMountOptions("");
  EXPECT_EQ(options.max, 1u << 20);
  EXPECT_FALSE(options.stats || options.invalid || options.privileged);
}

TEST(MountOptionsTest, NumbersAreReadAsTheKernelReadsThem) {
  EXPECT_EQ(ParseMountOptions("max=0").max, 0u);
  EXPECT_EQ(ParseMountOptions("max=010").max, 8u);
  EXPECT_EQ(ParseMountOptions("max=0x10").max, 16u);
  EXPECT_EQ(ParseMountOptions("max=+3").max, 3u);
  EXPECT_EQ(ParseMountOptions("max=1048576").max, 1048576u);
  for (const char* wrong : {"max=1048577", "max=-1", "max=", "max", "max=x",
                            "max=08", "max=4294967296", "max=0x"}) {
    EXPECT_TRUE(ParseMountOptions(wrong).invalid) << wrong;
  }
}

TEST(MountOptionsTest, TheLastOfTwoCounts) {
  EXPECT_EQ(ParseMountOptions("max=2,,max=5").max, 5u);
}

TEST(MountOptionsTest, UnknownOnesAreRefused) {
  EXPECT_TRUE(ParseMountOptions("colour=red").invalid);
  EXPECT_TRUE(ParseMountOptions("stats=local").invalid);
  EXPECT_TRUE(ParseMountOptions("stats").invalid);
}

TEST(MountOptionsTest, WhatComesFirstDecides) {
  EXPECT_TRUE(ParseMountOptions("stats=global,max=x").privileged);
  EXPECT_FALSE(ParseMountOptions("max=x,stats=global").privileged);
}

}  // namespace
}  // namespace bindery::sim
