#include "model/exact_names.h"

#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace bindery::model {
namespace {

// Strings of all lengths with much in common, each once.
std::vector<std::string> Strings() {
  std::vector<std::string> all;
  for (size_t length = 0; length <= 70; ++length) {
    all.push_back(std::string(length, '\0'));
    for (size_t i = 0; i < length; ++i) {
      for (const char c : {'\1', '\x80'}) {
        std::string one(length, '\0');
        one[i] = c;
        all.push_back(one);
      }
      if (i == 0) continue;
      std::string pair(length, '\0');
      pair[i] = pair[i - 1] = '\xff';
      all.push_back(pair);
    }
  }
  return all;
}

TEST(ExactNames, EqualNamesAreThoseOfEqualStrings) {
  ExactNames names;
  ExactNames::Scratch scratch;
  std::map<uint64_t, std::string> seen;
  std::vector<uint64_t> given;
  for (const std::string& one : Strings()) {
    const uint64_t name = names.NameOf(one, &scratch).value();
    ASSERT_TRUE(seen.emplace(name, one).second) << one.size();
    given.push_back(name);
  }
  size_t i = 0;
  for (const std::string& one : Strings()) {
    ASSERT_EQ(names.NameOf(one, &scratch).value(), given[i++]);
  }
}

// The bytes of the key that would be stored as zero, which means empty.
TEST(ExactNames, EveryWordCanBeNumbered) {
  const uint64_t word = 0x9e3779b97f4a7c15u;
  std::string hidden(reinterpret_cast<const char*>(&word), sizeof(word));
  ExactNames names;
  ExactNames::Scratch scratch;
  const uint64_t alone = names.NameOf(hidden, &scratch).value();
  EXPECT_EQ(names.NameOf(hidden, &scratch).value(), alone);
  EXPECT_NE(names.NameOf(hidden + hidden, &scratch).value(), alone);
  EXPECT_NE(names.NameOf(std::string(8, '\0'), &scratch).value(), alone);
}

TEST(ExactNames, KeepTheirNumbersWhileTheyGrow) {
  ExactNames names;
  ExactNames::Scratch scratch;
  const size_t before = names.bytes();
  std::vector<uint64_t> given;
  const auto string = [](uint64_t i) {
    return "front" + std::to_string(i * 0x9e3779b97f4a7c15u) + "back";
  };
  constexpr uint64_t kStrings = 200'000;
  for (uint64_t i = 0; i < kStrings; ++i) {
    ASSERT_TRUE(names.GrowIfDue());
    given.push_back(names.NameOf(string(i), &scratch).value());
  }
  EXPECT_GT(names.bytes(), 2 * before);
  for (uint64_t i = 0; i < kStrings; ++i) {
    ASSERT_EQ(names.NameOf(string(i), &scratch).value(), given[i]) << i;
  }
}

TEST(ExactNames, ThreadsAgree) {
  ExactNames names;
  const std::vector<std::string> strings = Strings();
  std::vector<uint64_t> given[2];
  const auto work = [&](std::vector<uint64_t>* out) {
    ExactNames::Scratch scratch;
    for (const std::string& one : strings) {
      out->push_back(names.NameOf(one, &scratch).value());
    }
  };
  std::thread other(work, &given[1]);
  work(&given[0]);
  other.join();
  EXPECT_EQ(given[0], given[1]);
}

TEST(ExactNames, AFullTableSaysSo) {
  NumberTable table(7);
  std::atomic<uint64_t> numbers{1};
  const uint64_t slots = table.bytes() / 16;
  for (uint64_t key = 0; key < slots; ++key) {
    ASSERT_NE(table.NumberOf(key, &numbers), 0u);
  }
  EXPECT_EQ(table.NumberOf(slots, &numbers), 0u);
  EXPECT_EQ(table.NumberOf(0, &numbers), 1u);
  ASSERT_TRUE(table.Grow());
  EXPECT_NE(table.NumberOf(slots, &numbers), 0u);
  EXPECT_EQ(table.NumberOf(0, &numbers), 1u);
}

}  // namespace
}  // namespace bindery::model
