#include "model/disk/delayed_set.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "model/disk/records.h"
#include "model/disk/spill.h"
#include "model/explore/random.h"

namespace bindery::model {
namespace {

constexpr auto kGoOn = [] { return true; };

std::unique_ptr<Spill> Open(size_t block_bytes = 96) {
  return Spill::Open(testing::TempDir(), block_bytes).value();
}

TEST(Sorter, SortsManyRunsOfManyTiersAndKeepsTheLeastOfEachKey) {
  const auto spill = Open();
  // Ten records to a buffer: 2,000 runs, merged sixteen at a time.
  Sorter<1, 2> sorter(spill.get(), 160);
  std::map<uint64_t, uint64_t> least;
  Random random(1);
  for (int i = 0; i < 20'000; ++i) {
    const Record<2> record = {random.Below(3'000), random.Next()};
    sorter.Add(record);
    const auto [at, added] = least.emplace(record[0], record[1]);
    if (!added) at->second = std::min(at->second, record[1]);
  }
  EXPECT_GT(sorter.runs(), 4u);
  EXPECT_LT(sorter.runs(), 3 * 16u);
  Merger<2> merger = sorter.Sorted();
  std::map<uint64_t, uint64_t> got;
  Record<2> last = {};
  for (Record<2> record; merger.Next(&record); last = record) {
    ASSERT_LE(last, record);
    got.insert({record[0], record[1]});
  }
  EXPECT_EQ(got, least);
}

TEST(Sorter, WritesNothingThatFitsInItsBuffer) {
  const auto spill = Open();
  Sorter<1, 1> sorter(spill.get(), 800);
  for (uint64_t i = 100; i > 0; --i) sorter.Add({i});
  Merger<1> merger = sorter.Sorted();
  Record<1> record;
  for (uint64_t i = 1; i <= 100; ++i) {
    ASSERT_TRUE(merger.Next(&record));
    EXPECT_EQ(record[0], i);
  }
  EXPECT_FALSE(merger.Next(&record));
  EXPECT_EQ(spill->peak_bytes(), 0u);
}

TEST(RunReader, SkipsToWhatAScanWouldFind) {
  const auto spill = Open();
  std::vector<Record<1>> records;
  const auto file = spill->NewFile();
  Random random(2);
  uint64_t value = 5;
  for (int i = 0; i < 5'000; ++i) {
    value += 1 + random.Below(20);
    records.push_back({value});
    file->Append(&records.back(), sizeof(records.back()));
  }
  file->Flush();
  for (const uint64_t gap : {1, 10, 100, 1'000, 10'000, 100'000}) {
    RunReader<1> of_file(file.get());
    RunReader<1> of_memory(records);
    for (uint64_t key = 0; key < value + 2 * gap;
         key += random.Below(gap) + 1) {
      const auto want =
          std::lower_bound(records.begin(), records.end(), Record<1>{key});
      of_file.SkipTo({key});
      of_memory.SkipTo({key});
      for (const RunReader<1>* reader : {&of_file, &of_memory}) {
        ASSERT_EQ(reader->current() == nullptr, want == records.end()) << key;
        if (want != records.end()) {
          ASSERT_EQ(*reader->current(), *want) << key;
        }
      }
    }
  }
}

// Rounds of offers against a set in memory. `bytes` decides how many runs and
// how much forgetting there is, never the answer.
template <size_t W>
void CompareWithASet(size_t bytes, bool expect_runs) {
  const auto spill = Open();
  DelayedSet<W> set(spill.get(), bytes);
  std::set<Record<W>> known;
  Random random(3);
  uint64_t tag = 0;
  size_t most_runs = 0;
  size_t most_offer_runs = 0;
  for (uint64_t round = 0; round < 60; ++round) {
    std::vector<uint64_t> want;
    const uint64_t offers = random.Below(2) == 0 ? 2'000 : 3;
    for (uint64_t i = 0; i < offers; ++i) {
      Record<W> key = {};
      // Keys of small and of equal halves, zero too.
      for (uint64_t& word : key) word = random.Below(W == 1 ? 20'000 : 150);
      tag += random.Below(5) + 1;
      set.Offer(key, tag);
      if (known.insert(key).second) want.push_back(tag);
    }
    most_offer_runs = std::max(most_offer_runs, set.offer_runs());
    ASSERT_TRUE(set.Settle(kGoOn));
    most_runs = std::max(most_runs, set.runs());
    std::vector<uint64_t> got;
    while (const std::optional<uint64_t> next = set.NextNew()) {
      got.push_back(*next);
    }
    ASSERT_EQ(got, want) << round;
  }
  EXPECT_TRUE(spill->ok());
  EXPECT_LE(most_runs, 16u);
  EXPECT_GT(most_runs, 1u);
  EXPECT_EQ(most_offer_runs > 1, expect_runs) << most_offer_runs;
}

TEST(DelayedSet, TellsWhatIsNewWhateverItsMemory) {
  CompareWithASet<1>(400, true);
  CompareWithASet<1>(5'000, true);
  CompareWithASet<1>(1'000'000, false);
}

TEST(DelayedSet, ComparesAllWordsOfAKey) {
  CompareWithASet<2>(400, true);
  CompareWithASet<2>(5'000, true);
  CompareWithASet<2>(1'000'000, false);
}

TEST(DelayedSet, DoesNotGrowWithWhatItHolds) {
  const auto spill = Open();
  DelayedSet<1> set(spill.get(), 10'000);
  uint64_t tag = 0;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 5'000; ++i, ++tag) {
      set.Offer({tag * 0x9e3779b97f4a7c15u}, tag);
    }
    ASSERT_TRUE(set.Settle(kGoOn));
  }
  EXPECT_LE(set.bytes(), 10'000u);
  // What it holds, and while two runs become one also that one.
  EXPECT_GE(spill->bytes(), 100'000u * 8);
  EXPECT_LE(spill->peak_bytes(), 2 * 100'000u * 8 + 5'000u * 16 * 3);
}

TEST(DelayedSet, EndsARoundWhenAsked) {
  const auto spill = Open();
  DelayedSet<1> set(spill.get(), 10'000);
  for (uint64_t tag = 0; tag < 200'000; ++tag) {
    set.Offer({tag * 0x9e3779b97f4a7c15u}, tag);
  }
  int asked = 0;
  EXPECT_FALSE(set.Settle([&asked] { return ++asked < 2; }));
  EXPECT_EQ(asked, 2);
}

}  // namespace
}  // namespace bindery::model
