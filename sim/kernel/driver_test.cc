// The driver's tables are well formed, and mutations change what they say.
#include "sim/kernel/driver.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sim/kernel/mutation.h"

namespace bindery::sim {
namespace {

Driver Faithful() { return *Driver::Create("c-7.2"); }

std::vector<Mutation> AllMutations() { return *ListMutations("c-7.2"); }

// Follows every path through a table and notes the depth of locks.
std::string LockTrouble(const Operation& operation) {
  std::set<std::pair<int, int>> seen;
  std::vector<std::pair<int, int>> pending = {{0, 0}};
  while (!pending.empty()) {
    auto [place, depth] = pending.back();
    pending.pop_back();
    if (!seen.insert({place, depth}).second) continue;
    const Atom& atom = operation.atoms[static_cast<size_t>(place)];
    const std::string at =
        std::string(operation.function) + " atom " + std::to_string(place);
    if (atom.kind == AtomKind::kLock && ++depth > 3) return at + ": too deep";
    if (atom.kind == AtomKind::kUnlock && --depth < 0) {
      return at + ": unlocks what is not locked";
    }
    if (atom.kind == AtomKind::kSleep && depth != 0) return at + ": sleeps";
    if (atom.kind == AtomKind::kReturn) {
      if (depth != 0) return at + ": returns with a lock";
      continue;
    }
    if (atom.kind == AtomKind::kGoto || atom.kind == AtomKind::kCheck ||
        atom.kind == AtomKind::kBranch) {
      pending.push_back({atom.target, depth});
    }
    if (atom.kind != AtomKind::kGoto) pending.push_back({place + 1, depth});
  }
  return "";
}

std::string LockTrouble(const Driver& driver) {
  for (int id = 1; id < static_cast<int>(OpId::kCount); ++id) {
    const std::string trouble =
        LockTrouble(driver.operation(static_cast<OpId>(id)));
    if (!trouble.empty()) return trouble;
  }
  return "";
}

TEST(DriverTest, EveryOperationHasATable) {
  const Driver driver = Faithful();
  for (int id = 1; id < static_cast<int>(OpId::kCount); ++id) {
    EXPECT_FALSE(driver.operation(static_cast<OpId>(id)).atoms.empty()) << id;
  }
}

TEST(DriverTest, LocksAreBalancedOnEveryPath) {
  for (const std::string& profile : ProfileNames()) {
    EXPECT_EQ(LockTrouble(*Driver::Create(profile)), "") << profile;
  }
}

// The interpreter counts jumps: a loop of tests alone would never end in a
// driver whose list is never empty.
TEST(DriverTest, EveryLoopHasAGoto) {
  const Driver driver = Faithful();
  int backwards = 0;
  for (int id = 1; id < static_cast<int>(OpId::kCount); ++id) {
    const Operation& operation = driver.operation(static_cast<OpId>(id));
    for (size_t i = 0; i < operation.atoms.size(); ++i) {
      const Atom& atom = operation.atoms[i];
      if (atom.label[0] == '\0' || atom.target > i) continue;
      EXPECT_EQ(atom.kind, AtomKind::kGoto) << operation.function << " " << i;
      ++backwards;
    }
  }
  EXPECT_GT(backwards, 5);
}

TEST(DriverTest, AnUnknownProfileNamesTheKnownOnes) {
  const auto driver = Driver::Create("c-2.6");
  ASSERT_FALSE(driver.ok());
  EXPECT_NE(std::string(driver.status().message()).find("c-7.2"),
            std::string::npos);
}

TEST(DriverTest, OlderKernelsLackFreezeNotifications) {
  EXPECT_FALSE(Driver::Create("c-6.1")->features().freeze_notifications);
  EXPECT_TRUE(Driver::Create("c-6.12")->features().freeze_notifications);
  EXPECT_EQ(ProfileOf("6.1"), "c-6.1");
  EXPECT_EQ(ProfileOf("of_my_own"), "c-7.2");
  EXPECT_TRUE(IsOlder("6.1", "6.12"));
  EXPECT_FALSE(IsOlder("7.2", "6.12"));
  EXPECT_FALSE(IsOlder("6.1", ""));
}

// A bool that no row of the table sets would be the same in all profiles.
TEST(FeaturesTest, TheTableHasEveryMemberOnce) {
  std::set<std::string> names;
  for (const Feature& feature : AllFeatures()) names.insert(feature.name);
  EXPECT_EQ(names.size(), AllFeatures().size());
  EXPECT_EQ(names.size(), sizeof(Features));
}

TEST(FeaturesTest, TheLatestProfileHasThemAllAndSomeOtherDoesNot) {
  const Features latest = FeaturesOf(AllProfiles().size() - 1);
  const unsigned all = (1u << AllProfiles().size()) - 1;
  for (const Feature& feature : AllFeatures()) {
    EXPECT_TRUE(latest.*feature.member) << feature.name;
    EXPECT_NE(feature.profiles, all) << feature.name;
  }
}

TEST(FeaturesTest, OnlyProfilesWithAKernelAreJudged) {
  EXPECT_FALSE(Driver::Create("c-4.14")->judged());
  EXPECT_FALSE(Driver::Create("c-5.0")->judged());
  for (const char* profile : {"c-6.1", "c-6.12", "c-7.2"}) {
    EXPECT_TRUE(Driver::Create(profile)->judged()) << profile;
  }
}

TEST(FeaturesTest, TablesOfOlderKernelsCanBeMutatedToo) {
  const std::vector<Mutation> mutations = *ListMutations("c-4.14");
  for (const Mutation& mutation : mutations) {
    EXPECT_EQ(LockTrouble(*Driver::Create("c-4.14", {mutation.id})), "")
        << mutation.id;
  }
}

TEST(MutationTest, IdsAreUniqueAndEachAppliesAlone) {
  std::set<std::string> ids;
  for (const Mutation& mutation : AllMutations()) {
    EXPECT_TRUE(ids.insert(mutation.id).second) << mutation.id;
    EXPECT_TRUE(Driver::Create("c-7.2", {mutation.id}).ok()) << mutation.id;
  }
  EXPECT_GT(ids.size(), 300u);
}

TEST(MutationTest, EveryKindIsGenerated) {
  std::set<std::string> kinds;
  for (const Mutation& mutation : AllMutations()) {
    kinds.insert(mutation.kind);
  }
  EXPECT_EQ(kinds,
            (std::set<std::string>{"drop-check", "drop-section", "early-unlock",
                                   "drop-pin", "swap", "drop"}));
}

// Dropping a whole section or moving an unlock keeps the locks balanced;
// anything else does not touch them.
TEST(MutationTest, LocksStayBalanced) {
  for (const Mutation& mutation : AllMutations()) {
    EXPECT_EQ(LockTrouble(*Driver::Create("c-7.2", {mutation.id})), "")
        << mutation.id;
  }
}

TEST(MutationTest, AnUnknownIdIsRefused) {
  const auto driver = Driver::Create("c-7.2", {"drop:nothing:at-all"});
  ASSERT_FALSE(driver.ok());
  EXPECT_NE(std::string(driver.status().message()).find("list mutations"),
            std::string::npos);
}

TEST(MutationTest, TwoThatChangeOneAtomAreRefused) {
  const std::string id = AllMutations().front().id;
  EXPECT_FALSE(Driver::Create("c-7.2", {id, id}).ok());
}

}  // namespace
}  // namespace bindery::sim
