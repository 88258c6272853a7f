// Properties of the world over thousands of random steps: undo, fingerprint,
// encoding and canonical text tell the same story.
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sim/world/dump.h"
#include "sim/world/random_steps.h"
#include "sim/world/world.h"

namespace bindery::sim {
namespace {

struct Snapshot {
  std::string encoding;
  std::string text;
  Hash128 fingerprint;
  bool operator==(const Snapshot&) const = default;
};

Snapshot Take(const World& world) {
  Snapshot snapshot;
  world.Encode(&snapshot.encoding);
  snapshot.text = CanonicalText(world);
  snapshot.fingerprint = world.fingerprint();
  return snapshot;
}

class WorldPropertyTest : public testing::TestWithParam<bool> {
 protected:
  void Build(World& world) {
    world.set_exact_addresses(GetParam());
    BuildSmallWorld(world);
  }
};

INSTANTIATE_TEST_SUITE_P(Addresses, WorldPropertyTest, testing::Bool(),
                         [](const auto& info) {
                           return info.param ? "Exact" : "Symbolic";
                         });

// Names and contents of all live rows.
std::map<uint64_t, uint64_t> Contents(const World& world) {
  std::map<uint64_t, uint64_t> contents;
  ForEachRowType([&](auto* type) {
    using Row = std::remove_pointer_t<decltype(type)>;
    world.ForEach<Row>([&](Id<Row> id, const Row&) {
      const Digest& digest = world.table<Row>().digest(id.any().slot());
      EXPECT_EQ(digest.life, world.NameOf(id));
      contents[digest.life] = digest.content;
    });
  });
  return contents;
}

void StepOrUndo(World& world, Random& random) {
  if (world.depth() > 0 && random.Below(4) == 0) {
    world.Undo();
  } else {
    RandomStep(world, random.Next());
  }
}

TEST_P(WorldPropertyTest, ContentsOfRowsAreThoseOfTheState) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    World world;
    Build(world);
    World decoded;
    Build(decoded);
    Random random(seed);
    for (int i = 0; i < 60; ++i) {
      StepOrUndo(world, random);
      std::string encoding;
      world.Encode(&encoding);
      decoded.Decode(encoding);
      ASSERT_EQ(Contents(world), Contents(decoded))
          << "seed " << seed << " step " << i;
    }
  }
}

TEST_P(WorldPropertyTest, UndoTakesBackEveryStepExactly) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    World world;
    Build(world);
    Random random(seed);
    std::vector<Snapshot> path = {Take(world)};
    for (int i = 0; i < 60; ++i) {
      if (path.size() > 1 && random.Below(4) == 0) {
        world.Undo();
        path.pop_back();
      } else {
        RandomStep(world, random.Next());
        path.push_back(Take(world));
      }
      ASSERT_EQ(Take(world), path.back()) << "seed " << seed << " step " << i;
    }
    while (path.size() > 1) {
      world.Undo();
      path.pop_back();
      ASSERT_EQ(Take(world), path.back()) << "seed " << seed;
    }
    EXPECT_EQ(world.undo_bytes(), 0u);
  }
}

TEST_P(WorldPropertyTest, RunningFingerprintIsTheOneFromScratch) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    World world;
    Build(world);
    Random random(seed);
    for (int i = 0; i < 80; ++i) {
      StepOrUndo(world, random);
      ASSERT_EQ(world.fingerprint(), world.ComputeFingerprint())
          << "seed " << seed << " step " << i;
    }
  }
}

// Also that holders, tombstones and names survive: the copies stay equal.
TEST_P(WorldPropertyTest, DecodedWorldGoesOnLikeTheOriginal) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    World world;
    Build(world);
    Random random(seed);
    for (int i = 0; i < 40; ++i) RandomStep(world, random.Next());
    const Snapshot snapshot = Take(world);
    World copy;
    copy.set_exact_addresses(GetParam());
    copy.Decode(snapshot.encoding);
    ASSERT_EQ(Take(copy), snapshot) << "seed " << seed;
    for (int i = 0; i < 40; ++i) {
      const uint64_t step = random.Next();
      RandomStep(world, step);
      RandomStep(copy, step);
      ASSERT_EQ(CanonicalText(copy), CanonicalText(world)) << "seed " << seed;
      ASSERT_EQ(copy.fingerprint(), world.fingerprint());
      ASSERT_EQ(copy.faults().size(), world.faults().size());
    }
  }
}

TEST_P(WorldPropertyTest, FingerprintsAndCanonicalTextsAgree) {
  std::map<std::string, Hash128> by_text;
  std::map<Hash128, std::string> by_fingerprint;
  World world;
  Build(world);
  Random random(7);
  bool tombstones = false;
  bool faults = false;
  for (int i = 0; i < 20000; ++i) {
    // Short paths and few seeds, so that states are met again and again.
    if (world.depth() > 3 || (world.depth() > 0 && random.Below(3) == 0)) {
      world.Undo();
    } else {
      RandomStep(world, random.Below(40));
    }
    const std::string text = CanonicalText(world);
    const Hash128 fingerprint = world.fingerprint();
    ASSERT_EQ(by_text.emplace(text, fingerprint).first->second, fingerprint);
    ASSERT_EQ(by_fingerprint.emplace(fingerprint, text).first->second, text);
    tombstones |= text.find(" freed") != std::string::npos;
    faults |= !world.faults().empty();
  }
  EXPECT_GT(by_text.size(), 1000u);
  EXPECT_TRUE(tombstones && faults) << "the steps are too tame";
}

TEST_P(WorldPropertyTest, DecodeReplacesWhateverWasThere) {
  World world;
  Build(world);
  std::vector<std::string> encodings;
  for (uint64_t i = 0; i < 50; ++i) {
    RandomStep(world, i);
    world.Encode(&encodings.emplace_back());
  }
  for (size_t i = encodings.size(); i-- > 0;) {
    world.Decode(encodings[i]);
    std::string again;
    world.Encode(&again);
    ASSERT_EQ(again, encodings[i]);
    EXPECT_EQ(world.depth(), 0u);
  }
}

}  // namespace
}  // namespace bindery::sim
