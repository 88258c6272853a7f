// The state of BRM-1: cells of at most seven bits, with copies for Undo and a
// fingerprint that follows every write.
//
// Cells, in this order (absent ones take no bits in an encoding):
//   for each process    life, served, reply, buffer, reply buffer, inbox[Q]
//   for each node       flags, internal strong, local strong, local weak
//   for each (p, n)     the reference of p to n, absent if p owns n
//
//  1. Every change goes through Set(), which updates the fingerprint: the
//     exclusive or over all cells of a 128-bit key for (cell, value), from a
//     fixed generator.
//  2. Undo() restores the cells and the fingerprint of the latest Open(), which
//     copied them: less work than a journal of what was changed.
//  3. Encode() is the cells as bits: in this order, each in its fixed width and
//     within one word; one state has one encoding. With kEncodings the bits are
//     kept up to date, at the expense of Set().
//  4. With kFootprints the state notes which cells are looked at and written. A
//     step, or a question, does the same in all states that agree there.
//
// Not thread-safe.
#ifndef BINDERY_MODEL_BRM_STATE_H_
#define BINDERY_MODEL_BRM_STATE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/check.h"
#include "model/brm/params.h"
#include "model/concept.h"

namespace bindery::model {

// The values of the cells, as bit fields.
namespace brm {

// Life of a process.
constexpr int kAlive = 1;
constexpr int kWaiting = 2;

// An inbox slot is 0 if empty, else (sender + 1) << 4 | one-way << 3 | object;
// the sender P is one that has died.
constexpr int kOneWay = 8;
constexpr int SlotOf(int sender, int one_way, int object) {
  return (sender + 1) << 4 | one_way | object;
}
constexpr int SenderOf(int slot) { return (slot >> 4) - 1; }
constexpr int ObjectOf(int slot) { return slot & 7; }

// Flags of a node: two bits of life, then five flags.
constexpr int kNodeLife = 3;
constexpr int kFree = 0;
constexpr int kLive = 1;
constexpr int kOwnerDead = 2;
constexpr int kHasStrong = 4;
constexpr int kPendingStrong = 8;
constexpr int kHasWeak = 16;
constexpr int kPendingWeak = 32;
constexpr int kWork = 64;

// A reference: strong and weak count, death notification. It exists while one
// of the counts is positive.
constexpr int kStrong = 3;
constexpr int kOneStrong = 1;
constexpr int kWeak = 12;
constexpr int kOneWeak = 4;
constexpr int kCounts = kStrong | kWeak;
constexpr int kNotice = 7 << 4;
constexpr int kNoNotice = 0 << 4;
constexpr int kRequested = 1 << 4;
constexpr int kQueued = 2 << 4;
constexpr int kDelivered = 3 << 4;
constexpr int kAcknowledged = 4 << 4;

}  // namespace brm

// How a permutation of processes and nodes acts on the cells: cell c moves to
// to[c], and a value v in it becomes values[kind[c]][v].
struct BrmImage {
  static constexpr int kMaxCells = 64;
  static constexpr int kValues = 128;
  enum Kind : uint8_t { kSame, kServed, kObject, kInbox, kKinds };

  std::array<uint8_t, kMaxCells> to = {};
  std::array<Kind, kMaxCells> kind = {};
  std::array<std::array<uint8_t, kValues>, kKinds> values = {};
};

// Where which cell is. A value.
class BrmLayout {
 public:
  explicit BrmLayout(const BrmParams& params)
      : nodes_(params.nodes),
        process_cells_(5 + params.inbox_capacity),
        first_node_(params.processes * process_cells_),
        first_ref_(first_node_ + params.nodes * 4),
        cell_count_(first_ref_ + params.processes * params.nodes) {}

  int Life(int p) const { return p * process_cells_; }
  int Served(int p) const { return Life(p) + 1; }
  int Reply(int p) const { return Life(p) + 2; }
  int Buffer(int p) const { return Life(p) + 3; }
  int ReplyBuffer(int p) const { return Life(p) + 4; }
  int Inbox(int p, int i) const { return Life(p) + 5 + i; }
  int Flags(int n) const { return first_node_ + n * 4; }
  int InternalStrong(int n) const { return Flags(n) + 1; }
  int LocalStrong(int n) const { return Flags(n) + 2; }
  int LocalWeak(int n) const { return Flags(n) + 3; }
  int Ref(int p, int n) const { return first_ref_ + p * nodes_ + n; }
  int cell_count() const { return cell_count_; }

