#include "model/explore/encoding_queue.h"

#include <optional>
#include <string>

#include "gtest/gtest.h"

namespace bindery::model {
namespace {

TEST(EncodingQueue, GivesBackEntriesInOrder) {
  EncodingQueue queue;
  queue.Push("one");
  queue.PushHole();
  queue.Push("");
  queue.Push("two");
  EXPECT_EQ(queue.size(), 4u);
  EXPECT_EQ(queue.Pop(), "one");
  EXPECT_EQ(queue.Pop(), std::nullopt);
  EXPECT_EQ(queue.Pop(), "");
  EXPECT_EQ(queue.Pop(), "two");
  EXPECT_EQ(queue.size(), 0u);
}

TEST(EncodingQueue, TakesEntriesOfEveryLength) {
  EncodingQueue queue;
  // Around the escape of the length word, and longer than a chunk.
  for (const size_t length : {65533u, 65534u, 65535u, 65536u, 1000000u, 1u}) {
    std::string entry(length, 'x');
    entry.back() = 'y';
    queue.Push(entry);
    queue.Push("between");
    EXPECT_EQ(queue.Pop(), entry);
    EXPECT_EQ(queue.Pop(), "between");
  }
}

TEST(EncodingQueue, AnEntryStaysValidWhileOthersArePushed) {
  EncodingQueue queue;
  queue.Push("first");
  const std::optional<absl::string_view> first = queue.Pop();
  for (int i = 0; i < 100'000; ++i) queue.Push("another one");
  EXPECT_EQ(first, "first");
}

TEST(EncodingQueue, ReusesTheMemoryOfWhatWasTaken) {
  EncodingQueue queue;
  const std::string entry(1000, 'x');
  for (int i = 0; i < 100; ++i) queue.Push(entry);
  for (int i = 0; i < 100'000; ++i) {
    queue.Push(entry);
    ASSERT_EQ(queue.Pop(), entry);
  }
  EXPECT_LT(queue.bytes(), 1'000'000u);  // of the 100 MB that went through
}

}  // namespace
}  // namespace bindery::model
