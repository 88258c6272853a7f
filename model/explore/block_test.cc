#include "model/explore/block.h"

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "model/concept.h"

namespace bindery::model {
namespace {

TEST(Block, GivesBackWhatWasAdded) {
  const std::vector<Choice> two = {{7}, {~uint64_t{0}}};
  const std::string long_state(300, 'x');
  BlockWriter writer;
  EXPECT_TRUE(writer.empty());
  writer.Add("", 0);
  writer.Add("state", 1'000'000, two.data(), two.size());
  writer.Add(long_state, 5);
  EXPECT_EQ(writer.waiting(), 4u);
  const Block block = writer.Finish();
  EXPECT_TRUE(writer.empty());
  EXPECT_EQ(block.waiting, 4u);

  BlockReader reader(block);
  absl::string_view encoding;
  uint64_t depth = 9;
  std::vector<Choice> choices = {{1}};
  ASSERT_TRUE(reader.Next(&encoding, &depth, &choices));
  EXPECT_EQ(encoding, "");
  EXPECT_EQ(depth, 0u);
  EXPECT_TRUE(choices.empty());
  ASSERT_TRUE(reader.Next(&encoding, &depth, &choices));
  EXPECT_EQ(encoding, "state");
  EXPECT_EQ(depth, 1'000'000u);
  EXPECT_EQ(choices, two);
  ASSERT_TRUE(reader.Next(&encoding, &depth, &choices));
  EXPECT_EQ(encoding, long_state);
  EXPECT_TRUE(choices.empty());
  EXPECT_FALSE(reader.Next(&encoding, &depth, &choices));
}

TEST(Block, TheRestIsABlockOfItsOwn) {
  BlockWriter writer;
  writer.Add("one", 1);
  writer.Add("two", 2);
  const Block block = writer.Finish();
  BlockReader reader(block);
  absl::string_view encoding;
  uint64_t depth;
  std::vector<Choice> choices;
  ASSERT_TRUE(reader.Next(&encoding, &depth, &choices));
  const Block rest = {std::string(reader.Rest()), 1};
  BlockReader second(rest);
  ASSERT_TRUE(second.Next(&encoding, &depth, &choices));
  EXPECT_EQ(encoding, "two");
  EXPECT_EQ(depth, 2u);
  EXPECT_TRUE(second.Rest().empty());
}

}  // namespace
}  // namespace bindery::model
