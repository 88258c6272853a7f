#include "model/brm/state.h"

#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "model/brm/params.h"

namespace bindery::model {
namespace {

using State = BrmState<BrmUse::kFingerprints>;
using KeepingState = BrmState<BrmUse::kEncodings>;

constexpr BrmParams kLargest = {4, 4, 3, 3, 3, true, true, 15};

TEST(BrmState, EveryCellHasItsOwnPlace) {
  State state(kLargest);
  std::set<int> cells;
  for (int p = 0; p < 4; ++p) {
    cells.insert({state.Life(p), state.Served(p), state.Reply(p),
                  state.Buffer(p), state.ReplyBuffer(p)});
    for (int i = 0; i < 3; ++i) cells.insert(state.Inbox(p, i));
    for (int n = 0; n < 4; ++n) cells.insert(state.Ref(p, n));
    cells.insert({state.Flags(p), state.InternalStrong(p), state.LocalStrong(p),
                  state.LocalWeak(p)});
  }
  EXPECT_EQ(cells.size(), 4u * (5 + 3) + 4u * 4 + 4u * 4);
}

TEST(BrmState, UndoTakesBackWritesAndFingerprint) {
  State state(kLargest);
  state.Open();
  state.Set(state.Life(2), 1);
  const Fingerprint middle = state.fingerprint();
  state.Open();
  state.Set(state.Life(2), 3);
  state.Set(state.Life(2), 2);
  state.Add(state.InternalStrong(1), 2);
  EXPECT_NE(state.fingerprint(), middle);
  state.Undo();
  EXPECT_EQ(state.fingerprint(), middle);
  EXPECT_EQ(state.Get(state.Life(2)), 1);
  EXPECT_EQ(state.Get(state.InternalStrong(1)), 0);
  state.Undo();
  EXPECT_EQ(state.fingerprint(), State(kLargest).fingerprint());
}

TEST(BrmState, TheFingerprintDoesNotDependOnTheWay) {
  State one(kLargest);
  one.Set(one.Life(0), 1);
  one.Set(one.Inbox(3, 2), 77);
  State other(kLargest);
  other.Set(other.Inbox(3, 2), 5);
  other.Set(other.Life(0), 1);
  EXPECT_NE(one.fingerprint(), other.fingerprint());
  other.Set(other.Inbox(3, 2), 77);
  EXPECT_EQ(one.fingerprint(), other.fingerprint());
}

// Traces and golden counts of one machine are those of every other.
TEST(BrmState, TheFingerprintIsTheSameEverywhere) {
  State state(BrmParams{});
  state.Set(state.Life(0), 1);
  EXPECT_EQ(state.fingerprint().hi, 0x328b45d68956d452u);
  EXPECT_EQ(state.fingerprint().lo, 0xd6f921fc4001e18fu);
}

TEST(BrmState, EveryCellSurvivesEncoding) {
  State empty(kLargest);
  std::string nothing;
  empty.Encode(&nothing);
  for (int cell = empty.Life(0); cell <= empty.Ref(3, 3); ++cell) {
    bool own = false;  // nobody refers to its own node
    for (int p = 0; p < 4; ++p) own |= cell == empty.Ref(p, p);
    if (own) continue;
    State state(kLargest);
    state.Set(cell, 3);
    std::string bytes;
    state.Encode(&bytes);
    EXPECT_NE(bytes, nothing) << cell;
    State read(kLargest);
    read.Decode(bytes);
    EXPECT_EQ(read.Get(cell), 3) << cell;
    EXPECT_EQ(read.fingerprint(), state.fingerprint()) << cell;
  }
}

TEST(BrmState, AnEncodingIsSmall) {
  std::string bytes;
  State(BrmParams{3, 2, 1, 0, 1, true, true, 7}).Encode(&bytes);
  EXPECT_EQ(bytes.size(), 16u);
}

// Encodings on the way back from a few steps.
template <typename S>
std::vector<std::string> EncodingsOf() {
  S state(kLargest);
  state.Set(state.Life(1), 1);
  state.Open();
  state.Set(state.Inbox(3, 2), 77);
  state.Open();
  state.Set(state.Ref(2, 1), 5);
  state.Undo();
  state.Add(state.Flags(3), 64);
  std::vector<std::string> encodings(2);
  state.Encode(&encodings[0]);
  state.Undo();
  state.Encode(&encodings[1]);
  return encodings;
}

TEST(BrmState, KeptBitsAreThoseOfTheCells) {
  EXPECT_EQ(EncodingsOf<KeepingState>(), EncodingsOf<State>());
}

TEST(BrmState, NotesWhatIsLookedAtAndWritten) {
  BrmState<BrmUse::kFootprints> state(kLargest);
  state.Forget();
  state.Get(state.Life(2));
  state.Set(state.Life(3), 0);
  state.Add(state.Flags(1), 1);
  const BrmCellSet flags = BrmCellSet{1} << state.Flags(1);
  EXPECT_EQ(state.looked_at(), BrmCellSet{1} << state.Life(2) | flags);
  EXPECT_EQ(state.written(), BrmCellSet{1} << state.Life(3) | flags);
}

TEST(BrmStateDeathTest, ACellThatOutgrowsItsWidthIsNoticed) {
  State state(kLargest);
  state.Set(state.LocalWeak(0), 4);
  std::string bytes;
  EXPECT_DEATH(state.Encode(&bytes), "outgrew");
  KeepingState keeping(kLargest);
  EXPECT_DEATH(keeping.Set(keeping.LocalWeak(0), 4), "outgrew");
}

}  // namespace
}  // namespace bindery::model
