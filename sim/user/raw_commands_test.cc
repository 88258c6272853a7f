#include "sim/user/raw_commands.h"

#include <string>

#include "base/bytes.h"
#include "gtest/gtest.h"

namespace bindery::sim {
namespace {

std::string Word(Bc bc) {
  std::string bytes;
  AppendNumber<uint32_t>(&bytes, CommandWord(bc));
  return bytes;
}

TEST(RawCommandsTest, WordsAreThoseOfTheHeader) {
  EXPECT_EQ(CommandWord(Bc::kTransaction), 0x40406300u);
  EXPECT_EQ(CommandWord(Bc::kFreeBuffer), 0x40086303u);
  EXPECT_EQ(CommandWord(Bc::kIncrefs), 0x40046304u);
  EXPECT_EQ(CommandWord(Bc::kIncrefsDone), 0x40106308u);
  EXPECT_EQ(CommandWord(Bc::kEnterLooper), 0x0000630cu);
  EXPECT_EQ(CommandWord(Bc::kRequestDeathNotification), 0x400c630eu);
  EXPECT_EQ(CommandWord(Bc::kReplySg), 0x40486312u);
}

TEST(RawCommandsTest, OperandsAreRead) {
  std::string bytes = Word(Bc::kRequestDeathNotification);
  AppendNumber<uint32_t>(&bytes, 3);
  AppendNumber<uint64_t>(&bytes, 77);
  bytes += Word(Bc::kEnterLooper);
  const auto commands = DecodeCommands(bytes);
  ASSERT_EQ(commands.size(), 2u);
  EXPECT_EQ(commands[0].bc, Bc::kRequestDeathNotification);
  EXPECT_EQ(commands[0].handle, 3u);
  EXPECT_EQ(commands[0].cookie, 77u);
  EXPECT_EQ(commands[0].size, 16u);
  EXPECT_EQ(commands[1].bc, Bc::kEnterLooper);
  EXPECT_EQ(commands[1].size, 4u);
}

TEST(RawCommandsTest, AnUnknownWordSwallowsTheRest) {
  std::string bytes = Word(Bc::kEnterLooper);
  AppendNumber<uint32_t>(&bytes, 0xdeadbeef);
  bytes += Word(Bc::kEnterLooper);
  const auto commands = DecodeCommands(bytes);
  ASSERT_EQ(commands.size(), 2u);
  EXPECT_EQ(commands[1].bc, Bc::kUnknown);
  EXPECT_EQ(commands[1].size, 8u);
  EXPECT_EQ(commands[1].fault_at, 0);
}

TEST(RawCommandsTest, WhatIsCutShortFaults) {
  const auto word = DecodeCommands("\x01\x02");
  ASSERT_EQ(word.size(), 1u);
  EXPECT_EQ(word[0].fault_at, 1);
  EXPECT_EQ(word[0].size, 2u);
  const auto operands = DecodeCommands(Word(Bc::kAcquire) + "ab");
  ASSERT_EQ(operands.size(), 1u);
  EXPECT_EQ(operands[0].bc, Bc::kAcquire);
  EXPECT_EQ(operands[0].fault_at, 2);
  EXPECT_EQ(operands[0].size, 6u);
}

TEST(RawCommandsTest, PayloadPointersCannotBeRead) {
  std::string bytes = Word(Bc::kTransaction) + std::string(64, '\0');
  EXPECT_EQ(DecodeCommands(bytes)[0].fault_at, 0);
  bytes[4 + 32] = 8;  // data_size
  EXPECT_EQ(DecodeCommands(bytes)[0].fault_at, 3);
  EXPECT_EQ(DecodeCommands(bytes)[0].data_size, 8u);
  bytes[4 + 32] = 0;
  bytes[4 + 40] = 8;  // offsets_size
  EXPECT_EQ(DecodeCommands(bytes)[0].fault_at, 4);
}

}  // namespace
}  // namespace bindery::sim
