#include "sim/world/orbit_sums.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sim/world/world.h"

namespace bindery::sim {
namespace {

// Processes 2, 3, ... of one task each: actors 12, 13, ...
Symmetry::Class ClassOf(uint32_t first, uint32_t size) {
  Symmetry::Class made;
  made.code_size = 10;
  for (uint32_t i = first; i < first + size; ++i) {
    made.members.push_back({i, {i + 10}, 100 * i, -1});
  }
  return made;
}

uint64_t ProcessName(const Symmetry& symmetry, uint32_t process) {
  return symmetry.NameOf(TableId::kProcess, process, 0, 0);
}

TEST(SymmetryTest, MembersDifferInTheOwnerOnly) {
  const Symmetry symmetry({ClassOf(2, 3)});
  EXPECT_EQ(symmetry.owners(), 5u);
  EXPECT_EQ(symmetry.mixed(), 4);
  const Owned one = Symmetry::OfName(ProcessName(symmetry, 2));
  const Owned other = Symmetry::OfName(ProcessName(symmetry, 4));
  EXPECT_EQ(one.owner, 1);
  EXPECT_EQ(other.owner, 3);
  EXPECT_EQ(one.value, other.value);
  const Owned server = Symmetry::OfName(ProcessName(symmetry, 1));
  EXPECT_EQ(server.owner, 0);
  EXPECT_NE(server.value, one.value);
}

TEST(SymmetryTest, WhatBelongsToAMemberHasItsOwner) {
  const Symmetry symmetry({ClassOf(2, 2)});
  const uint64_t process = ProcessName(symmetry, 3);
  const uint64_t proc = symmetry.NameOf(TableId::kProc, process, 0, 0);
  const uint64_t thread = symmetry.NameOf(TableId::kThread, proc, 13, 0);
  EXPECT_EQ(Symmetry::OfName(proc).owner, 2);
  EXPECT_EQ(Symmetry::OfName(thread).owner, 2);
  const uint64_t made =
      symmetry.NameOf(TableId::kTransaction, World::kActorKey, 12, 0);
  EXPECT_EQ(Symmetry::OfName(made).owner, 1);
}

TEST(SymmetryTest, WhatBelongsToTwoMembersIsMixedAndStaysSo) {
  const Symmetry symmetry({ClassOf(2, 2)});
  const uint64_t process = ProcessName(symmetry, 3);
  const uint64_t proc = symmetry.NameOf(TableId::kProc, process, 0, 0);
  const uint64_t lent = symmetry.NameOf(TableId::kThread, proc, 12, 0);
  EXPECT_EQ(Symmetry::OfName(lent).owner, symmetry.mixed());
  const uint64_t error = symmetry.NameOf(TableId::kError, lent, 0, 0);
  EXPECT_EQ(Symmetry::OfName(error).owner, symmetry.mixed());
}

TEST(SymmetryTest, NumbersStandForMembers) {
  Symmetry::Class clients = ClassOf(2, 2);
  clients.members[0].kill = 4;
  clients.members[1].kill = 1;
  const Symmetry symmetry({clients});
  EXPECT_EQ(symmetry.OfNumber(Meaning::kPc, 207).value, 207u);
  EXPECT_EQ(symmetry.OfNumber(Meaning::kPc, 307).value, 207u);
  EXPECT_EQ(symmetry.OfNumber(Meaning::kPc, 310).value, 310u);
  EXPECT_EQ(symmetry.OfNumber(Meaning::kActor, 13).owner, 2);
  EXPECT_EQ(symmetry.OfNumber(Meaning::kActor, 14).owner, 0);
  EXPECT_EQ(symmetry.OfNumber(Meaning::kKills, 1 << 4).owner, 1);
  EXPECT_EQ(symmetry.OfNumber(Meaning::kKills, 1 << 1).owner, 2);
  const Renaming swapped = {0, 2, 1, 3};
  EXPECT_EQ(symmetry.ImageOfActor(12, swapped), 13u);
  EXPECT_EQ(symmetry.ImageOfActor(1, swapped), 1u);
  EXPECT_EQ(symmetry.ImageOfKill(4, swapped), 1u);
  EXPECT_EQ(symmetry.ImageOfKill(0, swapped), 0u);
}

// A state as a list of facts: row owner, field, value owner, value.
struct Fact {
  Owner row;
  uint64_t field;
  Owner owner;
  uint64_t value;
};

OrbitSums SumsOf(const Symmetry& symmetry, const std::vector<Fact>& facts,
                 const Renaming& renaming) {
  const auto name = [&](Owner owner, uint64_t rest) {
    return uint64_t{1} << 63 | rest << 8 | 1 | uint64_t{renaming[owner]} << 1;
  };
  OrbitSums sums(symmetry);
  for (const Fact& fact : facts) {
    sums.Name(OrbitSums::Count::kNow, name(fact.row, fact.row == 0 ? 2 : 1),
              fact.field, name(fact.owner, fact.value));
  }
  return sums;
}

std::vector<Renaming> AllRenamings(const Symmetry& symmetry) {
  std::vector<Renaming> all;
  Renaming renaming = symmetry.Identity();
  do {
    all.push_back(renaming);
  } while (std::next_permutation(renaming.begin() + 1, renaming.end() - 1));
  return all;
}

// Images share their least fingerprint, and are told apart by their own.
void ExpectOneOrbit(const Symmetry& symmetry, const std::vector<Fact>& facts) {
  const OrbitSums start = SumsOf(symmetry, facts, symmetry.Identity());
  for (const Renaming& renaming : AllRenamings(symmetry)) {
    const OrbitSums image = SumsOf(symmetry, facts, renaming);
    EXPECT_EQ(image.Least(), start.Least());
    EXPECT_EQ(image.Fingerprint(), start.ImageOf(renaming));
  }
}

TEST(OrbitSumsTest, AStateThatTellsNobodyApartIsItsOwnImage) {
  const Symmetry symmetry({ClassOf(2, 3)});
  const std::vector<Fact> facts = {{1, 1, 0, 7}, {2, 1, 0, 7}, {3, 1, 0, 7}};
  EXPECT_TRUE(SumsOf(symmetry, facts, symmetry.Identity()).OwnImage());
  ExpectOneOrbit(symmetry, facts);
}

TEST(OrbitSumsTest, MembersAreSortedByWhatTheyDo) {
  const Symmetry symmetry({ClassOf(2, 3)});
  const std::vector<Fact> facts = {{1, 1, 0, 7}, {2, 1, 0, 8}, {0, 2, 3, 9}};
  EXPECT_FALSE(SumsOf(symmetry, facts, symmetry.Identity()).OwnImage());
  ExpectOneOrbit(symmetry, facts);
}

// By what each one does alone all look alike.
TEST(OrbitSumsTest, AChainIsSortedByItsEnds) {
  const Symmetry symmetry({ClassOf(2, 4)});
  ExpectOneOrbit(symmetry, {{1, 1, 2, 5}, {2, 1, 3, 5}, {3, 1, 4, 5}});
}

// Everybody looks alike, and nobody may be exchanged with anybody.
TEST(OrbitSumsTest, ARingTakesTrying) {
  const Symmetry symmetry({ClassOf(2, 4)});
  ExpectOneOrbit(symmetry,
                 {{1, 1, 2, 5}, {2, 1, 3, 5}, {3, 1, 4, 5}, {4, 1, 1, 5}});
}

// Two pairs and a ring: each member has one neighbour before and one behind it.
TEST(OrbitSumsTest, TellsARingFromTwoPairs) {
  const Symmetry symmetry({ClassOf(2, 4)});
  const OrbitSums ring =
      SumsOf(symmetry, {{1, 1, 2, 5}, {2, 1, 3, 5}, {3, 1, 4, 5}, {4, 1, 1, 5}},
             symmetry.Identity());
  const OrbitSums pairs =
      SumsOf(symmetry, {{1, 1, 2, 5}, {2, 1, 1, 5}, {3, 1, 4, 5}, {4, 1, 3, 5}},
             symmetry.Identity());
  EXPECT_NE(ring.Least(), pairs.Least());
}

TEST(OrbitSumsTest, ClassesAreNotMixedUp) {
  const Symmetry symmetry({ClassOf(2, 2), ClassOf(4, 2)});
  const std::vector<Fact> facts = {{1, 1, 3, 5}, {4, 1, 2, 6}};
  const OrbitSums start = SumsOf(symmetry, facts, symmetry.Identity());
  for (const Renaming& renaming :
       {Renaming{0, 2, 1, 3, 4, 5}, Renaming{0, 1, 2, 4, 3, 5},
        Renaming{0, 2, 1, 4, 3, 5}}) {
    EXPECT_EQ(SumsOf(symmetry, facts, renaming).Least(), start.Least());
  }
  const Renaming across = {0, 3, 2, 1, 4, 5};
  EXPECT_NE(SumsOf(symmetry, facts, across).Least(), start.Least());
}

TEST(OrbitSumsTest, AStateWithAMixedRowIsAlone) {
  const Symmetry symmetry({ClassOf(2, 2)});
  const Owner mixed = symmetry.mixed();
  const std::vector<Fact> facts = {{1, 1, 0, 7}, {mixed, 1, 0, 7}};
  const OrbitSums one = SumsOf(symmetry, facts, symmetry.Identity());
  const OrbitSums other = SumsOf(symmetry, facts, {0, 2, 1, mixed});
  EXPECT_TRUE(one.Mixed());
  EXPECT_NE(one.Least(), other.Least());
}

TEST(OrbitSumsTest, GoesBackToWhatWasKept) {
  const Symmetry symmetry({ClassOf(2, 2)});
  OrbitSums sums = SumsOf(symmetry, {{1, 1, 0, 7}}, symmetry.Identity());
  const Hash128 before = sums.Least();
  sums.Save();
  sums.Name(OrbitSums::Count::kNow, 3 | uint64_t{1} << 63, 4, 0x101);
  EXPECT_NE(sums.Least(), before);
  sums.Restore();
  EXPECT_EQ(sums.Least(), before);
}

}  // namespace
}  // namespace bindery::sim