 private:
  int nodes_;
  int process_cells_;
  int first_node_;
  int first_ref_;
  int cell_count_;
};

// What a search asks for after each step.
enum class BrmUse {
  kFingerprints,  // and for encodings now and then
  kEncodings,
  kFootprints,  // what the step looked at and wrote
};

using BrmCellSet = uint64_t;  // bit i: cell i
static_assert(BrmImage::kMaxCells <= 64);

template <BrmUse kUse>
class BrmState : public BrmLayout {
 public:
  static constexpr int kMaxCells = BrmImage::kMaxCells;

  // All cells are zero.
  explicit BrmState(const BrmParams& params);

  int Get(int cell) const {
    if constexpr (kNotes) looked_at_ |= BrmCellSet{1} << cell;
    return cells_[cell];
  }

  void Set(int cell, int value) {
    sum_ ^= Key(cell, cells_[cell]) ^ Key(cell, value);
    if constexpr (kKeepsBits) SetBits(cell, value);
    if constexpr (kNotes) written_ |= BrmCellSet{1} << cell;
    cells_[cell] = static_cast<uint8_t>(value);
  }
  void Add(int cell, int delta) { Set(cell, Get(cell) + delta); }

  // Opens an undo level.
  void Open() {
    levels_.push_back({cells_, sum_});
    if constexpr (kKeepsBits) bits_of_levels_.push_back(bits_);
  }
  void Undo();
  // What the cell was at the latest Open(). REQUIRES: an undo level is open.
  int Before(int cell) const { return levels_.back().cells[cell]; }
  // kFootprints: what was looked at and what was written, perhaps with the
  // value that it had, since the latest Forget().
  BrmCellSet looked_at() const { return looked_at_; }
  BrmCellSet written() const { return written_; }
  void Forget() const { looked_at_ = written_ = 0; }
  // Makes the current state the bottom: nothing can be undone any more.
  void ForgetHistory();

  Fingerprint fingerprint() const { return {sum_[1], sum_[0]}; }
  Fingerprint FingerprintOfImage(const BrmImage& image) const;
  // Opens an undo level and replaces the state by its image.
  void BecomeImage(const BrmImage& image);
  void Encode(std::string* bytes) const;
  // Requires what Encode() of a state with the same parameters gave.
  void Decode(absl::string_view encoded);

 private:
  static constexpr bool kKeepsBits = kUse == BrmUse::kEncodings;
  static constexpr bool kNotes = kUse == BrmUse::kFootprints;
  static constexpr int kValues = BrmImage::kValues;
  static constexpr int kMaxWords = 6;
  static constexpr char kOutgrown[] = "a cell outgrew its width";
  using Cells = std::array<uint8_t, kMaxCells>;
  using Bits = std::array<uint64_t, kMaxWords>;
  // A fingerprint, low half first, that is written and read as a whole: two
  // halves would stall the load of the whole that follows each Apply.
  using Lanes = uint64_t __attribute__((vector_size(16)));
  struct alignas(16) Level {
    Cells cells;
    Lanes sum;
  };
  using Keys = std::array<Lanes, kMaxCells * kValues>;

  // Where a cell has its bits; a cell without any has no limit but 0.
  struct Slot {
    uint8_t word = 0;
    uint8_t shift = 0;
    uint8_t limit = 0;  // ones in its width
  };

  static const Keys& SharedKeys();
  void Place(int cell, int width);
  void SetBits(int cell, int value) {
    const Slot slot = slots_[cell];
    BINDERY_CHECK_MSG((value & ~slot.limit) == 0, kOutgrown);
    bits_[slot.word] ^= static_cast<uint64_t>(cells_[cell] ^ value)
                        << slot.shift;
  }
  Bits BitsOfCells() const;
  size_t EncodedSize() const;
  const Lanes& Key(int cell, int value) const {
    return (*keys_)[cell * kValues + value];
  }
  Lanes SumOfCells() const;

  const Keys* const keys_;
  std::array<Slot, kMaxCells> slots_ = {};
  int word_count_ = 1;
  int bits_in_last_word_ = 0;
  alignas(16) Cells cells_ = {};
  Bits bits_ = {};  // kEncodings
  Lanes sum_ = {};
  std::vector<Level> levels_;
  std::vector<Bits> bits_of_levels_;
  mutable BrmCellSet looked_at_ = 0;
  mutable BrmCellSet written_ = 0;
};

extern template class BrmState<BrmUse::kFingerprints>;
extern template class BrmState<BrmUse::kEncodings>;
extern template class BrmState<BrmUse::kFootprints>;

}  // namespace bindery::model

#endif  // BINDERY_MODEL_BRM_STATE_H_
